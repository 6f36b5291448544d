"""Replies that want to be more than text: none of it reaches the terminal as a control, none of it is lost."""

import re
from pathlib import Path

import pytest
from hostile_server import ends, says, stream
from served_chat import replies, served_chat
from terminal_session import TerminalSession

pytestmark = pytest.mark.e2e

CONTROLS = (
    "\x1b[3J\x1b[77;66H\x1b[41;97;4mred\x1b[0m-again \x1b]0;a title\x07 \x1b]52;c;c3RvbGVu\x1b\\ "
    "\x1b]8;;file:///etc/passwd\x07link \x1bP+q544e\x1b\\ \x1b_apc\x1b\\ \x1b^pm\x1b\\ \x1bc \x1b[?1049l-left "
    "\x1b[6n \x1b[>0;276;0c \x1b#8 \x9b31m \x9d0;t\x9c \x90q\x9c \x05 \x07\x07 \x08\x08\x08 \x0e\x0f \x7f \x00 "
    "\x1b[200~rm -rf\n\x1b[201~ over\rwritten \x85 \x1b"
)
"""Screen clears, titles, the clipboard, links, device control, resets, reports, C1 controls, a lone ESC."""

MARKUP = (
    "[bold]bold[/bold] [@click=app.quit]click[/] [link=file:///etc]x[/link] [/] [red on blue] [[ \\[b] {escape} "
    ":boom: <b>html</b> <script>alert(1)</script> &lt; %s {0} $error [link](javascript:alert(1)) ![i](file:///x)"
)
HIDDEN = (
    "evil\u202etxt.exe\u202c \u2066x\u2069 \u200fabc\u200e zero\u200b\u200c\u200d\ufeff\u2060width \u00adsoft "
    "\U000e0041tag"
)
PILES = "a" + "\u0301" * 500 + " 👩‍👩‍👧‍👦 🇩🇪 ﷽ 𒐫 \ufffe \ufdd0 \ud800 half \udfff"
LONG = "x" * 100_000
TABLE = "|" + "column|" * 60 + "\n|" + "---|" * 60 + "\n" + ("|" + "c\x1b[5;3;9mell|" * 60 + "\n") * 60
DEEP = "".join("> " * depth + f"quote {depth}\n" for depth in range(0, 400, 7)) + "".join(
    "  " * depth + "- item\n" for depth in range(120)
)
FENCES = "```py\x1b]0;t\x07thon\nprint('\x1b[31m')\n" + "*" * 5000 + "[" * 5000 + "`" * 5000 + "\n# end"

HOSTILE = (CONTROLS, MARKUP, HIDDEN, PILES, LONG, TABLE, DEEP, FENCES)

SEQUENCES = tuple(
    re.findall(
        r"\x1b[^\x1b]{1,12}", CONTROLS
    )  # each with what follows, so that none is a sequence of the program's own
)
NOWHERE = re.compile(
    r"[\x00-\x06\x07\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0041]"
    r"|\x1b[P_^X#c]"
)
"""What neither a reply nor the program itself has any business to send to a terminal."""


def assert_clean(chat: TerminalSession) -> None:
    assert chat.raw
    sent = b"".join(chat.raw).decode()  # and it is UTF-8, half surrogates and all
    sent = sent.replace("\x1b]22;default\x07", "")  # the program's own word about the mouse pointer
    assert not [sequence for sequence in SEQUENCES if sequence in sent]
    assert not [sent[max(0, m.start() - 20) : m.end() + 20] for m in NOWHERE.finditer(sent)]
    assert not chat.terminal.unknown
    assert not chat.terminal.clipboard


async def test_hostile_replies_are_shown_as_text_kept_whole_and_opened_again(tmp_path: Path) -> None:
    def ask_for_each(chat: TerminalSession) -> None:
        for at in range(1, len(HOSTILE) + 1):
            chat.send(f"prompt {at}\r".encode())
            chat.until_kept(f"=== end {2 * at} ending=stop")
            if at == 1:
                chat.until("␛[3J", "␛]0;a title␇")
            if at == 2:
                chat.until("[@click=app.quit]", "[bold]bold[/bold]")
        chat.send(b"still here?\r")
        chat.until("Yes, I am.")
        assert_clean(chat)
        chat.send(b"\x11")
        assert chat.wait() == 0

    # In pieces of 7, so that sequences are torn apart; the long ones in larger ones.
    answers = [
        stream(*(says(text[at : at + size]) for at in range(0, len(text), size)), ends())
        for text, size in ((text, 7 if len(text) < 2000 else 1999) for text in HOSTILE)
    ]
    await served_chat(tmp_path, ask_for_each, *answers, stream(says("Yes, I am."), ends()))
    # Half a surrogate pair is no character; everything else is kept as it came.
    whole = [re.sub("[\ud800-\udfff]", "\ufffd", text) for text in HOSTILE]
    assert replies(tmp_path) == [*whole, "Yes, I am."]

    def look_at_it_again(chat: TerminalSession) -> None:
        chat.until("Yes, I am.")
        chat.send(b"\x1b[Z")
        chat.until("c Copy")
        for _ in range(2 * len(HOSTILE)):
            chat.send(b"kv")  # up, and plain; within a turn longer than the view only half a page
            chat.settle(quiet=0.1)
        chat.send(b"\x1b[H")  # to the first turn
        chat.until("prompt 1")
        chat.send(b"jv")
        chat.until("␛[3J")
        assert_clean(chat)

    await served_chat(tmp_path, look_at_it_again, stream(ends()), flags=("--resume",))

"""What the terminal can do, as far as it tells: size, colours, text, keys, clipboard.

A terminal tells by answering; it is asked only when the program owns it, never while a screen is up.
"""

import contextlib
import locale
import os
import re
import select
import shutil
import sys
import time
from collections.abc import Iterator, Mapping

from hat_tui.server.checkup import Check, Verdict

_PART = "terminal"
_PATIENCE_S = 0.4


def check_terminal(environment: Mapping[str, str] = os.environ, *, ask: bool = True) -> Iterator[Check]:
    """The checks; `ask` sends queries to the terminal when standard input and output are one."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        yield Check(
            _PART,
            "terminal",
            Verdict.NOTE,
            "input or output is not a terminal here.",
            "The full screen needs one; hat-tui ask does not.",
        )
    columns, lines = shutil.get_terminal_size((0, 0))
    if columns:
        good = columns >= 80 and lines >= 24
        advice = "" if good else "80×24 is the least for the split view."
        yield Check(_PART, "size", Verdict.GOOD if good else Verdict.WARNING, f"{columns}×{lines} cells.", advice)
    yield _text()
    yield _colours(environment)
    if around := _around(environment):
        yield Check(_PART, "around it", Verdict.NOTE, around[0], around[1])
    if ask and sys.stdin.isatty() and sys.stdout.isatty():
        yield from _answers(_query(b"\x1b[?u\x1b[c"))


def _text() -> Check:
    encoding = (sys.stdout.encoding or locale.getpreferredencoding(False) or "?").lower().replace("-", "")
    if encoding == "utf8":
        return Check(_PART, "text", Verdict.GOOD, "UTF-8.")
    return Check(
        _PART, "text", Verdict.WARNING, f"{encoding}: not all characters can be shown.", "Use a UTF-8 locale:",
        "export LC_ALL=C.UTF-8",
    )  # fmt: skip


def _colours(environment: Mapping[str, str]) -> Check:
    term = environment.get("TERM", "")
    if environment.get("NO_COLOR"):
        return Check(_PART, "colours", Verdict.NOTE, "NO_COLOR is set: none are used.")
    if environment.get("COLORTERM", "").lower() in ("truecolor", "24bit") or sys.platform == "win32":
        return Check(_PART, "colours", Verdict.GOOD, "16 million.")
    if "256" in term:
        return Check(_PART, "colours", Verdict.GOOD, "256.")
    if term in ("", "dumb", "unknown"):
        return Check(
            _PART,
            "colours",
            Verdict.BAD,
            f"TERM is “{term}”: no full screen.",
            "Use hat-tui --plain, or another terminal.",
        )
    return Check(_PART, "colours", Verdict.NOTE, f"16 (TERM is {term}).", "If it has more, set TERM=xterm-256color.")


def _around(environment: Mapping[str, str]) -> tuple[str, str] | None:
    ssh = "over SSH" if environment.get("SSH_CONNECTION") else ""
    if environment.get("TMUX"):
        advice = "For the clipboard: set -g set-clipboard on; for more keys: set -g extended-keys on."
        return f"inside tmux {ssh}".strip() + ".", advice
    if environment.get("STY"):
        return f"inside screen {ssh}".strip() + ".", "Its prefix Ctrl+A is not passed on."
    return (f"{ssh}.", "") if ssh else None


def _query(question: bytes) -> bytes:
    """Send a question that ends with a request every terminal answers (device attributes); what came until then."""
    if sys.platform == "win32":
        return b""
    import termios  # noqa: PLC0415 - not on Windows
    import tty  # noqa: PLC0415

    terminal, answer = sys.stdin.fileno(), b""
    before = termios.tcgetattr(terminal)
    try:
        tty.setcbreak(terminal, termios.TCSANOW)
        os.write(sys.stdout.fileno(), question)
        deadline = time.monotonic() + _PATIENCE_S
        while not re.search(rb"\x1b\[\?[\d;]*c", answer):
            if not select.select([terminal], [], [], max(0, deadline - time.monotonic()))[0]:
                break
            answer += os.read(terminal, 1024)
    finally:
        with contextlib.suppress(termios.error):
            termios.tcsetattr(terminal, termios.TCSAFLUSH, before)
    return answer


def _answers(answer: bytes) -> Iterator[Check]:
    attributes = re.search(rb"\x1b\[\?([\d;]*)c", answer)
    if attributes is None:
        yield Check(_PART, "answers", Verdict.WARNING, "the terminal does not say what it can do.")
        return
    if re.search(rb"\x1b\[\?\d+u", answer):
        yield Check(_PART, "keys", Verdict.GOOD, "all keys are told apart (kitty keyboard protocol).")
    else:
        advice = "Add a line to a prompt with Ctrl+J or Alt+Enter."
        yield Check(_PART, "keys", Verdict.NOTE, "Shift+Enter cannot be told from Enter here.", advice)
    # A terminal that takes OSC 52 may say so with attribute 52; many that do say nothing.
    if b"52" in attributes[1].split(b";"):
        yield Check(_PART, "clipboard", Verdict.GOOD, "copying works, also over SSH (OSC 52).")
    else:
        yield Check(
            _PART,
            "clipboard",
            Verdict.NOTE,
            "the terminal does not say whether programs may copy (OSC 52).",
            "If copying does nothing, allow it in the terminal's settings.",
        )

"""The prompt before the program: painted, and taking keys, while the program is still being imported.

Importing a full-screen program takes a few tenths of a second, painting a screen that is known already takes none. So
the first thing that runs paints the frame with which the program opened last time (a plain one the first time), takes
the terminal raw and echoes what is typed; the program then takes over in place, with every key. Only modules that
Python has loaded or built in anyway are imported here.
"""

from __future__ import annotations

import _thread
import os
import select
import sys
from codecs import getincrementaldecoder

TYPE_CHECKING = False
if TYPE_CHECKING:
    # A type checker takes the name for its own; importing typing takes longer than all of the rest.
    from collections.abc import Sequence
    from typing import TextIO

COMMANDS = frozenset({"ask", "sessions", "models", "connect", "serve", "doctor", "accept"})
"""The words that name a subcommand, here because `cli` takes long to import."""

ASKS_FOR_NO_SCREEN = COMMANDS | {"--plain", "--help", "-h", "--version", "--where"}
_OPEN = "\x1b[?1049h\x1b[?2004h\x1b[H\x1b[2J"
_LEAVE = "\x1b[m\x1b[?2004l\x1b[?1049l\x1b[?7;25h"
_INTERRUPT = "\x03"


class Handover:
    """A terminal that is raw, shows a prompt and echoes; whoever comes takes it over, or it is given back.

    `painted` is all that was written since the alternate screen was blank, `size` its columns and rows, `attributes`
    are the tty's from before, `unread` is input after the first key that is not plain text, `remembered` tells whether
    it is the program's own frame of last time that was painted.
    """

    def __init__(self, key: str, columns: int, rows: int) -> None:
        self.size = (columns, rows)
        self.attributes: list[int | list[bytes | int]] | None = None
        self.unread = b""
        self.remembered = False
        self._key = key
        self._written: list[str] = []
        self._text = ""
        self._plain = True
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._taken = False
        self._given_back = False
        self._place = (0, 0, 0)
        self._style = ""
        self._wake, self._waker = os.pipe()
        self._echoing = _thread.allocate_lock()
        self._streams: tuple[TextIO, TextIO] | None = None

    @property
    def painted(self) -> str:
        """What is on the alternate screen, as it was written there."""
        return "".join(self._written)

    def open(self) -> None:
        """Paint, go raw and begin to echo. Raises OSError where the terminal is gone."""
        remembered = _remembered(self._key)
        self.remembered = remembered is not None
        frame, self._place, self._style = remembered or _first_ever(*self.size)
        self._go_raw()
        os.write(1, _OPEN.encode())
        x, y, _ = self._place
        self._write(f"\x1b[?7l{frame}\x1b[{y + 1};{x + 1}H{self._style}\x1b[?25h")
        self._streams = (sys.stdout, sys.stderr)
        sys.stdout, sys.stderr = _GivingBack(self, sys.stdout), _GivingBack(self, sys.stderr)
        self._echoing.acquire()
        _thread.start_new_thread(self._echo, ())

    def take(self) -> str:
        """Stop echoing; the text typed so far, at the first call. Keys that are no text are in `unread`."""
        if self._taken:
            return ""
        self._taken = True
        os.write(self._waker, b"x")
        with self._echoing:
            os.close(self._wake)
            os.close(self._waker)
        return self._text

    def accept(self) -> None:
        """The terminal is in other hands now."""
        self._given_back = True
        self._restore_streams()

    def give_back(self) -> None:
        """Leave the terminal as it was before, unless somebody took it over; what was typed is lost."""
        if self._given_back:
            return
        self.accept()
        self.take()
        os.write(1, _LEAVE.encode())
        if self.attributes is not None:
            import termios  # noqa: PLC0415 (Windows has none)

            termios.tcsetattr(0, termios.TCSANOW, self.attributes)

    def remember(self, frame: str, place: tuple[int, int, int], style: str) -> None:
        """Keep what to paint next time: `frame`, the prompt's column, row and width, and how its text looks."""
        from pathlib import Path  # noqa: PLC0415 (slow to import, and not needed before)

        path = Path(_cache_path(self._key))
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        head = " ".join(str(number) for number in place)
        unfinished = path.with_suffix(f".{os.getpid()}")
        unfinished.touch(0o600)
        unfinished.write_text(f"{self._key}\n{head}\n{style}\n{frame}", encoding="utf-8", newline="")
        unfinished.replace(path)

    def _go_raw(self) -> None:
        import termios  # noqa: PLC0415 (Windows has none)

        self.attributes = termios.tcgetattr(0)
        raw = termios.tcgetattr(0)
        raw[0] &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
        raw[1] &= ~termios.OPOST
        raw[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG)
        raw[6][termios.VMIN], raw[6][termios.VTIME] = 1, 0
        termios.tcsetattr(0, termios.TCSANOW, raw)

    def _restore_streams(self) -> None:
        if self._streams is not None:
            sys.stdout, sys.stderr = self._streams
            self._streams = None

    def _write(self, text: str) -> None:
        self._written.append(text)
        os.write(1, text.encode("utf-8", "replace"))

    def _echo(self) -> None:
        try:
            while True:
                ready = select.select([0, self._wake], [], [])[0]
                if self._wake in ready or not (data := os.read(0, 4096)):
                    return
                self._hear(data)
        except OSError:
            return
        finally:
            self._echoing.release()

    def _hear(self, data: bytes) -> None:
        if not self._plain:
            self.unread += data
            return
        before = self._text
        typed = self._decode(data)
        for at, char in enumerate(typed):
            if char == _INTERRUPT:
                _thread.interrupt_main()
            elif char in "\x7f\b":
                self._text = self._text[:-1]
            elif char.isprintable():
                self._text += char
            else:
                self._plain = False
                self.unread = typed[at:].encode("utf-8", "replace")
                break
        self._show(before)

    def _show(self, before: str) -> None:
        x, y, width = self._place
        if not _fits(self._text, width) or self._text == before:
            return
        if before and self._text.startswith(before):
            self._write(self._text[len(before) :])
        else:
            # What stands there else is a hint for an empty prompt, or letters that are deleted.
            self._write(f"\x1b[{y + 1};{x + 1}H\x1b[{width}X{self._text}")


class _GivingBack:
    """A stream for what is printed before the program has the terminal, errors mostly: it gets the old screen back."""

    def __init__(self, handover: Handover, stream: TextIO) -> None:
        self._handover = handover
        self._stream = stream

    def write(self, text: str) -> int:
        self._handover.give_back()
        return self._stream.write(text)

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


def begin(arguments: Sequence[str], version: str) -> Handover | None:
    """Paint the prompt if `hat-tui ARGUMENTS` is going to open a full screen in a fit terminal; else None."""
    if sys.platform == "win32" or not (os.isatty(0) and os.isatty(1)) or os.environ.get("TEXTUAL_DRIVER"):
        return None
    if ASKS_FOR_NO_SCREEN.intersection(arguments):
        return None
    locale = (os.environ.get("LC_ALL") or os.environ.get("LANG") or "UTF-8").lower()
    if not locale.endswith(("utf-8", "utf8")):
        return None  # the frames are UTF-8
    if (arguments and not arguments[0].startswith("-")) or os.environ.get("TERM", "") in ("", "dumb", "unknown"):
        return None
    try:
        columns, rows = os.get_terminal_size(1)
        if os.tcgetpgrp(0) != os.getpgrp() or columns < 20 or rows < 6:
            return None
        names = ("TERM", "COLORTERM", "NO_COLOR")
        key = f"{version} {columns}x{rows} {' '.join(os.environ.get(name, '-') for name in names)}"
        handover = Handover(key, columns, rows)
        handover.open()
    except OSError:
        return None
    return handover


def _fits(text: str, width: int) -> bool:
    # Without a table of widths, everything from the first wide script on counts as two cells.
    return sum(1 if char < "\u1100" else 2 for char in text) < width


def _cache_path(key: str) -> str:
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")  # noqa: PTH111, PTH118
    size = key.split()[1]
    return os.path.join(home, "hat-tui", f"first-frame-{size}")  # noqa: PTH118 (pathlib is slow to import)


def _remembered(key: str) -> tuple[str, tuple[int, int, int], str] | None:
    """The frame of last time, if it was painted by this version in such a terminal."""
    try:
        with open(_cache_path(key), encoding="utf-8", newline="") as file:  # noqa: PTH123 (pathlib is slow to import)
            saved, place, style, frame = file.read(65536).split("\n", 3)
            x, y, width = (int(number) for number in place.split())
    except (OSError, ValueError):
        return None
    return (frame, (x, y, width), style) if saved == key else None


def _first_ever(columns: int, rows: int) -> tuple[str, tuple[int, int, int], str]:
    """A rule and an empty line below it, about where the program has its prompt."""
    return f"\x1b[{rows - 3};1H" + "─" * columns, (1, rows - 3, columns - 2), ""

"""The tty as the kernel keeps it: raw and back, and the sequences that turn a terminal's modes on and off."""

import contextlib
import os
import select
import sys
import termios
import time
from typing import Final

ALTERNATE_SCREEN: Final = "\x1b[?1049h"
REPEAT_PROBE: Final = "\x1b[m\x1b[H\u00a0\x1b[3b\x1b[6n"
"""Blanks the first cells of the screen and asks where the cursor is: in column 5 if the terminal repeats. The blank is
no ASCII character: tmux (3.3) repeats only those."""
REPEAT_PROBE_COLUMN: Final = 5

_KITTY_FLAGS: Final = 0b11001
"""Disambiguate, report all keys, report associated text: what Textual's parser is written for.
https://sw.kovidgoyal.net/kitty/keyboard-protocol/"""

Attributes = list[int | list[bytes | int]]


def read_attributes(fd: int) -> Attributes | None:
    """The tty's attributes, or None where there are none to read."""
    with contextlib.suppress(termios.error):
        return termios.tcgetattr(fd)
    return None


def set_raw(fd: int) -> None:
    """No echo, no lines, no signal keys, no flow control, and newlines left as they are in both directions."""
    attributes = read_attributes(fd)
    if attributes is None:
        return
    iflag, oflag, _, lflag, *_ = (flag for flag in attributes if isinstance(flag, int))
    attributes[0] = iflag & ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
    attributes[1] = oflag & ~termios.OPOST
    attributes[3] = lflag & ~(termios.ECHO | termios.ICANON | termios.IEXTEN | termios.ISIG)
    control = attributes[6]
    if isinstance(control, list):
        control[termios.VMIN], control[termios.VTIME] = 1, 0
    restore(fd, attributes)


def restore(fd: int, attributes: Attributes | None) -> None:
    """Give the tty `attributes`; nothing happens when it is gone."""
    if attributes is not None:
        with contextlib.suppress(termios.error):
            termios.tcsetattr(fd, termios.TCSANOW, attributes)


def discard_input(fd: int, answers: int, answer: bytes, seconds: float) -> None:
    """Read and drop input until `answer` has come `answers` times, for at most `seconds`."""
    end = time.monotonic() + seconds
    read = b""
    while read.count(answer) < answers and select.select([fd], [], [], max(end - time.monotonic(), 0))[0]:
        try:
            piece = os.read(fd, 4096)
        except OSError:
            return
        if not piece:
            return
        read += piece


def size(fd: int) -> tuple[int, int]:
    """Columns and rows, never 0; 80 × 25 where nothing tells."""
    with contextlib.suppress(OSError):
        columns, rows = os.get_terminal_size(fd)
        if columns and rows:
            return columns, rows
    return 80, 25


def entering(*, mouse: bool, hover: bool, kitty: bool) -> str:
    """What turns on all that a full-screen program needs, after the alternate screen."""
    modes = "\x1b[?7l\x1b[?1004;2004h"
    if mouse:
        modes += f"\x1b[?1000;{1003 if hover else 1002};1006h"
    if kitty:
        modes += f"\x1b[>{_KITTY_FLAGS}u"
    # Asks whether the terminal shows an update as one. Apple's prints a "p" instead of ignoring it.
    if os.environ.get("TERM_PROGRAM") != "Apple_Terminal":
        modes += "\x1b[?2026$p"
    return modes


def leaving(*, mouse: bool, kitty: bool) -> str:
    """What undoes `entering`, and the alternate screen."""
    modes = "\x1b[m\x1b]8;;\x1b\\"
    if kitty:
        # Before the alternate screen goes: each screen has its own stack of keyboard modes.
        modes += "\x1b[<u"
    if mouse:
        modes += "\x1b[?1000;1002;1003;1006l"
    return modes + "\x1b[?1004;2004l\x1b[?1049l\x1b[?7;25h"


def output_fd() -> int:
    """The descriptor to write to: standard output where it is a terminal, else standard error."""
    return 1 if sys.__stdout__ is not None and os.isatty(1) else 2

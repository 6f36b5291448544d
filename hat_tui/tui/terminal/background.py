"""Whether the terminal is dark or light, as it says itself.

xterm and its like answer `OSC 11 ; ?` with the background's colour (XTerm Control Sequences, "Operating System
Commands"); rxvt and some others set COLORFGBG. A terminal that does neither is taken for dark.
"""

import re
from collections.abc import Mapping
from typing import Final

from textual.message import Message

QUERY: Final = "\x1b]11;?\x1b\\"

LONGEST_ANSWER: Final = 64
"""Characters after which what began like an answer is none."""


class BackgroundTold(Message, namespace="hat_tui"):
    """The terminal has said whether its background is dark."""

    def __init__(self, *, dark: bool) -> None:
        super().__init__()
        self.dark = dark


_BEGINNING: Final = "\x1b]11;"
_ANSWER = re.compile(r"\x1b\]11;(?P<colour>[^\x07\x1b]*)(?:\x07|\x1b\\)")
_CHANNELS = re.compile(r"rgba?:([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})/([0-9a-fA-F]{1,4})")


class BackgroundReader:
    """Takes the one answer out of the terminal's input, in whatever pieces it comes.

    A lone Escape is never kept back: it is a key, and terminals do not write an answer's first byte alone.
    """

    def __init__(self) -> None:
        self._dark: bool | None = None
        self._awaited = True
        self._kept = ""

    def feed(self, text: str) -> str:
        """The input without the answer. A part of one is kept back until the rest has come, or it turns out as none."""
        if not self._awaited:
            return text
        text, self._kept = self._kept + text, ""
        if found := _ANSWER.search(text):
            self._awaited = False
            self._dark = is_dark(found["colour"])
            return text[: found.start()] + text[found.end() :]
        at = text.rfind("\x1b]")
        begun = text[at:] if at >= 0 else ""
        if begun and begun[: len(_BEGINNING)] == _BEGINNING[: len(begun)] and len(begun) < LONGEST_ANSWER:
            text, self._kept = text[:at], begun
        return text

    def tell(self) -> bool | None:
        """Whether the background is dark, once, when the answer has come; None otherwise."""
        dark, self._dark = self._dark, None
        return dark


def is_dark(colour: str) -> bool | None:
    """Whether a colour of the X11 form `rgb:ffff/ffff/ffff` is dark, by its luma (ITU-R BT.601); None for another."""
    if not (channels := _CHANNELS.match(colour)):
        return None
    red, green, blue = (int(channel, 16) / (16 ** len(channel) - 1) for channel in channels.groups())
    return bool(0.299 * red + 0.587 * green + 0.114 * blue < 0.5)


def dark_by_environment(environ: Mapping[str, str]) -> bool | None:
    """What COLORFGBG says: text and background by number, of which 0 to 6 and 8 are the dark ones of sixteen."""
    background = environ.get("COLORFGBG", "").rpartition(";")[2]
    return int(background) in (*range(7), 8) if background.isdecimal() else None

"""Right-to-left text that keeps to its side of a border.

Some terminals put right-to-left text into reading order themselves (VTE, mintty, Windows Terminal, macOS's), row by
row, and know nothing of panels: two such texts, or one and a number, change sides across the blanks and the border
between them (tmux/tmux#3262). Unicode's isolates would prevent that, but a terminal has no cell to keep them in, and
some draw them (microsoft/terminal#16574). A letter between them prevents it as well, and one looks like a border.
"""

import re
from typing import Final

BAR: Final = "\u01c0"
"""LATIN LETTER DENTAL CLICK: a vertical line, and a letter of a script that runs from left to right."""

_BORDERS: Final = frozenset("│┃║▏▎▕▐")
_RIGHT_TO_LEFT: Final = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff\U0001e800-\U0001efff]"
).search


def isolated(chars: list[str]) -> list[str]:
    """The cells of a row, its borders made letters where it holds right-to-left text. The list is a new one."""
    if not _RIGHT_TO_LEFT("".join(chars)):
        return chars.copy()
    return [BAR if char in _BORDERS else char for char in chars]

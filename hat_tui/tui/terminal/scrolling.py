"""Finding rows that only moved, so that the terminal can move them itself."""

from collections import Counter
from dataclasses import dataclass
from operator import ne, or_
from typing import Final

from hat_tui.tui.terminal.grid import UNKNOWN, Grid
from hat_tui.tui.terminal.style import PLAIN, Style

_WORTH: Final = 40
"""Cells a shift must save before its own control sequences pay."""

_STYLE_BYTES: Final = 10
_MOST_LEFT: Final = 0.7
"""Of the cells to write, after a shift that is worth being tried: what stands beside what moved comes on top."""


@dataclass(frozen=True, slots=True)
class Shift:
    """Rows `top` up to but not including `bottom` move up by `rows` (down when negative)."""

    top: int
    bottom: int
    rows: int

    def apply(self, grid: Grid) -> None:
        """Move the rows of `grid`; plain blanks come in behind them, as on a terminal in its plain style."""
        order = range(self.top, self.bottom) if self.rows > 0 else range(self.bottom - 1, self.top - 1, -1)
        for y in order:
            source = y + self.rows
            if self.top <= source < self.bottom:
                grid.chars[y], grid.styles[y] = grid.chars[source], grid.styles[source]
            else:
                grid.chars[y], grid.styles[y] = [" "] * grid.width, [PLAIN] * grid.width


def find_shift(shown: Grid, wanted: Grid, dirty: list[int]) -> Shift | None:
    """The shift that leaves the fewest cells of the rows `dirty` (ascending, not empty) to write, if one pays."""
    top, bottom = dirty[0], dirty[-1] + 1
    left, right = _changed_columns(shown, wanted, dirty)
    places: dict[tuple[str, ...], int] = {}
    for y in range(top, bottom):
        places.setdefault(tuple(shown.chars[y][left:right]), y)
    votes: Counter[int] = Counter()
    for y in dirty:
        text = tuple(wanted.chars[y][left:right])
        if (was := places.get(text)) is not None and was != y and not set(text) <= {" ", UNKNOWN, text[0]}:
            votes[was - y] += 1
    if not votes:
        return None
    rows = votes.most_common(1)[0][0]
    shift = Shift(top, bottom, rows)
    kept = sum(_different(shown, y, wanted, y) for y in range(top, bottom))
    moved = sum(
        _different(shown, y + rows, wanted, y) if top <= y + rows < bottom else _anew(wanted, y)
        for y in range(top, bottom)
    )
    return shift if kept - moved > _WORTH and moved < kept * _MOST_LEFT else None


def _changed_columns(shown: Grid, wanted: Grid, dirty: list[int]) -> tuple[int, int]:
    """The columns outside which nothing changed in the rows `dirty`."""
    columns = [
        x
        for y in dirty
        for x, (was, char) in enumerate(zip(shown.chars[y], wanted.chars[y], strict=True))
        if was != char
    ]
    return (min(columns), max(columns) + 1) if columns else (0, wanted.width)


def _different(shown: Grid, was: int, wanted: Grid, y: int) -> int:
    """Cells of row `y` of `wanted` that row `was` of `shown` does not have; spaces cost little to write."""
    if shown.chars[was] == wanted.chars[y] and shown.styles[was] == wanted.styles[y]:
        return 0
    return sum(differences(wanted.chars[y], shown.chars[was], wanted.styles[y], shown.styles[was]))


def differences(chars: list[str], was_chars: list[str], styles: list[Style], was_styles: list[Style]) -> list[bool]:
    """For each cell of two rows whether they differ there."""
    return list(map(or_, map(ne, chars, was_chars), map(ne, styles, was_styles)))


def _anew(grid: Grid, y: int) -> int:
    """About the bytes of row `y` where a shift leaves plain blanks: its ink, and every change of style."""
    styles = grid.styles[y]
    changes: int = sum(map(ne, styles, styles[1:])) + (styles[-1] != PLAIN)
    return sum(char != " " for char in grid.chars[y]) + _STYLE_BYTES * changes

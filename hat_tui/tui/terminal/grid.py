"""A terminal's cells as a value, and the interpreter that reads what Textual writes into it.

Textual writes a frame as cursor moves, styled text and OSC 8 links and nothing else; whatever other control sequence
stands in a frame came with somebody's text, so it is dropped here and never reaches the terminal.
"""

import re
from typing import Final

from rich.cells import _is_single_cell_widths, split_graphemes

from hat_tui.tui.terminal.isolation import isolated
from hat_tui.tui.terminal.style import PLAIN, Style, after_sgr, on_blank

UNKNOWN: Final = "\0"
"""The text of a cell of which nobody knows what it shows."""

_TOKEN: Final = re.compile(
    r"(?P<text>[^\x00-\x1f\x7f-\x9f]+)"
    r"|\x1b\[(?P<parameters>[0-?]*)[ -/]*(?P<final>[@-~])"
    r"|\x1b\]8;(?P<link>[^\x00-\x1f\x7f-\x9f]*)(?:\x07|\x1b\\)"
    r"|\x1b[\]PX^_][^\x1b\x07]*(?:\x07|\x1b\\)?"
    r"|(?P<control>[\x00-\x1a\x1c-\x1f\x7f-\x9f])"
    r"|\x1b[ -/]*[0-~]?"
)
_FEW: Final = 2
"""Rows that change at once where something goes on; more of them are something new."""
_ROW_START: Final = re.compile(r"\x1b\[(\d+);1H")


def _lines(data: str) -> list[str]:
    """`data` cut after every newline, and nowhere else."""
    *whole, last = data.split("\n")
    return [line + "\n" for line in whole] + [last]


class Grid:
    """`width` × `height` cells, a cursor, and which rows changed since `dirty` was last emptied.

    A cell's text is one grapheme; the right half of a wide one is "". `styles` runs beside `chars`, row by row.
    """

    def __init__(self, width: int, height: int, text: str = " ") -> None:
        self.width = width
        self.height = height
        self.chars = [[text] * width for _ in range(height)]
        self.styles = [[PLAIN] * width for _ in range(height)]
        self.x = 0
        self.y = 0
        self.dirty: set[int] = set()
        # Rows that changed one or two at a time, as the end of a reply does, and when: the later, the larger.
        self.lately: dict[int, int] = {}
        self._feeds = 0
        self._style = PLAIN
        # The last string that set a row as a whole: a full repaint repeats most of them.
        self._sources: list[str] = [""] * height

    def feed(self, data: str) -> None:
        """Change the cells as a terminal that reads `data` would."""
        before, self.dirty = self.dirty, set()
        self._read(data)
        fed, self.dirty = self.dirty, self.dirty | before
        self._feeds += 1
        for y in fed:
            self.lately[y] = self._feeds if len(fed) <= _FEW else 0

    def _read(self, data: str) -> None:
        for line in _lines(data) if data.count("\n") > 2 else (data,):
            start = _ROW_START.match(line)
            # The last line goes on with the cursor's own place, so it is read each time.
            y = int(start[1]) - 1 if start and line.endswith("\n") else -1
            if not 0 <= y < self.height:
                self._interpret(line)
            elif self._sources[y] == line and self._style == PLAIN:
                self.x, self.y = 0, y + 1
            else:
                self._interpret(line)
                self._sources[y] = line

    def _interpret(self, data: str) -> None:
        for token in _TOKEN.finditer(data):
            kind = token.lastgroup
            if kind == "text":
                self._put(token["text"])
            elif kind == "final":
                self._control(token["final"], token["parameters"])
            elif kind == "link":
                link = token["link"]
                self._style = self._style._replace(link=link if link.partition(";")[2] else "")
            elif token["control"] == "\n":
                self.y += 1
            elif token["control"] == "\r":
                self.x = 0
            elif token["control"] == "\b":
                self.x = max(self.x - 1, 0)

    def _control(self, final: str, parameters: str) -> None:
        if final == "m":
            self._style = after_sgr(self._style, parameters)
            return
        numbers = [int(number) if number.isdecimal() else 0 for number in parameters.split(";")]
        count = max(numbers[0], 1)
        match final:
            case "H":
                self.y = count - 1
                self.x = max(numbers[1] if len(numbers) > 1 else 1, 1) - 1
            case "A":
                self.y = max(self.y - count, 0)
            case "B":
                self.y += count
            case "C":
                self.x = min(self.x + count, self.width - 1)
            case "D":
                self.x = max(self.x - count, 0)
            case "G":
                self.x = count - 1
            case "K" if numbers[0] == 0:
                self._erase(self.width)
            case "X":
                self._erase(min(self.x + count, self.width))
            case "J" if numbers[0] == 2:
                self.erase(Style(background=self._style.background))
            case "J" if numbers[0] == 0:
                self.cut(self.y + (self.x > 0))

    def erase(self, style: Style = PLAIN, text: str = " ") -> None:
        """Make every cell a blank of `style`, or of `text`."""
        for y in range(self.height):
            self.chars[y] = [text] * self.width
            self.styles[y] = [style] * self.width
            self._sources[y] = ""
        self.dirty.update(range(self.height))

    def cut(self, height: int) -> None:
        """Make the rows from `height` down plain blanks."""
        for y in range(max(height, 0), self.height):
            self.chars[y] = [" "] * self.width
            self.styles[y] = [PLAIN] * self.width
            self._sources[y] = ""
            self.dirty.add(y)

    def _erase(self, end: int) -> None:
        """Blank the cells of the cursor's row from the cursor to before column `end`."""
        x, style = self.x, self._style
        self._style = Style(background=style.background)
        self._put(" " * (end - x))
        self.x, self._style = x, style

    def copy(self) -> "Grid":
        """The same cells and cursor in rows of their own."""
        other = Grid(self.width, self.height)
        other.chars, other.styles = [[*row] for row in self.chars], [[*row] for row in self.styles]
        other.x, other.y = self.x, self.y
        return other

    def take_row(self, y: int, other: "Grid") -> None:
        """Make row `y` what is shown for the same row of `other`."""
        self.chars[y] = isolated(other.chars[y])
        self.styles[y] = other.styles[y].copy()

    def _put(self, text: str) -> None:
        if not (0 <= self.y < self.height) or self.x >= self.width:
            return
        if _is_single_cell_widths(text):
            self._place(list(text[: self.width - self.x]))
            return
        cells: list[str] = []
        room = self.width - self.x
        for start, end, width in split_graphemes(text)[0]:
            if not width:
                self._combine(text[start:end], cells)
            elif len(cells) + width <= room:
                cells.append(text[start:end])
                cells.extend([""] * (width - 1))
            else:
                cells.extend([" "] * (room - len(cells)))
                break
        self._place(cells)

    def _combine(self, mark: str, cells: list[str]) -> None:
        """Put a mark without a width of its own on the glyph before it, wherever that stands."""
        before, at = (cells, len(cells) - 1) if cells else (self.chars[self.y], self.x - 1)
        if at >= 1 and not before[at]:
            at -= 1
        if at >= 0 and before[at]:
            before[at] += mark
            self.dirty.add(self.y)
            self._sources[self.y] = ""

    def _place(self, cells: list[str]) -> None:
        chars, styles, x = self.chars[self.y], self.styles[self.y], self.x
        end = x + len(cells)
        # A terminal that overwrites half of a wide glyph blanks the other half.
        if x < end and x and not chars[x]:
            chars[x - 1] = " "
        if end < self.width and not chars[end]:
            chars[end] = " "
        chars[x:end] = cells
        blank = on_blank(self._style)
        styles[x:end] = [self._style] * len(cells)
        if blank != self._style:
            for at, text in enumerate(cells, x):
                if text == " ":
                    styles[at] = blank
        self.x = end
        self.dirty.add(self.y)
        self._sources[self.y] = ""

"""Runs of styled text, cut into lines."""

from dataclasses import dataclass, field

from rich.cells import cell_len, split_graphemes
from rich.segment import Segment
from rich.style import Style

from hat_tui.tui.widgets.line_wrap import Cut, wrap
from hat_tui.tui.widgets.look import Line


@dataclass(slots=True)
class Flow:
    """Safe text and its styles: `spans` holds (start, end, style), in order and without gaps."""

    text: str = ""
    spans: list[tuple[int, int, Style]] = field(default_factory=list)

    def add(self, text: str, style: Style) -> None:
        """Append `text`, already safe to show."""
        if not text:
            return
        start, end = len(self.text), len(self.text) + len(text)
        self.text += text
        if self.spans and self.spans[-1][2] == style:
            start = self.spans.pop()[0]
        self.spans.append((start, end, style))

    def segments(self, start: int, end: int) -> list[Segment]:
        """What lies from character `start` to `end`."""
        if len(self.spans) == 1:
            return [Segment(self.text[start:end], self.spans[0][2])] if end > start else []
        return [
            Segment(self.text[max(start, first) : min(end, last)], style)
            for first, last, style in self.spans
            if first < end and last > start
        ]

    def rows(self) -> list["Flow"]:
        """One flow for each line of the text."""
        if "\n" not in self.text:
            return [self]
        rows, start = [], 0
        for text in self.text.split("\n"):
            end = start + len(text)
            spans = [(max(a, start) - start, min(b, end) - start, s) for a, b, s in self.spans if a < end and b > start]
            rows.append(Flow(text, spans))
            start = end + 1
        return rows


class Margin:
    """What stands left of a block: once (a bullet), then on every line after (blanks, a bar).

    `bars` characters of it are no text that anyone wants in a copy.
    """

    __slots__ = ("bars", "cells", "first", "rest")

    def __init__(
        self, rest: list[Segment] | None = None, first: list[Segment] | None = None, cells: int = 0, bars: int = 0
    ) -> None:
        self.rest = rest or []
        self.first = first
        self.cells = cells
        self.bars = bars

    def take(self) -> list[Segment]:
        """The segments for the next line."""
        first, self.first = self.first, None
        return self.rest if first is None else first

    def inside(self, rest: list[Segment], first: list[Segment] | None = None, *, bar: bool = False) -> "Margin":
        """A margin further in, by what `rest` and `first` (as wide) add."""
        outer = self.take()
        added = sum(segment.cell_length for segment in rest)
        cells = self.cells + added
        starts = outer is not self.rest or first is not None
        return Margin(
            self.rest + rest,
            outer + (rest if first is None else first) if starts else None,
            cells,
            cells if bar else self.bars,
        )


def flow_lines(flow: Flow, margin: Margin, width: int) -> list[Line]:
    """The lines of `flow` inside `margin`, none wider than `width` cells, margin and all."""
    lines: list[Line] = []
    for row in flow.rows():
        lines += cut_lines(row, wrap(row.text, width - margin.cells), margin)
    return lines


def cut_lines(row: Flow, cuts: list[Cut], margin: Margin) -> list[Line]:
    """The lines of `row`, cut already."""
    lines = []
    inner = sum(len(segment.text) for segment in margin.rest)
    for number, (start, end) in enumerate(cuts):
        segments = row.segments(start, end)
        cells = margin.cells + sum(segment.cell_length for segment in segments)
        glue = "\n" if number + 1 == len(cuts) else row.text[end : cuts[number + 1][0]]
        lead = inner if number else margin.bars
        lines.append(Line(margin.take() + segments, cells, lead, glue))
    return lines


def chop(text: str, width: int) -> list[Cut]:
    """Cuts of `text` into lines of at most `width` cells that lose no blank, for code; after a blank near the end."""
    cuts: list[Cut] = []
    if text.isascii():
        start = 0
        while len(text) - start > width:
            end = text.rfind(" ", start + width * 2 // 3, start + width) + 1 or start + width
            cuts.append((start, end))
            start = end
        cuts.append((start, len(text)))
        return cuts
    line = used = 0
    for start, _, cells in split_graphemes(text)[0]:
        if used + cells > width and start > line:
            cuts.append((line, start))
            line, used = start, 0
        used += cells
    cuts.append((line, len(text)))
    return cuts


def clipped(text: str, cells: int, ellipsis: str = "…") -> str:
    """`text`, which is safe and on one line, in at most `cells` cells."""
    if cell_len(text) <= cells:
        return text
    kept, used = 0, 1
    for _, end, size in split_graphemes(text)[0]:
        if used + size > cells:
            break
        kept, used = end, used + size
    return text[:kept] + ellipsis if cells > 0 else ""

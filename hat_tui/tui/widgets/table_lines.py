"""A Markdown table, shrunk and wrapped to a width; as records where even that is too wide."""

from rich.cells import cell_len
from rich.segment import Segment

from hat_tui.tui.widgets.line_wrap import wrap
from hat_tui.tui.widgets.look import BLANK, Line, Look
from hat_tui.tui.widgets.text_flow import Flow, Margin, flow_lines

Cell = Flow

_MIN_COLUMN = 5
"""Cells; narrower columns read worse than records."""


def table_lines(rows: list[list[Cell]], aligns: list[str], margin: Margin, width: int, look: Look) -> list[Line]:
    """The lines of a table whose first row is its header; `aligns` are "", "left", "center" or "right"."""
    columns = len(aligns)
    room = width - margin.cells - 3 * (columns - 1)
    natural = [max(cell_len(row[n].text) for row in rows if n < len(row)) or 1 for n in range(columns)]
    if sum(min(size, _MIN_COLUMN) for size in natural) > room:
        return _records(rows, margin, width, look)
    sizes = _shrunk(natural, room)
    lines: list[Line] = []
    heights = [_row(row, sizes, aligns, margin, look, lines) for row in rows[:1]]
    lines.append(_rule(sizes, margin, look))
    body: list[list[Line]] = []
    for row in rows[1:]:
        part: list[Line] = []
        heights.append(_row(row, sizes, aligns, margin, look, part))
        body.append(part)
    for number, part in enumerate(body):
        # Rows of several lines run into each other without something between them.
        if number and max(heights) > 1:
            lines.append(_row_gap(sizes, margin, look))
        lines += part
    return lines


def _shrunk(natural: list[int], room: int) -> list[int]:
    """Column widths that fit: the widest give way first."""
    if sum(natural) <= room:
        return natural
    low, high = min(_MIN_COLUMN, *natural, room), max(natural)
    while low < high:
        limit = (low + high + 1) // 2
        if sum(min(size, limit) for size in natural) <= room:
            low = limit
        else:
            high = limit - 1
    sizes = [min(size, low) for size in natural]
    spare = room - sum(sizes)
    for number, size in enumerate(natural):
        if spare > 0 and size > sizes[number]:
            sizes[number] += 1
            spare -= 1
    return sizes


def _row(row: list[Cell], sizes: list[int], aligns: list[str], margin: Margin, look: Look, lines: list[Line]) -> int:
    """Append one row; its height in lines."""
    wrapped = [[row[n].segments(a, b) for a, b in wrap(row[n].text, sizes[n])] for n in range(len(row))]
    height = max((len(cell) for cell in wrapped), default=1)
    column = Segment(f" {look.glyphs.column} ", look["bar"])
    for level in range(height):
        segments = list(margin.take())
        for number, size in enumerate(sizes):
            cell = wrapped[number][level] if number < len(wrapped) and level < len(wrapped[number]) else []
            segments += [column] if number else []
            segments += _aligned(cell, size, aligns[number], look)
        lines.append(Line(segments, margin.cells + sum(sizes) + 3 * (len(sizes) - 1), margin.bars))
    return height


def _aligned(cell: list[Segment], size: int, align: str, look: Look) -> list[Segment]:
    spare = max(0, size - sum(segment.cell_length for segment in cell))
    left = spare if align == "right" else spare // 2 if align == "center" else 0
    before = [Segment(" " * left, look["text"])] if left else []
    after = [Segment(" " * (spare - left), look["text"])] if spare > left else []
    return before + cell + after


def _rule(sizes: list[int], margin: Margin, look: Look) -> Line:
    rule, cross = look.glyphs.rule, look.glyphs.cross
    text = f"{rule}{cross}{rule}".join(rule * size for size in sizes)
    return Line([*margin.take(), Segment(text, look["bar"])], margin.cells + len(text), margin.bars)


def _row_gap(sizes: list[int], margin: Margin, look: Look) -> Line:
    text = f" {look.glyphs.column} ".join(" " * size for size in sizes)
    return Line([*margin.take(), Segment(text, look["bar"])], margin.cells + len(text), margin.bars)


def _records(rows: list[list[Cell]], margin: Margin, width: int, look: Look) -> list[Line]:
    """One paragraph a row, one line a cell: "header: cell"."""
    lines: list[Line] = []
    for number, row in enumerate(rows[1:] or rows):
        if number:
            lines.append(BLANK)
        for header, cell in zip(rows[0], row, strict=False):
            flow = Flow()
            for start, end, style in header.spans:
                flow.add(header.text[start:end], style)
            flow.add(": ", look["muted"])
            for start, end, style in cell.spans:
                flow.add(cell.text[start:end], style)
            lines += flow_lines(flow, margin, width)
    return lines

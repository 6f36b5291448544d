"""A block of code as a panel: a bar beside it, its language above, long lines folded."""

from rich.segment import Segment

from hat_tui.tui.widgets.code_lines import CodeLines, Coloured
from hat_tui.tui.widgets.look import Line, Look
from hat_tui.tui.widgets.text_flow import Flow, Margin, chop


class CodePanel:
    """Draws one block of code, which may still grow; lines that no longer change are drawn once."""

    def __init__(self, language: str, look: Look, width: int) -> None:
        self._language = language
        self._look = look
        self._width = width
        self._code = CodeLines(language)
        self._drawn: list[Line] = []
        self._drawn_rows = 0

    def continues_in(self, language: str, code: str) -> bool:
        """Whether `code` is this block, with more at its end."""
        return language == self._language and self._code.continues_in(code)

    def draw(self, code: str, margin: Margin, *, finished: bool) -> list[Line]:
        """The lines of the panel inside `margin`; `finished` when the code is complete."""
        rows = self._code.lines(code, finished=finished)
        if finished or margin.cells:
            self._drawn, self._drawn_rows = [], 0
        lines = list(self._drawn)
        if not lines and self._language:
            label = self._language[: max(1, self._width - margin.cells - 3)]
            lines.append(self._row([Segment(label, self._look["label"])], margin, len(label), ""))
        for number in range(self._drawn_rows, len(rows)):
            if number == self._code.settled and not finished:
                self._drawn, self._drawn_rows = list(lines), number
            self._draw_row(rows[number], margin, lines)
        return lines

    def _draw_row(self, coloured: Coloured, margin: Margin, lines: list[Line]) -> None:
        row = Flow()
        for text, name in coloured:
            row.add(text, self._look[name])
        for start, end in chop(row.text, max(1, self._width - margin.cells - 3)):
            lines.append(self._row(row.segments(start, end), margin, 0, "" if end < len(row.text) else "\n"))

    def _row(self, pieces: list[Segment], margin: Margin, lead: int, glue: str) -> Line:
        look, outer = self._look, margin.take()
        edge = Segment(look.glyphs.panel + " ", look["label"])
        room = self._width - margin.cells - 2
        blank = Segment(" " * (room - sum(piece.cell_length for piece in pieces)), look["panel"])
        lead += sum(len(piece.text) for piece in outer) + 2
        return Line([*outer, edge, *pieces, blank], self._width, lead, glue, len(blank.text))

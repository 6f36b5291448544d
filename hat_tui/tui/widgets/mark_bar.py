"""Marks as bars, and speed against mark as a picture."""

from textual.content import Content
from textual.widget import Widget

from hat_tui.acceptance.document import Bars, Scatter, letter, nice_end
from hat_tui.chat.safe_text import shown_line

COLOURS = ("$primary", "$accent", "$success", "$warning", "$secondary", "$error")
"""One for each model; letters tell them apart where there are no colours."""

TITLE_CELLS = 33
FULL, EMPTY = "█", "░"


class MarkBars(Widget):
    """A row for each task; a bar and a number for each model."""

    DEFAULT_CSS = """
    MarkBars { height: auto; padding: 0 1; }
    """

    def __init__(self, bars: Bars) -> None:
        super().__init__()
        self._bars = bars

    def render(self) -> Content:
        """As wide as there is room; a legend first when there are several models."""
        labels = self._bars.labels
        many = len(labels) > 1
        cells = max(5, min(30, (self.size.width - TITLE_CELLS - 2) // len(labels) - 6))
        lines: list[Content] = []
        if many:
            lines = [Content.assemble((letter(at), f"bold {_colour(at)}"), f"  {shown_line(label)}")
                     for at, label in enumerate(labels)]  # fmt: skip
            heads = "  ".join(letter(at).ljust(cells + 4) for at in range(len(labels)))
            lines += [Content(""), Content.styled(" " * (TITLE_CELLS + 2) + heads, "bold")]
        for title, marks in self._bars.rows:
            name = Content(shown_line(title)).truncate(TITLE_CELLS, ellipsis=True, pad=True)
            lines.append(Content("  ").join([name, *(self._bar(mark, at, cells) for at, mark in enumerate(marks))]))
        return Content("\n").join(lines)

    def _bar(self, mark: float | None, at: int, cells: int) -> Content:
        if mark is None:
            return Content.styled(f"{EMPTY * cells}   -", "$foreground 40%")
        full = round(mark / 5 * cells)
        return Content.assemble((FULL * full, _colour(at)), (EMPTY * (cells - full), "$foreground 30%"), f" {mark:.1f}")


class SpeedPicture(Widget):
    """Speed to the right, mark upwards, a letter for each model."""

    DEFAULT_CSS = """
    SpeedPicture { height: auto; padding: 0 1; }
    """

    def __init__(self, scatter: Scatter) -> None:
        super().__init__()
        self._points = scatter.points

    def render(self) -> Content:
        """Eleven rows, as wide as there is room up to 90 columns."""
        columns = max(20, min(90, self.size.width - 10))
        rows = 11
        end = nice_end(max((point.speed for point in self._points), default=0))
        grid: list[list[tuple[str, str]]] = [[(" ", "")] * columns for _ in range(rows)]
        for number, point in enumerate(self._points):
            x = min(columns - 1, round(point.speed / end * (columns - 1)))
            y = rows - 1 - round(point.mark / 5 * (rows - 1))
            taken = grid[y][x][0] != " "
            grid[y][x] = ("*" if taken else letter(number), f"bold {_colour(number)}")
        lines = [Content.styled("mark", "$foreground 60%")]
        for at, row in enumerate(grid):
            lines.append(Content.assemble((f"{5 - at / 2:3.1f} │", "$foreground 60%"), *row))
        scale = f"{end:g} tokens/s"
        lines.append(Content.styled("    └" + "─" * columns, "$foreground 60%"))
        lines.append(Content.styled("     0" + scale.rjust(columns - 1), "$foreground 60%"))
        for number, point in enumerate(self._points):
            name = f"  {shown_line(point.label)}: mark {point.mark:.2f}, {point.speed:.1f} tokens/s"
            lines.append(Content.assemble((letter(number), f"bold {_colour(number)}"), name))
        return Content("\n").join(lines)


def _colour(number: int) -> str:
    return COLOURS[number % len(COLOURS)]

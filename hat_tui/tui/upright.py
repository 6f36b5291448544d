"""Text without italics, for terminals that show them as something else."""

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

_UPRIGHT = Style(italic=False)


class Upright(LineFilter):
    """Leaves all of a line's looks as they are but italics."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same segments, upright."""
        return [
            Segment(text, style + _UPRIGHT, control) if style and style.italic else Segment(text, style, control)
            for text, style, control in segments
        ]

"""What was said, as lines that stay in a terminal's scrollback when the screen is gone."""

from collections.abc import Iterable

from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip


def scrollback(lines: Iterable[Strip], console: Console) -> str:
    """The painted lines of a transcript as text for a terminal, one below the other.

    The terminal's own ground stays, since these lines stand among those of the shell.
    """
    return "".join(f"{Strip(map(_on_own_ground, line)).render(console)}\n" for line in lines)


def _on_own_ground(segment: Segment) -> Segment:
    style = segment.style
    if style is None:
        return segment
    kept = Style(
        color=style.color, bold=style.bold, italic=style.italic, underline=style.underline, strike=style.strike
    )
    return Segment(segment.text, kept)

"""The styles and glyphs a transcript is drawn with, and the line it draws."""

from collections.abc import Mapping
from typing import NamedTuple

from rich.segment import Segment
from rich.style import Style

from hat_tui.frozen import frozen

STYLE_NAMES = (
    "text",
    "muted",
    "user",
    "assistant",
    "note",
    "warning",
    "error",
    "heading",
    "code",
    "panel",
    "label",
    "link",
    "quote",
    "bar",
    "selected",
    "hit",
    "hit-now",
    "keyword",
    "string",
    "number",
    "comment",
    "name",
    "operator",
)
"""Each is a component class of the transcript, `transcript--NAME`."""

DIM = Style(dim=True)


@frozen
class Glyphs:
    """What is drawn beside text; every one of them is one cell wide, `ellipsis` too."""

    user_bar: str = "▌"
    selected_bar: str = "█"
    bullets: str = "•◦▪"
    task_open: str = "☐"
    task_done: str = "☑"
    quote: str = "▎"
    panel: str = "▏"
    rule: str = "─"
    column: str = "│"
    cross: str = "┼"
    folded: str = "▸"
    unfolded: str = "▾"
    below: str = "↓"
    pinned: str = "◆"
    dot: str = "·"
    ellipsis: str = "…"


@frozen
class Look:
    """Complete styles, background included, by the names of STYLE_NAMES."""

    styles: Mapping[str, Style]
    glyphs: Glyphs = Glyphs()

    def __getitem__(self, name: str) -> Style:
        return self.styles[name]

    def dimmed(self) -> "Look":
        """The same, faint: for what the model no longer sees."""
        return Look({name: style + DIM for name, style in self.styles.items()}, self.glyphs)


class Line(NamedTuple):
    """One row of a turn, without the gutter; `cells` wide.

    `lead` characters at its start and `trail` at its end are decoration and stay out of a copy; `glue` joins it to the
    next line in one: a line end, or the blank (or nothing) a paragraph was broken at.
    """

    segments: list[Segment]
    cells: int
    lead: int = 0
    glue: str = "\n"
    trail: int = 0

    @property
    def text(self) -> str:
        """What the row says, decoration and all."""
        return "".join(segment.text for segment in self.segments)

    def words(self, start: int = 0, end: int | None = None) -> str:
        """What a copy of the characters from `start` to `end` takes, without the glue."""
        text = self.text
        last = len(text) - self.trail
        return text[max(self.lead, start) : last if end is None else min(end, last)]


BLANK = Line([], 0)

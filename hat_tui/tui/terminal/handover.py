"""Taking over a screen that somebody painted before the app was there, and leaving one for the next time."""

from typing import TYPE_CHECKING, Any, Protocol

from hat_tui.tui.terminal import tty_mode
from hat_tui.tui.terminal.grid import UNKNOWN, Grid
from hat_tui.tui.terminal.painter import Abilities, Painter
from hat_tui.tui.terminal.style import PLAIN, Style, on_blank, transition

if TYPE_CHECKING:
    from textual.app import App


class Handover(Protocol):
    """A terminal that is raw, shows a prompt and echoes keys already, from before the app was there."""

    size: tuple[int, int]
    """Columns and rows it was painted for."""
    attributes: tty_mode.Attributes | None
    """The tty's attributes from before raw mode."""
    remembered: bool
    """Whether it looks as the app does when it has settled."""
    unread: bytes
    """Input after the first key that is not plain text; complete once `take` was called."""

    @property
    def painted(self) -> str:
        """All that was written to the alternate screen since it was blank."""

    def take(self) -> str:
        """Stop echoing; the text typed so far, at the first call."""

    def accept(self) -> None:
        """The driver has the terminal now."""

    def remember(self, frame: str, place: tuple[int, int, int], style: str) -> None:
        """Keep a frame to open with next time: its bytes, the prompt's column, row and width, its text's look."""


def shown_by(handover: Handover, size: tuple[int, int]) -> Grid:
    """The cells that are on a terminal of `size` columns and rows."""
    if handover.size != size:
        return Grid(*size, UNKNOWN)
    grid = Grid(*size)
    grid.feed(handover.painted)
    return grid


def keep_frame(handover: Handover, frame: Grid, app: "App[Any]", *, bce: bool) -> None:
    """Give `frame`, whose cursor is in an empty prompt, to be painted first next time."""
    prompt = app.focused
    if prompt is None or frame.x + prompt.content_size.width > frame.width:
        return
    frame.dirty.update(range(frame.height))
    data = Painter(Grid(frame.width, frame.height), Abilities(bce=bce)).paint(frame, 1_000_000, caret=False)
    # A space does not tell the colour of letters.
    colour = prompt.rich_style.color
    foreground = colour.downgrade(app.console._color_system or 3).get_ansi_codes() if colour else ()
    style = Style(foreground=";".join(foreground), background=on_blank(frame.styles[frame.y][frame.x]).background)
    handover.remember(data, (frame.x, frame.y, prompt.content_size.width), "\x1b[m" + transition(PLAIN, style))

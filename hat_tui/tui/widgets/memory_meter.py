"""What the model still sees, before anything is sent."""

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from hat_tui.chat.memory import Window

BAR_WIDTH = 30


class MemoryMeter(Widget):
    """Four lines about the window that the next prompt would be sent with."""

    DEFAULT_CSS = """
    MemoryMeter {
        height: auto;
        padding: 0 1;
        background: $surface;
    }
    """

    window: reactive[Window | None] = reactive(None, layout=True)

    def render(self) -> Content:
        """Turns, tokens as a bar, the state and what would be forgotten."""
        window = self.window
        if window is None:
            return Content("Memory: nothing said yet")
        return Content("\n").join([Content(line) for line in ("Memory",)])

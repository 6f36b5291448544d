"""The prompts that wait, above the prompt box."""

from collections.abc import Sequence

from textual.content import Content
from textual.geometry import Size
from textual.widgets import Static

from hat_tui.chat.safe_text import shown_line

MOST = 3
"""Prompts that are shown of those that wait, and one in windows of fewer than LOW rows."""
LOW = 20


class QueuedPrompts(Static):
    """Prompts that wait to be sent, and why; hidden when there are none."""

    DEFAULT_CSS = """
    QueuedPrompts { height: auto; max-height: 7; padding: 0 1; color: $foreground 60%; }
    """

    def show_waiting(self, prompts: Sequence[str], why: str, window: Size) -> None:
        """Show the first ones in a line each, as many as the window has room for."""
        self.display = bool(prompts)
        if not prompts:
            return
        most = MOST if window.height >= LOW else 1
        lines = [
            Content(f"{at}. {shown_line(text)}").truncate(max(10, window.width - 2), ellipsis=True)
            for at, text in enumerate(prompts[:most], 1)
        ]
        if len(prompts) > most:
            lines.append(Content(f"… and {len(prompts) - most} more"))
        lines.append(Content(f"{why} Up in the empty box takes the last one back."))
        self.update(Content("\n").join(lines))

"""The one line that tells where the chat stands: server state, model, endpoint, session file, speed."""

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from hat_tui.chat.safe_text import shown_line

DOTS = {"ready": "$success", "busy": "$accent", "crashed": "$error", "lost": "$error", "stopped": "$warning"}


class StatusLine(Widget):
    """What is known now. Each part is left away from the right when there is no room for it."""

    DEFAULT_CSS = """
    StatusLine {
        height: 1;
        padding: 0 1;
        background: $panel;
        color: $foreground;
    }
    """

    state: reactive[str] = reactive("")
    model: reactive[str] = reactive("")
    endpoint: reactive[str] = reactive("")
    session: reactive[str] = reactive("")
    memory: reactive[str] = reactive("")
    speed: reactive[str] = reactive("")

    def render(self) -> Content:
        """State and model always; then memory, speed, session and endpoint as far as they fit."""
        # As wide when busy as when ready: what stands beside it stays where it is, and need not be sent again.
        state = Content.assemble(("● ", DOTS.get(self.state, "$warning")), f"{self.state or 'no model':<5}")
        parts = [state]
        room = self.size.width - state.cell_length
        for text in (self.model, self.memory, self.speed, self.session, self.endpoint):
            piece = Content(shown_line(text))
            if text and piece.cell_length + 3 <= room:
                parts.append(piece)
                room -= piece.cell_length + 3
        return Content.styled(" · ", "$foreground 50%").join(parts)

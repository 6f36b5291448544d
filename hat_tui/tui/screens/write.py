"""Write a longer text: a system prompt, a question that is edited, a title."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Static, TextArea

from hat_tui.tui.widgets.key_bar import KeyBar


class WriteScreen(ModalScreen[str | None]):
    """Returns the text, None when it was left. Enter adds a line when `lines` is true, else it takes the text."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "take", "Take it", priority=True),
        Binding("escape", "dismiss(None)", "Leave it as it was", priority=True),
    ]

    area = query_one(TextArea)

    def __init__(self, title: str, text: str) -> None:
        super().__init__()
        self._title = title
        self._text = text

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(self._title, id="dialog-title", markup=False)
            yield TextArea(self._text, compact=True, soft_wrap=True, highlight_cursor_line=False)
            yield KeyBar()

    def on_mount(self) -> None:
        self.area.cursor_blink = False
        self.area.move_cursor(self.area.document.end)

    def action_take(self) -> None:
        self.dismiss(self.area.text)

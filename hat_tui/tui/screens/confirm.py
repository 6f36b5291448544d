"""Ask before something would go."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from hat_tui.tui.widgets.key_bar import KeyBar


class ConfirmScreen(ModalScreen[bool]):
    """True for Enter or y, False for Escape or n."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,y", "dismiss(True)", "Yes"),
        Binding("escape,n", "dismiss(False)", "No"),
    ]

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog", classes="-small"):
            yield Static(self._question, id="dialog-title", markup=False)
            yield KeyBar()

"""Sharing: asked before, and then what a colleague needs to know."""

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from hat_tui.chat.safe_text import shown, shown_line
from hat_tui.server.launch import LaunchOptions
from hat_tui.server.sharing import exposure
from hat_tui.tui.widgets.key_bar import KeyBar


class ShareScreen(ModalScreen[bool]):
    """Tells what sharing would open; true when the person wants it."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,y", "dismiss(True)", "Share"),
        Binding("escape,n", "dismiss(False)", "Leave it to this machine"),
    ]

    def __init__(self, options: LaunchOptions) -> None:
        super().__init__()
        self._options = options

    def compose(self) -> ComposeResult:
        name = shown_line(self._options.models[0].name)
        told = [
            f"The server is started again, listening at {shown_line(self._options.host)}, and asks for a key.",
            *exposure(self._options),
            "The conversation stays. /unshare takes it back to this machine alone.",
        ]
        with Vertical(id="dialog"):
            yield Static(f"Share {name} with the local network?", id="dialog-title", markup=False)
            yield Static(Content("\n").join(Content(f"· {sentence}") for sentence in told))
            yield KeyBar()


class InvitationScreen(ModalScreen[None]):
    """The lines to pass on. The key is seen here and nowhere else: neither in the conversation nor in the log."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy_lines", "Copy"),
        Binding("escape,enter,q", "dismiss(None)", "Done", key_display="Enter"),
    ]

    def __init__(self, lines: str, copy: Callable[[str], None]) -> None:
        super().__init__()
        self._lines = lines
        self._copy = copy

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static("Shared. Pass this on to a colleague:", id="dialog-title", markup=False)
            yield Static(Content(shown(self._lines)))
            yield KeyBar()

    def action_copy_lines(self) -> None:
        """Copy them all."""
        self._copy(self._lines)

"""Connect to a server that is there already, by its URL."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from hat_tui.server.target import RemoteServer
from hat_tui.tui.widgets.key_bar import KeyBar

EXAMPLE = "http://192.168.1.52:8000/v1"


class ConnectScreen(ModalScreen[RemoteServer | None]):
    """Returns the server that was typed, None when the screen was left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "connect", "Connect", priority=True),
        Binding("tab,down", "app.focus_next", "Next field", key_display="Tab"),
        Binding("shift+tab,up", "app.focus_previous", "Field before", show=False),
        Binding("escape", "dismiss(None)", "Leave"),
    ]

    url = query_one("#connect-url", Input)
    key = query_one("#connect-key", Input)
    model = query_one("#connect-model", Input)
    error = query_one("#connect-error", Static)

    def __init__(self, url: str = "", key: str = "") -> None:
        super().__init__()
        self._url = url
        self._key = key

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static("Connect to an OpenAI-compatible server", id="dialog-title", markup=False)
            yield Static("Address", classes="label")
            yield Input(self._url, id="connect-url", placeholder=EXAMPLE, compact=True)
            yield Static("Key, if it wants one (never shown, never written down)", classes="label")
            yield Input(self._key, id="connect-key", password=True, compact=True)
            yield Static("Model, if it serves several; empty for its first", classes="label")
            yield Input(id="connect-model", compact=True)
            yield Static(id="connect-error", markup=False)
            yield KeyBar()

    def action_connect(self) -> None:
        """Return the server, when an address was typed."""
        if not (address := self.url.value.strip()):
            self.error.update(f"Type the server's address first, for example {EXAMPLE}")
            self.url.focus()
            return
        self.dismiss(RemoteServer(address, self.key.value.strip(), self.model.value.strip()))

    @on(Input.Changed)
    def _typed(self) -> None:
        self.error.update("")

"""All keys, grouped, with what each does."""

from collections.abc import Mapping
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from hat_tui.tui.keymap import CHAT, TURN
from hat_tui.tui.widgets.key_bar import KeyBar

NAMES = {"escape": "Esc", "enter": "Enter", "up": "↑", "down": "↓", "left": "←", "right": "→"}


def key_name(key: str) -> str:
    """A Textual key name as it stands on a keyboard."""
    *modifiers, last = key.split("+")
    named = NAMES.get(
        last, last.capitalize() if len(last) > 2 else last.upper() if modifiers or len(last) > 1 else last
    )
    return "+".join([*(modifier.capitalize() for modifier in modifiers), named])


class KeysHelpScreen(ModalScreen[None]):
    """The key table, with the keys that hold after remapping."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "dismiss(None)", "Leave", key_display="Esc")]

    def __init__(self, remapped: Mapping[str, str]) -> None:
        super().__init__()
        self._remapped = remapped

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog", classes="-tall"):
            yield Static("Keys", id="dialog-title", markup=False)
            with VerticalScroll():
                yield Static(self._table())
            yield KeyBar()

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 2, 0, 0), expand=True)
        table.add_column(no_wrap=True)
        table.add_column(ratio=1)
        table.add_column(no_wrap=True)
        group = ""
        for action in CHAT + TURN:
            if action.group != group:
                if group:
                    table.add_row("")
                group = action.group
                where = "Shift+Tab goes up into the conversation" if group == "Turn" else ""
                table.add_row(Text(group, "bold italic"), Text(where, "dim"))
            keys = self._remapped.get(action.id, action.keys).split(",")
            command = f"/{action.command}" if action.command else ""
            shown_keys = Text(" or ".join(key_name(key) for key in keys), "bold")
            table.add_row(shown_keys, Text(action.help), Text(command, "dim"))
        return table

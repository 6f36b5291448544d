"""All keys, grouped, with what each does."""

from collections.abc import Mapping
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from hat_tui.tui.keymap import CHAT, TURN, Action
from hat_tui.tui.widgets.key_bar import KeyBar

NAMES = {"escape": "Esc", "enter": "Enter", "up": "↑", "down": "↓", "left": "←", "right": "→"}


def key_name(key: str) -> str:
    """A Textual key name as it stands on a keyboard."""
    *modifiers, last = key.split("+")
    named = NAMES.get(last, last.upper() if len(last) > 1 else last)
    return "+".join([*(modifier.capitalize() for modifier in modifiers), named.upper() if modifiers else named])


class KeysHelpScreen(ModalScreen[None]):
    """The key table, with the keys that hold after remapping."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,ctrl+g,f1,q", "dismiss(None)", "Leave", key_display="Esc")]

    def __init__(self, remapped: Mapping[str, str]) -> None:
        super().__init__()
        self._remapped = remapped

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog", classes="-tall"):
            yield Static("Keys", id="dialog-title", markup=False)
            with VerticalScroll():
                yield Static(self._table())
            yield KeyBar()

    def _table(self) -> Content:
        lines: list[Content] = []
        group = ""
        for action in CHAT + TURN:
            if action.group != group:
                group = action.group
                where = " (Shift+Tab goes up into the conversation)" if group == "Turn" else ""
                lines += (
                    [Content(""), Content.styled(group + where, "bold $accent")]
                    if lines
                    else [Content.styled(group, "bold $accent")]
                )
            lines.append(self._line(action))
        return Content("\n").join(lines)

    def _line(self, action: Action) -> Content:
        keys = self._remapped.get(action.id, action.keys).split(",")
        command = f"  /{action.command}" if action.command else ""
        return Content.assemble(
            (" or ".join(key_name(key) for key in keys).ljust(20), "bold"),
            action.help,
            (command, "$foreground 60%"),
        )

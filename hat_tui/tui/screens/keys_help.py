"""All keys, grouped, with what each does."""

from collections.abc import Iterator, Mapping
from typing import ClassVar

from rich.console import Console, ConsoleOptions, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from hat_tui.tui.keymap import CHAT, TURN, Action
from hat_tui.tui.keymap import action as by_id
from hat_tui.tui.own_keys import written_by
from hat_tui.tui.widgets.key_bar import KeyBar

NAMES = {"escape": "Esc", "enter": "Enter", "space": "Space", "up": "↑", "down": "↓", "left": "←", "right": "→"}

WIDE = 60
"""Cells; from here on there is room for what a key does beside the key."""


def key_name(key: str) -> str:
    """A Textual key name as it stands on a keyboard."""
    *modifiers, last = key.split("+")
    character = written_by(last)
    named = NAMES.get(last) or (character.upper() if modifiers else character) or last.capitalize()
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
                yield Static(_Keys(self._remapped))
            yield KeyBar()


class _Keys:
    """What each key does: beside it, or below it where that is narrow."""

    def __init__(self, remapped: Mapping[str, str]) -> None:
        self._remapped = remapped

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if options.max_width >= WIDE:
            yield self._table()
        else:
            yield from self._lines()

    def _table(self) -> Table:
        table = Table.grid(padding=(0, 2, 0, 0), expand=True)
        table.add_column(no_wrap=True)
        table.add_column(ratio=1)
        table.add_column(no_wrap=True)
        for number, (title, actions) in enumerate(_groups().items()):
            if number:
                table.add_row("")
            table.add_row(Text(title, "bold italic"), Text(self._where(title), "dim"))
            for action in actions:
                table.add_row(self._names(action), Text(action.help), _command(action))
        return table

    def _lines(self) -> Iterator[Text | Padding]:
        for number, (title, actions) in enumerate(_groups().items()):
            if number:
                yield Text()
            yield Text(title, "bold italic")
            if where := self._where(title):
                yield Text(where, "dim")
            for action in actions:
                yield Text("  ").join(filter(None, (self._names(action), _command(action))))
                yield Padding(Text(action.help), (0, 0, 0, 2))

    def _names(self, action: Action) -> Text:
        keys = self._remapped.get(action.id, action.keys).split(",")
        return Text(" or ".join(key_name(key) for key in keys), "bold")

    def _where(self, group: str) -> str:
        return f"{self._names(by_id('turns'))} goes up into the conversation" if group == "Turn" else ""


def _groups() -> dict[str, list[Action]]:
    groups: dict[str, list[Action]] = {}
    for action in CHAT + TURN:
        groups.setdefault(action.group, []).append(action)
    return groups


def _command(action: Action) -> Text:
    return Text(f"/{action.command}" if action.command else "", "dim")

"""Pick one of several: type to narrow the list, Enter takes, Escape leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from hat_tui.chat.safe_text import shown
from hat_tui.tui.bindings import after_typing
from hat_tui.tui.widgets.key_bar import KeyBar


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the list: what is returned, what is read first, and what is said beside it."""

    id: str
    label: str
    beside: str = ""


class PickScreen(ModalScreen[str | None]):
    """Returns the id of the choice that was taken, None when there was none."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "Take", priority=True),
        Binding("up", "move(-1)", "Up", priority=True),
        Binding("down", "move(1)", "Down", priority=True),
        Binding("pageup", "move(-10)", "Page up", show=False, priority=True),
        Binding("pagedown", "move(10)", "Page down", show=False, priority=True),
        Binding("escape", "dismiss(None)", "Leave"),
    ]

    box = query_one(Input)
    options = query_one(OptionList)

    def __init__(self, title: str, choices: Sequence[Choice], *, none: str = "Nothing here") -> None:
        super().__init__()
        self._title = title
        self._choices = choices
        self._none = none

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(self._title, id="dialog-title", markup=False)
            yield Input(placeholder="type to narrow the list", compact=True)
            yield OptionList(compact=True, markup=False)
            yield KeyBar()

    def on_mount(self) -> None:
        self.options.can_focus = False
        self._narrow("")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._narrow(event.value)

    def _narrow(self, words: str) -> None:
        wanted = words.casefold().split()
        fitting = [
            choice
            for choice in self._choices
            if all(word in f"{choice.label} {choice.beside}".casefold() for word in wanted)
        ]
        self.options.set_options(Option(self._line(choice), id=choice.id) for choice in fitting)
        if fitting:
            self.options.highlighted = 0
        else:
            self.options.add_option(Option(Content.styled(self._none, "$foreground 60%"), disabled=True))

    def _line(self, choice: Choice) -> Content:
        beside = Content.styled(f"  {shown(choice.beside)}", "$foreground 60%") if choice.beside else Content("")
        return Content(shown(choice.label)) + beside

    def action_move(self, rows: int) -> None:
        count = self.options.option_count
        if count:
            self.options.highlighted = max(0, min(count - 1, (self.options.highlighted or 0) + rows))

    def action_take(self) -> None:
        """Return what is highlighted."""
        after_typing(self, self._take)

    def _take(self) -> None:
        at = self.options.highlighted
        option = self.options.get_option_at_index(at) if at is not None and self.options.option_count else None
        self.dismiss(option.id if option and not option.disabled else None)

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)

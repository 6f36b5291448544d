"""Pick the models of a run: files by Space, servers by their URL."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from hat_tui.chat.safe_text import shown_line
from hat_tui.services import ModelChoice
from hat_tui.tui.widgets.key_bar import KeyBar


class PickModelsScreen(ModalScreen[list[str]]):
    """Returns paths and URLs, an empty list when the screen was left."""

    AUTO_FOCUS = "OptionList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "choose", "Choose"),
        Binding("enter", "take", "Run", priority=True),
        Binding("tab", "app.focus_next", "Servers", show=True),
        Binding("escape", "leave", "Leave"),
    ]
    DEFAULT_CSS = """
    PickModelsScreen #pick-told { color: $text-warning; height: auto; }
    """

    options = query_one(OptionList)
    servers = query_one(Input)
    told = query_one("#pick-told", Static)

    def __init__(self, models: Sequence[ModelChoice]) -> None:
        super().__init__()
        self._models = models
        self._chosen: set[int] = set()

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static("Which models? They are loaded one after the other.", id="dialog-title", markup=False)
            yield OptionList(compact=True, markup=False)
            yield Static("Servers, by URL, apart by blanks; #NAME behind one picks its model", classes="label")
            yield Input(placeholder="http://192.168.1.52:8000/v1#gemma-2b-it", compact=True)
            yield Static(id="pick-told", markup=False)
            yield KeyBar()

    def on_mount(self) -> None:
        self.servers.cursor_blink = False
        self._show(0)

    def _show(self, at: int) -> None:
        self.options.set_options(Option(self._line(number)) for number in range(len(self._models)))
        if self._models:
            self.options.highlighted = at
        else:
            self.told.update("There is no model file here; a server can be named by its URL.")

    def _line(self, number: int) -> Content:
        model = self._models[number]
        mark = ("[x] ", "bold $accent") if number in self._chosen else ("[ ] ", "$foreground 60%")
        return Content.assemble(mark, shown_line(model.name), (f"  {shown_line(model.line)}", "$foreground 60%"))

    def action_choose(self) -> None:
        """Choose the model under the bar, or no more."""
        at = self.options.highlighted
        if at is not None and self._models:
            self._chosen ^= {at}
            self._show(at)

    def action_take(self) -> None:
        """Return what is chosen; the model under the bar when nothing is."""
        urls = self.servers.value.split()
        wrong = [url for url in urls if not url.startswith(("http://", "https://"))]
        if wrong:
            self.told.update(f"{shown_line(wrong[0])} is no URL; one begins with http:// or https://")
            return
        at = self.options.highlighted
        chosen = self._chosen or ({at} if at is not None and self._models and not urls else set())
        if not chosen and not urls:
            self.told.update("Choose a model with Space, or name a server.")
            return
        self.dismiss([*(str(self._models[number].path) for number in sorted(chosen)), *urls])

    def action_leave(self) -> None:
        self.dismiss([])

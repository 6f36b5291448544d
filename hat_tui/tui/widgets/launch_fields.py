"""The fields of the launch form: one a launch option, its trouble below it."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.suggester import SuggestFromList
from textual.widgets import Input, Static

from hat_tui.chat.safe_text import shown


class ChoiceInput(Input):
    """An Input that steps through its choices by the left and right keys, where it has any."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "step(-1)", "‹ choice", key_display="←"),
        Binding("right", "step(1)", "choice ›", key_display="→"),
    ]

    def __init__(self, value: str, *, placeholder: str, password: bool = False) -> None:
        super().__init__(value, placeholder=placeholder, compact=True, password=password, select_on_focus=False)
        self.cursor_blink = False
        self._choices: Sequence[str] = ()

    def offer(self, choices: Sequence[str], *, stepped: bool = True) -> None:
        """Complete what is typed from `choices`; the left and right keys step through them when `stepped`."""
        self._choices = choices if stepped else ()
        self.suggester = SuggestFromList(choices, case_sensitive=False)
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without choices, the keys move the cursor."""
        return bool(self._choices) or action != "step"

    def action_step(self, steps: int) -> None:
        """Take the choice before or after; the right key first takes what is offered behind the cursor."""
        if steps > 0 and self.value and len(self._suggestion) > len(self.value):
            self.action_cursor_right()
            return
        choices = ["", *self._choices]
        at = choices.index(self.value) if self.value in choices else 0
        self.value = choices[(at + steps) % len(choices)]
        self.cursor_position = len(self.value)


class LaunchField(Vertical):
    """A label, an input, and below them what is wrong with what stands there."""

    DEFAULT_CSS = """
    LaunchField {
        height: auto;
        layout: grid;
        grid-size: 2;
        grid-columns: 24 1fr;
        grid-rows: 1 auto;
        & > .label { color: $foreground 70%; }
        & > ChoiceInput { background: $boost; }
        & > .said { display: none; column-span: 2; height: auto; padding-left: 2; }
        & > .said.-problem { display: block; color: $text-error; }
        & > .said.-warning { display: block; color: $text-warning; }
        &.-here > .label { color: $foreground; text-style: bold; }
    }
    """

    def __init__(
        self,
        name: str,
        label: str,
        value: str,
        *,
        otherwise: str = "",
        help: str = "",
        choices: Sequence[str] = (),
        password: bool = False,
    ) -> None:
        super().__init__()
        self.option = name
        self.label = label
        self.help = help
        self.input = ChoiceInput(value, placeholder=otherwise, password=password)
        self.problem = ""
        self._said = Static(classes="said", markup=False)
        if choices:
            self.input.offer(choices)

    def compose(self) -> ComposeResult:
        yield Static(self.label, classes="label", markup=False)
        yield self.input
        yield self._said

    def on_descendant_focus(self) -> None:
        self.add_class("-here")

    def on_descendant_blur(self) -> None:
        self.remove_class("-here")

    @property
    def text(self) -> str:
        return self.input.value

    def tell(self, problem: str = "", warning: str = "") -> None:
        """Show what is wrong, or what to know; "" for neither."""
        self.problem = problem
        self._said.set_class(bool(problem), "-problem")
        self._said.set_class(bool(warning) and not problem, "-warning")
        self._said.update(shown(problem or warning))

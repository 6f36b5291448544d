"""The sampling parameters of the next reply, one row each, changed by key."""

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input, Static

from hat_tui.chat.parameters import SPECS, BadValue, ParameterSpec, SamplingParameters
from hat_tui.chat.safe_text import shown

LABEL_WIDTH = max(len(spec.label) for spec in SPECS) + 2
HEADING = "Parameters of the next reply"


class ParameterRows(Widget, can_focus=True):
    """The rows. One Input is mounted while a value is typed, so the form costs nothing until it is used."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "edit", "Type a value"),
        Binding("left,minus", "step(-1)", "Less", key_display="←"),
        Binding("right,plus", "step(1)", "More", key_display="→"),
        Binding("pageup", "step(10)", "Much more", show=False),
        Binding("pagedown", "step(-10)", "Much less", show=False),
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("home", "move(-99)", "First", show=False),
        Binding("end", "move(99)", "Last", show=False),
        Binding("d,delete", "reset", "Default"),
    ]
    DEFAULT_CSS = """
    ParameterRows > Input { position: absolute; height: 1; padding: 0; border: none; background: $boost; }
    """

    parameters: reactive[SamplingParameters] = reactive(SamplingParameters())
    at: reactive[int] = reactive(0)
    error: reactive[str] = reactive("")

    @dataclass
    class Changed(Message):
        """A value was set. `parameters` is the whole set with it."""

        parameters: SamplingParameters

    @dataclass
    class TextWanted(Message):
        """A value that is a longer text should be edited with more room."""

        spec: ParameterSpec
        text: str

    @property
    def spec(self) -> ParameterSpec:
        """The entry of the table that is selected."""
        return SPECS[self.at]

    def render(self) -> Content:
        """A line for each parameter; an error stands below the value that it is about."""
        lines: list[Content] = []
        for at, spec in enumerate(SPECS):
            value = shown(spec.format(getattr(self.parameters, spec.name))).replace("\n", " ")
            usual = getattr(self.parameters, spec.name) == getattr(SamplingParameters(), spec.name)
            room = max(4, self.size.width - LABEL_WIDTH - 2)
            line = Content.assemble(
                ("▸ " if at == self.at and self.has_focus_within else "  ", "$accent"),
                (spec.label.ljust(LABEL_WIDTH), "" if at == self.at else "$foreground 70%"),
                (_cut(value, room) or ("random" if spec.kind == "seed" else "none"), "" if usual else "bold $accent"),
            )
            if at == self.at and self.has_focus_within:
                line = line.pad_right(max(0, self.size.width - line.cell_length)).stylize("$foreground on $boost")
            lines.append(line)
            if self.error and at == self.at:
                lines.append(Content.styled("  " + self.error, "$text-error"))
        return Content("\n").join(lines)

    def on_mount(self) -> None:
        # Not "auto": with an Input mounted that would be the Input's height.
        self.styles.height = len(SPECS)

    def watch_error(self, error: str) -> None:
        self.styles.height = len(SPECS) + bool(error)

    def watch_has_focus(self, _: bool) -> None:
        self.refresh()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a value is typed, keys are letters."""
        return action not in ("step", "reset", "edit") or self.has_focus

    def validate_at(self, at: int) -> int:
        return max(0, min(len(SPECS) - 1, at))

    def watch_at(self) -> None:
        if self.is_mounted:
            self.scroll_visible(animate=False)

    def action_move(self, rows: int) -> None:
        """Go so many rows up or down; what is typed is taken first, and a bad value holds its row."""
        if all(self._take(box, box.value) for box in self.query(Input)):
            self.at += rows

    def action_step(self, steps: int) -> None:
        """Move the value by so many of its steps, within its range."""
        self._set(self.spec.stepped(getattr(self.parameters, self.spec.name), steps))

    def action_reset(self) -> None:
        self._set(getattr(SamplingParameters(), self.spec.name))

    def action_edit(self, text: str | None = None) -> None:
        """Open an Input over the value, or ask for more room for a long text."""
        value = self.spec.format(getattr(self.parameters, self.spec.name))
        if self.spec.kind == "text":
            self.post_message(self.TextWanted(self.spec, value))
            return
        shown_value = value if text is None else text
        box = Input(shown_value, name=self.spec.name, compact=True, select_on_focus=text is None)
        box.styles.offset = (LABEL_WIDTH + 2, self.at)
        box.styles.width = max(6, self.size.width - LABEL_WIDTH - 2)
        self.mount(box)
        box.focus()

    def on_key(self, event: events.Key) -> None:
        """A digit begins to type a value at once; those that come before the Input has the focus go on with it."""
        if self.has_focus and event.character and event.character in "0123456789.":
            event.stop()
            if boxes := self.query(Input):
                boxes.last().insert_text_at_cursor(event.character)
            else:
                self.action_edit(event.character)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._take(event.input, event.value)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Tell at once when what stands there cannot be taken."""
        event.stop()
        try:
            self._with(event.input, event.value)
            self.error = ""
        except BadValue as trouble:
            self.error = str(trouble) if event.value.strip() else ""

    def on_input_blurred(self, event: Input.Blurred) -> None:
        """Focus went elsewhere: a good value is taken, another one is dropped."""
        event.stop()
        if event.input.is_attached:
            self._take(event.input, event.value, last=True)

    def close_input(self) -> bool:
        """Drop what is being typed; False when nothing is."""
        boxes = self.query(Input)
        if not boxes:
            return False
        self.error = ""
        self.focus()
        boxes.remove()
        return True

    def _with(self, box: Input, text: str) -> SamplingParameters:
        # The row that is selected may be another one by the time a message of the box comes.
        return self.parameters.with_text(box.name or "", text)

    def _take(self, box: Input, text: str, *, last: bool = False) -> bool:
        try:
            changed = self._with(box, text)
        except BadValue as trouble:
            self.error = "" if last else str(trouble)
            if last:
                box.remove()
            return False
        self.error = ""
        if not last:
            self.focus()
        box.remove()
        self._use(changed)
        return True

    def _set(self, value: Any) -> None:
        values: dict[str, Any] = {self.spec.name: value}
        self._use(replace(self.parameters, **values))

    def _use(self, changed: SamplingParameters) -> None:
        if changed != self.parameters:
            self.parameters = changed
            self.post_message(self.Changed(changed))


class ParameterForm(Vertical):
    """The panel: rows, and below them what the selected one does and takes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "screen.pick_preset", "Presets"),
        Binding("s", "screen.save_preset", "Save as preset"),
    ]
    DEFAULT_CSS = """
    ParameterForm {
        height: auto;
        margin-bottom: 1;
        background: $surface;
        & > #form-heading { height: 1; padding: 0 1; background: $panel; text-style: bold; }
        & > #form-help { height: 4; padding: 1 1 0 1; color: $foreground 70%; }
        &:focus-within > #form-heading { background: $primary; color: $text; }
    }
    """

    rows = query_one(ParameterRows)
    heading: reactive[str] = reactive(HEADING)

    def compose(self) -> ComposeResult:
        yield Static(HEADING, id="form-heading", markup=False)
        yield ParameterRows(id="parameter-rows")
        yield Static(id="form-help", markup=False)

    def on_mount(self) -> None:
        self.watch(self.rows, "at", self._explain)

    def _explain(self) -> None:
        spec = self.rows.spec
        self.query_one("#form-help", Static).update(Content(f"{spec.help}.\n{spec.range[0].upper()}{spec.range[1:]}."))

    @on(ParameterRows.Changed)
    def _explain_change(self) -> None:
        self._explain()


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"

"""The launch form: how a model is run here, every option with its trouble in place, and the line that comes of it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from hat_tui.chat.safe_text import shown_line
from hat_tui.gguf.fit import Fit
from hat_tui.server.launch import LaunchOptions
from hat_tui.server.launch_form import LAUNCH_SPECS, BadLaunch, problems, warnings, with_extra, with_text
from hat_tui.services import Launcher, ServerPart
from hat_tui.tui.bindings import after_typing
from hat_tui.tui.widgets.amounts import size
from hat_tui.tui.widgets.key_bar import KeyBar
from hat_tui.tui.widgets.launch_fields import LaunchField

YES_NO = ("yes", "no")
EXTRA = "extra"
KEY = "api_key"


class LaunchScreen(ModalScreen[LaunchOptions | None]):
    """Returns the options to launch with, None when the form was left. Nothing is started here."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "launch", "Start", priority=True, tooltip="Start the server so; the conversation stays"),
        # Before the scrolling area takes the arrows.
        Binding("tab,down", "app.focus_next", "Next field", key_display="Tab", priority=True),
        Binding("shift+tab,up", "app.focus_previous", "Field before", show=False, priority=True),
        Binding("ctrl+y", "copy_line", "Copy the line", priority=True),
        Binding("ctrl+r", "reset", "Defaults", priority=True, tooltip="Every field as hat-tui would choose it"),
        Binding("escape", "dismiss(None)", "Leave"),
    ]
    DEFAULT_CSS = """
    LaunchScreen {
        #launch-fields { height: 1fr; scrollbar-size-vertical: 1; padding-right: 1; }
        #launch-about { height: auto; color: $foreground 70%; margin-top: 1; }
        #launch-line { height: auto; max-height: 4; background: $boost; padding: 0 1; }
    }
    """

    fields_area = query_one("#launch-fields", VerticalScroll)
    about = query_one("#launch-about", Static)
    line = query_one("#launch-line", Static)

    def __init__(self, options: LaunchOptions, launcher: Launcher, copy: Callable[[str], None]) -> None:
        super().__init__()
        self._copy = copy
        self._begun = options
        self._options: LaunchOptions | None = options
        self._launcher = launcher
        self._part = ServerPart()

    def compose(self) -> ComposeResult:
        names = ", ".join(shown_line(model.name) for model in self._begun.models)
        with Vertical(id="dialog", classes="-wide"):
            yield Static(f"Launch {names}", id="dialog-title", markup=False)
            with VerticalScroll(id="launch-fields", can_focus=False):
                yield from self._fields()
            yield Static(id="launch-about", markup=False)
            yield Static(id="launch-line", markup=False)
            yield KeyBar()

    def _fields(self) -> ComposeResult:
        for spec in LAUNCH_SPECS:
            value = getattr(self._begun, spec.name)
            default = getattr(LaunchOptions(()), spec.name)
            choices = YES_NO if spec.kind == "flag" else spec.choices
            text = "" if value == default else spec.format(value)
            yield LaunchField(spec.name, spec.label, text, otherwise=spec.otherwise, help=spec.help, choices=choices)
        yield LaunchField(
            KEY,
            "Key",
            self._begun.api_key,
            otherwise="none",
            help="what clients must send; needed beyond this machine, never written down",
            password=True,
        )
        for name, value in self._begun.extra:
            yield self._extra_field(f"{name}={value}")
        yield self._extra_field("")

    def _extra_field(self, text: str) -> LaunchField:
        return LaunchField(
            EXTRA,
            "Other option",
            text,
            otherwise="name=value",
            help="any other setting of the installed server, such as n_batch=256",
        )

    def on_mount(self) -> None:
        self.query(LaunchField).first().input.focus()
        self._check()
        self._ask_what_is_installed()

    @work(thread=True)
    def _ask_what_is_installed(self) -> None:
        part = self._launcher.installed()
        if self.is_attached:
            self.app.call_from_thread(self._know, part)

    def _know(self, part: ServerPart) -> None:
        """Now the chat formats and the settings are those of the server that will run."""
        self._part = part
        for field in self.query(LaunchField):
            self._offer(field)
        self._check()

    def _offer(self, field: LaunchField) -> None:
        if field.option == "chat_format" and self._part.formats:
            field.input.offer(self._part.formats)
        elif field.option == EXTRA and self._part.settings:
            field.input.offer([f"{name}=" for name in self._part.settings], stepped=False)

    # What stands in the fields

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        extras = [field for field in self.query(LaunchField) if field.option == EXTRA]
        if extras and extras[-1].text.strip():
            fresh = self._extra_field("")
            self.fields_area.mount(fresh)
            self.call_after_refresh(self._offer, fresh)
        self._check()

    def _check(self) -> None:
        """Take what stands in the fields; tell at each what is wrong with it."""
        options = replace(LaunchOptions(self._begun.models), api_key="")
        wrong: dict[LaunchField, str] = {}
        for field in self.query(LaunchField):
            try:
                if field.option == KEY:
                    options = replace(options, api_key=field.text.strip())
                elif field.option != EXTRA:
                    options = with_text(options, field.option, field.text)
                elif field.text.strip():
                    options = with_extra(options, field.text, self._part.settings)
            except BadLaunch as trouble:
                wrong[field] = str(trouble)
        for name, sentence in problems(options, formats=self._part.formats):
            if at_fault := self._field(name):
                wrong.setdefault(at_fault, sentence)
        known = dict(warnings(options))
        for field in self.query(LaunchField):
            field.tell(wrong.get(field, ""), known.get(field.option, ""))
        self._options = None if wrong else options
        self._tell(options, wrong)
        if here := self._focused_field():
            # What is said of it may stand below the edge.
            self.call_after_refresh(here.scroll_visible, animate=False)

    def _field(self, name: str) -> LaunchField | None:
        return next((field for field in self.query(LaunchField) if field.option == name), None)

    def _tell(self, options: LaunchOptions, wrong: Mapping[LaunchField, str]) -> None:
        need, fits = self._launcher.need(options)
        told = f"{shown_line(self._help())}\n" if self._help() else ""
        if self._part.error:
            told += f"The server part cannot be started: {shown_line(self._part.error)}"
        elif need:
            short = {Fit.TIGHT: ", which is nearly all that is free", Fit.TOO_BIG: ", more than is free"}
            told += f"It needs about {size(need)} of memory{short.get(fits, '')}."
        self.about.update(told)
        self.line.update(
            f"Mend first: {shown_line(', '.join(field.label for field in wrong))}"
            if wrong
            else shown_line(self._launcher.line(options))
        )

    def _help(self) -> str:
        field = self._focused_field()
        return f"{field.label}: {field.help}." if field and field.help else ""

    def _focused_field(self) -> LaunchField | None:
        return next((field for field in self.query(LaunchField) if field.has_focus_within), None)

    def on_descendant_focus(self) -> None:
        """Another field has the focus: tell what it is for."""
        self.call_after_refresh(self._check)

    # What can be done

    def action_launch(self) -> None:
        """Leave with the options when nothing is wrong, else go to what is."""
        after_typing(self, self._launch)

    def _launch(self) -> None:
        self._check()
        if self._options:
            self.dismiss(self._options)
            return
        first = next((field for field in self.query(LaunchField) if field.problem), None)
        if first:
            first.input.focus()

    def action_reset(self) -> None:
        """Empty every field: each says what then holds."""
        for field in self.query(LaunchField):
            if field.option == EXTRA and field.text:
                field.remove()
            else:
                field.input.value = ""

    def action_copy_line(self) -> None:
        """Copy the launch line."""
        if self._options:
            self._copy(self._launcher.line(self._options))

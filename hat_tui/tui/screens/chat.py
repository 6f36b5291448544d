"""The chat screen: the conversation, and every way from it by key. Dialogs are imported when they are opened."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import events, on, work
from textual.app import SuspendNotSupported
from textual.binding import ActiveBinding, BindingType
from textual.geometry import Size
from textual.widget import Widget

from hat_tui import commands
from hat_tui.chat.conversation import Conversation
from hat_tui.chat.dialogue import NotKept
from hat_tui.chat.parameters import SPECS, BadValue, SamplingParameters, changed
from hat_tui.chat.record import Titled
from hat_tui.chat.reply import Failed
from hat_tui.services import NoSuchSession, Services
from hat_tui.tui.bindings import binding
from hat_tui.tui.compositor import NarrowCompositor
from hat_tui.tui.screens.accepting import AcceptingScreen
from hat_tui.tui.screens.conversing import RESTRICTED, WELCOME
from hat_tui.tui.screens.turns import WAIT
from hat_tui.tui.widgets.parameter_form import ParameterRows
from hat_tui.tui.widgets.side_column import Panel


class ChatScreen(AcceptingScreen):
    """The conversation with its panels, dialogs and commands."""

    BINDINGS: ClassVar[list[BindingType]] = [
        binding("stop", "stop", show=True),
        binding("stop-or-quit", "stop_or_quit", priority=True),
        binding("turns", "enter_turns", show=True),
        binding("parameters", "panel('parameters')", show=True),
        binding("server-log", "panel('log')", show=True),
        binding("memory", "panel('memory')", show=True),
        binding("open-sessions", "open_sessions", show=True),
        binding("new-session", "new_session", show=True),
        binding("regenerate", "answer_again", show=True),
        binding("editor", "editor"),
        binding("suspend", "app.suspend_process"),
    ]

    def __init__(self, services: Services, typed: Callable[[], str] = str) -> None:
        """`typed` gives what was written into the prompt before the screen was there."""
        super().__init__(services)
        self._typed = typed
        self._compositor = NarrowCompositor()
        self._fitted = Size()

    def on_mount(self) -> None:
        self.prompt.put(self._typed())
        if self.services.files:
            self.prompt.complete_path = self.services.files.complete
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        """After the first paint: the session to resume, the model to open, the prompts of earlier sessions."""
        if self.services.resume:
            self.resume(self.services.resume)
        if self.services.first:
            self.open(self.services.first)
        elif self.services.why_none:
            self.tell(self.services.why_none, "warning")
        else:
            self.action_pick_model()
        self._recall_prompts()
        self.look_for_strays()

    @work(thread=True)
    def _recall_prompts(self) -> None:
        prompts = self.services.sessions.recent_prompts()
        self.app.call_from_thread(self.prompt.recall_before, prompts)

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        if not self.stack_updates:
            # The first layout is to be the last: everything has just been styled, and is made to fit before it.
            event.refresh_styles = False
            # Textual would hide what holds no messages after that layout, and make another.
            self.query("ToastRack").set(display=False)
            self._fit(self.app.size)
            self.call_next(self._first_layout_done)

    def _first_layout_done(self) -> None:
        """What was asked for before the first layout, or by it, is done; Textual would lay out and paint all again."""
        for widget in self.walk_children(Widget):
            widget._layout_required = widget._repaint_required = False
        self._forget_requests()
        self.call_later(self._forget_requests)  # comes after those that are on their way

    def _forget_requests(self) -> None:
        self._layout_required = self._repaint_required = False
        self._layout_widgets.clear()
        self._dirty_widgets.clear()

    def on_resize(self, event: events.Resize) -> None:
        if event.size == self._fitted:
            event.prevent_default()  # it was laid out for that size already
        else:
            self._fit(event.size)

    def _fit(self, size: Size) -> None:
        self._fitted = size
        self.side.fit(size.width, size.height)
        # What is written leaves room for the conversation, also in a low window.
        self.prompt.styles.max_height = min(10, max(2, size.height // 3))
        self._show_covering()
        if self.focused and not all(node.display for node in self.focused.ancestors_with_self):
            self.prompt.focus()  # what had the focus has no room any more
        self.show_queue()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be done now is offered."""
        match action:
            case "answer_again":
                return bool(self.dialogue.conversation.path()) and not self.is_answering
            case "stop":
                return bool(self._escape_does)
            case "enter_turns":
                return self.focused is not self.transcript
            case _:
                return True

    @property
    def _escape_does(self) -> str:
        """What Escape does now, as the bottom line says it; "" when it does nothing."""
        if self.side.covers or self.side.is_typed_in:
            return "Back"
        if self.is_answering:
            return "Stop"
        return "" if self.focused is self.prompt else "Back"

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """Textual's, with the one of Escape called by what it does now."""
        active = super().active_bindings
        for key, bound in active.items():
            if bound.binding.id == "stop" and (does := self._escape_does):
                active[key] = bound._replace(binding=replace(bound.binding, description=does))
        return active

    # Panels and places

    def action_panel(self, name: Panel) -> None:
        shown = self.side.toggle(name)
        # Memory takes no focus, and what had it is covered by it in a narrow window.
        if not shown or (name == "memory" and self.side.covers):
            self.prompt.focus()
        self._show_covering()

    @on(ParameterRows.Changed)
    def use_parameters(self, event: ParameterRows.Changed) -> None:
        """What the form says holds from the next reply on."""
        self._use_parameters(event.parameters)

    def action_stop(self) -> None:
        """Escape: stop the reply, else close what is nearest."""
        if self.side.close_nearest():
            self._show_covering()
            if not (self.side.display and self.side.has_focus_within):
                self.prompt.focus()
        elif not self.stop_reply():
            self.prompt.focus()

    def action_stop_or_quit(self) -> None:
        """Ctrl+C: copy a selection, else stop the reply, else ask whether to leave."""
        selected = self.get_selected_text() or self.prompt.selected_text
        if selected:
            self.copy(selected)
        elif not self.stop_reply():
            unsent = "; what waits here is not sent then" if self.queue else ""
            self.notify(f"Ctrl+Q leaves; the session is saved already{unsent}", markup=False)

    def action_answer_again(self) -> None:
        """Another version of the last reply."""
        last = self.dialogue.conversation.last()
        if last:
            self.do_to_turn("turn-regenerate", last)
        else:
            self.tell("There is no reply yet.", "warning")

    # Slash commands

    def run_command(self, name: str, rest: str) -> None:
        """Do what `/name rest` says; what cannot be done is told, with what can."""
        does = self._commands.get(name)
        if does is None:
            self.tell(f"There is no command /{name}; there are {commands.closest(name)}", "warning")
            self.prompt.put(f"/{name} {rest}".rstrip())
            return
        does(rest)

    @property
    def _commands(self) -> Mapping[str, Callable[[str], object]]:
        return {
            **self.serving_commands,
            **self.accepting_commands,
            "again": lambda rest: self.action_answer_again(),
            "attach": self.attach,
            "continue": lambda rest: self._to_last("turn-continue"),
            "copy": lambda rest: self._to_last("turn-copy"),
            "delete": lambda rest: self._to_last("turn-delete"),
            "edit": lambda rest: self._to_last("turn-edit"),
            "editor": lambda rest: self.action_editor(),
            "export": self._export,
            "find": self.find,
            "fork": lambda rest: self.fork(self.dialogue.conversation),
            "help": lambda rest: self.app.run_action("keys_help"),
            "log": lambda rest: self.action_panel("log"),
            "memory": lambda rest: self.action_panel("memory"),
            "new": lambda rest: self.action_new_session(),
            "parameters": lambda rest: self.action_panel("parameters"),
            "preset": self._take_preset,
            "quit": lambda rest: self.app.run_action("leave"),
            "restart": lambda rest: self._restart(),
            "save": self._save_elsewhere,
            "sessions": lambda id: self.resume(id) if id else self.action_open_sessions(),
            "set": self._set_parameter,
            "summarise": lambda rest: self._summarise(),
            "test": lambda rest: self._to_last("turn-test"),
            "title": self._give_title,
            "undelete": lambda rest: self.undelete(),
            "window": self._choose_window,
        }

    def _to_last(self, action: str) -> None:
        selected = self.transcript.selected
        turn = self.dialogue.conversation.turn(selected) if selected and selected > 0 else self.last_reply()
        if turn:
            self.do_to_turn(action, turn)
        else:
            self.tell("There is no reply yet.", "warning")

    def _restart(self) -> None:
        if target := self.link.target:
            self.open(target)
        else:
            self.action_pick_model()

    def _summarise(self) -> None:
        if self._may_ask():
            self.tell("The model sums up what it has forgotten; Escape stops it.")
            self.converse(self.dialogue.summarise(), "")

    def _may_ask(self) -> bool:
        """Whether the model can be asked for something at once; says what stands in the way."""
        if self.is_answering:
            self.tell(f"{WAIT}.", "warning")
        elif not self.link.ready:
            self.tell("No model answers: Ctrl+S loads one, Alt+C connects to a server.", "warning")
        return self.link.ready and not self.is_answering

    def _choose_window(self, kind: str) -> None:
        if kind in ("blocks", "exact"):
            self.dialogue.exact_window = kind == "exact"
            self.look_ahead()
        held = "turn by turn (exact)" if self.dialogue.exact_window else "a block at once"
        self.tell(f"A full memory forgets {held}; /window blocks or /window exact changes that.")

    def action_editor(self) -> None:
        """Write the prompt in an editor of the person's own, which has the terminal meanwhile."""
        if self.services.files is None:
            self.tell(RESTRICTED, "warning")
            return
        trouble: Exception | None = None
        try:
            with self.app.suspend():
                try:
                    self.prompt.put(self.services.files.edit(self.prompt.text))
                except OSError as error:
                    trouble = error  # were it raised here, Textual would not take the terminal back
        except SuspendNotSupported as error:
            trouble = error
        if trouble:
            self.tell(f"The editor was of no help: {trouble}", "warning")

    def _export(self, format: str) -> None:
        if self.services.files is None:
            self.tell(RESTRICTED, "warning")
            return
        if not self.keeper.name:
            self.tell("There is nothing to export yet.", "warning")
            return
        try:
            file = self.services.sessions.export(self.keeper.name, self.dialogue.conversation, format or "md")
        except KeyError:
            self.tell(f"A session is exported as md, json or html, not as {format}.", "warning")
        except OSError as trouble:
            self.tell(f"Nothing was exported: {trouble}", "error")
        else:
            self.tell(f"Exported to {file}")

    def _save_elsewhere(self, folder: str) -> None:
        if self.services.files is None:
            self.tell(RESTRICTED, "warning")
        elif not folder:
            self.tell("Write the folder behind it: /save FOLDER", "warning")
            self.prompt.put("/save ")
        elif not self.dialogue.conversation.path():
            self.tell("There is nothing to save yet.", "warning")
        else:
            try:
                file = self.keeper.move(Path(folder), self.dialogue.conversation.records())
            except NotKept as trouble:
                self.tell(f"{trouble}.", "error")
            else:
                self.dialogue.not_kept = ""
                self.status.session = self.keeper.name
                self.tell(f"The whole session is kept in {file} from here on.")

    def _take_preset(self, name: str) -> None:
        presets = self.services.presets.load()
        if name in presets:
            self._use_parameters(presets[name])
            self.tell(f"From here on the preset {name} holds.")
        else:
            self.action_pick_preset()

    def _set_parameter(self, rest: str) -> None:
        name, _, value = rest.partition(" ")
        try:
            self._use_parameters(self.parameters.with_text(name.replace("-", "_"), value))
        except KeyError:
            self.tell(f"There is no parameter {name}; there are {', '.join(spec.name for spec in SPECS)}", "warning")
        except BadValue as trouble:
            self.tell(str(trouble), "warning")
        else:
            self.tell(f"{name} is {value or 'empty'} from the next reply on.")

    def _give_title(self, words: str) -> None:
        if not self.dialogue.conversation.path():
            self.tell("A session gets a title with its first prompt; /title WORDS gives another one.", "warning")
        elif words:
            self.dialogue.record(Titled(words))
            self.tell(f"This session is called “{words}”.")
        elif self._may_ask():
            self._ask_for_title()

    @work(exclusive=True, group="reply")
    async def _ask_for_title(self) -> None:
        match await self.dialogue.title_by_model():
            case Titled(title=title):
                self.tell(f"This session is called “{title}”.")
            case Failed(explanation=why):
                self.tell(why, "warning")
        self._send_next()

    # Sessions, presets

    @work(exclusive=True, group="dialog")
    async def action_new_session(self) -> None:
        """Start over with an empty conversation; the old one stays on disk."""
        from hat_tui.tui.screens.confirm import ConfirmScreen

        if self.is_answering:
            question = "Start a new session? Then the running reply stops; what it said so far is kept."
            if not await self.app.push_screen_wait(ConfirmScreen(question)):
                return
        await self.change_session(Conversation(), self.services.sessions.new())
        self.tell(WELCOME)

    @work(exclusive=True, group="session")
    async def resume(self, id: str) -> None:
        """Go on with a session of before, with its parameters; its model is offered, not loaded."""
        try:
            conversation, keeper, problems = self.services.sessions.resume(id)
        except (NoSuchSession, OSError) as trouble:
            self.tell(str(trouble), "error")
            return
        if keeper.name == self.keeper.name:
            keeper.close()
            self.tell("This is the session that you are in.")
            return
        await self.change_session(conversation, keeper)
        for problem in filter(None, (*problems, keeper.read_only)):
            self.tell(problem, "warning")
        if conversation.parameters:
            self._use_parameters(SamplingParameters.from_mapping(conversation.parameters.values))

    @work(exclusive=True, group="dialog")
    async def action_open_sessions(self) -> None:
        """Choose among the sessions on disk and go on with one, or with a copy of it."""
        from hat_tui.tui.screens.sessions import Chosen, SessionsScreen

        chosen = await self.app.push_screen_wait(SessionsScreen(self.services.sessions, self.keeper.name))
        match chosen:
            case Chosen(id=id, do="resume"):
                self.resume(id)
            case Chosen(id=id, do="fork"):
                self._fork_kept(id)

    def _fork_kept(self, id: str) -> None:
        try:
            conversation = self.services.sessions.read(id)
        except (NoSuchSession, OSError) as trouble:
            self.tell(str(trouble), "error")
        else:
            self.fork(conversation)

    @work(exclusive=True, group="dialog")
    async def action_pick_preset(self) -> None:
        """Take a named set of parameters."""
        from hat_tui.tui.screens.pick import Choice, PickScreen

        presets = self.services.presets.load()
        choices = [Choice(name, name, _difference(parameters)) for name, parameters in presets.items()]
        name = await self.app.push_screen_wait(PickScreen("Use which preset?", choices))
        if name:
            self._use_parameters(presets[name])

    @work(exclusive=True, group="dialog")
    async def action_save_preset(self) -> None:
        """Keep the form's values under a name."""
        from hat_tui.tui.screens.write import WriteScreen

        name = await self.app.push_screen_wait(WriteScreen("Save these parameters as", ""))
        if name and name.strip():
            try:
                self.services.presets.save(name.strip(), self.parameters)
            except OSError as trouble:
                self.tell(f"The preset was not saved: {trouble}", "error")

    @on(ParameterRows.TextWanted)
    @work(exclusive=True, group="dialog")
    async def edit_text(self, event: ParameterRows.TextWanted) -> None:
        """Edit a long value with more room."""
        from hat_tui.tui.screens.write import WriteScreen

        text = await self.app.push_screen_wait(WriteScreen(event.spec.label, event.text))
        if text is not None:
            self._use_parameters(self.parameters.with_text(event.spec.name, text))

    def _use_parameters(self, parameters: SamplingParameters) -> None:
        self.side.form.rows.parameters = parameters
        self.parameters = self.dialogue.parameters = parameters
        self.look_ahead()

    async def leave(self) -> None:
        """Stop what runs and let go of everything; what was said is on disk already."""
        await self.end_reply()
        await self.link.close()
        self.keeper.close()


def _difference(parameters: SamplingParameters) -> str:
    different = changed(SamplingParameters(), parameters)
    return ", ".join(f"{spec.name} {spec.format(getattr(parameters, spec.name))}" for spec in different)

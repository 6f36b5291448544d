"""The chat: a conversation, the box it is led from, and the panels beside it."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from itertools import count
from pathlib import Path
from typing import ClassVar

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.getters import query_one
from textual.screen import Screen
from textual.widgets import Static

from hat_tui.chat.conversation import Conversation, Turn
from hat_tui.chat.dialogue import Dialogue, DialogueEvent, Refused, TurnBegun, TurnEnded
from hat_tui.chat.message import Role
from hat_tui.chat.parameters import SamplingParameters, changed
from hat_tui.chat.reply import Delta, Ending, Note, Reading, Thought
from hat_tui.chat.tokens import TokenCounter
from hat_tui.server.phase import Phase, ServerState
from hat_tui.server.target import RemoteServer, Target
from hat_tui.services import LogLines, NotConnected, Nowhere, Services, SessionKeeper
from hat_tui.tui.bindings import binding
from hat_tui.tui.entries import entry, measured, note, seconds
from hat_tui.tui.link import Link
from hat_tui.tui.screens.confirm import ConfirmScreen
from hat_tui.tui.screens.connect import ConnectScreen
from hat_tui.tui.screens.pick import Choice, PickScreen
from hat_tui.tui.screens.write import WriteScreen
from hat_tui.tui.widgets.key_bar import KeyBar
from hat_tui.tui.widgets.parameter_form import ParameterRows
from hat_tui.tui.widgets.prompt_box import PromptBox
from hat_tui.tui.widgets.side_column import Panel, SideColumn
from hat_tui.tui.widgets.status_line import StatusLine
from hat_tui.tui.widgets.transcript_view import TranscriptView

WELCOME = "How may I help you today? Write below, Enter sends. Ctrl+G shows all keys, Ctrl+P all commands."


class ChatScreen(Screen[None]):
    """Shows what the dialogue does and hands it what a person wants; it saves and sends nothing itself."""

    BINDINGS: ClassVar[list[BindingType]] = [
        binding("stop", "stop", show=True),
        binding("stop-or-quit", "stop_or_quit", priority=True),
        binding("parameters", "panel('parameters')", show=True),
        binding("server-log", "panel('log')", show=True),
        binding("memory", "panel('memory')", show=True),
        binding("regenerate", "answer_again", show=True),
        binding("new-session", "new_session", show=True),
        binding("open-sessions", "open_sessions", show=True),
        binding("models", "pick_model", show=True),
        binding("connect", "connect"),
        binding("turns", "enter_turns", show=True),
    ]

    transcript = query_one(TranscriptView)
    side = query_one(SideColumn)
    prompt = query_one(PromptBox)
    queued = query_one("#queued", Static)
    status = query_one(StatusLine)

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.services = services
        self.link = Link(services.connect, self._server_changed, self._server_said)
        self.parameters = services.parameters
        self.keeper = services.sessions.new()
        self.dialogue = self._dialogue(Conversation())
        self.queue: list[str] = []
        self.held = False
        self.replying: Turn | None = None
        self._note_keys = count(-1, -1)

    def _dialogue(self, conversation: Conversation) -> Dialogue:
        return Dialogue(
            conversation,
            self.keeper,
            TokenCounter(),
            Nowhere(),
            self.parameters,
            self.services.clock,
            self.services.seconds,
        )

    def compose(self) -> ComposeResult:
        with Horizontal(id="split"):
            yield TranscriptView(id="transcript")
            yield SideColumn(id="side")
        with Vertical(id="writing"):
            yield Static(id="queued", markup=False)
            yield PromptBox(id="prompt", placeholder="Write to the model")
        yield StatusLine(id="status")
        yield KeyBar(id="keys")

    def on_mount(self) -> None:
        self.side.form.rows.parameters = self.parameters
        self.prompt.focus()
        self._tell(WELCOME)
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        """After the first paint: the prompts of earlier sessions, the session to resume, the model to open."""
        self.prompt.remember(self.services.sessions.recent_prompts())
        if self.services.resume:
            self.resume(self.services.resume)
        if self.services.first:
            self.open(self.services.first)
        elif self.services.why_none:
            self._tell(self.services.why_none, "warning")
        else:
            self.action_pick_model()

    def on_resize(self, event: events.Resize) -> None:
        self.side.fit(event.size.width, event.size.height)
        self._show_covering()

    # The connection

    @work(exclusive=True, group="link")
    async def open(self, target: Target) -> None:
        """Change to another model or server; the conversation stays."""
        self.stop_reply()
        try:
            endpoint, facts = await self.link.open(target)
        except NotConnected as trouble:
            self._tell(str(trouble), "error")
            self.status.state = "crashed"
            return
        if self.dialogue.model.model and self.dialogue.model != facts:
            self._tell(f"From here on {facts.model} answers.")
        self.dialogue.endpoint = endpoint
        self.dialogue.model = facts
        self.services.remember(target)
        self.status.model = facts.model
        self.status.endpoint = facts.endpoint
        self.status.state = "ready"
        self._look_ahead()
        self._send_next()

    def _server_changed(self, state: ServerState) -> None:
        percent = f" {state.loading_percent} %" if state.phase is Phase.LOADING and state.loading_percent else ""
        self.status.state = state.phase.value
        self.side.log_panel.heading = f"Server log: {state.phase.value}{percent}"
        if state.phase is Phase.CRASHED and state.diagnosis:
            self._tell(str(state.diagnosis), "error")
        if self.replying and state.phase is Phase.BUSY and not self.replying.text and state.remaining:
            self._show_reading(self.replying, state)

    def _show_reading(self, turn: Turn, state: ServerState) -> None:
        line = f"reading the prompt: {state.remaining} new tokens, {state.reused} known"
        if state.prompt and state.prompt.per_second:
            line += f", about {seconds(state.remaining / state.prompt.per_second)}"
        self.transcript.set_progress(turn.id, line)

    def _server_said(self, lines: LogLines) -> None:
        self.side.log_panel.write(lines)

    # Asking

    @on(PromptBox.Submitted)
    def take_prompt(self, event: PromptBox.Submitted) -> None:
        """Ask at once, or queue while a reply runs or the model still loads."""
        self.queue.append(event.text)
        self.held = False
        self._send_next()

    @on(PromptBox.TakeBack)
    def take_back(self) -> None:
        """Put the last queued prompt back into the empty box."""
        if self.queue:
            self.prompt.put(self.queue.pop())
            self._show_queue()

    def _send_next(self) -> None:
        if self.queue and self.link.ready and self.replying is None and not self.held:
            self.converse(self.dialogue.ask(self.queue[0]), self.queue.pop(0))
        self._show_queue()

    def _show_queue(self) -> None:
        waiting = "held, Enter sends" if self.held else "waiting for the model" if not self.link.ready else "queued"
        lines = [f"{at}. {waiting}: {text.splitlines()[0]}" for at, text in enumerate(self.queue, 1)]
        self.queued.update(Content("\n".join([*lines, "Up in the empty box takes the last one back"] if lines else [])))
        self.queued.display = bool(lines)

    @work(exclusive=True, group="reply")
    async def converse(self, dialogue_events: AsyncGenerator[DialogueEvent, None], prompt: str) -> None:
        """Show what the dialogue does until the reply has ended, however it ends."""
        try:
            async with aclosing(dialogue_events) as stream:
                async for event in stream:
                    self._show(event, prompt)
        finally:
            self._reply_over()

    def _show(self, event: DialogueEvent, prompt: str) -> None:
        match event:
            case Delta(text=piece) if self.replying:
                self.transcript.stream(self.replying.id, piece)
            case Thought(text=piece) if self.replying:
                self.transcript.stream_thought(self.replying.id, piece)
            case TurnBegun(turn=turn) if turn.role is Role.USER:
                self.transcript.append(entry(turn))
            case TurnBegun(turn=turn):
                self._show_reply_begun(turn)
            case Reading(done=done, total=total) if self.replying:
                self.transcript.set_progress(self.replying.id, f"reading the prompt: {done} of {total} tokens")
            case Note(text=text):
                self._tell(text)
            case Refused(explanation=why):
                self._tell(why, "error")
                self._give_back(prompt)
            case TurnEnded(turn=turn):
                self.status.speed = measured(turn.measure).rpartition(" · ")[2]
                if turn.ending is Ending.FAILED and not turn.text:
                    self._give_back(prompt)

    def _show_reply_begun(self, turn: Turn) -> None:
        self.replying = turn
        if len(self.dialogue.conversation.versions(turn)) > 1:
            self._show_conversation()
        else:
            self.transcript.append(self._entry(turn))
        self.transcript.set_progress(turn.id, "waiting for the first token, Escape stops")
        self.status.session = self.keeper.name

    def _give_back(self, prompt: str) -> None:
        if not self.prompt.text:
            self.prompt.put(prompt)

    def _reply_over(self) -> None:
        turn, self.replying = self.replying, None
        if turn:
            self.transcript.update(self._entry(turn))
        if self.dialogue.not_kept:
            self._tell(self.dialogue.not_kept, "error")
        self._look_ahead()
        self._send_next()

    def stop_reply(self) -> bool:
        """Stop the running reply and keep what it said; prompts that are queued wait. False when none runs."""
        if self.replying is None:
            return False
        self.held = bool(self.queue)
        self.workers.cancel_group(self, "reply")
        return True

    # What is shown

    def _entry(self, turn: Turn):  # type: ignore[no-untyped-def]
        versions = self.dialogue.conversation.versions(turn)
        place = (versions.index(turn) + 1, len(versions)) if turn in versions else (1, 1)
        return entry(turn, versions=place)

    def _show_conversation(self) -> None:
        self.transcript.show([self._entry(turn) for turn in self.dialogue.conversation.path()])

    def _tell(self, text: str, tone: str = "") -> None:
        self.transcript.append(note(next(self._note_keys), text, tone))

    def _look_ahead(self) -> None:
        """Show what the next prompt would be sent with."""
        window = self.dialogue.window(self.prompt.text)
        self.side.memory.window = window
        self.transcript.set_horizon(window.kept[0].id if window.forgotten and window.kept else None)

    # Panels and places

    def action_panel(self, name: Panel) -> None:
        if not self.side.toggle(name):
            self.prompt.focus()
        self._show_covering()

    def _show_covering(self) -> None:
        self.transcript.display = not self.side.covers

    def action_enter_turns(self) -> None:
        self.transcript.focus()

    @on(ParameterRows.Changed)
    def use_parameters(self, event: ParameterRows.Changed) -> None:
        """What the form says holds from the next reply on."""
        self._use_parameters(event.parameters)

    def action_stop(self) -> None:
        """Escape: stop the reply, else close what is nearest."""
        if self.side.close_nearest():
            self._show_covering()
            if not self.side.has_focus_within:
                self.prompt.focus()
        elif not self.stop_reply():
            self.prompt.focus()

    def action_stop_or_quit(self) -> None:
        """Ctrl+C: copy a selection, else stop the reply, else ask whether to leave."""
        selected = self.get_selected_text() or self.prompt.selected_text
        if selected:
            self.app.copy_to_clipboard(selected)
            self.notify(f"{len(selected)} characters copied", markup=False)
        elif not self.stop_reply():
            self.notify("Ctrl+Q leaves; the session is saved already", markup=False)

    def action_answer_again(self) -> None:
        """Another version of the last reply."""
        last = self.dialogue.conversation.last()
        if last is None or self.replying or not self.link.ready:
            return
        question = last if last.role is Role.USER else self.dialogue.conversation.turn(last.parent)
        self.converse(self.dialogue.answer_again(question), "")

    # Sessions, models, servers, presets

    @work(exclusive=True, group="dialog")
    async def action_new_session(self) -> None:
        """Start over with an empty conversation; the old one stays on disk."""
        if self.replying or self.queue or self.prompt.text.strip():
            going = "the running reply stops" if self.replying else "what is not sent yet is dropped"
            if not await self.app.push_screen_wait(ConfirmScreen(f"Start a new session? Then {going}.")):
                return
        self._change_session(Conversation(), self.services.sessions.new())
        self._tell(WELCOME)

    def resume(self, id: str) -> None:
        """Go on with a session of before, with its parameters; its model is offered, not loaded."""
        try:
            conversation, keeper, problems = self.services.sessions.resume(id)
        except LookupError as trouble:
            self._tell(str(trouble), "error")
            return
        self._change_session(conversation, keeper)
        for problem in problems:
            self._tell(problem, "warning")
        if conversation.parameters:
            self._use_parameters(SamplingParameters.from_mapping(conversation.parameters.values))

    def _change_session(self, conversation: Conversation, keeper: SessionKeeper) -> None:
        self.stop_reply()
        self.queue.clear()
        self.held = False
        self.keeper.close()
        self.keeper = keeper
        before = self.dialogue
        self.dialogue = self._dialogue(conversation)
        self.dialogue.endpoint, self.dialogue.model = before.endpoint, before.model
        self.dialogue.tokens = before.tokens
        self._show_conversation()
        self.status.session = keeper.name
        self._look_ahead()
        self._show_queue()

    @work(exclusive=True, group="dialog")
    async def action_pick_model(self) -> None:
        """Choose among the models there are; the conversation stays."""
        found = self.services.models.list()
        choices = [Choice(str(model.path), model.name, model.facts) for model in found]
        none = "No model here yet: hat-tui models get downloads one, Alt+C connects to a server"
        path = await self.app.push_screen_wait(PickScreen("Run which model?", choices, none=none))
        if path:
            try:
                self.open(self.services.models.local(Path(path)))
            except NotConnected as trouble:
                self._tell(str(trouble), "error")

    @work(exclusive=True, group="dialog")
    async def action_connect(self) -> None:
        """Connect to a server that is there already."""
        target = self.link.target
        url = target.url if isinstance(target, RemoteServer) else ""
        server = await self.app.push_screen_wait(ConnectScreen(url))
        if server:
            self.open(server)

    @work(exclusive=True, group="dialog")
    async def action_open_sessions(self) -> None:
        """Choose among the sessions on disk and go on with one."""
        choices = [
            Choice(session.id, session.title or session.first_words, f"{session.turns} turns, {session.model}")
            for session in self.services.sessions.list()
        ]
        id = await self.app.push_screen_wait(PickScreen("Go on with which session?", choices, none="No session yet"))
        if id:
            self.resume(id)

    @work(exclusive=True, group="dialog")
    async def action_pick_preset(self) -> None:
        """Take a named set of parameters."""
        presets = self.services.presets.load()
        choices = [Choice(name, name, _difference(parameters)) for name, parameters in presets.items()]
        name = await self.app.push_screen_wait(PickScreen("Use which preset?", choices))
        if name:
            self._use_parameters(presets[name])

    @work(exclusive=True, group="dialog")
    async def action_save_preset(self) -> None:
        """Keep the form's values under a name."""
        name = await self.app.push_screen_wait(WriteScreen("Save these parameters as", ""))
        if name and name.strip():
            try:
                self.services.presets.save(name.strip(), self.parameters)
            except OSError as trouble:
                self._tell(f"The preset was not saved: {trouble}", "error")

    @on(ParameterRows.TextWanted)
    @work(exclusive=True, group="dialog")
    async def edit_text(self, event: ParameterRows.TextWanted) -> None:
        """Edit a long value with more room."""
        text = await self.app.push_screen_wait(WriteScreen(event.spec.label, event.text))
        if text is not None:
            self._use_parameters(self.parameters.with_text(event.spec.name, text))

    def _use_parameters(self, parameters: SamplingParameters) -> None:
        self.side.form.rows.parameters = parameters
        self.parameters = self.dialogue.parameters = parameters
        self._look_ahead()

    async def leave(self) -> None:
        """Stop what runs and let go of everything; what was said is on disk already."""
        self.stop_reply()
        await self.link.close()
        self.keeper.close()


def _difference(parameters: SamplingParameters) -> str:
    different = changed(SamplingParameters(), parameters)
    return ", ".join(f"{spec.name} {spec.format(getattr(parameters, spec.name))}" for spec in different)

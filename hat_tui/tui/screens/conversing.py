"""The conversation on the screen: prompts in, replies streamed, whatever answers them."""

from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from itertools import count

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.getters import query_one
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Tooltip
from textual.worker import WorkerError

from hat_tui import commands
from hat_tui.chat.conversation import Conversation, Turn
from hat_tui.chat.dialogue import Dialogue, DialogueEvent, Refused, SummaryMade, TurnBegun, TurnEnded, TurnResumed
from hat_tui.chat.memory import Window
from hat_tui.chat.message import Role
from hat_tui.chat.reply import Delta, Ending, Note, Reading, Thought
from hat_tui.chat.thinking import AllThought
from hat_tui.chat.tokens import TokenCounter
from hat_tui.link import Link
from hat_tui.server.phase import Phase, ServerState
from hat_tui.server.target import LocalModel, Target
from hat_tui.services import Attachment, LogLines, NotAttached, NotConnected, Nowhere, Services, with_attachments
from hat_tui.tui.entries import entry, note, seconds, speed
from hat_tui.tui.widgets.command_hints import CommandHints
from hat_tui.tui.widgets.key_bar import KeyBar
from hat_tui.tui.widgets.prompt_box import PromptBox
from hat_tui.tui.widgets.queued_prompts import QueuedPrompts
from hat_tui.tui.widgets.side_column import SideColumn
from hat_tui.tui.widgets.status_line import StatusLine
from hat_tui.tui.widgets.transcript_view import TranscriptView
from hat_tui.tui.widgets.turn_lines import Entry

WELCOME = "How may I help you today? Write below, Enter sends. Ctrl+G shows all keys, Ctrl+P all commands."

UNSAVED = "The chat goes on and forgets nothing while hat-tui runs; /save FOLDER keeps all of it elsewhere."

RESTRICTED = "This hat-tui is restricted: it reaches no files and no programs."


class ConversingScreen(Screen[None]):
    """Shows what the dialogue does and hands it what is written; it saves and sends nothing itself."""

    transcript = query_one(TranscriptView)
    side = query_one(SideColumn)
    writing = query_one("#writing", Vertical)
    prompt = query_one(PromptBox)
    status = query_one(StatusLine)

    AUTO_FOCUS = "#prompt"
    VERTICAL_BREAKPOINTS: list[tuple[int, str]] | None = []  # noqa: RUF012 (the app's are for dialogs)

    def __init__(self, services: Services) -> None:
        super().__init__()
        self.services = services
        self.link = Link(services.connect, self._server_changed, self._server_said, self._server_lost)
        self.queued = QueuedPrompts(id="queued")
        self.hints = CommandHints(id="hints")
        self.parameters = services.parameters
        self.keeper = services.sessions.new()
        self.dialogue = self.dialogue_of(Conversation())
        self.queue: list[str] = []
        self.held = False
        self.attachments: list[Attachment] = []
        self.replying: Turn | None = None
        self.tried: Target | None = None
        self.opening: Target | None = None
        self._asking = False
        self._is_prepared = False
        self._note_keys = count(-1, -1)
        self._forgotten: set[int] = set()
        self._plain: set[int] = set()
        self._deleted: Turn | None = None
        self._code_of, self._code_at = 0, 0
        self._looking: Timer | None = None

    def dialogue_of(self, conversation: Conversation) -> Dialogue:
        """A dialogue that goes on with a conversation, kept where this screen keeps now."""
        return Dialogue(
            conversation,
            self.keeper,
            TokenCounter(),
            Nowhere(),
            self.parameters,
            self.services.clock,
            self.services.seconds,
            f"hat-tui {self.services.version}",
        )

    def compose(self) -> ComposeResult:
        with Horizontal(id="split"):
            yield TranscriptView(id="transcript")
            yield SideColumn(id="side")
        with Vertical(id="writing"):
            yield PromptBox(id="prompt", placeholder="Write to the model")
        yield StatusLine(id="status")
        yield KeyBar(id="keys")

    def _extend_compose(self, widgets: list[Widget]) -> None:
        super()._extend_compose(widgets)
        widgets[:] = [widget for widget in widgets if not isinstance(widget, Tooltip)]  # nothing here has one

    def on_mount(self) -> None:
        self.side.form.rows.parameters = self.parameters
        self.tell(WELCOME)
        if self.services.first:
            # In the first frame all has its place: what answers then changes two lines.
            self.status.model, self.status.state = self.services.first.label, Phase.STARTING.value
            self.look_ahead()

    # The connection

    @work(exclusive=True, group="link")
    async def open(self, target: Target, then: Callable[[], object] | None = None) -> None:
        """Change to another model or server; the conversation stays.

        `then` is called when it answers, and not when it fails or another one is opened meanwhile. Waiting for this
        worker instead would cancel it together with whoever waits, such as a dialog that another dialog replaces.
        """
        self.tried = self.opening = target
        self.stop_reply()
        self.status.model, self.status.endpoint = target.label, ""
        self.show_queue()
        try:
            endpoint, facts = await self.link.open(target)
        except NotConnected as trouble:
            self.opening = None
            self.show_queue()
            self.tell(str(trouble), "error")
            self.status.state = "crashed" if isinstance(target, LocalModel) else "lost"
            self.not_opened(trouble)
            return
        self.opening = None
        if self.dialogue.model.model and self.dialogue.model != facts:
            self.tell(f"From here on {facts.model} answers.")
        self.dialogue.endpoint = endpoint
        self.dialogue.model = facts
        self.services.remember(target)
        self.status.model = facts.model
        self.status.endpoint = facts.endpoint
        self.status.state = "ready"
        self.look_ahead()
        self._send_next()
        if then:
            then()

    def not_opened(self, trouble: NotConnected) -> None:
        """It could not be opened; the screens above know what may help."""

    def _server_changed(self, state: ServerState) -> None:
        self.status.state = state.phase.value
        self.side.log_panel.follow(state, self.link.vitals)
        if self.replying and state.phase is Phase.BUSY and not self.replying.text and state.remaining:
            self._show_reading(self.replying, state)

    def _show_reading(self, turn: Turn, state: ServerState) -> None:
        line = f"reading the prompt: {state.remaining} new tokens, {state.reused} known"
        if state.prompt and state.prompt.per_second:
            line += f", about {seconds(state.remaining / state.prompt.per_second)}"
        self.transcript.set_progress(turn.id, line)

    def _server_said(self, lines: LogLines) -> None:
        self.side.log_panel.write(lines)

    def _server_lost(self, why: str) -> None:
        self.tell(f"{why} Nothing is lost; /restart loads it again, Ctrl+S another.", "error")
        self.show_queue()

    # Asking

    @on(PromptBox.Submitted)
    def take_prompt(self, event: PromptBox.Submitted) -> None:
        """Ask at once, queue while a reply runs or the model still loads, or do what a slash command says."""
        event.stop()
        if command := commands.parse(event.text):
            self.run_command(*command)
            return
        self.queue.append(with_attachments(commands.as_prompt(event.text), self.attachments))
        self.attachments.clear()
        self.held = False
        self._send_next()

    @on(PromptBox.Changed)
    def hint_at_commands(self) -> None:
        """Show the slash commands that may be meant."""
        if self.prompt.text and not self._is_prepared:
            self._is_prepared = True
            self.call_after_refresh(self.services.prepare)
        if self.hints.hint(self.prompt.text, self.prompt.paths()) and not self.hints.is_attached:
            self.writing.mount(self.hints, before=self.prompt)
        self._look_ahead_soon()

    @work(exclusive=True, group="attach")
    async def attach(self, typed: str) -> None:
        """Have a text file sent with the next prompt, when it fits into the context; its size is told."""
        if self.services.files is None:
            self.tell(RESTRICTED, "warning")
            return
        try:
            attached = self.services.files.attach(typed)
        except NotAttached as trouble:
            self.tell(str(trouble), "warning")
            return
        whole = with_attachments("", [*self.attachments, attached])
        await self.dialogue.count(whole)
        window = self.dialogue.window(whole)
        if window.refusal:
            self.tell(f"{attached.name} was not attached. {window.refusal}", "warning")
            return
        self.attachments.append(attached)
        self.tell(f"{attached.name}, {attached.size} bytes, {window.prompt_tokens} tokens, goes with the next prompt.")

    def run_command(self, name: str, rest: str) -> None:
        """Do what a slash command says; the screens above know how."""
        raise NotImplementedError

    @on(PromptBox.SentNothing)
    def send_on(self) -> None:
        """Send the prompts that a stop has held."""
        self.held = False
        self._send_next()

    @on(PromptBox.TakeBack)
    def take_back(self) -> None:
        """Put the last queued prompt back into the empty box."""
        if self.queue:
            self.prompt.put(self.queue.pop())
            self.show_queue()

    def _send_next(self) -> None:
        if self.queue and self.link.ready and not self.is_answering and not self.held:
            self.converse(self.dialogue.ask(self.queue[0]), self.queue.pop(0))
        elif self.queue and not self.link.ready:
            self.reach_again()
        self.show_queue()

    def reach_again(self) -> None:
        """Something is to be sent and nothing answers; the screens above know when to try anew."""

    def show_queue(self) -> None:
        """Show the prompts that wait, and what they wait for."""
        if self.queue and not self.queued.is_attached:
            self.writing.mount(self.queued, before=0)
        self.queued.show_waiting(self.queue, self._why_queued(), self.size)

    def _why_queued(self) -> str:
        if self.held:
            return "Held; Enter in the empty box sends on."
        if self.is_answering:
            return "Sent when the reply has ended."
        if self.opening:
            model = isinstance(self.opening, LocalModel)
            return "Sent when the model is loaded." if model else "Sent when the server answers."
        again = "/restart tries again, " if self.tried else ""
        return f"No model answers: {again}Ctrl+S loads one, Alt+C connects to a server."

    def converse(
        self, dialogue_events: AsyncGenerator[DialogueEvent, None], prompt: str, *, anew: bool = False
    ) -> None:
        """Show what the dialogue does until the reply has ended, however it ends. What is asked meanwhile waits.

        A prompt that is stopped before it is asked goes back into the queue. One that is asked `anew`, in the place
        of an earlier one, is given back instead: the queue would ask it at the end.
        """
        self._asking = True
        self._converse(dialogue_events, prompt, anew)

    @work(exclusive=True, group="reply")
    async def _converse(self, dialogue_events: AsyncGenerator[DialogueEvent, None], prompt: str, anew: bool) -> None:
        waits = bool(prompt)
        try:
            async with aclosing(dialogue_events) as stream:
                async for event in stream:
                    waits = False
                    self._show(event, prompt)
        finally:
            if waits and anew:  # stopped before it was asked
                self._give_back(prompt)
            elif waits:
                self.queue.insert(0, prompt)
                self.held = True
            self._reply_over()

    def _show(self, event: DialogueEvent, prompt: str) -> None:
        match event:
            case Delta(text=piece) if self.replying:
                self.transcript.set_progress(self.replying.id, "")
                self.transcript.stream(self.replying.id, piece)
            case Thought(text=piece) if self.replying:
                self.transcript.set_progress(self.replying.id, "")
                self.transcript.stream_thought(self.replying.id, piece)
            case TurnBegun(turn=turn) if turn.role is Role.USER:
                self._show_question(turn)
            case TurnBegun(turn=turn) | TurnResumed(turn=turn):
                self._show_reply_begun(turn)
            case AllThought() if self.replying:
                self.transcript.update(self.as_entry(self.replying))
            case SummaryMade(text=text, turns=turns):
                self.tell(f"In place of {len(turns)} forgotten turns the model is now sent this summary: {text}")
            case Reading(done=done, total=total) if self.replying:
                self.transcript.set_progress(self.replying.id, f"reading the prompt: {done} of {total} tokens")
            case Note(text=text):
                self.tell(text)
            case Refused(explanation=why):
                self.tell(why, "error")
                self._give_back(prompt)
            case TurnEnded(turn=turn):
                self.status.speed = speed(turn.measure)
                if turn.ending is Ending.FAILED and not turn.text:
                    self._give_back(prompt)

    def _show_question(self, turn: Turn) -> None:
        if len(self.dialogue.conversation.versions(turn)) > 1:
            self.show_conversation()
            self.transcript.go_to_end()
        else:
            self.transcript.append(entry(turn))

    def _show_reply_begun(self, turn: Turn) -> None:
        self.replying = turn
        if any(entry.key == turn.id for entry in self.transcript.entries[-1:]):
            self.transcript.update(self.as_entry(turn))
        elif len(self.dialogue.conversation.versions(turn)) > 1:
            self.show_conversation()
        else:
            self.transcript.append(self.as_entry(turn))
        self.refresh_bindings()
        if self.link.ready:
            self.status.state = "busy"
        self.transcript.set_progress(turn.id, "waiting for the first token, Escape stops")
        self.status.session = self.keeper.name
        self.reply_begun(turn)

    def reply_begun(self, turn: Turn) -> None:
        """A reply is waited for; the screens above know what may keep it."""

    def _give_back(self, prompt: str) -> None:
        if not self.prompt.text:
            self.prompt.put(prompt)
        elif prompt:
            self.prompt.remember([prompt])

    def _reply_over(self) -> None:
        turn, self.replying, self._asking = self.replying, None, False
        if turn:
            self.transcript.set_progress(turn.id, "")
            self.transcript.update(self.as_entry(turn))
        self.refresh_bindings()
        if self.link.ready:
            self.status.state = "ready"
        if self.dialogue.not_kept:
            self.tell(f"{self.dialogue.not_kept}. {UNSAVED}", "error")
        self.look_ahead()
        self._send_next()

    @property
    def is_answering(self) -> bool:
        """Whether the model is at work: on a reply, a summary, a title."""
        return self._asking or self.dialogue.replying

    @property
    def has_unsent(self) -> bool:
        """Whether something was written that is not sent yet."""
        return bool(self.queue or self.prompt.text.strip())

    def stop_reply(self) -> bool:
        """Stop the running reply and keep what it said; prompts that are queued wait. False when none runs."""
        if not self.is_answering:
            return False
        self.held = bool(self.queue)
        self.workers.cancel_group(self, "reply")
        return True

    async def end_reply(self) -> None:
        """Stop what is being answered and wait until its end is kept."""
        self.stop_reply()
        for worker in [worker for worker in self.workers if worker.group == "reply"]:
            with suppress(WorkerError):
                await worker.wait()
        self._asking = False

    # What is shown

    def as_entry(self, turn: Turn) -> Entry:
        """A turn as it looks here and now."""
        versions = self.dialogue.conversation.versions(turn)
        place = (versions.index(turn) + 1, len(versions)) if turn in versions else (1, 1)
        return entry(turn, versions=place, dimmed=turn.id in self._forgotten, plain=turn.id in self._plain)

    def show_conversation(self, *, another: bool = False) -> None:
        """Show the conversation's path anew; from its end when it is another conversation."""
        window = self.dialogue.window(self.prompt.text)
        self._forgotten = {turn.id for turn in window.forgotten}
        show = self.transcript.show if another else self.transcript.reshow
        show([self.as_entry(turn) for turn in self.dialogue.conversation.path()])
        self._show_window(window)

    @on(TranscriptView.LinkClicked)
    def take_link(self, event: TranscriptView.LinkClicked) -> None:
        """A link is copied, not opened: over SSH the browser is elsewhere, and a model wrote it."""
        event.stop()
        self.copy(event.address)

    def copy(self, text: str) -> None:
        """Copy by the way that works here, and say which it was."""
        try:
            self.notify(self.services.copy(text, self._to_terminal), markup=False)
        except OSError as trouble:
            self.notify(f"Nothing was copied: {trouble}", severity="error", markup=False)

    def _to_terminal(self, sequence: str) -> None:
        if driver := self.app._driver:
            driver.write(sequence)

    def tell(self, text: str, tone: str = "") -> None:
        self.transcript.append(note(next(self._note_keys), text, tone))

    def look_ahead(self) -> None:
        """Show what the next prompt would be sent with, and what the model no longer sees."""
        window = self.dialogue.window(self.prompt.text)
        before, self._forgotten = self._forgotten, {turn.id for turn in window.forgotten}
        for id in before ^ self._forgotten:
            self.transcript.update(self.as_entry(self.dialogue.conversation.turn(id)))
        self._show_window(window)

    def _show_window(self, window: Window) -> None:
        self.side.memory.window = window
        self.status.memory = f"{window.turns_kept}/{window.turns_allowed} turns, memory {window.state}"
        self.transcript.set_horizon(window.horizon.id if window.horizon else None)

    def _look_ahead_soon(self) -> None:
        """After a change of the prompt: not for each letter, a long conversation takes its time."""
        if self._looking:
            self._looking.stop()
        self._looking = self.set_timer(0.3, self.look_ahead)

"""The chat as plain lines: for screen readers, dumb terminals, pipes and very slow links. It never moves the cursor up.

Lines are read in a thread, so that the event loop goes on draining the server's pipe while a person thinks.
"""

import asyncio
import signal
import sys
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing, suppress
from pathlib import Path

from hat_tui import commands
from hat_tui.chat.conversation import Conversation
from hat_tui.chat.dialogue import Dialogue, DialogueEvent, NotKept, Refused, TurnBegun, TurnEnded
from hat_tui.chat.message import Role
from hat_tui.chat.parameters import SPECS, BadValue, SamplingParameters
from hat_tui.chat.record import Titled
from hat_tui.chat.reply import Delta, Ending, Note
from hat_tui.chat.safe_text import shown, shown_line
from hat_tui.chat.tokens import TokenCounter
from hat_tui.link import Link
from hat_tui.server.phase import Phase, ServerState
from hat_tui.server.target import RemoteServer, Target
from hat_tui.services import LogLines, NoSuchSession, NotConnected, NotSaved, Nowhere, Services, SessionKeeper

LOG_LINES = 200
"""How many of the server's last lines `/log` can show."""

HELP = "\n".join(
    f"  /{command.name} {command.takes}".ljust(26) + command.help for command in commands.COMMANDS if command.plain
)


class PlainChat:
    """One conversation led by lines. `lines` reads the next one and raises EOFError at the end.

    `piped` is true where a script writes the lines: it learns from the exit code what a person reads.
    """

    def __init__(self, services: Services, lines: Callable[[str], str], *, piped: bool = False) -> None:
        self.services = services
        self.link = Link(services.connect, self._server_changed, self._server_said, self._tell)
        self.log: deque[tuple[str, str]] = deque(maxlen=LOG_LINES)
        self.keeper: SessionKeeper = services.sessions.new()
        self.dialogue = self._dialogue(Conversation(), services.parameters)
        self._lines = lines
        self._piped = piped
        self._unanswered = False
        self._reply: asyncio.Task[None] | None = None
        self._phase = Phase.STOPPED

    def _dialogue(self, conversation: Conversation, parameters: SamplingParameters) -> Dialogue:
        clock, seconds = self.services.clock, self.services.seconds
        program = f"hat-tui {self.services.version}"
        nowhere = Nowhere("/model NAME loads one, /connect URL connects to a server")
        return Dialogue(conversation, self.keeper, TokenCounter(), nowhere, parameters, clock, seconds, program)

    async def run(self) -> int:
        """Chat until the lines end or `/quit`; the exit code.

        For a script 1 when a prompt had no answer, and when there is no such session to go on with: what it writes is
        for that one alone.
        """
        with suppress(NotImplementedError, ValueError):  # on Windows, in a thread
            asyncio.get_running_loop().add_signal_handler(signal.SIGINT, self._interrupted)
        try:
            if self.services.resume and not self._resume(self.services.resume) and self._piped:
                return 1
            if self.services.first:
                await self._open(self.services.first)
            else:
                self._tell(self.services.why_none or "There are several models: /model NAME takes one.")
                await self._run_model("")
            self.services.prepare()
            while (line := await self._line()) is not None:
                if not await self._take(line):
                    break
            return 1 if self._piped and self._unanswered else 0
        finally:
            await self.link.close()
            self.keeper.close()

    async def _line(self) -> str | None:
        loop = asyncio.get_running_loop()
        read: asyncio.Future[str | None] = loop.create_future()

        def hand_over(line: str | None) -> None:
            if not read.done():
                read.set_result(line)

        def wait() -> None:
            try:
                line: str | None = self._lines("You: ")
            except EOFError:
                line = None
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(hand_over, line)

        # A daemon: a line nobody types must not keep the program from ending.
        threading.Thread(target=wait, daemon=True).start()
        return await read

    async def _take(self, line: str) -> bool:
        """Do what a line says; False for the end."""
        if command := commands.parse(line):
            name, rest = command
            if name == "quit":
                return False
            does = self._commands.get(name)
            if does is None:
                self._tell(f"There is no command /{name} here; /help shows what there is.")
            elif asyncio.iscoroutine(done := does(rest)):
                await done
        elif line.strip():
            await self._converse(self.dialogue.ask(commands.as_prompt(line)))
        return True

    # The conversation

    async def _converse(self, dialogue_events: AsyncGenerator[DialogueEvent, None]) -> None:
        self._reply = asyncio.create_task(self._print(dialogue_events))
        with suppress(asyncio.CancelledError):
            await self._reply
        self._reply = None
        last = self.dialogue.conversation.last()
        if last and last.ending is Ending.FAILED:
            self._unanswered = True
        if last and last.ending is Ending.STOPPED:
            self._tell("stopped; what it said is kept")
        if self.dialogue.not_kept:
            self._tell_not_kept(self.dialogue.not_kept)

    async def _print(self, dialogue_events: AsyncGenerator[DialogueEvent, None]) -> None:
        async with aclosing(dialogue_events) as events:
            async for event in events:
                match event:
                    case TurnBegun(turn=turn) if turn.role is Role.ASSISTANT:
                        self._write(f"{shown(turn.model) or 'Model'}: ")
                    case Delta(text=piece):
                        self._write(shown(piece))
                    case Note(text=text):
                        self._tell(text)
                    case Refused(explanation=text):
                        self._unanswered = True
                        self._tell(text)
                    case TurnEnded(turn=turn):
                        self._write("\n")
                        self._tell(turn.why or _ending(turn.ending, turn.measure.speed, turn.measure.tokens))

    def _interrupted(self) -> None:
        if self._reply:
            self._reply.cancel()
        else:
            self._tell("Ctrl+D or /quit ends")

    # The server

    async def _open(self, target: Target) -> None:
        try:
            self.dialogue.endpoint, self.dialogue.model = await self.link.open(target)
        except NotConnected as trouble:
            self._tell(str(trouble))
            return
        self.services.remember(target)
        context = f", context {self.dialogue.model.n_ctx} tokens" if self.dialogue.model.n_ctx else ""
        self._tell(f"{self.dialogue.model.model or 'the model'} answers{context}; /help shows the commands")

    async def _connect(self, where: str) -> None:
        try:
            saved = {server.name.casefold(): server.target for server in self.services.saved.list()}
        except NotSaved as trouble:
            self._tell(str(trouble))
            return
        if where:
            await self._open(saved.get(where.casefold()) or RemoteServer(where))
        else:
            self._tell(f"/connect NAME or URL; saved: {', '.join(saved) or 'none'}")

    def _server_changed(self, state: ServerState) -> None:
        if state.phase is not self._phase and state.phase is Phase.LOADING:
            self._tell("loading the model")
        self._phase = state.phase

    def _server_said(self, lines: LogLines) -> None:
        self.log.extend(lines)

    # Commands

    @property
    def _commands(self) -> Mapping[str, Callable[[str], object]]:
        return {
            "again": self._again,
            "connect": self._connect,
            "help": lambda rest: self._write(f"{HELP}\n"),
            "log": self._show_log,
            "memory": self._show_memory,
            "model": self._run_model,
            "new": lambda rest: self._change_session(Conversation(), self.services.sessions.new()),
            "parameters": self._show_parameters,
            "preset": self._take_preset,
            "save": self._save,
            "sessions": self._sessions,
            "set": self._set,
            "title": self._title,
        }

    async def _again(self, rest: str) -> None:
        last = self.dialogue.conversation.last()
        if last:
            question = last if last.role is Role.USER else self.dialogue.conversation.turn(last.parent)
            await self._converse(self.dialogue.answer_again(question))

    def _show_log(self, rest: str) -> None:
        for _, line in list(self.log)[-20:]:
            self._write(f"  {shown(line)}\n")

    def _show_memory(self, rest: str) -> None:
        window = self.dialogue.window("")
        context = f" of {window.n_ctx}" if window.n_ctx else ""
        self._tell(
            f"memory {window.state}: {window.turns_kept} of {window.turns_allowed} turns are sent, "
            f"{window.sent_tokens}{context} tokens; {len(window.forgotten)} turns are forgotten"
        )

    async def _run_model(self, name: str) -> None:
        found = {model.name: model for model in self.services.models.list()}
        if name:
            path = found[name].path if name in found else Path(name)
            try:
                await self._open(self.services.models.local(path))
            except NotConnected as trouble:
                self._tell(str(trouble))
            return
        for model in found.values():
            self._write(f"  {shown(model.name)}  {shown(model.line)}\n")

    def _show_parameters(self, rest: str) -> None:
        for spec in SPECS:
            value = spec.format(getattr(self.dialogue.parameters, spec.name)) or "none"
            self._write(f"  {spec.name} {shown(value)}  ({spec.range})\n")

    def _take_preset(self, name: str) -> None:
        presets = self.services.presets.load()
        if name in presets:
            self.dialogue.parameters = presets[name]
            self._tell(f"the preset {name} holds from the next reply on")
        else:
            missing = f"There is no preset {name}; " if name else ""
            self._tell(f"{missing}presets: {', '.join(presets)}")

    def _set(self, rest: str) -> None:
        name, _, value = rest.partition(" ")
        try:
            self.dialogue.parameters = self.dialogue.parameters.with_text(name, value)
        except KeyError:
            self._tell(f"parameters: {', '.join(spec.name for spec in SPECS)}")
        except BadValue as trouble:
            self._tell(str(trouble))
        else:
            self._tell(f"{name} is {value} from the next reply on")

    def _title(self, words: str) -> None:
        if not words:
            self._tell("/title WORDS names the session")
            return
        self.dialogue.record(Titled(words))
        self._tell(f"the session is called {words}")

    def _save(self, folder: str) -> None:
        if not folder or self.services.files is None:
            self._tell("/save FOLDER keeps the whole session there" if self.services.files else "restricted: no files")
            return
        try:
            file = self.keeper.move(Path(folder), self.dialogue.conversation.records())
        except NotKept as trouble:
            self._tell(str(trouble))
            return
        self.dialogue.not_kept = ""
        self._tell(f"the whole session is kept in {file} from here on")

    def _sessions(self, id: str) -> None:
        if id:
            self._resume(id)
            return
        try:
            sessions = self.services.sessions.search("")[:20]
        except OSError as trouble:
            self._tell(f"The sessions cannot be listed: {trouble}")
            return
        for session in sessions:
            self._write(f"  {shown_line(session.id)}  {session.turns} turns  {shown_line(session.title)}\n")
        self._tell("/sessions ID goes on with one")

    def _resume(self, id: str) -> bool:
        """Go on with a kept session; False, and the sentence why, where there is none to go on with."""
        try:
            conversation, keeper, problems = self.services.sessions.resume(id)
        except (NoSuchSession, OSError) as trouble:
            self._tell(str(trouble))
            return False
        if keeper.name == self.keeper.name:
            keeper.close()
            self._tell("This is the session that you are in.")
            return True
        self._change_session(conversation, keeper)
        if conversation.parameters:
            self.dialogue.parameters = SamplingParameters.from_mapping(conversation.parameters.values)
        for problem in problems:
            self._tell(problem)
        for turn in conversation.path():
            name = "You" if turn.role is Role.USER else shown(turn.model) or "Model"
            self._write(f"{name}: {shown(turn.text)}\n")
        if keeper.read_only:
            self._tell_not_kept(keeper.read_only)
        return True

    def _change_session(self, conversation: Conversation, keeper: SessionKeeper) -> None:
        self.keeper.close()
        self.keeper = keeper
        before = self.dialogue
        self.dialogue = self._dialogue(conversation, before.parameters)
        self.dialogue.endpoint, self.dialogue.model = before.endpoint, before.model

    def _write(self, text: str) -> None:
        sys.stdout.write(text)
        sys.stdout.flush()

    def _tell_not_kept(self, why: str) -> None:
        self._tell(f"{why}. /save FOLDER keeps it elsewhere")

    def _tell(self, text: str) -> None:
        self._write(f"[{shown(text)}]\n")


def _ending(ending: Ending | None, speed: float | None, tokens: int | None) -> str:
    told = {Ending.LENGTH: "reached the length limit, ", Ending.CUT: "cut off by the server, "}.get(
        ending or Ending.STOP, ""
    )
    return f"{told}{tokens or 0} tokens" + (f", {speed:.0f} tokens/s" if speed else "")


def read_line(prompt: str) -> str:
    """A line with readline's editing and history where there is a terminal. Raises EOFError."""
    if not sys.stdin.isatty():
        line = sys.stdin.readline()
        if not line:
            raise EOFError
        return line.rstrip("\n")
    return input(prompt)


def remember(prompts: list[str]) -> None:
    """Put earlier prompts into readline's history, where Python has it."""
    with suppress(ImportError):
        import readline  # noqa: PLC0415 - not on Windows

        for prompt in prompts:
            readline.add_history(prompt.replace("\n", " "))


def run(services: Services) -> int:
    """Chat in plain lines; the exit code."""
    remember(list(services.sessions.recent_prompts()))
    return asyncio.run(PlainChat(services, read_line, piped=not sys.stdin.isatty()).run())

"""A question in, events out: what is sent, streamed, recorded and kept, in one place."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from hat_tui.chat import memory
from hat_tui.chat.conversation import ROOT, Conversation, Turn
from hat_tui.chat.message import Message, Role
from hat_tui.chat.parameters import SamplingParameters
from hat_tui.chat.record import Begun, Ended, ModelUsed, Opened, ParametersSet, Record, Said, Titled
from hat_tui.chat.reply import Delta, Ending, Failed, Finished, Measure, ReplyEvent, Thought
from hat_tui.chat.tokens import TokenCounter


@dataclass(frozen=True, slots=True)
class Request:
    """What an endpoint is asked for. `model` may be "" where the server has only one."""

    messages: tuple[Message, ...]
    parameters: SamplingParameters
    model: str = ""


class Endpoint(Protocol):
    """A server that answers chats."""

    def reply(self, request: Request) -> AsyncGenerator[ReplyEvent, None]:
        """Stream one reply: pieces, then exactly one Finished or Failed. Raises nothing the server can cause."""
        ...

    async def count_tokens(self, text: str) -> int | None:
        """How many tokens the model makes of `text`; None when the server cannot tell. Never called mid-stream."""
        ...


class NotKept(Exception):
    """A record could not be written; the message says why and what to do. Nothing is lost from memory."""


class Keeper(Protocol):
    """Where a conversation's records go: a session file, or nowhere."""

    def keep(self, record: Record) -> None:
        """Write one record so that it outlives this program. Raises NotKept."""
        ...


@dataclass(frozen=True, slots=True)
class TurnBegun:
    """A turn entered the conversation."""

    turn: Turn


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """A turn is whole, or as whole as it gets."""

    turn: Turn


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was sent and nothing recorded; the prompt belongs back in the box."""

    explanation: str


DialogueEvent = TurnBegun | TurnEnded | Refused | ReplyEvent

TITLE_LENGTH = 60


class Dialogue:
    """One conversation with one endpoint.

    `endpoint`, `parameters` and `limits` may be changed between replies; a change of parameters is recorded with the
    next question.
    """

    def __init__(
        self,
        conversation: Conversation,
        keeper: Keeper,
        tokens: TokenCounter,
        endpoint: Endpoint,
        parameters: SamplingParameters,
        clock: Callable[[], datetime],
        seconds: Callable[[], float],
        program: str = "",
    ) -> None:
        self.conversation = conversation
        self.keeper = keeper
        self.tokens = tokens
        self.endpoint = endpoint
        self.parameters = parameters
        self.model = ModelUsed("")
        self.exact_window = False
        self.not_kept = ""
        self._clock = clock
        self._seconds = seconds
        self._program = program
        self._opened = False

    def record(self, *records: Record) -> None:
        """Take records into the conversation and hand them to the keeper; `not_kept` tells when that failed."""
        for record in records:
            self.conversation.apply(record)
            try:
                self.keeper.keep(record)
                self.not_kept = ""
            except NotKept as trouble:
                self.not_kept = str(trouble)

    def window(self, prompt: str, after: int | None = None) -> memory.Window:
        """What the model would be sent with `prompt` put after turn `after`, the last by default; asks no server."""
        return memory.plan(
            self._leading(after),
            prompt,
            self.parameters,
            self.model.n_ctx,
            self.tokens.count,
            exact=self.exact_window,
            summary=self.conversation.summary,
        )

    async def count(self, prompt: str) -> None:
        """Ask the server for the sizes of the texts it has not counted yet, so that `window` is exact."""
        texts = [self.parameters.system, prompt, *(turn.text for turn in self.conversation.path())]
        await self.tokens.learn(texts, self.endpoint.count_tokens)

    async def ask(self, prompt: str, after: int | None = None) -> AsyncGenerator[DialogueEvent, None]:
        """Put a question after turn `after` (the last by default, ROOT for the start) and stream the answer to it."""
        await self.count(prompt)
        window = self.window(prompt, after)
        if window.refusal:
            yield Refused(window.refusal)
            return
        self._record_circumstances(prompt)
        leading = self._leading(after)
        question = self._begin(Role.USER, leading[-1].id if leading else ROOT)
        self.record(Said(question.id, prompt), Ended(question.id))
        yield TurnBegun(question)
        async with aclosing(self._answer(question, window)) as events:
            async for event in events:
                yield event

    async def answer_again(self, question: Turn) -> AsyncGenerator[DialogueEvent, None]:
        """Stream another answer to a question that was asked before; the earlier ones stay as versions of it."""
        window = self.window(question.text, question.parent)
        if window.refusal:
            yield Refused(window.refusal)
            return
        self._record_circumstances(question.text)
        async with aclosing(self._answer(question, window)) as events:
            async for event in events:
                yield event

    async def _answer(self, question: Turn, window: memory.Window) -> AsyncGenerator[DialogueEvent, None]:
        request = Request(memory.messages(window, question.text), self.parameters, self.model.model)
        reply = self._begin(Role.ASSISTANT, question.id, self.model.model)
        yield TurnBegun(reply)
        stopwatch = Stopwatch(self._seconds)
        ended = Ended(reply.id, Ending.STOPPED)
        try:
            async with aclosing(self.endpoint.reply(request)) as events:
                async for event in events:
                    match event:
                        case Delta(text=piece):
                            stopwatch.token()
                            self.record(Said(reply.id, piece))
                        case Thought(text=piece):
                            stopwatch.token()
                            self.record(Said(reply.id, piece, thought=True))
                        case Finished(ending=ending):
                            ended = Ended(reply.id, ending, event.measure)
                        case Failed(explanation=why):
                            ended = Ended(reply.id, Ending.FAILED, event.measure, why)
                    yield event
        finally:
            self.record(replace(ended, measure=stopwatch.completed(ended.measure)))
        self.tokens.calibrate(request.messages, ended.measure.prompt_tokens)
        yield TurnEnded(reply)

    def _begin(self, role: Role, parent: int, model: str = "") -> Turn:
        id = self.conversation.next_id()
        self.record(Begun(id, role, parent, self._clock(), model))
        return self.conversation.turn(id)

    def _leading(self, after: int | None) -> Sequence[Turn]:
        if after is None:
            return self.conversation.path()
        if after == ROOT:
            return ()
        turn = self.conversation.turn(after)
        return [*self.conversation.before(turn), turn]

    def _record_circumstances(self, prompt: str) -> None:
        """Before a question: that the session is open here, its title, model and parameters, where they are new."""
        if not self._opened:
            self.record(Opened(self._clock(), self._program))
            self._opened = True
        if not self.conversation.title:
            self.record(Titled(title_of(prompt)))
        if self.model != self.conversation.model:
            self.record(self.model)
        values = self.parameters.as_mapping()
        if self.conversation.parameters is None or dict(self.conversation.parameters.values) != values:
            self.record(ParametersSet(values))


class Stopwatch:
    """Counts a reply's pieces and times them with `seconds`, a monotonic clock."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._started = seconds()
        self._first: float | None = None
        self._last = self._started
        self._tokens = 0

    def token(self) -> None:
        """A piece arrived."""
        self._last = self._seconds()
        self._first = self._last if self._first is None else self._first
        self._tokens += 1

    def completed(self, told: Measure) -> Measure:
        """What the server told, with what it left out filled in from here."""
        first = None if self._first is None else self._first - self._started
        generation = None if self._first is None else self._last - self._first
        return replace(
            told,
            tokens=self._tokens if told.tokens is None else told.tokens,
            first_token_s=first if told.first_token_s is None else told.first_token_s,
            generation_s=generation if told.generation_s is None else told.generation_s,
        )


def title_of(prompt: str) -> str:
    """A session's title: the first line of its first prompt that says something, shortened."""
    line = next((line.strip() for line in prompt.splitlines() if line.strip()), "untitled")
    return line if len(line) <= TITLE_LENGTH else line[: TITLE_LENGTH - 1] + "…"

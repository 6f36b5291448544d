"""A question in, events out: what is sent, streamed, recorded and kept, in one place."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime

from hat_tui.chat import memory
from hat_tui.chat.asides import clean_title, summary_request, title_of, title_request
from hat_tui.chat.conversation import ROOT, Conversation, Turn
from hat_tui.chat.dialogue_event import (
    DialogueEvent,
    Refused,
    SummaryMade,
    TurnBegun,
    TurnEnded,
    TurnResumed,
)
from hat_tui.chat.memory import Window
from hat_tui.chat.message import Message, Role
from hat_tui.chat.parameters import SamplingParameters
from hat_tui.chat.ports import Endpoint, Keeper, NotKept, Request
from hat_tui.chat.record import (
    Begun,
    Ended,
    Mark,
    Marked,
    ModelUsed,
    Opened,
    ParametersSet,
    Record,
    Said,
    Summarised,
    Titled,
    WasThought,
)
from hat_tui.chat.reply import Delta, Ending, Failed, Finished, Note, ReplyEvent, Thought
from hat_tui.chat.speed import Speeds
from hat_tui.chat.stopwatch import Stopwatch, continued
from hat_tui.chat.thinking import AllThought, Part, ThoughtSplitter
from hat_tui.chat.tokens import TokenCounter

__all__ = [
    "CONTINUE",
    "Dialogue",
    "DialogueEvent",
    "Endpoint",
    "Keeper",
    "NotKept",
    "Refused",
    "Request",
    "SummaryMade",
    "TurnBegun",
    "TurnEnded",
    "TurnResumed",
]

CONTINUE = "Continue your last answer from exactly where it stopped. Do not repeat any of it."
"""What is sent to have a reply continued, for there is no other way that every server takes."""


class Dialogue:
    """One conversation with one endpoint.

    `endpoint`, `model`, `parameters` and `exact_window` may be changed between replies; what is new of model and
    parameters is recorded with the next question. `replying` is true while something streams.
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
        self.replying = False
        self._clock = clock
        self._seconds = seconds
        self._program = program
        self._opened = False
        self._speeds: dict[ModelUsed, Speeds] = {}
        self._heard: tuple[Message, ...] = ()
        self._heard_by: tuple[Endpoint, ModelUsed] | None = None

    def record(self, *records: Record) -> None:
        """Take records into the conversation and hand them to the keeper; `not_kept` tells when that failed.

        The first one is preceded by Opened, so that a session file tells when it was begun and resumed.
        """
        if not self._opened:
            self._opened = True
            if not isinstance(records[0], Opened):
                self._take(Opened(self._clock(), self._program))
        for record in records:
            self._take(record)

    def _take(self, record: Record) -> None:
        self.conversation.apply(record)
        try:
            self.keeper.keep(record)
            self.not_kept = ""
        except NotKept as trouble:
            self.not_kept = str(trouble)

    # What the model sees

    @property
    def speeds(self) -> Speeds:
        """How fast the model reads and writes, by its replies in this conversation."""
        if self.model not in self._speeds:
            speeds = self._speeds[self.model] = Speeds()
            for turn in self.conversation.all_turns():
                if self.model.model and turn.model == self.model.model:
                    speeds.learn(turn.measure)
        return self._speeds[self.model]

    def window(self, prompt: str, after: int | None = None) -> Window:
        """What the model would be sent with `prompt` put after turn `after`, the last by default; asks no server."""
        self.tokens.use(f"{self.model.model} {self.model.endpoint}")
        return memory.plan(
            self._leading(after),
            prompt,
            self.parameters,
            self.model.n_ctx,
            self.tokens,
            exact=self.exact_window,
            summary=self.conversation.summary,
            cached=self._cached(),
            reading_speed=self.speeds.reading,
        )

    async def count(self, prompt: str, after: int | None = None) -> None:
        """Ask the server for the sizes of the texts it has not counted yet, so that `window` is exact.

        Does nothing while a reply streams, for a question may cut it.
        """
        if self.replying:
            return
        system = self.window(prompt, after).system_text
        leading = self._leading(after)
        near = list(leading[-(self.parameters.turns + 2) :])
        turns = [*reversed(near), *(turn for turn in leading if turn.pinned)]
        texts = [system, prompt, *(turn.text for turn in turns if not turn.left_out)]
        await self.tokens.learn(texts, self.endpoint.count_tokens)

    # Questions and replies

    async def ask(self, prompt: str, after: int | None = None) -> AsyncGenerator[DialogueEvent, None]:
        """Put a question after turn `after` (the last by default, ROOT for the start) and stream the answer to it.

        After the parent of another question it becomes a new version of that one.
        """
        await self.count(prompt, after)
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
        await self.count(question.text, question.parent)
        window = self.window(question.text, question.parent)
        if window.refusal:
            yield Refused(window.refusal)
            return
        self._record_circumstances(question.text)
        async with aclosing(self._answer(question, window)) as events:
            async for event in events:
                yield event

    async def continue_reply(self, reply: Turn) -> AsyncGenerator[DialogueEvent, None]:
        """Have the last reply go on, in the same turn."""
        if reply is not self.conversation.last() or reply.role is not Role.ASSISTANT or reply.parent == ROOT:
            yield Refused("Only the last reply can be continued")
            return
        question = self.conversation.turn(reply.parent)
        window = self.window(f"{question.text}\n{reply.text}\n{CONTINUE}", question.parent)
        if window.refusal:
            yield Refused(window.refusal)
            return
        self._record_circumstances(question.text)
        messages = memory.messages(window, question.text)
        if reply.text:
            messages += (Message(Role.ASSISTANT, reply.text), Message(Role.USER, CONTINUE))
        yield TurnResumed(reply, window)
        async with aclosing(self._stream(reply, messages)) as events:
            async for event in events:
                yield event

    async def _answer(self, question: Turn, window: Window) -> AsyncGenerator[DialogueEvent, None]:
        reply = self._begin(Role.ASSISTANT, question.id, self.model.model)
        yield TurnBegun(reply, window)
        async with aclosing(self._stream(reply, memory.messages(window, question.text))) as events:
            async for event in events:
                yield event

    async def _stream(self, reply: Turn, messages: tuple[Message, ...]) -> AsyncGenerator[DialogueEvent, None]:
        request = Request(messages, self.parameters, self.model.model)
        read = memory.reread(messages, self._cached(), self.tokens)
        stopwatch = Stopwatch(self._seconds)
        splitter = ThoughtSplitter()
        said_before, measured_before = reply.text, reply.measure
        ended = Ended(reply.id, Ending.STOPPED)
        self.replying = True
        try:
            async with aclosing(self.endpoint.reply(request)) as events:
                async for event in events:
                    match event:
                        case Delta(text=piece, chunks=chunks):
                            stopwatch.tokens(chunks)
                            for part in splitter.feed(piece):
                                yield self._say(reply, part, said_before)
                            continue
                        case Thought(text=piece, chunks=chunks):
                            stopwatch.tokens(chunks)
                            self.record(Said(reply.id, piece, thought=True))
                        case Finished(ending=ending):
                            ended = Ended(reply.id, ending, event.measure)
                        case Failed(explanation=why):
                            ended = Ended(reply.id, Ending.FAILED, event.measure, why)
                    if isinstance(event, Finished | Failed):
                        for part in splitter.end():
                            yield self._say(reply, part, said_before)
                    yield event
        finally:
            self.replying = False
            for part in splitter.end():
                self._say(reply, part, said_before)
            measure = stopwatch.completed(ended.measure)
            self.speeds.learn(measure, read)
            self.record(replace(ended, measure=continued(measured_before, measure) if said_before else measure))
            self._remember(request, reply.text if not reply.thought else "", lost=ended.ending is Ending.FAILED)
        self.tokens.calibrate(request.messages, ended.measure.prompt_tokens)
        yield TurnEnded(reply)

    def _say(self, reply: Turn, part: Part, said_before: str) -> Part:
        """Record a part of a reply, which goes on from what was said before; the part as it was said."""
        if said_before and isinstance(part, Delta) and reply.text == said_before:
            part = Delta(_gap(said_before, part.text) + part.text)
        match part:
            case AllThought():
                self.record(WasThought(reply.id))
            case Delta(text=text):
                self.record(Said(reply.id, text))
            case Thought(text=text):
                self.record(Said(reply.id, text, thought=True))
        return part

    def _remember(self, request: Request, reply: str, *, lost: bool) -> None:
        """What the server has in its cache now. A thought is not sent again, so a reply with one is not found there."""
        self._heard = () if lost else (*request.messages, *([Message(Role.ASSISTANT, reply)] if reply else []))
        self._heard_by = (self.endpoint, self.model)

    def _cached(self) -> tuple[Message, ...]:
        return self._heard if self._heard_by == (self.endpoint, self.model) else ()

    # Changes to turns

    def rewrite(self, reply: Turn, text: str) -> Turn:
        """Put a person's words in the place of a reply, as a new version of it."""
        edited = self._begin(reply.role, reply.parent, reply.model, edited=True)
        self.record(Said(edited.id, text), Ended(edited.id))
        return edited

    def pin(self, turn: Turn, *, on: bool = True) -> None:
        """Send a turn with every prompt, or no longer. A pinned turn is not left out."""
        if on and turn.left_out:
            self.record(Marked(turn.id, Mark.LEFT_OUT, False))
        self.record(Marked(turn.id, Mark.PINNED, on))

    def leave_out(self, turn: Turn, *, on: bool = True) -> None:
        """Never send a turn, or again. One that is left out is not pinned."""
        if on and turn.pinned:
            self.record(Marked(turn.id, Mark.PINNED, False))
        self.record(Marked(turn.id, Mark.LEFT_OUT, on))

    def delete(self, turn: Turn) -> None:
        """Take a turn out of the conversation, with all that follows it. Another version takes its place."""
        self.record(Marked(turn.id, Mark.DELETED))

    def restore(self, turn: Turn) -> None:
        """Undo `delete`."""
        self.record(Marked(turn.id, Mark.DELETED, False), Marked(turn.id, Mark.CHOSEN))

    def show_version(self, turn: Turn, steps: int) -> Turn:
        """Change to a version so many steps from this one, as far as there are; the one that stands there now."""
        versions = self.conversation.versions(turn)
        at = min(len(versions) - 1, max(0, versions.index(turn) + steps))
        if versions[at] is not turn:
            self.record(Marked(versions[at].id, Mark.CHOSEN))
        return versions[at]

    # Asides

    async def summarise(self) -> AsyncGenerator[DialogueEvent, None]:
        """Have the model sum up the turns it no longer sees, and send that in their place from here on.

        The summary streams as Delta; SummaryMade tells that it holds.
        """
        window, before = self.window(""), self.conversation.summary
        new = [turn for turn in window.forgotten if not window.summary or not before or turn.id > before.upto]
        if not new:
            yield Refused("The model still sees all that is not summed up yet")
            return
        messages, parameters, missing = summary_request(
            new, window.summary, self.parameters, self.model.n_ctx, self.tokens
        )
        if missing == len(new):
            yield Refused("Not one of the forgotten turns fits beside a summary of it")
            return
        if missing:
            yield Note(f"The oldest {missing} of {len(new)} turns do not fit and are not in the summary")
        text = ""
        async with aclosing(self._aside(Request(messages, parameters, self.model.model))) as events:
            async for event in events:
                text = _said_so_far(text, event)
                yield event
        if text.strip() and isinstance(event, Finished):
            self.record(Summarised(new[-1].id, text.strip()))
            yield SummaryMade(text.strip(), window.forgotten)

    async def title_by_model(self) -> Titled | Failed:
        """Have the model give the session a title, and record it."""
        messages, parameters = title_request(self.conversation.path(), self.parameters)
        text = ""
        async with aclosing(self._aside(Request(messages, parameters, self.model.model))) as events:
            async for event in events:
                text = _said_so_far(text, event)
                if isinstance(event, Failed):
                    return event
        if not (title := clean_title(text)):
            return Failed("The model gave no title")
        self.record(Titled(title))
        return Titled(title)

    async def _aside(self, request: Request) -> AsyncGenerator[ReplyEvent | AllThought, None]:
        """Stream a reply that is no turn, without its thoughts."""
        splitter, said = ThoughtSplitter(), ""
        self.replying = True
        try:
            async with aclosing(self.endpoint.reply(request)) as events:
                async for event in events:
                    parts = splitter.feed(event.text) if isinstance(event, Delta) else []
                    if isinstance(event, Finished | Failed):
                        parts = splitter.end()
                    for part in parts:
                        said = _said_so_far(said, part)
                        if not isinstance(part, Thought):
                            yield part
                    if not isinstance(event, Delta | Thought):
                        yield event
        finally:
            self.replying = False
            self._remember(request, said, lost=False)

    def _begin(self, role: Role, parent: int, model: str = "", *, edited: bool = False) -> Turn:
        id = self.conversation.next_id()
        self.record(Begun(id, role, parent, self._clock(), model, edited))
        return self.conversation.turn(id)

    def _leading(self, after: int | None) -> Sequence[Turn]:
        if after is None:
            return self.conversation.path()
        if after == ROOT:
            return ()
        turn = self.conversation.turn(after)
        return [*self.conversation.before(turn), turn]

    def _record_circumstances(self, prompt: str) -> None:
        """Before a question: the title, the model and the parameters, where they are new."""
        if not self.conversation.title:
            self.record(Titled(title_of(prompt)))
        if self.model != self.conversation.model:
            self.record(self.model)
        values = self.parameters.as_mapping()
        if self.conversation.parameters is None or dict(self.conversation.parameters.values) != values:
            self.record(ParametersSet(values))


def _gap(before: str, after: str) -> str:
    """The space between two words, which a new message begins without."""
    return " " if after[:1].isalnum() and not before[-1].isspace() else ""


def _said_so_far(before: str, event: DialogueEvent) -> str:
    """A reply's words, after one more event."""
    match event:
        case Delta(text=text):
            return before + text
        case AllThought():
            return ""
    return before

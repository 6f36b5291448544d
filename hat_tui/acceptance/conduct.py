"""Puts a run's open tasks to its models, one after the other, unattended; what breaks costs only the task in hand."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any, Protocol

from hat_tui.acceptance.run import Answered, ModelLost, ModelReady, Run, RunRecord, Slot
from hat_tui.chat.conversation import Conversation, Turn
from hat_tui.chat.dialogue import Dialogue, Endpoint, Keeper, Refused, TurnBegun
from hat_tui.chat.message import Role
from hat_tui.chat.record import ModelUsed, Opened, Titled
from hat_tui.chat.reply import Delta, Ending, Failed, Finished, Measure, Note, Reading, ReplyEvent, Thought
from hat_tui.chat.tokens import TokenCounter

PAUSES_S = (5.0, 30.0, 120.0)
"""Seconds to wait before each new try at a model that was ready before: a server that restarts or a network that is
lost comes back, and so does memory that another program took.
"""


class ModelNotLoaded(Exception):
    """A model could not be loaded; the message says why and what to do."""


async def _nothing_told() -> Measure:
    return Measure()


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model that answers. `facts` goes into the record, `resident` looks at the server's memory, in bytes, and `told`
    gives what the server says of the last reply beside its stream; it is asked after each reply, and counts more.
    """

    endpoint: Endpoint
    model: ModelUsed
    facts: Mapping[str, Any] = field(default_factory=dict)
    resident: Callable[[], int | None] = lambda: None
    told: Callable[[], Awaitable[Measure]] = _nothing_told


OpenModel = Callable[[str], AbstractAsyncContextManager[Loaded]]
"""Loads the model of a label and lets it go at the end. Entering raises ModelNotLoaded."""


class AnswerKeeper(Keeper, Protocol):
    """A session file for one answer."""

    @property
    def name(self) -> str:
        """The file's name, "" where there is none."""
        ...

    def close(self) -> None: ...


class Store(Protocol):
    """Where a run is kept."""

    def keep(self, record: RunRecord) -> None:
        """Write one record so that it outlives this program. Raises NotKept."""
        ...

    def session(self, slot: Slot) -> AnswerKeeper:
        """A new session file for the conversation of this slot."""
        ...


@dataclass(frozen=True, slots=True)
class Opening:
    """A model is being loaded."""

    model: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A model that was ready cannot be loaded just now, as `why` says; in `pause_s` seconds it is tried again."""

    model: str
    why: str
    pause_s: float


@dataclass(frozen=True, slots=True)
class Asked:
    """A task was put to a model: the `number`-th, from 1, of the `total` of the run. `left_s` is an estimate."""

    slot: Slot
    number: int
    total: int
    left_s: float | None


@dataclass(frozen=True, slots=True)
class Heard:
    """Something of the reply to turn `turn` (from 0) of the task arrived."""

    slot: Slot
    turn: int
    event: ReplyEvent


ConductEvent = Opening | Waiting | ModelReady | ModelLost | Asked | Heard | Answered


async def conduct(
    run: Run,
    store: Store,
    open_model: OpenModel,
    clock: Callable[[], datetime],
    seconds: Callable[[], float],
    pause: Callable[[float], Awaitable[None]],
) -> AsyncGenerator[ConductEvent, None]:
    """Fill what is pending in `run`, and tell what happens. Raises NotKept when the run itself cannot be written.

    After an answer that failed, the model is loaded anew for the next task, as its server may be gone; where that
    fails, it is tried again after each of PAUSES_S. A model that cannot be loaded is passed over, and so is one that is
    not the one whose answers the run has. Cancelled, it leaves the slot in hand to the next time.
    """
    for model in run.plan.models:
        async with aclosing(_with_model(model, run, store, open_model, clock, seconds, pause)) as events:
            async for event in events:
                yield event


async def _with_model(
    model: str,
    run: Run,
    store: Store,
    open_model: OpenModel,
    clock: Callable[[], datetime],
    seconds: Callable[[], float],
    pause: Callable[[float], Awaitable[None]],
) -> AsyncGenerator[ConductEvent, None]:
    waiting = list(run.pending(model))
    pauses: Iterator[float] = iter(())
    while waiting:
        yield Opening(model)
        async with AsyncExitStack() as stack:
            try:
                loaded = await stack.enter_async_context(open_model(model))
            except ModelNotLoaded as error:
                if (pause_s := next(pauses, None)) is not None:
                    yield Waiting(model, str(error), pause_s)
                    await pause(pause_s)
                    continue
                yield _kept(ModelLost(model, clock(), str(error)), run, store)
                return
            if other := _other_model(run.facts.get(model, {}), loaded.facts):
                yield _kept(ModelLost(model, clock(), other), run, store)
                return
            yield _kept(ModelReady(model, clock(), loaded.facts), run, store)
            pauses = iter(PAUSES_S)
            ending = Ending.STOP
            while waiting and ending is not Ending.FAILED:
                slot = waiting.pop(0)
                yield Asked(slot, len(run.slots) - len(run.pending()) + 1, len(run.slots), time_left(run))
                async with aclosing(_answer(slot, run, store, loaded, clock, seconds)) as events:
                    async for event in events:
                        if isinstance(event, Answered):
                            _kept(event, run, store)
                            ending = event.ending
                        yield event


def _other_model(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """Why a model is not the one that was ready before, a sentence; "" where it is, or where nothing tells."""
    for name, words in (("sha256", "SHA-256"), ("model", "name")):
        if before.get(name) and now.get(name) and before[name] != now[name]:
            change = f"its {words} is {now[name]} and was {before[name]}"
            return f"another model is there now ({change}): begin a new run, or put the first one back and resume."
    return ""


def _kept(record: ModelReady | ModelLost | Answered, run: Run, store: Store) -> ModelReady | ModelLost | Answered:
    store.keep(record)
    run.apply(record)
    return record


async def _answer(
    slot: Slot,
    run: Run,
    store: Store,
    loaded: Loaded,
    clock: Callable[[], datetime],
    seconds: Callable[[], float],
) -> AsyncGenerator[Heard | Answered, None]:
    """Ask the slot's task, turn by turn, in a conversation with a session file of its own."""
    task = run.protocol.task(slot.task)
    parameters = task.parameters(run.protocol.sampling, slot.repeat)
    keeper = store.session(slot)
    dialogue = Dialogue(Conversation(), keeper, TokenCounter(), loaded.endpoint, parameters, clock, seconds)
    dialogue.model = loaded.model
    dialogue.record(Opened(clock(), "hat-tui accept"), Titled(f"{task.title}, {slot.model}"))
    started = seconds()
    replies: list[Turn] = []
    refusal = ""
    told = Measure()
    try:
        for number, prompt in enumerate(task.questions()):
            told = Measure()
            async with aclosing(dialogue.ask(prompt)) as events:
                async for event in events:
                    match event:
                        case Refused(explanation=refusal):
                            pass
                        case TurnBegun(turn=turn) if turn.role is Role.ASSISTANT:
                            replies.append(turn)
                        case Reading() | Thought() | Delta() | Note() | Finished() | Failed():
                            yield Heard(slot, number, event)
            if refusal or not replies or replies[-1].ending in _BROKEN:
                break
            told = await loaded.told()
    finally:
        keeper.close()
    earlier = tuple(turn.text for turn in replies[: len(task.prompts) - 1])
    circumstances = Answered(
        *(slot, clock(), "", Ending.FAILED),
        earlier=earlier,
        resident=loaded.resident(),
        took_s=seconds() - started,
        session=keeper.name,
    )
    answer = _answered(circumstances, replies, len(task.prompts), refusal)
    yield replace(answer, measure=corrected(answer.measure, told)) if answer.ending is not Ending.FAILED else answer


_BROKEN = (Ending.FAILED, Ending.CUT, Ending.STOPPED, None)


def _answered(circumstances: Answered, replies: Sequence[Turn], turns: int, refusal: str) -> Answered:
    """The answer that the replies are. A prompt that does not fit the context ends as a length limit does."""
    if refusal:
        why = f"turn {len(replies) + 1} of {turns}: {refusal}" if turns > 1 else refusal
        return replace(circumstances, ending=Ending.LENGTH, why=why)
    last = replies[-1]
    if len(replies) < turns:
        why = f"turn {len(replies)} of {turns} broke off: {last.why or last.ending}"
        return replace(circumstances, measure=last.measure, why=why)
    return replace(
        circumstances,
        text=last.text,
        thought=last.thought,
        ending=last.ending or Ending.FAILED,
        measure=last.measure,
        why=last.why,
    )


def corrected(measure: Measure, told: Measure) -> Measure:
    """`measure`, with what `told` says in its place.

    But the time of generation is what was seen of the stream: the server's own leaves out what is around the model.
    Only a stream that arrived faster than the model can have made it, in a burst after a delay, has the server's time.
    """
    values = ((entry.name, getattr(measure, entry.name), getattr(told, entry.name)) for entry in fields(Measure))
    merged = Measure(**{name: seen if other is None else other for name, seen, other in values})
    slower = max(measure.generation_s or 0, told.generation_s or 0)
    return replace(merged, generation_s=slower or merged.generation_s)


def time_left(run: Run) -> float | None:
    """Seconds until the last answer, by what answers took so far; None before the first. Loading is not counted."""
    taken: dict[str, list[float]] = {}
    for slot, answer in run.answers.items():
        taken.setdefault(slot.model, []).append(answer.took_s)
    every = [took for model in taken.values() for took in model]
    if not every:
        return None
    return sum(_mean(taken.get(slot.model, every)) for slot in run.pending())


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)

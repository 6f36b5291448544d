"""One run: a protocol put to one or many models, the answers, and the marks a person gives them.

A run is the sum of its records, one frozen value each; `Run.apply` folds them. Whatever changes a run is one of
these, so what was kept up to a crash is the run up to there.
"""

import hashlib
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from hat_tui.acceptance.checks import Finding, examine
from hat_tui.acceptance.protocol import HIGHEST_MARK, LOWEST_MARK, Protocol
from hat_tui.chat.reply import Ending, Measure


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """One answer's place: a task, a model by its label, and which repeat, from 0."""

    task: str
    model: str
    repeat: int = 0


@dataclass(frozen=True, slots=True)
class Planned:
    """The run begins. `models` are labels that differ, `seed` decides the order in which answers are judged.

    `sources` tell where each label's model is: a path or a URL, never a key. `versions` and `machine` tell what it ran
    with and on: names and values for a person to read.
    """

    at: datetime
    protocol: Protocol
    models: tuple[str, ...]
    seed: int
    sources: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    machine: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ModelReady:
    """A model was loaded. `facts` tells its file's SHA-256 and metadata, how it was launched, the context it got."""

    model: str
    at: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ModelLost:
    """A model could not be loaded, or not again; `why` is one sentence."""

    model: str
    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer. Of a task with several turns, `text` and `measure` are those of the last, `earlier` the ones before.

    `resident` is the memory of the server in bytes when it had answered, None where nothing tells it; `took_s` is the
    time of all turns; `session` is the name of the session file that has the whole conversation.
    """

    slot: Slot
    at: datetime
    text: str
    ending: Ending
    thought: str = ""
    earlier: tuple[str, ...] = ()
    measure: Measure = Measure()
    why: str = ""
    resident: int | None = None
    took_s: float = 0
    session: str = ""


@dataclass(frozen=True, slots=True)
class Marked:
    """A person gave a mark; None takes an earlier one back."""

    slot: Slot
    at: datetime
    mark: int | None
    remark: str = ""


class Preference(StrEnum):
    """Which of two answers is better."""

    A = "a"
    B = "b"
    EQUAL = "equal"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two answers to one task, shown side by side, `a` first."""

    a: Slot
    b: Slot


@dataclass(frozen=True, slots=True)
class Preferred:
    """A person compared two answers; None takes it back."""

    pair: Pair
    at: datetime
    preference: Preference | None


RunRecord = Planned | ModelReady | ModelLost | Answered | Marked | Preferred


class NotARun(ValueError):
    """Records that do not begin with a plan."""


class Run:
    """A run as its records tell it."""

    def __init__(self, records: Iterable[RunRecord]) -> None:
        remaining = iter(records)
        first = next(remaining, None)
        if not isinstance(first, Planned):
            raise NotARun("a run begins with its plan, and this one does not")
        self.plan = first
        self.facts: dict[str, Mapping[str, Any]] = {}
        self.lost: dict[str, str] = {}
        self.answers: dict[Slot, Answered] = {}
        self.marks: dict[Slot, Marked] = {}
        self.preferences: dict[Pair, Preference] = {}
        self.slots = tuple(
            Slot(task.id, model, repeat)
            for model in first.models
            for task in first.protocol.tasks
            for repeat in range(first.protocol.repeats)
        )
        self._known = frozenset(self.slots)
        self._findings: dict[Slot, tuple[Answered, tuple[Finding, ...]]] = {}
        for record in remaining:
            self.apply(record)

    @property
    def protocol(self) -> Protocol:
        return self.plan.protocol

    def apply(self, record: RunRecord) -> None:
        """Take one record in. One about a slot that the plan does not have is passed over."""
        match record:
            case ModelReady(model=model, facts=facts):
                self.facts[model] = facts
                self.lost.pop(model, None)
            case ModelLost(model=model, why=why):
                self.lost[model] = why
            case Answered(slot=slot) if slot in self._known:
                self.answers[slot] = record
                self._forget_judgement(slot)
            case Marked(slot=slot, mark=mark) if slot in self._known:
                if mark is None:
                    self.marks.pop(slot, None)
                elif LOWEST_MARK <= mark <= HIGHEST_MARK:
                    self.marks[slot] = record
            case Preferred(pair=pair, preference=preference):
                if preference is None:
                    self.preferences.pop(pair, None)
                else:
                    self.preferences[pair] = preference

    def _forget_judgement(self, slot: Slot) -> None:
        """What a person said of the answer before holds for that text alone."""
        self.marks.pop(slot, None)
        for pair in [pair for pair in self.preferences if slot in (pair.a, pair.b)]:
            del self.preferences[pair]

    def pending(self, model: str | None = None) -> tuple[Slot, ...]:
        """Slots, of all models or one, that `conduct` still has to fill, failed ones again unless they have a mark."""
        return tuple(slot for slot in self.slots if model in (None, slot.model) and self._is_pending(slot))

    def _is_pending(self, slot: Slot) -> bool:
        answer = self.answers.get(slot)
        return answer is None or (answer.ending is Ending.FAILED and slot not in self.marks)

    def blind_order(self) -> tuple[Slot, ...]:
        """Answers in the order they are judged: task by task, the models shuffled anew in each by the plan's seed."""
        places = {task.id: number for number, task in enumerate(self.protocol.tasks)}
        return tuple(sorted(self.answers, key=lambda slot: (places[slot.task], self._shuffled(slot))))

    def unmarked(self) -> tuple[Slot, ...]:
        """Answers without a mark, in the order they are judged."""
        return tuple(slot for slot in self.blind_order() if slot not in self.marks)

    @property
    def is_judged(self) -> bool:
        """Whether every answer has a mark and none is to come, but those of models that cannot be loaded. Until then
        names stay hidden.
        """
        return all(slot in self.marks or (slot not in self.answers and slot.model in self.lost) for slot in self.slots)

    def pairs(self) -> tuple[Pair, ...]:
        """Every two models' answers to one task and repeat, in an order and with sides that the seed decides."""
        pairs: list[Pair] = []
        for task, repeat in itertools.product(self.protocol.tasks, range(self.protocol.repeats)):
            slots = (Slot(task.id, model, repeat) for model in self.plan.models)
            answered = [slot for slot in slots if slot in self.answers]
            for two in itertools.combinations(answered, 2):
                pairs.append(Pair(*sorted(two, key=lambda slot: self._shuffled(slot, *map(str, two)))))
        return tuple(sorted(pairs, key=lambda pair: self._shuffled(pair.a, str(pair.b))))

    def _shuffled(self, slot: Slot, *salt: str) -> str:
        """A key to sort by that looks random and is the same in every version of Python."""
        parts = (str(self.plan.seed), slot.task, slot.model, str(slot.repeat), *salt)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def answers_of(self, model: str, task: str | None = None) -> Sequence[Answered]:
        """The model's answers, of all tasks or one, in the protocol's order."""
        wanted = (slot for slot in self.slots if slot.model == model and task in (None, slot.task))
        return [self.answers[slot] for slot in wanted if slot in self.answers]

    def findings(self, slot: Slot) -> tuple[Finding, ...]:
        """What the checks find in the answer of a slot; computed once. KeyError when there is no answer."""
        answer = self.answers[slot]
        known = self._findings.get(slot)
        if known is None or known[0] is not answer:
            known = answer, examine(self.protocol.task(slot.task), answer.text, answer.ending)
            self._findings[slot] = known
        return known[1]

    def marks_of(self, model: str, task: str) -> list[int]:
        """The marks that the model's answers to the task have got."""
        given = (self.marks.get(slot) for slot in self.slots if slot.model == model and slot.task == task)
        return [marked.mark for marked in given if marked is not None and marked.mark is not None]


def prompt_speed(measure: Measure) -> float | None:
    """Prompt tokens read a second: those that were not in the server's cache, in the time to the first token."""
    read = measure.evaluated_tokens if measure.evaluated_tokens is not None else measure.prompt_tokens
    return read / measure.first_token_s if read and measure.first_token_s else None

"""What is asked of a model and what would be acceptable: protocols, tasks, criteria, as frozen values."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hat_tui.chat.parameters import SamplingParameters

LOWEST_MARK = 0
HIGHEST_MARK = 5

MOST_REPEATS = 100
"""So often a task may be asked of each model in one run."""

RUBRIC: Mapping[int, str] = {
    0: "gibberish, or nothing",
    1: "the intent is ignored, or facts are invented",
    2: "the intent is considered, the format is bad",
    3: "followed, with mistakes",
    4: "followed and accurate, small faults of format",
    5: "perfect",
}
"""What each mark means; the scale of the author of the article "Home Acceptance Test for Small Language Models"."""

DEFAULT_SAMPLING = SamplingParameters(seed=1)

CONTEXT_SLOT = "{context}"
"""Where a task's context goes in its first prompt; a prompt without it gets the context in front."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Speeds that must be kept: seconds to the first token at most, generated tokens a second at least."""

    first_token_s: float | None = None
    tokens_per_s: float | None = None


@dataclass(frozen=True, slots=True)
class Criteria:
    """What makes a model acceptable: marks at least, and limits that the median of all answers keeps."""

    mean_mark: float = 3.0
    must_pass_mark: int = 3
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to compute about an answer: a name of `checks.KINDS` and what is wanted, as it stands in the file."""

    kind: str
    wanted: Any


@dataclass(frozen=True, slots=True)
class Task:
    """One task. `prompts` are asked one after the other in one conversation; the last answer is the one judged.

    `system` and `max_tokens` are None where the protocol's sampling holds. `line` is where the task stands in its
    file, 0 for one that comes from elsewhere.
    """

    id: str
    title: str
    prompts: tuple[str, ...]
    intent: str
    system: str | None = None
    context: str = ""
    checks: tuple[Check, ...] = ()
    limits: Limits = Limits()
    weight: float = 1.0
    must_pass: bool = False
    max_tokens: int | None = None
    line: int = field(default=0, compare=False)

    def questions(self, context: str | None = None) -> tuple[str, ...]:
        """The prompts as they are sent, the context put in; or, for showing, with `context` in its place."""
        first, *rest = self.prompts
        if self.context:
            text = self.context if context is None else context
            first = first.replace(CONTEXT_SLOT, text) if CONTEXT_SLOT in first else f"{text}\n\n{first}"
        return (first, *rest)

    @property
    def hash(self) -> str:
        """SHA-256 of all that decides what is asked and how it is judged; wording of the file aside."""
        return _digest(self.as_mapping())

    def as_mapping(self) -> dict[str, Any]:
        """The task by the keys of a protocol file, defaults left away."""
        values: dict[str, Any] = {"id": self.id, "title": self.title}
        values |= {"prompt": self.prompts[0]} if len(self.prompts) == 1 else {"turns": list(self.prompts)}
        values["intent"] = self.intent
        if self.system is not None:
            values["system"] = self.system
        if self.context:
            values["context"] = self.context
        if self.weight != 1:
            values["weight"] = self.weight
        if self.must_pass:
            values["must_pass"] = True
        if self.max_tokens is not None:
            values["max_tokens"] = self.max_tokens
        values |= _limits_mapping(self.limits)
        if self.checks:
            values["checks"] = {check.kind: check.wanted for check in self.checks}
        return values

    def parameters(self, sampling: SamplingParameters, repeat: int) -> SamplingParameters:
        """What the task is asked with, the `repeat`-th time (from 0): each time a seed of its own, always the same."""
        values = sampling.as_mapping()
        if self.system is not None:
            values["system"] = self.system
        if self.max_tokens is not None:
            values["max_tokens"] = self.max_tokens
        if sampling.seed is not None:
            values["seed"] = (sampling.seed + repeat) % 2**31
        values["turns"] = max(sampling.turns, 2 * len(self.prompts))
        return SamplingParameters.from_mapping(values)


@dataclass(frozen=True, slots=True)
class Protocol:
    """Tasks with the criteria they are judged by. `sampling` always holds a seed."""

    name: str
    tasks: tuple[Task, ...]
    criteria: Criteria = Criteria()
    sampling: SamplingParameters = DEFAULT_SAMPLING
    repeats: int = 1
    about: str = ""

    @property
    def hash(self) -> str:
        """SHA-256 of the contents: comments, order of keys and line breaks of the file do not change it."""
        return _digest(self.as_mapping())

    def as_mapping(self) -> dict[str, Any]:
        """The protocol by the keys of its file."""
        return {
            "name": self.name,
            "about": self.about,
            "repeats": self.repeats,
            "criteria": {
                "mean_mark": self.criteria.mean_mark,
                "must_pass_mark": self.criteria.must_pass_mark,
                **_limits_mapping(self.criteria.limits),
            },
            "sampling": {name: value for name, value in self.sampling.as_mapping().items() if value is not None},
            "task": [task.as_mapping() for task in self.tasks],
        }

    def asked_otherwise(self, repeats: int | None = None, seed: int | None = None) -> "Protocol":
        """The protocol with other repeats or another seed, where they are given; its hash changes with them."""
        sampling = self.sampling if seed is None else replace(self.sampling, seed=seed)
        return replace(self, sampling=sampling, repeats=self.repeats if repeats is None else repeats)

    def task(self, id: str) -> Task:
        """The task named `id`; KeyError when there is none."""
        for task in self.tasks:
            if task.id == id:
                return task
        raise KeyError(id)


def _limits_mapping(limits: Limits) -> dict[str, float]:
    named = {"first_token_s": limits.first_token_s, "tokens_per_s": limits.tokens_per_s}
    return {name: value for name, value in named.items() if value is not None}


def _digest(values: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True, ensure_ascii=False).encode()).hexdigest()

"""A protocol from its text, with every fault told by its line; a task back to text."""

import json
import math
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeGuard

import tomli_w

from hat_tui.acceptance.checks import BadCheck, verify
from hat_tui.acceptance.protocol import HIGHEST_MARK, LOWEST_MARK, MOST_REPEATS, Check, Criteria, Limits, Protocol, Task
from hat_tui.acceptance.toml_places import Places, blanked
from hat_tui.chat.parameters import SPECS, BadValue, SamplingParameters

_PROTOCOL_KEYS = ("name", "about", "repeats", "criteria", "sampling", "task")
_CRITERIA_KEYS = ("mean_mark", "must_pass_mark", "first_token_s", "tokens_per_s")
_TASK_KEYS = (
    *("id", "title", "prompt", "turns", "intent", "system", "context", "context_file", "checks"),
    *("first_token_s", "tokens_per_s", "weight", "must_pass", "max_tokens"),
)
_SAMPLING_KEYS = tuple(entry.name for entry in SPECS)
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a protocol: where (a line from 1, 0 for the whole file), what is wrong and what to do."""

    line: int
    text: str


class BadProtocol(ValueError):
    """A text that is no protocol. The message has one line a fault, each with the place."""

    def __init__(self, name: str, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        places = (f"{name}, line {problem.line}" if problem.line else name for problem in problems)
        super().__init__("\n".join(f"{place}: {problem.text}" for place, problem in zip(places, problems, strict=True)))


ReadFile = Callable[[str], str]
"""Gives the text of a file named in a protocol; raises OSError or ValueError with what is wrong."""


def parse(text: str, name: str = "protocol", read_file: ReadFile | None = None) -> Protocol:
    """The protocol that `text` tells. `read_file` gives the files that tasks name. Raises BadProtocol."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadProtocol(name, (_not_toml(text, str(error)),)) from None
    reader = _Reader(text, read_file)
    protocol = reader.protocol(values)
    if reader.problems:
        raise BadProtocol(name, tuple(sorted(reader.problems, key=lambda problem: problem.line)))
    return protocol


def parse_task(text: str) -> Task:
    """The one task that `text` tells, as it would stand in a protocol. Raises BadProtocol with the lines of `text`."""
    try:
        tasks = parse(f'name = "-"\n{text}').tasks
    except BadProtocol as error:
        problems = (replace(problem, line=max(0, problem.line - 1)) for problem in error.problems)
        raise BadProtocol("the task", tuple(problems)) from None
    if len(tasks) != 1:
        raise BadProtocol("the task", (Problem(0, f"there are {len(tasks)} tasks here; write one"),))
    return tasks[0]


def _not_toml(text: str, told: str) -> Problem:
    """What tomllib says, with the line; for a quote that is never closed it tells the end of the text."""
    at = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", told)
    what = told[: at.start()] if at else told
    open_quote = re.search("[\"']", blanked(text))
    if open_quote and what.startswith("Expected"):
        return Problem(text.count("\n", 0, open_quote.start()) + 1, "this text has no closing quote")
    line = int(at[1]) if at and at[1] else text.count("\n") + 1
    return Problem(line, f"this is not TOML: {what}")


class _Reader:
    """Takes what it can and notes the rest, so that one look tells a person all that is wrong."""

    def __init__(self, text: str, read_file: ReadFile | None) -> None:
        self.problems: list[Problem] = []
        self._places = Places(text)
        self._read_file = read_file

    def protocol(self, values: Mapping[str, Any]) -> Protocol:
        self._no_others(values, _PROTOCOL_KEYS, ())
        tasks = values.get("task", [])
        if not isinstance(tasks, list) or not tasks or not all(isinstance(task, dict) for task in tasks):
            self._wrong(("task",), "there is no task; each begins with a line [[task]]")
            tasks = []
        read = tuple(self._task(task, ("task", number)) for number, task in enumerate(tasks))
        self._ids_differ(read)
        return Protocol(
            name=self._text(values, "name", (), needed=True),
            about=self._text(values, "about", ()),
            repeats=int(self._number(values, "repeats", (), 1, 1, MOST_REPEATS, whole=True) or 1),
            criteria=self._criteria(self._table(values, "criteria", ())),
            sampling=self._sampling(self._table(values, "sampling", ())),
            tasks=read,
        )

    def _ids_differ(self, tasks: tuple[Task, ...]) -> None:
        first: dict[str, int] = {}
        for number, task in enumerate(tasks):
            if task.id and task.id in first:
                line = tasks[first[task.id]].line
                self._wrong(("task", number, "id"), f'the id "{task.id}" is taken by the task in line {line}')
            first.setdefault(task.id, number)

    def _criteria(self, values: Mapping[str, Any]) -> Criteria:
        at = ("criteria",)
        self._no_others(values, _CRITERIA_KEYS, at)
        lowest, highest = LOWEST_MARK, HIGHEST_MARK
        return Criteria(
            mean_mark=float(self._number(values, "mean_mark", at, Criteria().mean_mark, lowest, highest) or 0),
            must_pass_mark=int(
                self._number(values, "must_pass_mark", at, Criteria().must_pass_mark, lowest, highest, whole=True) or 0
            ),
            limits=self._limits(values, at),
        )

    def _sampling(self, values: Mapping[str, Any]) -> SamplingParameters:
        at = ("sampling",)
        self._no_others(values, _SAMPLING_KEYS, at)
        taken: dict[str, Any] = {"seed": 1}
        for name in _SAMPLING_KEYS:
            if name in values:
                try:
                    SamplingParameters.from_mapping({name: values[name]})
                    taken[name] = values[name]
                except BadValue as error:
                    self._wrong((*at, name), str(error))
        return SamplingParameters.from_mapping(taken)

    def _task(self, values: Mapping[str, Any], at: tuple[str | int, ...]) -> Task:
        self._no_others(values, _TASK_KEYS, at)
        id = self._text(values, "id", at, needed=True)
        if id and not _ID.fullmatch(id):
            self._wrong((*at, "id"), 'an id has up to 40 small letters, digits, "-" and "_"')
        number = self._number
        tokens = number(values, "max_tokens", at, None, 1, 32768, whole=True)
        return Task(
            id=id,
            title=self._text(values, "title", at) or id,
            prompts=self._prompts(values, at),
            intent=self._text(values, "intent", at, needed=True),
            system=self._text(values, "system", at) if "system" in values else None,
            context=self._context(values, at),
            checks=self._checks(self._table(values, "checks", at), (*at, "checks")),
            limits=self._limits(values, at),
            weight=float(number(values, "weight", at, 1, 0.01, 1000) or 1),
            must_pass=self._flag(values, "must_pass", at),
            max_tokens=None if tokens is None else int(tokens),
            line=self._places.line(at),
        )

    def _prompts(self, values: Mapping[str, Any], at: tuple[str | int, ...]) -> tuple[str, ...]:
        if "prompt" in values and "turns" in values:
            self._wrong((*at, "turns"), "a task has either a prompt or turns, not both")
        if "turns" not in values:
            return (self._text(values, "prompt", at, needed=True),)
        turns = values["turns"]
        if (
            not isinstance(turns, list)
            or not turns
            or not all(isinstance(turn, str) and turn.strip() for turn in turns)
        ):
            self._wrong((*at, "turns"), 'turns takes a list of prompts, such as ["My name is Ada.", "Who am I?"]')
            return ("",)
        return tuple(map(_tidy, turns))

    def _context(self, values: Mapping[str, Any], at: tuple[str | int, ...]) -> str:
        named = self._text(values, "context_file", at)
        if not named:
            return self._text(values, "context", at)
        if "context" in values:
            self._wrong((*at, "context_file"), "a task has either a context or a context_file, not both")
        try:
            if self._read_file is None:
                raise ValueError("files cannot be read from here; put the text under context")
            return _tidy(self._read_file(named))
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            self._wrong((*at, "context_file"), f"{json.dumps(named, ensure_ascii=False)} cannot be read: {why}")
            return ""

    def _checks(self, values: Mapping[str, Any], at: tuple[str | int, ...]) -> tuple[Check, ...]:
        checks: list[Check] = []
        for kind, wanted in values.items():
            try:
                checks.append(verify(kind, wanted))
            except BadCheck as error:
                self._wrong((*at, kind), str(error))
        return tuple(checks)

    def _limits(self, values: Mapping[str, Any], at: tuple[str | int, ...]) -> Limits:
        first = self._number(values, "first_token_s", at, None, 0.001, 86_400)
        speed = self._number(values, "tokens_per_s", at, None, 0.001, 1_000_000)
        return Limits(None if first is None else float(first), None if speed is None else float(speed))

    def _text(self, values: Mapping[str, Any], key: str, at: tuple[str | int, ...], *, needed: bool = False) -> str:
        value = values.get(key, "")
        if not isinstance(value, str):
            self._wrong((*at, key), f'{key} takes a text in quotes, such as {key} = "…"')
            return ""
        if needed and not value.strip():
            where = "this task" if at else "this protocol"
            self._wrong((*at, key), f'{where} has no {key}; add a line such as {key} = "…"')
        return _tidy(value)

    def _number(
        self,
        values: Mapping[str, Any],
        key: str,
        at: tuple[str | int, ...],
        default: float | None,
        low: float,
        high: float,
        *,
        whole: bool = False,
    ) -> float | None:
        value = values.get(key, default)
        if value is None or (_is_number(value, whole) and low <= value <= high):
            return value
        what = "a whole number" if whole else "a number"
        self._wrong((*at, key), f"{key} takes {what} from {low:g} to {high:g}")
        return default

    def _flag(self, values: Mapping[str, Any], key: str, at: tuple[str | int, ...]) -> bool:
        value = values.get(key, False)
        if not isinstance(value, bool):
            self._wrong((*at, key), f"{key} takes true or false, without quotes")
        return value is True

    def _table(self, values: Mapping[str, Any], key: str, at: tuple[str | int, ...]) -> Mapping[str, Any]:
        value = values.get(key, {})
        if not isinstance(value, dict):
            header = f"[{key}]" if not at else f"[{at[0]}.{key}]"
            self._wrong((*at, key), f"{key} is a table: a line {header} and its keys under it")
            return {}
        return value

    def _no_others(self, values: Mapping[str, Any], known: tuple[str, ...], at: tuple[str | int, ...]) -> None:
        for key in values:
            if key not in known:
                self._wrong((*at, key), f"there is no {key} here; there are {', '.join(known)}")

    def _wrong(self, at: tuple[str | int, ...], text: str) -> None:
        self.problems.append(Problem(self._places.line(at), text))


def _tidy(text: str) -> str:
    """The text without the line breaks that TOML's triple quotes and editors put around it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.strip() if "\n" in text else text


def _is_number(value: object, whole: bool) -> TypeGuard[float]:
    return isinstance(value, int if whole else int | float) and not isinstance(value, bool) and math.isfinite(value)


def task_text(task: Task) -> str:
    """The task as a piece of a protocol file; `parse` reads it back."""
    values = task.as_mapping()
    checks = values.pop("checks", {})
    text = "[[task]]\n" + tomli_w.dumps(values, multiline_strings=True)
    return text + ("[task.checks]\n" + tomli_w.dumps(checks) if checks else "")


def protocol_text(protocol: Protocol) -> str:
    """The whole protocol, its context files put in; `parse` reads it back with the same hash."""
    values = protocol.as_mapping()
    del values["task"]
    return "\n".join([tomli_w.dumps(values, multiline_strings=True), *map(task_text, protocol.tasks)])

"""Any bytes back to records, and what could not be read; the inverse of `transcript`."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from hat_tui.chat.message import Role
from hat_tui.chat.parameters import SPECS, BadValue
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
from hat_tui.chat.reply import Ending, Measure
from hat_tui.chat.transcript import FORMAT, JSON, NOT_JSON, json_value

MOST_PROBLEMS = 200
"""A file of another kind has a problem in every line; so many are enough to see it."""

HIGHEST_ID = 10**9
"""Beyond what any conversation reaches; a higher number is a slip."""

_RECORD_LINE = re.compile(r"^=== (.*)", re.MULTILINE)
_ESCAPE = re.compile(r"␛([0-9a-f]{1,6});")
_CUT_ESCAPE = re.compile(rb"\xe2\x90\x9b[0-9a-f]{0,6}\Z")
_WORD = re.compile(r'\s*(?:([A-Za-z_][\w.-]*)=)?(?:("(?:[^"\\]|\\.)*")(?!\S)|(?=[\[{])|([^\s"\[{]\S*))')
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Problem:
    """What could not be read: the line it begins on, from 1, and a sentence."""

    line: int
    text: str


@dataclass(slots=True)
class Transcript:
    """What a session file says. `problems` is empty for every file that hat-tui wrote, cut off anywhere or not."""

    records: list[Record] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def whole_length(data: bytes) -> int:
    """How many of the file's bytes to keep before anything is appended.

    What is left away was cut off in the middle: a record line without its line break, a part of a character or of an
    escape.
    """
    end = len(data)
    for back in range(1, min(3, end) + 1):
        if data[end - back] >= 0xC0:
            if back < (2 if data[end - back] < 0xE0 else 3 if data[end - back] < 0xF0 else 4):
                end -= back
            break
    start = data.rfind(b"\n", 0, end) + 1
    last = data[start:end]
    if last and (last.startswith(b"=== ") or b"=== ".startswith(last)):
        return start
    cut = _CUT_ESCAPE.search(last)
    return start + cut.start() if cut else end


def read(data: bytes) -> Transcript:
    """The records of a session file. Takes any bytes and raises nothing."""
    return _Reader(data[: whole_length(data)]).read()


class _Unreadable(Exception):
    """A record line that says nothing usable; the message says why."""


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._transcript = Transcript()
        self._counted = (0, 1)
        self._begun: set[int] = set()
        self._last_id = 0
        self._at = _NO_TIME
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            text = data.decode(errors="replace")
            line = data.count(b"\n", 0, error.start) + 1
            self._transcript.problems.append(Problem(line, "Not UTF-8; each wrong byte from here on is shown as �"))
        self._text = text.removeprefix("\ufeff").replace("\r\n", "\n")

    def read(self) -> Transcript:
        """Walk the record lines; what stands between them is the text of the turn that they name, or of none."""
        lines = list(_RECORD_LINE.finditer(self._text))
        if not lines or not lines[0][1].startswith("hat-tui session"):
            self._problem(0, "This does not begin like a session file of hat-tui")
        self._no_turn(0, lines[0].start() if lines else len(self._text))
        ends = [*(line.start() for line in lines[1:]), len(self._text)]
        for line, end in zip(lines, ends, strict=False):
            speaker: tuple[int, bool] | None = None
            try:
                speaker = self._take(unescape(line[1]), line.start())
            except _Unreadable as trouble:
                self._problem(line.start(), str(trouble))
            if speaker is None:
                self._no_turn(line.end() + 1, end)
            elif text := self._text[line.end() + 1 : end].removesuffix("\n"):
                self._transcript.records.append(Said(speaker[0], unescape(text), speaker[1]))
        return self._transcript

    def _take(self, words: str, position: int) -> tuple[int, bool] | None:
        """Take in one record line; who the text below it belongs to, and whether that is a thought."""
        line = _Line(words)
        if line.kind in ("said", "thought"):
            return self._known(line.id()), line.kind == "thought"
        record = self._record(line, position)
        self._transcript.records.append(record)
        if isinstance(record, Begun):
            self._begun.add(record.id)
            self._last_id = record.id
            return record.id, False
        return None

    def _record(self, line: "_Line", position: int) -> Record:
        match line.kind:
            case "hat-tui":
                if (version := line.number("format", int)) and version > FORMAT:
                    self._problem(position, f"Written by a newer hat-tui in format {version}; this one reads {FORMAT}")
                return Opened(self._time(line, position), line.text("program"))
            case "title":
                return Titled(line.said())
            case "model":
                return ModelUsed(line.said(), line.text("endpoint"), line.number("n_ctx", int))
            case "parameters":
                return self._parameters(line, position)
            case "user" | "assistant" | "system":
                return self._begin(line, position)
            case "end":
                return _ended(self._known(line.id()), line)
            case "was_thought":
                return WasThought(self._known(line.id()))
            case "mark" | "unmark":
                return Marked(self._known(line.id()), line.member(Mark, line.value(1)), line.kind == "mark")
            case "summary":
                return Summarised(self._known(line.id()), str(line.value(1)))
        raise _Unreadable(f"A kind of line that this hat-tui does not know: {line.kind[:40]}")

    def _begin(self, line: "_Line", position: int) -> Begun:
        id = line.id()
        if id in self._begun:
            raise _Unreadable(f"There is a turn {id} before this one; give this one a number of its own")
        parent = line.number("parent", int)
        if parent is None:
            parent = self._last_id
        elif parent != 0 and parent not in self._begun:
            self._problem(position, f"Turn {id} follows turn {parent}, which is not here; it stands at the start now")
        at, edited = self._time(line, position), line.named.get("edited") is True
        return Begun(id, Role(line.kind), parent, at, line.text("model"), edited)

    def _parameters(self, line: "_Line", position: int) -> ParametersSet:
        """What the line sets, but for what no parameter of that name can be; that has its usual value then."""
        values = dict(line.named)
        for spec in SPECS:
            try:
                if spec.name in values:
                    spec.check(values[spec.name])
            except BadValue as trouble:
                del values[spec.name]
                self._problem(position, f"{trouble}; it is left out")
        return ParametersSet(values)

    def _known(self, id: int) -> int:
        if id not in self._begun:
            raise _Unreadable(f"There is no turn {id} before this line")
        return id

    def _time(self, line: "_Line", position: int) -> datetime:
        """`at`; where it is missing or wrong, that of the line before, for a turn must not be lost by it."""
        at = line.text("at")
        try:
            self._at = datetime.fromisoformat(at) if at else self._at
        except ValueError:
            self._problem(position, f"{at[:40]} is not a time; the one before it is taken")
        return self._at

    def _no_turn(self, start: int, end: int) -> None:
        stray = self._text[start:end]
        if text := stray.strip():
            at = start + stray.index(text[0])
            last = self._line_number(at) + text.count("\n")
            all_of_it = f"This and all up to line {last} belong" if "\n" in text else "This belongs"
            self._problem(at, f"{all_of_it} to no turn")

    def _problem(self, position: int, text: str) -> None:
        if len(self._transcript.problems) < MOST_PROBLEMS:
            self._transcript.problems.append(Problem(self._line_number(position), text))

    def _line_number(self, position: int) -> int:
        at, number = self._counted
        if position < at:
            at, number = 0, 1
        self._counted = (position, number + self._text.count("\n", at, position))
        return self._counted[1]


def _ended(id: int, line: "_Line") -> Ended:
    measure = Measure(
        prompt_tokens=line.number("prompt", int),
        evaluated_tokens=line.number("evaluated", int),
        tokens=line.number("tokens", int),
        counted=line.named.get("counted") is True,
        first_token_s=line.number("first_token", float),
        generation_s=line.number("generation", float),
    )
    return Ended(id, line.member(Ending, line.named.get("ending", Ending.STOP)), measure, line.text("why"))


_Member = TypeVar("_Member", Mark, Ending)
_Number = TypeVar("_Number", int, float)


class _Line:
    """The words of a record line, read by position and by name. Its methods raise _Unreadable."""

    def __init__(self, words: str) -> None:
        self.kind, _, rest = words.partition(" ")
        self.values: list[Any] = []
        self.named: dict[str, Any] = {}
        at, rest = 0, rest.rstrip()
        while at < len(rest):
            found = _WORD.match(rest, at)
            if found is None:
                raise _Unreadable(f"Cannot read from here on: {rest[at : at + 40].strip()}")
            key, quoted, bare = found.groups()
            at = found.end()
            value: Any = json_value(quoted or bare) if quoted or bare else NOT_JSON
            if not quoted and not bare:
                value, at = _nested(rest, at)
            elif value is NOT_JSON:
                value = quoted or bare
            if key:
                self.named[key] = value
            else:
                self.values.append(value)

    def value(self, index: int) -> Any:
        """A value by its place."""
        if index >= len(self.values):
            raise _Unreadable(f"Too few words for a line of the kind {self.kind}")
        return self.values[index]

    def id(self) -> int:
        """The number of the turn that the line is about."""
        id = self.value(0)
        if not isinstance(id, int) or not 0 < id <= HIGHEST_ID:
            raise _Unreadable(f"A turn has a number from 1 to {HIGHEST_ID}, not {str(id)[:40]}")
        return id

    def said(self) -> str:
        """All that has no name as one text, for a person may have left the quotes away."""
        return " ".join(map(str, self.values))

    def text(self, name: str) -> str:
        """A text by its name; "" when it is missing."""
        return str(self.named.get(name, ""))

    def number(self, name: str, kind: Callable[[Any], _Number]) -> _Number | None:
        """A number by its name; None when it is missing or none."""
        value = self.named.get(name)
        if not isinstance(value, int | float) or isinstance(value, bool):
            return None
        try:
            return kind(value)
        except (ValueError, OverflowError):
            return None

    def member(self, members: type[_Member], value: Any) -> _Member:
        """One of a fixed set of words."""
        try:
            return members(value)
        except ValueError:
            raise _Unreadable(f"Not one of {', '.join(members)}: {str(value)[:40]}") from None


def _nested(words: str, at: int) -> tuple[Any, int]:
    try:
        value, end = JSON.raw_decode(words, at)
    except (ValueError, RecursionError):
        value, end = None, at
    if end == at or not _is_shallow(value):
        raise _Unreadable(f"Not JSON that can be taken: {words[at : at + 40]}")
    return value, end


def _is_shallow(value: Any, levels: int = 8) -> bool:
    """Whether lists in lists end early enough for code that walks them by recursion."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return levels > 0 and all(_is_shallow(item, levels - 1) for item in inner)


def unescape(text: str) -> str:
    """Text as it was said; what only looks like an escape stays as it is."""
    return _ESCAPE.sub(_unescaped, text) if "␛" in text else text


def _unescaped(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return chr(code) if code <= 0x10FFFF else found[0]

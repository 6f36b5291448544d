"""Regular expressions whose time grows with the text and no faster, whatever the pattern and the text are.

Python's `re` backtracks: a pattern such as `(a+)+b` can take years on forty letters, and what is searched here was
written by a model. This is the method of Thompson (Regular expression search algorithm, CACM 11(6), 1968): all ways
through the pattern are followed at once. It tells whether a pattern occurs, which is all that a check asks.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

LONGEST_PATTERN = 500
LARGEST_PROGRAM = 1_000
DEEPEST_GROUP = 40
CACHED_STEPS = 20_000


class BadPattern(ValueError):
    """A pattern that cannot be taken; the message says what is wrong with it."""


@dataclass(slots=True)
class _Step:
    """One instruction. `char` consumes a character, `holds` asks about the place, `to` is where to go on from here."""

    char: Callable[[str], bool] | None = None
    holds: str = ""
    to: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Char:
    takes: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class _Place:
    holds: str


@dataclass(frozen=True, slots=True)
class _Sequence:
    parts: list["_Node"]


@dataclass(frozen=True, slots=True)
class _Ways:
    ways: list["_Node"]


@dataclass(frozen=True, slots=True)
class _Repeat:
    body: "_Node"
    low: int
    high: int | None


_Node = _Char | _Place | _Sequence | _Ways | _Repeat


class Pattern:
    """A compiled pattern. `^` and `$` are the start and end of a line; `(?i)` and `(?s)` may stand in front."""

    def __init__(self, source: str) -> None:
        if len(source) > LONGEST_PATTERN:
            raise BadPattern(f"a pattern may have {LONGEST_PATTERN} characters, this one has {len(source)}")
        self.source = source
        node = _Parser(source).parse()
        self._steps: list[_Step] = []
        entry = self._emit(node, self._add(_Step()))
        self._start = frozenset([entry])
        self._known: dict[tuple[frozenset[int], tuple[bool, bool, bool], str], frozenset[int]] = {}

    def found_in(self, text: str) -> bool:
        """Whether the pattern occurs anywhere in `text`."""
        states = self._start
        before = "\n"
        for here in (*text, ""):
            place = (before == "\n", here in ("\n", ""), _is_word(before) != _is_word(here))
            key = (states, place, here)
            ahead = self._known.get(key)
            if ahead is None:
                reached = self._closure(states, place)
                if 0 in reached:
                    return True
                ahead = self._start.union(*(self._steps[at].to for at in reached if self._takes(at, here)))
                if len(self._known) >= CACHED_STEPS:
                    self._known.clear()
                self._known[key] = ahead
            states = ahead
            before = here
        return False

    def _takes(self, at: int, here: str) -> bool:
        char = self._steps[at].char
        return char is not None and here != "" and char(here)

    def _closure(self, states: Iterable[int], place: tuple[bool, bool, bool]) -> set[int]:
        line_start, line_end, boundary = place
        true = {"^": line_start, "$": line_end, "b": boundary, "B": not boundary, "": True}
        reached: set[int] = set()
        waiting = list(states)
        while waiting:
            at = waiting.pop()
            if at in reached:
                continue
            reached.add(at)
            step = self._steps[at]
            if step.char is None and true[step.holds]:
                waiting.extend(step.to)
        return reached

    def _add(self, step: _Step) -> int:
        if len(self._steps) >= LARGEST_PROGRAM:
            raise BadPattern("the repeats of this pattern make it too large")
        self._steps.append(step)
        return len(self._steps) - 1

    def _emit(self, node: _Node, then: int) -> int:
        """Add the steps of `node` that go on to `then`; the step to enter at. Step 0 is the match."""
        match node:
            case _Char(takes=takes):
                return self._add(_Step(char=takes, to=[then]))
            case _Place(holds=holds):
                return self._add(_Step(holds=holds, to=[then]))
            case _Sequence(parts=parts):
                for part in reversed(parts):
                    then = self._emit(part, then)
                return then
            case _Ways(ways=ways):
                return self._add(_Step(to=[self._emit(way, then) for way in ways]))
            case _Repeat(body=body, low=low, high=high):
                if high is None:
                    loop = self._add(_Step(to=[then]))
                    self._steps[loop].to.append(self._emit(body, loop))
                    then = loop
                else:
                    for _ in range(high - low):
                        then = self._add(_Step(to=[then, self._emit(body, then)]))
                for _ in range(low):
                    then = self._emit(body, then)
                return then


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _one_of(source: str, flags: int) -> _Node:
    try:
        compiled = re.compile(source, flags)
    except (re.error, OverflowError) as error:
        raise BadPattern(f"{source}: {error}") from None
    return _Char(lambda char: compiled.fullmatch(char) is not None)


class _Parser:
    def __init__(self, source: str) -> None:
        self._flags = 0
        while source[:4] in ("(?i)", "(?s)"):
            self._flags |= re.IGNORECASE if source[2] == "i" else re.DOTALL
            source = source[4:]
        self._source = source
        self._at = 0
        self._depth = 0

    def parse(self) -> _Node:
        node = self._ways()
        if self._at < len(self._source):
            raise BadPattern("there is a ) without its (")
        return node

    def _peek(self, length: int = 1) -> str:
        return self._source[self._at : self._at + length]

    def _ways(self) -> _Node:
        ways = [self._sequence()]
        while self._peek() == "|":
            self._at += 1
            ways.append(self._sequence())
        return ways[0] if len(ways) == 1 else _Ways(ways)

    def _sequence(self) -> _Node:
        parts: list[_Node] = []
        while self._peek() not in ("", "|", ")"):
            parts.append(self._repeated(self._atom()))
        return _Sequence(parts)

    def _repeated(self, body: _Node) -> _Node:
        counts = {"*": (0, None), "+": (1, None), "?": (0, 1)}
        braces = re.compile(r"\{(\d{1,4})?(,?)(\d{1,4})?\}").match(self._source, self._at)
        if self._peek() in counts and self._peek():
            low, high = counts[self._peek()]
            self._at += 1
        elif braces and (braces[1] or braces[3]):
            low = int(braces[1] or 0)
            high = (int(braces[3]) if braces[3] else None) if braces[2] else low
            if high is not None and high < low:
                raise BadPattern(f"{braces[0]} counts backwards")
            self._at = braces.end()
        else:
            return body
        if self._peek() == "?":
            self._at += 1
        if self._peek() in ("*", "+", "?") and self._peek():
            raise BadPattern(f"there is nothing for {self._peek()} to repeat")
        return _Repeat(body, low, high)

    def _atom(self) -> _Node:
        here = self._peek()
        if here == "(":
            return self._group()
        if here == "[":
            return self._character_class()
        if here in "*+?":
            raise BadPattern(f"there is nothing for {here} to repeat")
        if here == "\\":
            return self._escape()
        self._at += 1
        if here in "^$":
            return _Place(here)
        return _one_of("." if here == "." else re.escape(here), self._flags)

    def _group(self) -> _Node:
        if self._peek(2) == "(?" and self._peek(3) != "(?:":
            raise BadPattern(f"{self._peek(3)}…) is not supported; plain groups, (?:…) and a leading (?i) or (?s) are")
        self._at += 3 if self._peek(3) == "(?:" else 1
        self._depth += 1
        if self._depth > DEEPEST_GROUP:
            raise BadPattern(f"groups may be nested {DEEPEST_GROUP} deep")
        node = self._ways()
        if self._peek() != ")":
            raise BadPattern("there is a ( without its )")
        self._at += 1
        self._depth -= 1
        return node

    def _character_class(self) -> _Node:
        found = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL).match(self._source, self._at)
        if found is None:
            raise BadPattern("there is a [ without its ]")
        self._at = found.end()
        return _one_of(found[0].replace("[[", "[\\["), self._flags)

    def _escape(self) -> _Node:
        pair = self._peek(2)
        self._at += 2
        if len(pair) < 2:
            raise BadPattern("a \\ at the end escapes nothing")
        if pair[1] in "bB":
            return _Place(pair[1])
        if pair[1].isdigit() or (pair[1].isalpha() and pair[1] not in "dDwWsSnrt"):
            raise BadPattern(f"{pair} is not supported; \\d \\w \\s \\b, their capitals, \\n and \\t are")
        return _one_of(pair, self._flags)

"""What is computed about an answer and shown beside it. A check never overrules the person who judges."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hat_tui.acceptance import measuring
from hat_tui.acceptance.languages import LANGUAGES, language_of
from hat_tui.acceptance.parses_as import as_json, as_python_list, as_table
from hat_tui.acceptance.pattern import BadPattern, Pattern
from hat_tui.acceptance.protocol import Check, Task
from hat_tui.acceptance.says_unknown import UNKNOWN
from hat_tui.chat.reply import Ending

LONGEST_LOOKED_AT = 100_000
"""Characters of an answer that are looked at."""


class BadCheck(ValueError):
    """What a protocol wants of a check cannot be taken; the message says what can."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found. `passed` is None where it cannot be told."""

    check: Check
    passed: bool | None
    wanted: str
    found: str

    def __str__(self) -> str:
        sign = {True: "✓", False: "✗", None: "?"}[self.passed]
        return f"{sign} {self.wanted}: {self.found}"


Look = Callable[[str, Ending | None], tuple[bool | None, str]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of check. `read` takes what the file wants and gives the words for it and how to look at an answer."""

    help: str
    read: Callable[[Any], tuple[str, Look]]


def examine(task: Task, answer: str, ending: Ending | None) -> tuple[Finding, ...]:
    """The findings of the task's checks, and of those every answer gets, about one answer and how it ended."""
    asked = {check.kind for check in task.checks}
    every = tuple(Check(kind, wanted) for kind, wanted in EVERY_ANSWER.items() if kind not in asked)
    return tuple(look(check, answer, ending) for check in (*task.checks, *every))


def look(check: Check, answer: str, ending: Ending | None) -> Finding:
    """The finding of one check. Raises BadCheck for one that `verify` refuses."""
    words, looking = _kind(check.kind).read(check.wanted)
    passed, found = looking(answer[:LONGEST_LOOKED_AT], ending)
    return Finding(check, passed, words, found)


def verify(kind: str, wanted: object) -> Check:
    """The check, when it can be computed. Raises BadCheck."""
    _kind(kind).read(wanted)
    return Check(kind, wanted)


def _kind(name: str) -> Kind:
    try:
        return KINDS[name]
    except KeyError:
        raise BadCheck(f'there is no check "{name}"; there are: {", ".join(KINDS)}') from None


def _count(name: str, count: Callable[[str], list[str]]) -> Callable[[Any], tuple[str, Look]]:
    def read(wanted: Any) -> tuple[str, Look]:
        low, high = _range(name, wanted)

        def looking(answer: str, _: Ending | None) -> tuple[bool, str]:
            found = len(count(answer))
            return low <= found and (high is None or found <= high), str(found)

        return f"{name.replace('_', ' ')} {_range_words(low, high)}", looking

    return read


def _range(name: str, wanted: object) -> tuple[int, int | None]:
    """The lowest and highest number, None for no highest, of 3, "3-5", ">=3" or "<=5"."""
    if isinstance(wanted, int) and not isinstance(wanted, bool) and wanted >= 0:
        return wanted, wanted
    if isinstance(wanted, str):
        if between := re.fullmatch(r"\s*(\d{1,9})\s*[-–]\s*(\d{1,9})\s*", wanted):
            low, high = int(between[1]), int(between[2])
            if low <= high:
                return low, high
        if limit := re.fullmatch(r"\s*(>=|<=|≥|≤)\s*(\d{1,9})\s*", wanted):
            number = int(limit[2])
            return (number, None) if limit[1] in (">=", "≥") else (0, number)
    raise BadCheck(f'{name} takes a number or a range such as 3, "3-5", ">=3" or "<=5"')


def _range_words(low: int, high: int | None) -> str:
    if high is None:
        return f"≥ {low}"
    if low == high:
        return f"= {low}"
    return f"≤ {high}" if low == 0 else f"{low}-{high}"


def _parses(wanted: Any) -> tuple[str, Look]:
    ways: Mapping[str, Callable[[str], tuple[bool, str]]] = {
        "json": as_json,
        "python list": as_python_list,
        "markdown table": as_table,
    }
    if not isinstance(wanted, str) or wanted not in ways:
        raise BadCheck(f"parses_as takes one of {', '.join(map(json.dumps, ways))}")
    return f"parses as {wanted}", lambda answer, _: ways[wanted](answer)


def _alternatives(name: str, wanted: object) -> list[list[str]]:
    """Texts that must all be there; a list in the list holds texts of which one is enough."""
    listed = wanted if isinstance(wanted, list | tuple) else [wanted]
    groups: list[list[Any]] = [list(group) if isinstance(group, list | tuple) else [group] for group in listed]
    texts = [text for group in groups for text in group]
    if not all(groups) or not texts or not all(isinstance(text, str) and text.strip() for text in texts):
        raise BadCheck(f'{name} takes a text or texts, such as "Paris" or ["Paris", ["two", "2"]] (two or 2)')
    return groups


def _holds(answer: str, text: str) -> bool:
    """Whether `text` stands in `answer` as whole words, letter case, kinds of blanks and of apostrophes aside."""
    words = r"\s+".join(map(re.escape, _folded(text).split()))
    bounded = [char.isalnum() and char < "\u2e80" for char in (text.strip()[0], text.strip()[-1])]
    pattern = (r"(?<!\w)" if bounded[0] else "") + words + (r"(?!\w)" if bounded[1] else "")
    return re.search(pattern, _folded(answer)) is not None


def _folded(text: str) -> str:
    return text.casefold().replace("’", "'")


def _contains(wanted: Any) -> tuple[str, Look]:
    groups = _alternatives("contains", wanted)

    def looking(answer: str, _: Ending | None) -> tuple[bool, str]:
        missing = [" or ".join(group) for group in groups if not any(_holds(answer, text) for text in group)]
        return not missing, "missing " + ", ".join(missing) if missing else "yes"

    return "contains " + ", ".join(" or ".join(group) for group in groups), looking


def _lacks(wanted: Any) -> tuple[str, Look]:
    texts = [text for group in _alternatives("lacks", wanted) for text in group]

    def looking(answer: str, _: Ending | None) -> tuple[bool, str]:
        there = [text for text in texts if _holds(answer, text)]
        return not there, "has " + ", ".join(there) if there else "none there"

    return "without " + ", ".join(texts), looking


def _plainly(text: str) -> str:
    return " ".join(_folded(text).split()).strip("\"'“”‘’`*_ ").rstrip(".!。").strip("\"'“”‘’`*_ ")


def _equals(wanted: Any) -> tuple[str, Look]:
    texts = wanted if isinstance(wanted, list) else [wanted]
    if not texts or not all(isinstance(text, str) and text.strip() for text in texts):
        raise BadCheck('equals takes a text, or texts of which one is enough, such as "I am ready"')

    def looking(answer: str, _: Ending | None) -> tuple[bool, str]:
        same = _plainly(answer) in map(_plainly, texts)
        return same, "yes" if same else f"no, {len(measuring.words(answer))} words"

    return f"is only {' or '.join(texts)}", looking


def _matches(wanted: Any) -> tuple[str, Look]:
    if not isinstance(wanted, str) or not wanted:
        raise BadCheck("matches takes a regular expression, best in '…'")
    try:
        pattern = Pattern(wanted)
    except BadPattern as error:
        raise BadCheck(f"matches cannot use this pattern: {error}") from None

    def looking(answer: str, _: Ending | None) -> tuple[bool, str]:
        found = pattern.found_in(answer)
        return found, "yes" if found else "no"

    return f"matches {wanted}", looking


def _tags(wanted: Any) -> tuple[str, Look]:
    names = [] if wanted is True else [wanted] if isinstance(wanted, str) else wanted
    if not isinstance(names, list) or not all(isinstance(name, str) and name.strip("<>") for name in names):
        raise BadCheck('tags takes true, or the names that must be there, such as ["thinking", "output"]')
    wanted_names = tuple(name.strip("<>").lower() for name in names)

    def looking(answer: str, _: Ending | None) -> tuple[bool, str]:
        wrong = measuring.unbalanced_tags(answer, wanted_names)
        return not wrong, wrong or "yes"

    return "tags balanced" + (f" ({', '.join(wanted_names)})" if wanted_names else ""), looking


def _yes_or_no(name: str, wanted: object) -> bool:
    if not isinstance(wanted, bool):
        raise BadCheck(f"{name} takes true or false")
    return wanted


def _says_unknown(wanted: Any) -> tuple[str, Look]:
    should = _yes_or_no("says_unknown", wanted)

    def looking(answer: str, _: Ending | None) -> tuple[bool, str]:
        phrase = UNKNOWN.search(answer.replace("’", "'"))
        return (phrase is not None) is should, f"“{phrase[0]}”" if phrase else "no"

    return ("says" if should else "does not say") + " that it does not know", looking


def _language(wanted: Any) -> tuple[str, Look]:
    if not isinstance(wanted, str) or wanted not in LANGUAGES:
        raise BadCheck(f"language takes one of {', '.join(sorted(LANGUAGES))}")

    def looking(answer: str, _: Ending | None) -> tuple[bool | None, str]:
        found = language_of(answer)
        return (None, "too short or too mixed to tell") if found is None else (found == wanted, found)

    return f"language {wanted}", looking


def _repeats(wanted: Any) -> tuple[str, Look]:
    may = _yes_or_no("repeats_itself", wanted)

    def looking(answer: str, _: Ending | None) -> tuple[bool, str]:
        again = measuring.repetition(answer)
        shown = again if len(again) <= 40 else again[:39] + "…"
        return bool(again) is may, f"“{shown}” again and again" if again else "no"

    return "repeats itself" if may else "does not repeat itself", looking


_ENDED = {
    Ending.STOP: "yes",
    Ending.LENGTH: "no, cut at the length limit",
    Ending.STOPPED: "no, stopped by the person",
    Ending.CUT: "no, broken off by the server",
    Ending.FAILED: "no, it failed",
}


def _ends(wanted: Any) -> tuple[str, Look]:
    should = _yes_or_no("ends_by_itself", wanted)

    def looking(_: str, ending: Ending | None) -> tuple[bool | None, str]:
        return (None, "unknown") if ending is None else ((ending is Ending.STOP) is should, _ENDED[ending])

    return "ends by itself" if should else "does not end by itself", looking


KINDS: Mapping[str, Kind] = {
    "sentences": Kind("how many sentences", _count("sentences", measuring.sentences)),
    "paragraphs": Kind("how many paragraphs of prose", _count("paragraphs", measuring.paragraphs)),
    "words": Kind("how many words", _count("words", measuring.words)),
    "list_items": Kind("how many items its lists have", _count("list_items", measuring.list_items)),
    "parses_as": Kind("the whole answer is JSON or a Python list, or it holds a Markdown table", _parses),
    "contains": Kind("holds these words, letter case aside", _contains),
    "lacks": Kind("holds none of these words", _lacks),
    "equals": Kind("is this text and nothing else; case, quotes and a last stop aside", _equals),
    "matches": Kind("a regular expression occurs in it", _matches),
    "tags": Kind("every <tag> is closed in order", _tags),
    "says_unknown": Kind("says, in English, that it does not know", _says_unknown),
    "language": Kind("the language it is in", _language),
    "repeats_itself": Kind("says the same thing over and over", _repeats),
    "ends_by_itself": Kind("ended before the length limit", _ends),
}

EVERY_ANSWER: Mapping[str, bool] = {"repeats_itself": False, "ends_by_itself": True}
"""Checks that an answer gets also when its task names none."""

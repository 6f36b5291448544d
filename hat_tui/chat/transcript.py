"""The text of a session file, made of records piece by piece; `transcript_reader` reads it, docs/sessions.md shows it.

A record line is `=== KIND value… key=value…`; a value is JSON, or a bare word that JSON would not take for something
else. The text of a turn stands below its line, up to the line break before the next record line. Characters that could
act in a terminal, `=` at the start of a line of text and the escape sign itself are written as `␛HEX;`, one by one, so
that text may arrive cut anywhere and a line that begins with `=== ` is a record line wherever the file is cut.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from hat_tui.chat.record import (
    Begun,
    Ended,
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

FORMAT = 1
OPENING = "=== hat-tui session"
"""How every session file begins."""

# C0 but tab and line feed, DEL, C1, the escape sign, line and paragraph separators, bidi embeddings, overrides and
# isolates, and surrogates, which UTF-8 cannot hold.
_ACTING = "\x00-\x08\x0b-\x1f\x7f-\x9f\u241b\u2028-\u202e\u2066-\u2069\ud800-\udfff"
_UNSAFE = re.compile(f"[{_ACTING}]|(?<=\n)=")
_BARE = re.compile(r"[A-Za-z0-9._/:+@%~-]+")


class TranscriptWriter:
    """Turns records into the text to append.

    `after` are the records that the file already holds. A file that was cut off must first be cut back to
    `transcript_reader.whole_length`, and its last line ended.
    """

    def __init__(self, after: Iterable[Record] = ()) -> None:
        self._last_id = 0
        self._may_space = False
        for record in after:
            self._may_space = isinstance(record, Ended)
            if isinstance(record, Begun):
                self._last_id = record.id
        self._speaking: tuple[int, bool] | None = None
        self._in_line = False
        self._has_text = False

    def write(self, record: Record) -> str:
        """The text that keeps `record` when it is appended."""
        if isinstance(record, Said):
            return self._say(record)
        line = self._ended_line() + self._space(record) + record_line(record, self._last_id)
        self._speaking = None
        self._may_space = not isinstance(record, Begun)
        if isinstance(record, Begun):
            self._last_id = record.id
            self._speaking = (record.id, False)
        return line

    def _say(self, record: Said) -> str:
        if not record.text:
            return ""
        opening = ""
        if self._speaking != (record.id, record.thought):
            opening = self._ended_line() + f"=== {'thought' if record.thought else 'said'} {record.id}\n"
            self._speaking = (record.id, record.thought)
            self._may_space = False
        text = _escape(record.text, at_line_start=not self._in_line)
        self._in_line = not record.text.endswith("\n")
        self._has_text = True
        return opening + text

    def _ended_line(self) -> str:
        """The line break between a turn's text and the record line that follows."""
        had_text, self._has_text, self._in_line = self._has_text, False, False
        return "\n" if had_text else ""

    def _space(self, record: Record) -> str:
        """A blank line, for the eye, where it cannot be taken for a turn's text."""
        return "\n" if self._may_space and isinstance(record, Begun | Opened) else ""


def write_all(records: Iterable[Record]) -> str:
    """The whole text of a session file."""
    writer = TranscriptWriter()
    return "".join([writer.write(record) for record in records])


def record_line(record: Record, last_id: int = 0) -> str:
    """One record, other than Said, as its line with the line break; `last_id` is that of the turn begun before it."""
    kind: str
    values: list[Any] = []
    named: dict[str, Any] = {}
    match record:
        case Opened(at=at, program=program):
            kind, values = "hat-tui", ["session"]
            named = {"format": FORMAT, "at": at.isoformat(), "program": program or None}
        case Titled(title=title):
            kind, values = "title", [title]
        case ModelUsed(model=model):
            kind, values = "model", [model]
            named = {"endpoint": record.endpoint or None, "n_ctx": record.n_ctx}
        case ParametersSet(values=parameters):
            return _line("parameters", [], parameters)
        case Begun():
            kind, values = record.role.value, [record.id]
            named = {
                "parent": None if record.parent == last_id else record.parent,
                "at": record.at.isoformat(),
                "model": record.model or None,
                "edited": record.edited or None,
            }
        case Ended():
            kind, values, named = "end", [record.id], _ended_values(record)
        case Marked(id=id, mark=mark, on=on):
            kind, values = "mark" if on else "unmark", [id, mark.value]
        case Summarised(upto=upto, text=text):
            kind, values = "summary", [upto, text]
        case WasThought(id=id):
            kind, values = "was_thought", [id]
        case Said(id=id, thought=thought):
            kind, values = "thought" if thought else "said", [id]
    return _line(kind, values, {key: value for key, value in named.items() if value is not None})


def _ended_values(record: Ended) -> dict[str, Any]:
    """What an end line tells; nothing beyond the number for a question or an edited text."""
    if record == Ended(record.id):
        return {}
    measure = record.measure
    return {
        "ending": record.ending.value,
        "tokens": measure.tokens,
        "counted": measure.counted or None,
        "first_token": measure.first_token_s,
        "generation": measure.generation_s,
        "speed": None if measure.speed is None else round(measure.speed, 1),
        "prompt": measure.prompt_tokens,
        "evaluated": measure.evaluated_tokens,
        "why": record.why or None,
    }


def _line(kind: str, values: Iterable[Any], named: Mapping[str, Any]) -> str:
    words = [kind, *map(_value, values), *(f"{key}={_value(value)}" for key, value in named.items())]
    return _UNSAFE.sub(_escaped, f"=== {' '.join(words)}") + "\n"


def _value(value: Any) -> str:
    if isinstance(value, str) and _BARE.fullmatch(value) and json_value(value) is NOT_JSON:
        return value
    return json.dumps(value, ensure_ascii=False)


def _escape(text: str, *, at_line_start: bool) -> str:
    escaped = _UNSAFE.sub(_escaped, text)
    return f"␛3d;{escaped[1:]}" if at_line_start and escaped.startswith("=") else escaped


def _escaped(found: re.Match[str]) -> str:
    return f"␛{ord(found[0]):x};"


NOT_JSON = object()
JSON = json.JSONDecoder(strict=False)
"""Takes control characters in texts, for they stand there escaped in another way."""


def json_value(word: str) -> Any:
    """What `word` is in JSON, else NOT_JSON."""
    if word.isdecimal() and word.isascii() and (len(word) == 1 or (1 < len(word) < 16 and word[0] != "0")):
        return int(word)
    if word[:1] not in '"-0123456789ntfNI[{':
        return NOT_JSON
    try:
        return JSON.decode(word)
    except (ValueError, RecursionError):
        return NOT_JSON

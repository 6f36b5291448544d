"""What a list of sessions shows of a file, found in its bytes without reading it as a whole."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from hat_tui.chat.record import ModelUsed, Opened, Record, Titled
from hat_tui.chat.transcript import OPENING
from hat_tui.chat.transcript_reader import read, unescape

FIRST_WORDS = 80
_LINE = re.compile(rb"^=== (?:title|model) .*\n", re.MULTILINE)
_TURN = re.compile(rb"^=== (?:user|assistant) \d", re.MULTILINE)
_QUESTION = re.compile(r"^=== user \d[^\n]*\n(.*?)(?:\n=== |\n?\Z)", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class SessionHead:
    """`title` and `model` are the last ones, `turns` counts all versions, `first_words` begin the first question."""

    started: datetime | None
    title: str
    model: str
    turns: int
    first_words: str


def is_session(data: bytes) -> bool:
    """Whether a file begins like a session."""
    return data.removeprefix(b"\xef\xbb\xbf").startswith(OPENING.encode())


def head(data: bytes) -> SessionHead:
    """What stands in the lines of a session file that a list needs; for any bytes."""
    title = model = ""
    started: datetime | None = None
    opening = data[: data.find(b"\n") + 1]
    lines: list[Record] = read(opening + b"".join(_LINE.findall(data))).records
    for record in lines:
        match record:
            case Opened(at=at):
                started = started or at
            case Titled():
                title = record.title
            case ModelUsed():
                model = record.model
    words = next(questions(data[: 64 * 1024]), "")
    first_words = " ".join(words[: FIRST_WORDS * 4].split())[:FIRST_WORDS]
    return SessionHead(started, title, model, len(_TURN.findall(data)), first_words)


def questions(data: bytes) -> Iterator[str]:
    """What was asked in a session file, in its order."""
    text = data.decode(errors="replace").replace("\r\n", "\n")
    return (unescape(found[1]) for found in _QUESTION.finditer(text))

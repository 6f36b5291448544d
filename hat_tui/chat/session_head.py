"""What a list of sessions shows of a file, found in its bytes without reading it as a whole."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from hat_tui.chat.record import ModelUsed, Opened, Titled
from hat_tui.chat.transcript import OPENING
from hat_tui.chat.transcript_reader import read, unescape

FIRST_WORDS = 80
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
    # A regular expression walks the file byte by byte; `find` and `count` are what makes thousands of files fast.
    lines = [data[: data.find(b"\n") + 1], *(_last_line(data, kind) for kind in (b"title", b"model"))]
    for record in read(b"".join(lines)).records:
        match record:
            case Opened(at=at):
                started = started or at
            case Titled():
                title = record.title
            case ModelUsed():
                model = record.model
    turns = data.count(b"\n=== user ") + data.count(b"\n=== assistant ")
    return SessionHead(started, title, model, turns, _first_words(data))


def _last_line(data: bytes, kind: bytes) -> bytes:
    start = data.rfind(b"\n=== " + kind + b" ") + 1
    return data[start : data.find(b"\n", start) + 1] if start else b""


def _first_words(data: bytes) -> str:
    start = data.find(b"\n=== user ")
    if start < 0:
        return ""
    words = next(questions(data[start + 1 : start + 4096]), "")
    return " ".join(words.split())[:FIRST_WORDS].rstrip()


def questions(data: bytes) -> Iterator[str]:
    """What was asked in a session file, in its order."""
    text = data.decode(errors="replace").replace("\r\n", "\n")
    return (unescape(found[1]) for found in _QUESTION.finditer(text))

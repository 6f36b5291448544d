"""What llama_cpp.server writes: bytes in, lines out; a line in, what it means out.

The shapes are those of llama-cpp-python 0.3.36 and uvicorn, whose lines arrive mixed in one pipe. The C library's
lines carry no level, so a level here is read from the wording.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Loading:
    """The weights are being read; `percent` is None until the server prints its dots, one for each per cent."""

    percent: int | None = None


@dataclass(frozen=True, slots=True)
class TemplateTaken:
    """How the server will write prompts. `source` is "gguf", "guessed" (a known one in the GGUF) or "fallback"."""

    source: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class ContextOpened:
    """The context the server works with, in tokens."""

    tokens: int


@dataclass(frozen=True, slots=True)
class Listening:
    """The model is loaded and the server answers at `url`."""

    url: str


@dataclass(frozen=True, slots=True)
class PromptStarted:
    """A prompt is being read: tokens found in the prompt cache, and tokens still to evaluate."""

    reused: int
    remaining: int


@dataclass(frozen=True, slots=True)
class PromptTimed:
    """A prompt has been read: time in milliseconds and tokens evaluated."""

    ms: float
    tokens: int


@dataclass(frozen=True, slots=True)
class ReplyTimed:
    """A reply has been written: time in milliseconds and tokens generated after the first."""

    ms: float
    tokens: int


@dataclass(frozen=True, slots=True)
class ReplyEnded:
    """A generation is over: milliseconds from the prompt to the last token."""

    ms: float


@dataclass(frozen=True, slots=True)
class Answered:
    """A request got its status; a streamed one gets it before its first token."""

    client: str
    method: str
    path: str
    status: int


@dataclass(frozen=True, slots=True)
class RequestBroke:
    """An exception inside a request; a stream then ends without a word."""


@dataclass(frozen=True, slots=True)
class ClientLeft:
    """The asker hung up in the middle of a stream."""


ServerEvent = (
    Loading
    | TemplateTaken
    | ContextOpened
    | Listening
    | PromptStarted
    | PromptTimed
    | ReplyTimed
    | ReplyEnded
    | Answered
    | RequestBroke
    | ClientLeft
)


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line, safe to show: no control character is left in it."""

    text: str
    level: Level
    event: ServerEvent | None = None


LONGEST_LINE = 16_384
"""Characters of a line that are kept; a longer one is folded. The metadata dump of a large template is about 10,000."""

# A terminal escape sequence: CSI, a string sequence (OSC, DCS, APC, PM, SOS) with or without its end, or ESC and one
# character. C1 forms too.
_ESCAPE = re.compile(
    "(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]?"
    "|(?:\x1b[\\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\\\|\x9c)?"
    "|\x1b[ -/]*[0-~]?"
)
# What is left of the invisible and the reordering: C0 and C1, soft hyphen, bidi marks and overrides, zero-width,
# line separators, tags, lone surrogates.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff"
    "\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)


def safe_text(text: str) -> str:
    """The text without escape sequences; any other hidden character is shown as its code, a tab as a space."""
    if text.isascii() and text.isprintable():
        return text
    return _HIDDEN.sub(_visible, _ESCAPE.sub("", text))


def _visible(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code == 9:
        return " "
    return chr(0x2400 + code) if code < 0x20 else "␡" if code == 0x7F else f"<U+{code:04X}>"


_FIELD = r"(?P<ms>[\d.]+) ms /\s*(?P<tokens>\d+) "
_EVENTS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), name)
    for pattern, name in (
        (r"load_tensors: loading model tensors|llama_model_loader: loaded meta data", "loading"),
        (r"^\.{2,}$", "dots"),
        (r"^llama_context: n_ctx +=\s*(?P<tokens>\d+)", "context"),
        (r"^Guessed chat format: (?P<name>\S+)", "guessed"),
        (r"^Using gguf chat template:", "gguf"),
        (r"^Using fallback chat format: (?P<name>\S+)", "fallback"),
        (r"Uvicorn running on (?P<url>https?://\S+)", "listening"),
        (r"Llama\.generate: (?P<reused>\d+) prefix-match hit, remaining (?P<remaining>\d+) prompt tokens", "prompt"),
        (r"prompt eval time =\s*" + _FIELD, "prompt_timed"),
        (r"(?<!prompt )eval time =\s*" + _FIELD, "reply_timed"),
        (r"total time =\s*(?P<ms>[\d.]+) ms", "ended"),
        (r'^INFO:\s+(?P<client>\S+) - "(?P<method>[A-Z]+) (?P<path>\S+) HTTP/[\d.]+" (?P<status>\d{3})', "answered"),
        (r"Exception in ASGI application", "broke"),
        (r"^Disconnected from client", "left"),
    )
)

# Found in every line that tells something, and in few others: most lines need no closer look.
_TELLING = re.compile(
    r"^\.\.|_tensors: l|loaded meta|n_ctx |^Gue|^Usi|running on|prefix-m|l time =|HTTP/|in ASGI|^Disc"
)


def read_event(line: str) -> ServerEvent | None:
    """What a line tells, or None when it is only to be shown."""
    if not _TELLING.search(line):
        return None
    for pattern, name in _EVENTS:
        if found := pattern.search(line):
            return _event(name, found.groupdict(), line)
    return None


def _event(name: str, got: dict[str, str], line: str) -> ServerEvent:
    match name:
        case "loading":
            return Loading()
        case "dots":
            return Loading(min(100, len(line)))
        case "context":
            return ContextOpened(int(got["tokens"]))
        case "guessed" | "gguf" | "fallback":
            return TemplateTaken(name, got.get("name", ""))
        case "listening":
            return Listening(got["url"])
        case "prompt":
            return PromptStarted(int(got["reused"]), int(got["remaining"]))
        case "prompt_timed":
            return PromptTimed(float(got["ms"]), int(got["tokens"]))
        case "reply_timed":
            return ReplyTimed(float(got["ms"]), int(got["tokens"]))
        case "ended":
            return ReplyEnded(float(got["ms"]))
        case "answered":
            return Answered(got["client"], got["method"], got["path"], int(got["status"]))
        case "broke":
            return RequestBroke()
        case _:
            return ClientLeft()


_NOISE = re.compile(
    r"^(llama_model_loader: - |print_info: |load: |create_tensor: |load_tensors: layer |llama_context: "
    r"|llama_kv_cache: "
    r"|llama_graph_|graph_reserve: |resolve_fused_ops: |sched_reserve: |set_abort_callback: |init_tokenizer: |~llama"
    r"|done_getting_tensors: |Model metadata: |llama_perf_context_print:\s+(load time|graphs reused))"
)
_WARNING = re.compile(
    r"^WARNING|\bwarn(ing)?\b|fallback chat format|possible training context overflow|deprecated|HTTP/[\d.]+\" 4\d\d",
    re.I,
)
_ERROR = re.compile(
    r"^ERROR|^CRITICAL|^Traceback|^[\w.]*(Error|Exception)(:|$)|\berror\b|\bfailed to\b|insufficient memory|GGML_ASSERT"
    r"|^During handling of the above exception",
    re.I,
)
_INSIDE_TRACEBACK = re.compile(r"^(\s|[|+])")


class LogReader:
    """Turns the server's output, cut anywhere, into lines. Feed it what the pipe gives."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._partial = ""
        self._in_traceback = False

    @property
    def dots(self) -> int:
        """Dots of the loading bar in the line that has not ended yet."""
        return len(self._partial) if self._partial and not self._partial.strip(".") else 0

    def feed(self, data: bytes) -> list[LogLine]:
        """The lines that `data` completes."""
        *whole, self._partial = (self._partial + self._decoder.decode(data)).split("\n")
        lines = [line for text in whole for line in self._lines(text)]
        if len(self._partial) > LONGEST_LINE:
            lines.extend(self._lines(self._partial))
            self._partial = ""
        return lines

    def close(self) -> list[LogLine]:
        """The last line, when the output ended without a newline."""
        last, self._partial = self._partial + self._decoder.decode(b"", final=True), ""
        return list(self._lines(last)) if last else []

    def _lines(self, text: str) -> Iterator[LogLine]:
        # A progress line rewrites itself by carriage returns: what a terminal would show at the end is kept.
        text = safe_text(text.rstrip("\r").rpartition("\r")[2])
        for start in range(0, max(1, len(text)), LONGEST_LINE):
            piece = text[start : start + LONGEST_LINE]
            yield LogLine(piece, self._level(piece), read_event(piece[:400]) if start == 0 else None)

    def _level(self, text: str) -> Level:
        if self._in_traceback and _INSIDE_TRACEBACK.match(text):
            return Level.ERROR
        self._in_traceback = (
            text.startswith("Traceback") or "Exception in ASGI" in text or (self._in_traceback and not text)
        )
        if self._in_traceback:
            return Level.ERROR
        if _NOISE.match(text):
            return Level.DEBUG
        if _ERROR.search(text):
            return Level.ERROR
        return Level.WARNING if _WARNING.search(text) else Level.INFO

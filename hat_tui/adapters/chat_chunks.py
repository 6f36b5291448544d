"""Chunks of a chat completion, as different servers send them -> reply events."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from hat_tui.chat.reply import Delta, Ending, Finished, Measure, Note, Reading, ReplyEvent, Thought

ENDINGS: dict[str, Ending] = {
    "length": Ending.LENGTH,
    "max_tokens": Ending.LENGTH,
    "model_length": Ending.LENGTH,
    "limit": Ending.LENGTH,
    "abort": Ending.CUT,
    "error": Ending.CUT,
    "cancelled": Ending.CUT,
}
"""What a `finish_reason` means; any other is the model's own end."""

MOST = 10**9
"""Tokens and milliseconds beyond which a figure is no figure."""

REMARKS: dict[str, str] = {
    "content_filter": "The server's content filter ended the reply.",
    "tool_calls": "The model asked for a tool; hat-tui gives it none.",
    "function_call": "The model asked for a tool; hat-tui gives it none.",
}


class ChunkReader:
    """Feed it the chunks of one reply in order.

    `received` tells whether anything of the reply has come, `ended` is its `finish_reason` or "", `closed` tells
    whether the stream's end mark has come (set by who reads it). `model` is what the server says that it answers with.
    """

    def __init__(self) -> None:
        self.model = ""
        self.received = False
        self.ended = ""
        self.closed = False
        self._held = {Delta: "", Thought: ""}
        self._usage: Mapping[str, Any] = {}
        self._timings: Mapping[str, Any] = {}

    def read(self, chunk: Mapping[str, Any]) -> Iterator[ReplyEvent]:
        """The events of one chunk, or of a whole completion from a server that does not stream."""
        self.model = _text(chunk.get("model")) or self.model
        self._usage = _mapping(chunk.get("usage")) or self._usage
        self._timings = _mapping(chunk.get("timings")) or self._timings
        progress = _mapping(chunk.get("prompt_progress"))
        total, done = _count(progress.get("total")), _count(progress.get("processed"))
        if total and done is not None:
            yield Reading(done, total)
        choices = chunk.get("choices")
        choice = _mapping(choices[0]) if isinstance(choices, list) and choices else {}
        piece = _mapping(choice.get("delta")) or _mapping(choice.get("message"))
        for thought in ("reasoning_content", "reasoning"):
            if text := self._whole(Thought, _text(piece.get(thought))):
                self.received = True
                yield Thought(text)
                break
        if text := self._whole(Delta, _text(piece.get("content")) or _text(choice.get("text"))):
            self.received = True
            yield Delta(text)
        reason = choice.get("finish_reason")
        if isinstance(reason, str) and reason:
            self.ended = reason
            if reason in REMARKS:
                yield Note(REMARKS[reason])

    @property
    def empty(self) -> bool:
        """Whether the stream has brought nothing at all, not even a token that says nothing."""
        return not self.received and self.ended in ("", "stop") and not self.measure().tokens

    def finished(self) -> Finished:
        """The end of the stream: cut where no `finish_reason` came."""
        ending = ENDINGS.get(self.ended, Ending.STOP) if self.ended else Ending.CUT
        return Finished(ending, self.measure())

    def measure(self) -> Measure:
        """What the server told of the cost: llama-server by `timings`, others by `usage`, some nothing."""
        evaluated, cached = _count(self._timings.get("prompt_n")), _count(self._timings.get("cache_n"))
        prompt = _count(self._usage.get("prompt_tokens"))
        if prompt is None and evaluated is not None:
            prompt = evaluated + (cached or 0)
        if evaluated is None and prompt is not None:
            reused = _count(_mapping(self._usage.get("prompt_tokens_details")).get("cached_tokens"))
            evaluated = None if reused is None else max(0, prompt - reused)
        tokens = _count(self._usage.get("completion_tokens"))
        if tokens is None:
            tokens = _count(self._timings.get("predicted_n"))
        spent = self._timings.get("predicted_ms")
        seconds = spent / 1000 if isinstance(spent, int | float) and 0 < spent < MOST else None
        return Measure(prompt, evaluated, tokens, counted=tokens is not None, generation_s=seconds)

    def _whole(self, kind: type[Delta] | type[Thought], text: str) -> str:
        """`text` without lone surrogates. A server that cuts text by UTF-16 units sends a pair in two chunks: the
        first half waits for the second."""
        text = self._held[kind] + text
        self._held[kind] = ""
        if text and "\ud800" <= text[-1] <= "\udbff":
            text, self._held[kind] = text[:-1], text[-1]
        return without_surrogates(text)


def gathered(events: Iterable[ReplyEvent]) -> Iterator[ReplyEvent]:
    """The same events, but pieces of one text that follow each other as one. What came before an error comes first."""
    kind: type[Delta] | type[Thought] | None = None
    texts: list[str] = []
    try:
        for event in events:
            if kind is not None and type(event) is not kind:
                yield kind("".join(texts), len(texts))
                kind, texts = None, []
            if isinstance(event, Delta | Thought):
                kind = type(event)
                texts.append(event.text)
            else:
                yield event
    except Exception:
        if kind is not None:
            yield kind("".join(texts), len(texts))
        raise
    if kind is not None:
        yield kind("".join(texts), len(texts))


def without_surrogates(text: str) -> str:
    """`text` with surrogate pairs joined and lone ones replaced by U+FFFD, so that it can be encoded."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _text(value: Any) -> str:
    """A text, or the texts of a list of parts as Mistral's API sends them."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return "".join(_text(_mapping(part).get("text")) for part in value)
    return ""


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MOST else None

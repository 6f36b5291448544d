"""Which turns the model will see, which it has forgotten, and what that costs.

A turn is one message by one speaker. `turns` of the parameters counts the earlier turns that are sent with a prompt;
pinned ones come on top. What is sent goes by exchanges, a question with what was answered to it, so that a window
never begins with the model's words.

When the window is full, it drops a block: it goes back to half of the turns allowed, and then grows again. So the
start of the prompt stays the same for many turns, and a server that keeps the last prompt reads only what is new. The
`exact` window drops one exchange at a time, and makes the server read nearly the whole prompt again each time.

All of it follows from the path alone: a session that is resumed has the window that it had.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import field, replace
from enum import StrEnum
from itertools import accumulate

from hat_tui.chat.conversation import Turn
from hat_tui.chat.message import Message, Role
from hat_tui.chat.parameters import SamplingParameters
from hat_tui.chat.record import Summarised
from hat_tui.chat.tokens import TokenCounter
from hat_tui.frozen import frozen

SUMMARY = "What was said earlier, in short:"
"""Stands before a summary, below the system prompt."""

_MARGIN = 20
"""Where tokens are estimated, one part of so many of the context stays empty."""


class State(StrEnum):
    """What sending the prompt does to memory."""

    GOOD = "good"
    """Nothing is forgotten, nor by the prompt after it."""
    NEAR = "near"
    """Nothing is forgotten yet, but the prompt after it may push turns out."""
    OVERFLOW = "overflow"
    """It pushes turns out, or cannot be sent at all."""


@frozen
class Window:
    """What would be sent. Token counts are of whole messages, with what the template adds: `pinned_tokens` those of
    pinned exchanges, `kept_tokens` those of the others.

    `kept` are the turns that are sent, in order, with the pinned ones of before the horizon; `forgotten` those that
    memory has dropped; `pushed_out` those of them that were still sent with the prompt before. A turn that is in
    neither is never sent: it is left out, says nothing, or answers such a turn. `horizon` is the first turn that is
    not forgotten, None while nothing is forgotten, or everything. `counted` tells that the server counted all that is
    sent. `reread_tokens` are those that the server has not kept from the prompt before, `reread_s` is how long
    reading them takes, None when unknown. `refusal` says why the prompt cannot be sent.
    """

    system: str
    kept: tuple[Turn, ...]
    forgotten: tuple[Turn, ...]
    system_tokens: int
    kept_tokens: int
    prompt_tokens: int
    reply_tokens: int
    n_ctx: int | None
    turns_allowed: int
    refusal: str = ""
    pinned_tokens: int = 0
    summary: str = ""
    pushed_out: tuple[Turn, ...] = ()
    horizon: Turn | None = None
    state: State = State.GOOD
    counted: bool = False
    reread_tokens: int = 0
    reread_s: float | None = None
    kept_ids: frozenset[int] = field(default_factory=frozenset)

    @property
    def sent_tokens(self) -> int:
        """The whole prompt."""
        return self.system_tokens + self.pinned_tokens + self.kept_tokens + self.prompt_tokens

    @property
    def turns_kept(self) -> int:
        """Earlier turns that are sent, pinned ones too."""
        return len(self.kept)

    @property
    def system_text(self) -> str:
        """The system message: the system prompt and the summary of what is no longer sent."""
        return _system_text(self.system, self.summary)


def plan(
    turns: Sequence[Turn],
    prompt: str,
    parameters: SamplingParameters,
    n_ctx: int | None,
    tokens: TokenCounter,
    *,
    exact: bool = False,
    summary: Summarised | None = None,
    cached: Sequence[Message] = (),
    reading_speed: float | None = None,
) -> Window:
    """The window for `prompt` after `turns`.

    `cached` are the messages that the server has read or written last, `reading_speed` its prompt tokens a second.
    """
    exchanges = _exchanges(turns, tokens)
    begin, told = _summarised(turns, exchanges, summary)
    system = _system_text(parameters.system, told)
    system_tokens = tokens.message(system) if system else 0
    prompt_tokens = tokens.message(prompt) if prompt else 0
    limits = _Limits(exchanges, parameters, n_ctx, system_tokens, estimated=not tokens.exact)
    before, start = limits.starts(begin, prompt_tokens, exact=exact)
    kept = _turns(exchange for at, exchange in enumerate(exchanges) if at >= start or exchange.pinned)
    forgotten = _turns(exchange for exchange in exchanges[:start] if not exchange.pinned)
    pushed_out = _turns(exchange for exchange in exchanges[before:start] if not exchange.pinned)
    window = Window(
        system=parameters.system,
        kept=kept,
        forgotten=forgotten,
        system_tokens=system_tokens,
        kept_tokens=sum(exchange.tokens for exchange in exchanges[start:] if not exchange.pinned),
        prompt_tokens=prompt_tokens,
        reply_tokens=parameters.max_tokens,
        n_ctx=n_ctx,
        turns_allowed=parameters.turns,
        pinned_tokens=sum(exchange.tokens for exchange in exchanges if exchange.pinned),
        summary=told,
        pushed_out=pushed_out,
        horizon=exchanges[start].turns[0] if forgotten and start < len(exchanges) else None,
        counted=all(map(tokens.is_counted, [system, prompt, *(turn.text for turn in kept)])),
        kept_ids=frozenset(turn.id for turn in kept),
    )
    refusal = _refusal(window)
    state = State.OVERFLOW if pushed_out or refusal else State.NEAR if limits.is_near(window, start) else State.GOOD
    read_again = reread(messages(window, prompt), cached, tokens)
    seconds = read_again / reading_speed if reading_speed else None
    return replace(window, refusal=refusal, state=state, reread_tokens=read_again, reread_s=seconds)


def messages(window: Window, prompt: str) -> tuple[Message, ...]:
    """The request's messages for a window and the prompt it was planned for."""
    system = (Message(Role.SYSTEM, window.system_text),) if window.system_text else ()
    kept = (Message(turn.role, turn.text) for turn in window.kept)
    return (*system, *kept, *((Message(Role.USER, prompt),) if prompt else ()))


def reread(sent: Sequence[Message], cached: Sequence[Message], tokens: TokenCounter) -> int:
    """Tokens that a server reads of `sent` when it has kept `cached`: all after the first message that differs."""
    same = next((at for at, (new, old) in enumerate(zip(sent, cached, strict=False)) if new != old), None)
    if same is None:
        same = min(len(sent), len(cached))
    return sum(tokens.message(message.text) for message in sent[same:])


def _system_text(system: str, summary: str) -> str:
    told = f"{SUMMARY}\n{summary}" if summary else ""
    return "\n\n".join(part for part in (system, told) if part)


@frozen
class _Exchange:
    """A question and the replies to it that are sent; tokens of all of it, and of the question alone."""

    turns: tuple[Turn, ...]
    tokens: int
    asked: int
    pinned: bool


def _exchanges(turns: Sequence[Turn], tokens: TokenCounter) -> list[_Exchange]:
    """What may be sent of the turns: not what is left out, what says nothing, nor what answers such a turn.

    A question whose reply has not said anything yet counts; one whose reply ended so does not.
    """
    grouped: list[list[Turn]] = []
    open_question = False
    for turn in turns:
        if turn.role is Role.USER:
            open_question = not turn.left_out and bool(turn.text)
            if open_question:
                grouped.append([turn])
        elif turn.text and open_question and not turn.left_out:
            grouped[-1].append(turn)
        elif open_question and not turn.text and (turn.ending is not None or turn is not turns[-1]):
            open_question = bool(grouped[-1][1:]) or grouped[-1][0].pinned
            if not open_question:
                grouped.pop()
    exchanges = []
    for group in grouped:
        sizes = [tokens.message(turn.text) for turn in group]
        exchanges.append(_Exchange(tuple(group), sum(sizes), sizes[0], any(turn.pinned for turn in group)))
    return exchanges


def _summarised(turns: Sequence[Turn], exchanges: Sequence[_Exchange], summary: Summarised | None) -> tuple[int, str]:
    """The first exchange that a summary does not stand for, and its text, if it is of this path."""
    if summary is None or all(turn.id != summary.upto for turn in turns):
        return 0, ""
    # Along a path, turns are numbered upwards.
    return sum(exchange.turns[0].id <= summary.upto for exchange in exchanges), summary.text


def _turns(exchanges: Iterable[_Exchange]) -> tuple[Turn, ...]:
    return tuple(turn for exchange in exchanges for turn in exchange.turns)


class _Limits:
    """Which exchange a window begins with, by turns and by tokens. Sums are of all exchanges before the n-th."""

    def __init__(
        self,
        exchanges: Sequence[_Exchange],
        parameters: SamplingParameters,
        n_ctx: int | None,
        system_tokens: int,
        *,
        estimated: bool,
    ) -> None:
        self._asked = [exchange.asked for exchange in exchanges]
        self._turns = _sums(0 if exchange.pinned else len(exchange.turns) for exchange in exchanges)
        self._tokens = _sums(0 if exchange.pinned else exchange.tokens for exchange in exchanges)
        self._pinned = _sums(exchange.tokens if exchange.pinned else 0 for exchange in exchanges)
        self._allowed = parameters.turns
        margin = (n_ctx or 0) // _MARGIN if estimated else 0
        self._room = None if n_ctx is None else n_ctx - parameters.max_tokens - system_tokens - margin

    def starts(self, begin: int, prompt_tokens: int, *, exact: bool) -> tuple[int, int]:
        """Where the window of the prompt before began, and where this one's does.

        Every prompt of the path is gone through, for where a block is dropped depends on all blocks before.
        """
        before = start = begin
        for at in range(begin + 1, len(self._asked) + 1):
            before = start
            asked = self._asked[at] if at < len(self._asked) else prompt_tokens
            start = self._moved(start, at, asked, exact=exact)
        # Without memory nothing was sent with the prompt before that this one could push out.
        return before if self._allowed else start, start

    def is_near(self, window: Window, start: int) -> bool:
        """Whether one more question, answered at full length, may not fit beside what is sent now."""
        kept = self._turns[-1] - self._turns[start]
        if self._allowed and kept + 2 > self._allowed:
            return True
        return window.n_ctx is not None and window.sent_tokens + 2 * window.reply_tokens > window.n_ctx

    def _moved(self, start: int, at: int, asked: int, *, exact: bool) -> int:
        if self._fits(start, at, asked):
            return start
        if not exact:
            start = max(start, self._half(at, asked))
        while start < at and not self._fits(start, at, asked):
            start += 1
        return start

    def _fits(self, start: int, at: int, asked: int) -> bool:
        if self._turns[at] - self._turns[start] > self._allowed:
            return False
        room = self._room_at(at, asked)
        return room is None or self._tokens[at] - self._tokens[start] <= room

    def _half(self, at: int, asked: int) -> int:
        """The last start that keeps half of the turns allowed, or else, where they do not fit, half of the room."""
        start = max(0, bisect_right(self._turns, self._turns[at] - (self._allowed + 1) // 2, 0, at + 1) - 1)
        room = self._room_at(at, asked)
        if room is None or self._tokens[at] - self._tokens[start] <= room:
            return start
        return max(0, bisect_right(self._tokens, self._tokens[at] - room // 2, 0, at + 1) - 1)

    def _room_at(self, at: int, asked: int) -> int | None:
        return None if self._room is None else max(0, self._room - self._pinned[at] - asked)


def _sums(values: Iterable[int]) -> list[int]:
    return list(accumulate(values, initial=0))


def _refusal(window: Window) -> str:
    """Why the prompt cannot be sent even without any turn of before; "" when it can."""
    if window.n_ctx is None:
        return ""
    needed = window.system_tokens + window.pinned_tokens + window.prompt_tokens + window.reply_tokens
    if needed <= window.n_ctx or not window.prompt_tokens:
        return ""
    about = "" if window.counted else "about "
    parts = [f"{about}{window.prompt_tokens} tokens of this prompt"]
    parts += [f"{window.system_tokens} of the system prompt"] if window.system_tokens else []
    parts += [f"{window.pinned_tokens} of pinned turns"] if window.pinned_tokens else []
    parts += [f"{window.reply_tokens} kept free for the reply"]
    ways = ["Shorten the prompt", *(["unpin turns"] if window.pinned_tokens else []), "lower the reply length"]
    return (
        f"This does not fit: {', '.join(parts)} are {needed}, and the model holds {window.n_ctx}. "
        f"{', '.join(ways[:-1])} or {ways[-1]}."
    )

"""All measures of one client, each tried once; what a client cannot do is left out."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final, TypeVar

from bench.terminal import measures
from bench.terminal.clients import Client

_Value = TypeVar("_Value")

SPEEDS: Final = (50, 400, 0)
"""Tokens a second; 0 for all at once."""
SLOW_LINKS: Final = ((1000, 20), (8000, 400), (64_000, 400))
"""Bytes a second of the link, tokens a second of the server."""
HISTORY: Final = (50, 5000)


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to measure: starts, tokens of a reply at 50 a second, keys, seconds of idling and of a slow link."""

    starts: int = 20
    tokens: int = 1000
    keys: int = 300
    idle_s: float = 60.0
    slow_s: float = 25.0
    cancels: int = 9


QUICK: Final = Effort(starts=5, tokens=400, keys=80, idle_s=15.0, slow_s=12.0, cancels=3)


@dataclass(slots=True)
class Result:
    """What was measured of a client; what is missing could not be, and `trouble` says why."""

    client: Client
    start: measures.Start | None = None
    idle: measures.Idle | None = None
    streams: dict[int, measures.Stream] = field(default_factory=dict)
    keys: dict[int, measures.Echo] = field(default_factory=dict)
    memory_mb: dict[int, float] = field(default_factory=dict)
    cancel_ms: float | None = None
    slow: dict[tuple[int, int], measures.SlowLink] = field(default_factory=dict)
    wrong_rows: list[str] | None = None
    trouble: list[str] = field(default_factory=list)

    def tried(
        self, size: measures.Size, what: str, run: Callable[[], _Value], keep: Callable[[_Value], object]
    ) -> None:
        """Hand what `run` gives to `keep`, unless the client does not get there."""
        print(f"{self.client.name}, {size[0]}x{size[1]}: {what}", file=sys.stderr, flush=True)
        try:
            keep(run())
        except (measures.NotReady, OSError) as trouble:
            self.trouble.append(f"{what}: {trouble}")


def measure(client: Client, size: measures.Size, effort: Effort, *, check: bool) -> Result:
    """Everything about `client` in a terminal of `size`; `check` compares its last screen with a plain driver's."""
    result = Result(client)
    keep = partial(partial, setattr, result)
    result.tried(size, "start", partial(measures.start, client, size, effort.starts), keep("start"))
    result.tried(size, "idle", partial(measures.idle, client, size, effort.idle_s), keep("idle"))
    if client.chats:
        _measure_replies(result, size, effort)
        _measure_history(result, size, effort)
        if client.stop is not None:
            result.tried(size, "stop key", partial(measures.cancel, client, size, effort.cancels), keep("cancel_ms"))
    if check:
        result.tried(size, "screen", partial(measures.same_as_plain, client, size), keep("wrong_rows"))
    return result


def _measure_replies(result: Result, size: measures.Size, effort: Effort) -> None:
    client = result.client
    for speed in SPEEDS:
        tokens = effort.tokens if speed == 50 else 2000
        stream = partial(measures.stream, client, size, speed, tokens)
        result.tried(size, f"{speed or 'all'} tokens a second", stream, partial(result.streams.__setitem__, speed))
    for rate, speed in SLOW_LINKS:
        slow = partial(measures.slow_link, client, size, rate, speed, effort.slow_s)
        result.tried(size, f"{rate} bytes a second", slow, partial(result.slow.__setitem__, (rate, speed)))


def _measure_history(result: Result, size: measures.Size, effort: Effort) -> None:
    client = result.client
    for turns in (0, HISTORY[-1]) if client.history else (0,):
        memory = partial(measures.memory, client, size, turns)
        result.tried(size, f"memory with {turns} turns", memory, partial(result.memory_mb.__setitem__, turns))
    if client.takes_keys_while_streaming:
        for turns in HISTORY if client.history else (0,):
            keys = partial(measures.keys, client, size, turns, effort.keys)
            result.tried(size, f"keys with {turns} turns", keys, partial(result.keys.__setitem__, turns))

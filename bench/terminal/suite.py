"""All measures of one client, each tried once; what a client cannot do is left out."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, TypeVar

import psutil

from bench.terminal import far_side, local_model, measures, slow_links
from bench.terminal.chats import NotReady, Size, tell
from bench.terminal.clients import Client

_Value = TypeVar("_Value")

SLOW_LINKS: Final = ((1000, 20), (8000, 400), (64_000, 400))
"""Bytes a second of the link, tokens a second of the server."""
BURST_TOKENS: Final = 2000
"""Of a reply at 400 a second, and of one that comes at once."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How much of each is measured."""

    first_keys: int
    """Starts timed to the first key."""
    left_alone: int
    """Starts left alone until they are settled."""
    tokens: int
    """Of a reply at 50 a second."""
    bursts: int
    """Replies that come all at once."""
    keys: dict[int, int]
    """Keys typed, by the turns of history above them."""
    slow_s: float
    """Seconds on each slow link, keys not counted."""
    at_400: bool = True
    slow_links: tuple[tuple[int, int], ...] = SLOW_LINKS
    stops: int = 0
    """Replies stopped."""
    last_screen: bool = False


OURS: Final = Effort(
    first_keys=20,
    left_alone=7,
    tokens=700,
    bursts=5,
    keys={0: 0, 50: 120, 5000: 900},
    slow_s=15.0,
    stops=5,
    last_screen=True,
)
OURS_AGAIN: Final = replace(OURS, left_alone=5, bursts=3, keys={0: 0, 5000: 900}, slow_s=10.0)
LINES: Final = Effort(first_keys=5, left_alone=3, tokens=300, bursts=1, keys={0: 0}, slow_s=8.0, stops=3)
BASELINE: Final = Effort(first_keys=20, left_alone=7, tokens=500, bursts=1, keys={0: 0, 50: 60}, slow_s=8.0, stops=3)
BASELINE_AGAIN: Final = replace(BASELINE, left_alone=5, keys={50: 40}, slow_links=SLOW_LINKS[:1], stops=0)
PEER: Final = Effort(
    first_keys=3,
    left_alone=2,
    tokens=250,
    bursts=1,
    keys={0: 30},
    slow_s=8.0,
    at_400=False,
    slow_links=SLOW_LINKS[:1],
)


def quicker(effort: Effort) -> Effort:
    """The same with a few samples of each, to see that it works."""
    return replace(
        effort,
        first_keys=min(effort.first_keys, 3),
        left_alone=1,
        tokens=150,
        bursts=1,
        keys={turns: min(keys, 30) for turns, keys in effort.keys.items()},
        slow_s=4.0,
        slow_links=effort.slow_links[:1],
        stops=min(effort.stops, 1),
    )


@dataclass(slots=True)
class Result:
    """What was measured of a client; what is missing could not be, and `trouble` says why."""

    client: Client
    effort: Effort
    start: measures.Start | None = None
    streams: dict[int, measures.Stream] = field(default_factory=dict)
    history: dict[int, measures.History] = field(default_factory=dict)
    cancel_ms: float | None = None
    slow: dict[tuple[int, int], slow_links.SlowLink] = field(default_factory=dict)
    wrong_rows: list[str] | None = None
    trouble: list[str] = field(default_factory=list)

    def tried(self, size: Size, what: str, run: Callable[[], _Value], keep: Callable[[_Value], object]) -> None:
        """Hand what `run` gives to `keep`, unless the client does not get there."""
        tell(f"{self.client.name}, {size[0]}x{size[1]}: {what}")
        try:
            keep(run())
        except (NotReady, OSError, psutil.Error) as trouble:
            self.trouble.append(f"{what}: {trouble}")


@dataclass(slots=True)
class Run:
    """All that one run of the benchmark has measured so far."""

    command: str
    idle_s: float
    results: dict[Size, list[Result]] = field(default_factory=dict)
    idle: dict[Size, dict[str, measures.Idle]] = field(default_factory=dict)
    far: dict[tuple[str, far_side.Wire], slow_links.SlowLink | None] = field(default_factory=dict)
    watched: local_model.Watched | None = None
    not_measured: list[str] = field(default_factory=list)


def measure(client: Client, size: Size, effort: Effort) -> Result:
    """Everything about `client` in a terminal of `size` but what a minute of nothing costs."""
    result = Result(client, effort)
    keep = partial(partial, setattr, result)
    starts = partial(measures.start, client, size, effort.first_keys, effort.left_alone)
    result.tried(size, "start", starts, keep("start"))
    if client.chats:
        _measure_replies(result, size)
        _measure_history(result, size)
    if client.chats and effort.stops:
        result.tried(size, "stop key", partial(measures.cancel, client, size, effort.stops), keep("cancel_ms"))
    if effort.last_screen:
        result.tried(size, "last screen", partial(slow_links.same_as_plain, client, size), keep("wrong_rows"))
    return result


def _measure_replies(result: Result, size: Size) -> None:
    client, effort = result.client, result.effort
    for speed, tokens in ((50, effort.tokens), (400, BURST_TOKENS)):
        if speed == 50 or effort.at_400:
            stream = partial(measures.stream, client, size, speed, tokens)
            result.tried(size, f"{speed} tokens a second", stream, partial(result.streams.__setitem__, speed))
    burst = partial(measures.burst, client, size, BURST_TOKENS, effort.bursts)
    result.tried(size, "all tokens at once", burst, partial(result.streams.__setitem__, 0))
    for rate, speed in effort.slow_links:
        slow = partial(slow_links.slow_link, client, size, speed, effort.slow_s, rate)
        result.tried(size, f"{rate} bytes a second", slow, partial(result.slow.__setitem__, (rate, speed)))


def _measure_history(result: Result, size: Size) -> None:
    client = result.client
    for turns, keys in result.effort.keys.items():
        typed = keys if client.takes_keys_while_streaming else 0
        history = partial(measures.history, client, size, turns, typed)
        result.tried(size, f"{turns} turns", history, partial(result.history.__setitem__, turns))

"""What is aimed at, what came out, and whether that is enough."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.terminal.chats import Size
from bench.terminal.clients import HAT_TUI, MARKDOWN_STREAM, ONE_INPUT, OURS
from bench.terminal.slow_links import SlowLink
from bench.terminal.suite import Result, Run


@dataclass(frozen=True, slots=True)
class Goal:
    """What is measured, what is aimed at, what came out, and whether that is enough."""

    what: str
    aim: str
    came: str
    met: bool


def goals(run: Run, size: Size) -> list[Goal]:
    """Of hat-tui in a terminal of this size, as far as it was measured; ratios are of the same run."""
    results = {result.client.name: result for result in run.results[size]}
    ours = results.get(HAT_TUI.name)
    if ours is None:
        return []
    peers = [result for result in run.results[size] if result.client not in OURS]
    return [
        *_start(ours, results.get(ONE_INPUT.name), peers),
        *_idle(run, size),
        *_replies(ours, results.get(MARKDOWN_STREAM.name)),
        *_history(ours),
        *_most("stop key to the server's noticing", 20, ours.cancel_ms, " ms", 1),
        *_links(ours),
        *(
            _most("rows of the last screen that differ from a plain driver's", 0, len(ours.wrong_rows))
            if ours.wrong_rows is not None
            else ()
        ),
    ]


def link_goals(name: str, link: SlowLink, behind_s: float, key_ms: float) -> list[Goal]:
    """Of a link on which the screen may be so far behind, and keys may take so long."""
    return [
        *_most(f"{name}: screen behind, median", behind_s, link.behind_median_s, " s", 2),
        *_most(f"{name}: screen behind, 95 of 100", behind_s, link.behind_p95_s, " s", 2),
        *_most(f"{name}: key to echo, p95", key_ms, link.keys.p95_ms if link.keys else None, " ms"),
    ]


def least(what: str, at_least: float, value: float, digits: int) -> Goal:
    """`value` is to be this or more."""
    return Goal(what, f"≥ {at_least:g}", f"{value:.{digits}f}", value >= at_least)


def _most(what: str, most: float, value: float | None, unit: str = "", digits: int = 0) -> list[Goal]:
    if value is None:
        return []
    return [Goal(what, f"≤ {most:,g}{unit}", f"{value:,.{digits}f}{unit}", value <= most)]


def _part(what: str, parts: int, ours: float, theirs: float) -> Goal:
    """`ours` should be at most one of so many parts of `theirs`."""
    ratio = theirs / ours if ours else float("inf")
    return Goal(what, f"≤ 1/{parts}", f"1/{ratio:.1f}", ratio >= parts)


def _start(ours: Result, floor: Result | None, peers: Sequence[Result]) -> list[Goal]:
    if ours.start is None:
        return []
    found = _most("first key echoed", 60, ours.start.first_key_s * 1000, " ms")
    if floor and floor.start:
        found.append(_part("first key echoed, of one Input", 4, ours.start.first_key_s, floor.start.first_key_s))
        found += _most("CPU until settled, of one Input", 1.5, ours.start.cpu_s / floor.start.cpu_s, digits=2)
    if started := [(peer.start.cpu_s, peer.client.name) for peer in peers if peer.start]:
        cpu_s, name = min(started)
        found += _most(f"CPU until settled, of {name}, the least of the peers", 1, ours.start.cpu_s / cpu_s, digits=2)
    return [*found, *_most("bytes of first paint", 6000, ours.start.paint_bytes)]


def _idle(run: Run, size: Size) -> list[Goal]:
    idle = run.idle[size].get(HAT_TUI.name)
    if idle is None:
        return []
    bytes_ = _most("idle minute, bytes", 200, idle.bytes)
    return [*bytes_, *_most("idle minute, CPU", 50, idle.cpu_ms, " ms")]


def _replies(ours: Result, beside: Result | None) -> list[Goal]:
    found = []
    if reply := ours.streams.get(50):
        found += _most("bytes a token at 50/s", 20, reply.bytes_per_token, digits=1)
        found += _most("CPU a token at 50/s", 0.6, reply.cpu_ms_per_token, " ms", 2)
        if beside and (other := beside.streams.get(50)):
            found.append(_part("bytes, of Markdown.get_stream()", 50, reply.bytes_per_token, other.bytes_per_token))
            found.append(_part("CPU, of Markdown.get_stream()", 15, reply.cpu_ms_per_token, other.cpu_ms_per_token))
    if reply := ours.streams.get(0):
        found += _most("2,000 tokens at once: end shown after", 120, reply.end_lag_ms, " ms")
    return found


def _history(ours: Result) -> list[Goal]:
    empty, full = ours.history.get(0), ours.history.get(5000)
    if full is None:
        return []
    found = _most("key to echo, p99, 5,000 turns", 15, full.keys.p99_ms if full.keys else None, " ms", 1)
    if empty:
        found += _most("memory with 5,000 turns, of an empty one", 1.5, full.memory_mb / empty.memory_mb, digits=2)
    return found


def _links(ours: Result) -> list[Goal]:
    found = []
    for link, behind_s, key_ms in (((1000, 20), 2.0, 1000), ((8000, 400), 1.0, 500)):
        if slow := ours.slow.get(link):
            found += link_goals(f"{link[0] // 1000} kB/s, {link[1]} tokens/s", slow, behind_s, key_ms)
    return found

"""The measures as tables, and against what is aimed at."""

import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version

from bench.terminal.clients import HAT_TUI, MARKDOWN_STREAM, ONE_INPUT
from bench.terminal.measures import Size
from bench.terminal.suite import HISTORY, SLOW_LINKS, Result

Column = tuple[str, Callable[[Result], str]]


def _number(value: float | None, digits: int = 0) -> str:
    return "–" if value is None else f"{value:,.{digits}f}"


def _keys(result: Result, turns: int) -> str:
    echo = result.keys.get(turns) or result.keys.get(0)
    if echo is None:
        return "–"
    lost = f", {echo.missed} lost" if echo.missed else ""
    return f"{echo.p50_ms:.0f} / {echo.p95_ms:.0f} / {echo.p99_ms:.0f}{lost}"


def _slow(result: Result, rate: int, speed: int) -> str:
    link = result.slow.get((rate, speed))
    if link is None:
        return "–"
    keys = f"; {link.keys.p50_ms / 1000:.2f}" if result.client.takes_keys_while_streaming else "; –"
    lost = f", {link.keys.missed} lost" if link.keys.missed else ""
    return f"{link.behind_median_s:.1f} ({link.behind_p95_s:.1f}, {link.behind_most_s:.1f}){keys}{lost}"


def _stream(speed: int, digits: int, of: str) -> Callable[[Result], str]:
    def cell(result: Result) -> str:
        reply = result.streams.get(speed)
        return "–" if reply is None else _number(getattr(reply, of), digits)

    return cell


COLUMNS: Sequence[Sequence[Column]] = (
    (
        ("first key echoed, s", lambda r: _number(r.start.first_key_s, 3) if r.start else "–"),
        ("CPU until settled, s", lambda r: _number(r.start.cpu_s, 2) if r.start else "–"),
        ("bytes of first paint", lambda r: _number(r.start.paint_bytes) if r.start else "–"),
        ("idle minute: bytes", lambda r: _number(r.idle.bytes) if r.idle else "–"),
        ("idle minute: CPU ms", lambda r: _number(r.idle.cpu_ms) if r.idle else "–"),
        ("memory, MB", lambda r: _number(r.memory_mb.get(0))),
        (f"memory with {HISTORY[-1]:,} turns", lambda r: _number(r.memory_mb.get(HISTORY[-1]))),
    ),
    (
        ("bytes a token at 50/s", _stream(50, 1, "bytes_per_token")),
        ("at 400/s", _stream(400, 1, "bytes_per_token")),
        ("all at once", _stream(0, 1, "bytes_per_token")),
        ("CPU ms a token at 50/s", _stream(50, 2, "cpu_ms_per_token")),
        ("at 400/s", _stream(400, 2, "cpu_ms_per_token")),
        ("all at once", _stream(0, 2, "cpu_ms_per_token")),
        ("all at once: end shown after, ms", _stream(0, 0, "end_lag_ms")),
        ("stop key to server, ms", lambda r: _number(r.cancel_ms)),
    ),
    (
        *((f"key to echo with {turns:,} turns, ms", lambda r, turns=turns: _keys(r, turns)) for turns in HISTORY),
        *(
            (f"{rate // 1000} kB/s, {speed} tokens/s", lambda r, rate=rate, speed=speed: _slow(r, rate, speed))
            for rate, speed in SLOW_LINKS
        ),
    ),
)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


@dataclass(frozen=True, slots=True)
class Goal:
    """What is measured, what is aimed at, what came out, and whether that is enough."""

    what: str
    aim: str
    came: str
    met: bool


def _most(what: str, most: float, value: float | None, unit: str = "", digits: int = 0) -> list[Goal]:
    if value is None:
        return []
    return [Goal(what, f"≤ {most:,g}{unit}", f"{value:,.{digits}f}{unit}", value <= most)]


def _part(what: str, parts: int, ours: float, theirs: float) -> Goal:
    """`ours` should be at most one of so many parts of `theirs`."""
    ratio = theirs / ours if ours else float("inf")
    return Goal(what, f"≤ 1/{parts}", f"1/{ratio:.1f}", ratio >= parts)


def _goals(results: dict[str, Result]) -> list[Goal]:
    ours, floor, beside = (results.get(client.name) for client in (HAT_TUI, ONE_INPUT, MARKDOWN_STREAM))
    if ours is None:
        return []
    goals = _start_goals(ours, floor)
    if reply := ours.streams.get(50):
        goals += _most("bytes a token at 50/s", 20, reply.bytes_per_token, digits=1)
        goals += _most("CPU a token at 50/s", 0.6, reply.cpu_ms_per_token, " ms", 2)
        if beside and (other := beside.streams.get(50)):
            goals.append(_part("bytes, of Markdown.get_stream()", 50, reply.bytes_per_token, other.bytes_per_token))
            goals.append(_part("CPU, of Markdown.get_stream()", 15, reply.cpu_ms_per_token, other.cpu_ms_per_token))
    if reply := ours.streams.get(0):
        goals += _most("2,000 tokens at once: end shown after", 120, reply.end_lag_ms, " ms")
    if echo := ours.keys.get(HISTORY[-1]):
        goals += _most(f"key to echo, p99, {HISTORY[-1]:,} turns", 15, echo.p99_ms, " ms", 1)
    empty, full = ours.memory_mb.get(0), ours.memory_mb.get(HISTORY[-1])
    if empty and full:
        goals += _most(f"memory with {HISTORY[-1]:,} turns, of an empty one", 1.5, full / empty, digits=2)
    goals += _most("stop key to the server's noticing", 20, ours.cancel_ms, " ms", 1)
    for link, behind, key in ((SLOW_LINKS[0], 2.0, 1000), (SLOW_LINKS[1], 1.0, 500)):
        if slow := ours.slow.get(link):
            name = f"{link[0] // 1000} kB/s, {link[1]} tokens/s"
            goals += _most(f"{name}: screen behind, median", behind, slow.behind_median_s, " s", 2)
            goals += _most(f"{name}: screen behind, 95 of 100", behind, slow.behind_p95_s, " s", 2)
            goals += _most(f"{name}: key to echo, p95", key, slow.keys.p95_ms, " ms")
    if ours.wrong_rows is not None:
        goals += _most("rows of the last screen that differ from a plain driver's", 0, len(ours.wrong_rows))
    return goals


def _start_goals(ours: Result, floor: Result | None) -> list[Goal]:
    goals: list[Goal] = []
    if ours.start:
        goals += _most("first key echoed", 60, ours.start.first_key_s * 1000, " ms")
        if floor and floor.start:
            goals.append(_part("first key echoed, of one Input", 4, ours.start.first_key_s, floor.start.first_key_s))
            goals += _most("CPU until settled, of one Input", 1.5, ours.start.cpu_s / floor.start.cpu_s, digits=2)
        goals += _most("bytes of first paint", 6000, ours.start.paint_bytes)
    if ours.idle:
        goals += _most("idle minute, bytes", 200, ours.idle.bytes)
        goals += _most("idle minute, CPU", 50, ours.idle.cpu_ms, " ms")
    return goals


def report(runs: Sequence[tuple[Size, Sequence[Result]]], command: str) -> str:
    """The whole page, as Markdown."""
    load = os.getloadavg()[0]
    parts = [
        "# Performance",
        "",
        f"Written by `{command}` on {datetime.now(UTC):%Y-%m-%d}: Python {platform.python_version()}, Textual "
        f"{version('textual')}, {os.cpu_count()} processors, load average {load:.1f} at the end. Each client runs in a "
        "pty of its own at its defaults, in front of the same server, which streams Markdown prose in tokens of four "
        "bytes; an emulated terminal reads what it writes. Processor time is the client's own process. Where other "
        "work keeps the processors busy, times grow and ratios hold.",
        "",
    ]
    for size, results in runs:
        parts += [f"## {size[0]} × {size[1]}", ""]
        goals = _goals({result.client.name: result for result in results})
        if goals:
            rows = [(goal.what, goal.aim, goal.came, "yes" if goal.met else "**no**") for goal in goals]
            parts += [_table(("hat-tui", "goal", "measured", "met"), rows), ""]
        for columns in COLUMNS:
            head = ["client", *(name for name, _ in columns)]
            body = [[result.client.name, *(cell(result) for _, cell in columns)] for result in results]
            parts += [_table(head, body), ""]
        parts += [
            "Key to echo: p50 / p95 / p99 while 100 tokens a second come. Links: seconds the screen is behind the "
            "server, median (95 of 100, most); seconds from key to echo, median.",
            "",
        ]
        troubles = [f"- {result.client.name}: {trouble}" for result in results for trouble in result.trouble]
        if troubles:
            parts += ["What a client did not do:", "", *troubles, ""]
    return "\n".join(parts)

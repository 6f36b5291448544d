"""The page that a run of the benchmark writes."""

import os
import platform
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from statistics import median
from typing import Final

from bench.terminal import far_side
from bench.terminal.chats import Echo, Size
from bench.terminal.clients import HAT_TUI
from bench.terminal.goals import Goal, goals, least, link_goals
from bench.terminal.local_model import Watched
from bench.terminal.measures import SETTLING_S
from bench.terminal.slow_links import SlowLink
from bench.terminal.suite import BURST_TOKENS, SLOW_LINKS, Result, Run

Column = tuple[str, Callable[[Result], str]]
NONE: Final = "–"

READING: Final = f"""\
Each client runs in a pty of its own at its defaults, in front of the same server, which streams Markdown prose in
tokens of four bytes; an emulated terminal reads what it writes. Processor time and memory are the client's process and
its descendants. Where other work keeps the processors busy, times grow and ratios hold.

- First key echoed: from exec to a key typed as soon as the kernel no longer echoes,
  and again every tenth of a second where it is lost, median. CPU until settled: what a
  start left alone has used {SETTLING_S:g} s after it could be asked, median; of a first letter: what it uses when one
  is typed then. Bytes of first paint: what it has sent until it is settled.
- An idle minute: all clients at the same time, the prompt focused. Memory: unshared pages and a part of shared ones.
- A reply: its first tenth is not counted; of all at once ({BURST_TOKENS:,} tokens), medians. Key to echo: p50 / p95 /
  p99 while 100 tokens a second come; clients without a saved chat to open have none.
- Links: seconds the screen is behind the server, median (95 of 100, most); seconds from key to echo, median. The pty
  is read at that speed.
- The last screen: after a reply over 4 kB/s, cell by cell, against all that Textual wrote, kept in the same run.\
"""


def page(run: Run) -> str:
    """The whole page, as Markdown."""
    parts = [
        "# Performance",
        "",
        f"Written by `{run.command}` on {datetime.now(UTC):%Y-%m-%d}: Python {platform.python_version()}, Textual "
        f"{version('textual')}, {os.cpu_count()} processors, load average {os.getloadavg()[0]:.1f} at the end.",
        "",
        READING,
        "",
    ]
    for size in run.results:
        parts += [f"## {size[0]} × {size[1]}", "", *_of_size(run, size)]
    if run.far:
        parts += ["## Over a real SSH session", "", *_far(run)]
    if run.watched:
        parts += ["## A real local model", "", *_watched(run.watched)]
    parts += ["## Samples", "", *_samples(run)]
    if run.not_measured:
        parts += ["## Not measured", "", *(f"- {why}" for why in run.not_measured), ""]
    return "\n".join(parts).rstrip() + "\n"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return [*("| " + " | ".join(line) + " |" for line in lines), ""]


def _goals(found: Sequence[Goal]) -> list[str]:
    rows = [(goal.what, goal.aim, goal.came, "yes" if goal.met else "**no**") for goal in found]
    return _table(("hat-tui", "goal", "measured", "met"), rows) if rows else []


def _of_size(run: Run, size: Size) -> list[str]:
    parts = _goals(goals(run, size))
    results = run.results[size]
    for columns in (_start_columns(run, size), _REPLY_COLUMNS, _KEY_COLUMNS):
        asked = [column for column in columns if any(column[1](result) != NONE for result in results)]
        rows = [[result.client.name, *(cell(result) for _, cell in asked)] for result in results]
        # A client that none of it is asked of has no line.
        rows = [row for row in rows if set(row[1:]) != {NONE}]
        parts += _table(["client", *(name for name, _ in asked)], rows)
    troubles = [f"- {result.client.name}: {trouble}" for result in results for trouble in result.trouble]
    return [*parts, "What a client did not do:", "", *troubles, ""] if troubles else parts


def _number(value: float | None, digits: int = 0) -> str:
    return NONE if value is None else f"{value:,.{digits}f}"


def _start_columns(run: Run, size: Size) -> Sequence[Column]:
    idle = run.idle[size]
    return (
        ("first key echoed, s", lambda r: _number(r.start.first_key_s if r.start else None, 3)),
        ("CPU until settled, s", lambda r: _number(r.start.cpu_s if r.start else None, 2)),
        ("CPU of a first letter, s", lambda r: _number(r.start.typing_cpu_s if r.start else None, 2)),
        ("bytes of first paint", lambda r: _number(r.start.paint_bytes if r.start else None)),
        ("idle minute: bytes", lambda r: _number(idle[r.client.name].bytes if r.client.name in idle else None)),
        ("idle minute: CPU ms", lambda r: _number(idle[r.client.name].cpu_ms if r.client.name in idle else None)),
        ("memory, MB", lambda r: _memory(r, 0)),
        ("memory with 5,000 turns", lambda r: _memory(r, 5000)),
    )


def _memory(result: Result, turns: int) -> str:
    history = result.history.get(turns)
    return _number(history.memory_mb if history else None)


def _reply(speed: int, digits: int, of: str) -> Callable[[Result], str]:
    def cell(result: Result) -> str:
        reply = result.streams.get(speed)
        return _number(getattr(reply, of) if reply else None, digits)

    return cell


_REPLY_COLUMNS: Final[Sequence[Column]] = (
    ("bytes a token at 50/s", _reply(50, 1, "bytes_per_token")),
    ("at 400/s", _reply(400, 1, "bytes_per_token")),
    ("all at once", _reply(0, 1, "bytes_per_token")),
    ("CPU ms a token at 50/s", _reply(50, 2, "cpu_ms_per_token")),
    ("at 400/s", _reply(400, 2, "cpu_ms_per_token")),
    ("all at once", _reply(0, 2, "cpu_ms_per_token")),
    ("all at once: end shown after, ms", _reply(0, 0, "end_lag_ms")),
    ("stop key to server, ms", lambda r: _number(r.cancel_ms)),
)


def _keys(turns: int) -> Callable[[Result], str]:
    def cell(result: Result) -> str:
        history = result.history.get(turns)
        return _echo(history.keys) if history and history.keys else NONE

    return cell


def _echo(echo: Echo) -> str:
    lost = f", {echo.missed} of {echo.count} given up" if echo.missed else ""
    return f"{echo.p50_ms:.0f} / {echo.p95_ms:.0f} / {echo.p99_ms:.0f}{lost}"


def _slow(link: SlowLink | None) -> str:
    if link is None:
        return NONE
    keys = f"{link.keys.p50_ms / 1000:.2f}" if link.keys else NONE
    lost = f", {link.keys.missed} of {link.keys.count} given up" if link.keys and link.keys.missed else ""
    return f"{link.behind_median_s:.1f} ({link.behind_p95_s:.1f}, {link.behind_most_s:.1f}); {keys}{lost}"


_KEY_COLUMNS: Final[Sequence[Column]] = (
    *((f"key to echo with {turns:,} turns, ms", _keys(turns)) for turns in (0, 50, 5000)),
    *(
        (f"{link[0] // 1000} kB/s, {link[1]} tokens/s", lambda result, link=link: _slow(result.slow.get(link)))
        for link in SLOW_LINKS
    ),
)


def _far(run: Run) -> list[str]:
    found: list[Goal] = []
    for wire, behind_s, key_ms in zip(far_side.WIRES, (2.0, 1.0), (1000, 500), strict=False):
        if link := run.far.get((HAT_TUI.name, wire)):
            found += link_goals(wire.name, link, behind_s, key_ms)
    names = list(dict.fromkeys(name for name, _ in run.far))
    rows = [[name, *(_over(run, name, wire) for wire in far_side.WIRES)] for name in names]
    text = (
        "OpenSSH on both sides, at its defaults, each in a network namespace of its own; the client and its server at "
        "the far end, the terminal at the near one. The wire between the two carries IP packets at that many bytes a "
        "second in each direction, headers, encryption and acknowledgements included."
    )
    return [text, "", *_goals(found), *_table(["client", *(wire.name for wire in far_side.WIRES)], rows)]


def _over(run: Run, name: str, wire: far_side.Wire) -> str:
    link = run.far.get((name, wire))
    return "never ready to be asked" if link is None and (name, wire) in run.far else _slow(link)


def _watched(watched: Watched) -> list[str]:
    text = (
        "`hat-tui serve` with a made-up model of 0.9 B random weights, Q8_0, on all cores, as its own log tells the "
        "speed of each reply; curl reading it and hat-tui watching it in turn, hat-tui's terminal on another machine "
        "as far as the processors are concerned."
    )
    rows = [
        [name, str(len(speeds)), f"{median(speeds):.1f}", f"{min(speeds):.1f} to {max(speeds):.1f}"]
        for name, speeds in (("curl", watched.curl), ("hat-tui", watched.hat_tui))
    ]
    goal = least("tokens a second with hat-tui watching, of those with curl", 0.97, watched.ratio, 3)
    return [text, "", *_goals([goal]), *_table(["", "replies", "tokens a second, median", "from, to"], rows)]


def _samples(run: Run) -> list[str]:
    columns = ("client", "first keys", "left alone", "tokens at 50/s", "at once", "keys", "slow links, s", "stops")
    rows = []
    for size, results in run.results.items():
        for result in results:
            effort, name = result.effort, f"{result.client.name}, {size[0]} × {size[1]}"
            starts = [str(effort.first_keys), str(effort.left_alone)]
            if not result.client.chats:
                rows.append([name, *starts, *[NONE] * 5])
                continue
            keys = ", ".join(f"{number} with {turns:,} turns" for turns, number in effort.keys.items() if number)
            stops = str(effort.stops or NONE)
            rows.append(
                [name, *starts, f"{effort.tokens}", f"{effort.bursts}", keys or NONE, f"{effort.slow_s:g}", stops]
            )
    return [f"Of each; idle for {run.idle_s:g} s.", "", *_table(columns, rows)]

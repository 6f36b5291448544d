"""What is measured of a client, each in a fresh process with a fresh home folder."""

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from bench.terminal.clients import Client
from bench.terminal.emulator import Terminal
from bench.terminal.fake_server import ServerProcess
from bench.terminal.prose import END, Prose
from bench.terminal.pty_client import PtyClient

LETTER: Final = "ж"
"""Typed to see it echoed: no client has it on its screen."""
Size = tuple[int, int]


class NotReady(Exception):
    """A client did not get where it should; the message says where it stopped."""


@contextmanager
def _chat(
    client: Client, size: Size, speed: float, tokens: int, turns: int = 0
) -> Iterator[tuple[PtyClient, ServerProcess]]:
    """A client that is ready to be asked, and the server that will answer."""
    with (
        tempfile.TemporaryDirectory() as folder,
        ServerProcess(speed, tokens, Path(folder)) as server,
        client.start(server.url, Path(folder) / "home", size, turns=turns) as running,
    ):
        if not running.pump(20 + turns / 250, _shows(running, client.ready)):
            raise NotReady(f"{client.name} never showed {client.ready!r}")
        running.settle(0.5)
        yield running, server


def _sees(running: PtyClient, letter: str, there: bool = True) -> Callable[[], bool]:
    return lambda: any(letter in row for row in running.terminal.chars) == there


def _shows(running: PtyClient, text: str) -> Callable[[], bool]:
    return lambda: text in running.terminal.text()


def _takes_keys(running: PtyClient) -> Callable[[], bool]:
    return lambda: not running.echoes


def _found_gone(server: ServerProcess) -> Callable[[], bool]:
    return lambda: server.record.gone > 0


@dataclass(frozen=True, slots=True)
class Start:
    """From exec to the first key echoed, in seconds; to where nothing moves: processor seconds and bytes."""

    first_key_s: float
    cpu_s: float
    paint_bytes: int


def start(client: Client, size: Size, runs: int) -> Start:
    """Medians of `runs` starts; all but the first in a home that has seen one."""
    keys, cpus, sizes = [], [], []
    with ServerProcess(50, 50, Path(tempfile.mkdtemp())) as server, tempfile.TemporaryDirectory() as folder:
        for _ in range(runs + 1):
            with client.start(server.url, Path(folder), size) as running:
                running.pump(20, _takes_keys(running))
                running.send(LETTER.encode())
                if not running.pump(30, _sees(running, LETTER)):
                    raise NotReady(f"{client.name} echoed no key")
                keys.append(time.perf_counter() - running.started)
            with client.start(server.url, Path(folder), size) as running:
                running.pump(20, _shows(running, client.ready))
                running.settle(1.0, most=4.0)
                cpus.append(running.cpu())
                sizes.append(running.received)
    return Start(median(keys[1:]), median(cpus[1:]), int(median(sizes[1:])))


@dataclass(frozen=True, slots=True)
class Stream:
    """Of a reply: bytes to the terminal and processor milliseconds a token, and how long after the server's last
    byte the end was on the screen."""

    bytes_per_token: float
    cpu_ms_per_token: float
    end_lag_ms: float


def stream(client: Client, size: Size, speed: float, tokens: int) -> Stream:
    """A reply of `tokens` tokens at `speed` a second, 0 for all at once; its first tenth is not counted then."""
    with _chat(client, size, speed, tokens) as (running, server):
        first = tokens // 10 if speed else 0
        size_before, cpu_before = running.received, running.cpu()
        _ask(client, running, server, first)
        if speed:
            size_before, cpu_before = running.received, running.cpu()
        if not running.pump(tokens / (speed or 100) * 2 + 30, _shows(running, END)):
            raise NotReady(f"{client.name} never showed the end of the reply")
        lag = time.perf_counter() - server.record.ended
        running.settle(0.5)
        return Stream(
            (running.received - size_before) / (tokens - first),
            (running.cpu() - cpu_before) * 1000 / (tokens - first),
            lag * 1000,
        )


def _ask(client: Client, running: PtyClient, server: ServerProcess, token: int = 0) -> None:
    """Ask, and wait until the server has sent that token."""
    for keys in client.ask:
        running.send(keys)
        running.pump(0.15)
    if not running.pump(30, lambda: server.record.sent(token) > 0):
        raise NotReady(f"{client.name} asked for no reply")


@dataclass(frozen=True, slots=True)
class Echo:
    """From a key to its echo on the screen, in milliseconds; `missed` keys were never echoed."""

    p50_ms: float
    p95_ms: float
    p99_ms: float
    missed: int


def _echoes(running: PtyClient, number: int, patience: float) -> Echo:
    """Type a letter and take it back, over and over, and wait for each to be seen."""
    rng = random.Random(3)
    times = []
    missed = 0
    for turn in range(number):
        there = turn % 2 == 0
        sent = time.perf_counter()
        running.send(LETTER.encode() if there else b"\x7f")
        if running.pump(patience, _sees(running, LETTER, there)):
            times.append((time.perf_counter() - sent) * 1000)
        else:
            missed += 1
        running.pump(rng.uniform(0.02, 0.09))
    times.sort()
    if not times:
        return Echo(patience * 1000, patience * 1000, patience * 1000, missed)
    p50, p95, p99 = (times[min(int(len(times) * part), len(times) - 1)] for part in (0.5, 0.95, 0.99))
    return Echo(p50, p95, p99, missed)


def keys(client: Client, size: Size, turns: int, number: int = 200) -> Echo:
    """Keys while 100 tokens a second stream in, below `turns` turns of history."""
    tokens = number * 12 + 1000
    with _chat(client, size, 100, tokens, turns) as (running, server):
        _ask(client, running, server, 20)
        return _echoes(running, number, 3.0)


@dataclass(frozen=True, slots=True)
class Idle:
    """What a minute of nothing costs."""

    bytes: float
    cpu_ms: float


def idle(client: Client, size: Size, seconds: float) -> Idle:
    """The prompt focused, nothing typed, for `seconds`."""
    with _chat(client, size, 50, 50) as (running, _):
        running.settle(1.0, most=5)
        size_before, cpu_before = running.received, running.cpu()
        running.pump(seconds)
        minute = 60 / seconds
        return Idle((running.received - size_before) * minute, (running.cpu() - cpu_before) * 1000 * minute)


def memory(client: Client, size: Size, turns: int) -> float:
    """Megabytes of memory of its own with `turns` turns open."""
    with _chat(client, size, 50, 50, turns) as (running, _):
        running.settle(1.5)
        return running.resident() / 1e6


def cancel(client: Client, size: Size, runs: int = 7) -> float:
    """Milliseconds from the stop key to the server's noticing: the median of `runs`."""
    times = []
    for _ in range(runs):
        with _chat(client, size, 50, 5000) as (running, server):
            _ask(client, running, server, 30)
            pressed = time.perf_counter()
            running.send(client.stop or b"")
            if not running.pump(10, _found_gone(server)):
                raise NotReady(f"{client.name} did not stop")
            times.append((server.record.gone - pressed) * 1000)
    return median(times)


@dataclass(frozen=True, slots=True)
class SlowLink:
    """How far the screen is behind the server, in seconds, while tokens come; keys during that."""

    behind_median_s: float
    behind_p95_s: float
    behind_most_s: float
    keys: Echo


def slow_link(client: Client, size: Size, rate: float, speed: float, seconds: float = 20.0) -> SlowLink:
    """A reply at `speed` tokens a second over a link of `rate` bytes a second."""
    tokens = int(speed * (seconds + 25))
    with _chat(client, size, speed, tokens) as (running, server):
        running.rate = rate
        _ask(client, running, server)
        behind = _behind(running, server, seconds)
        typed = Echo(0, 0, 0, 0)
        if client.takes_keys_while_streaming:
            typed = _echoes(running, 12, 5.0)
        return SlowLink(median(behind), sorted(behind)[len(behind) * 95 // 100], max(behind), typed)


def _behind(running: PtyClient, server: ServerProcess, seconds: float) -> list[float]:
    prose: Prose = server.prose
    samples = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        running.pump(0.1)
        missing = server.record.sent(prose.first_missing(prose.shown(running.terminal.text())))
        samples.append(time.perf_counter() - missing if missing else 0.0)
    return samples


def same_as_plain(client: Client, size: Size, tokens: int = 600) -> list[str]:
    """After a reply over a slow link and back on a fast one: the rows in which the terminal differs from one that got
    all that Textual wrote, in the same run."""
    with tempfile.TemporaryDirectory() as folder, ServerProcess(200, tokens, Path(folder)) as server:
        recording = Path(folder) / "recording"
        env = {
            "TEXTUAL_DRIVER": "bench.terminal.baselines.recording_driver:RecordingDriver",
            "BENCH_RECORDING": str(recording),
        }
        with client.start(server.url, Path(folder) / "home", size, extra_env=env) as running:
            if not running.pump(30, _shows(running, client.ready)):
                raise NotReady(f"{client.name} never showed {client.ready!r}")
            running.rate = 4000
            _ask(client, running, server)
            running.send(f"h{LETTER}llo".encode())
            running.pump(tokens / 200 + 1)
            running.rate = None
            running.pump(30, _shows(running, END))
            running.settle(1.0)
            plain = Terminal(*size)
            plain.feed(b"\x1b[?7l" + recording.read_bytes())
            plain.settle()
            shown = running.terminal.cells()
    return [
        f"{y}: {running.terminal.row_text(y)!r} instead of {plain.row_text(y)!r}"
        for y, row in enumerate(plain.cells())
        if row != shown[y]
    ]

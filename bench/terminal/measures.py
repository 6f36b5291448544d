"""What is measured of a client on a terminal that reads at once, each time in a fresh process and home folder."""

import tempfile
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from bench.terminal.chats import LETTER, Echo, NotReady, Size, ask, chat, sees, shows, tell, type_keys, wait_until_ready
from bench.terminal.clients import Client
from bench.terminal.fake_server import ServerProcess
from bench.terminal.prose import END
from bench.terminal.pty_client import PtyClient

SETTLING_S: Final = 3.0
"""How long a started client is left alone: those that import on behind a first paint are done by then."""

TYPING_S: Final = 1.5
"""How long after a first letter: those that import what asks for a reply are done by then."""


@dataclass(frozen=True, slots=True)
class Start:
    """From exec to the first key echoed, in seconds; processor seconds and bytes of a start left alone.

    `typing_cpu_s` are the processor seconds that a first letter then takes, with all that a client does upon it.
    """

    first_key_s: float
    cpu_s: float
    paint_bytes: int
    typing_cpu_s: float


def start(client: Client, size: Size, first_keys: int, left_alone: int) -> Start:
    """Medians of so many starts of each kind, after one that is not counted, in a home that has seen a start."""
    with tempfile.TemporaryDirectory() as folder, ServerProcess(50, 50, Path(folder)) as server:
        home = Path(folder) / "home"
        keys = [_first_key(client, server.url, home, size) for _ in range(first_keys + 1)][1:]
        alone = [_left_alone(client, server.url, home, size) for _ in range(left_alone)]
    cpu_s, paint_bytes, typing_cpu_s = map(median, zip(*alone, strict=True))
    return Start(median(keys), cpu_s, int(paint_bytes), typing_cpu_s)


def _first_key(client: Client, url: str, home: Path, size: Size) -> float:
    with client.start(url, home, size) as running:
        # Until the program takes the terminal raw, the kernel would echo.
        running.pump(20, lambda: not running.echoes)
        for _ in range(400):
            # Some throw away what is typed before they are ready for it.
            running.send(LETTER.encode())
            if running.pump(0.1, sees(running, LETTER)):
                return time.perf_counter() - running.started
    raise NotReady(f"{client.name} echoed no key")


def _left_alone(client: Client, url: str, home: Path, size: Size) -> tuple[float, int, float]:
    with client.start(url, home, size) as running:
        wait_until_ready(client, running)
        running.pump(SETTLING_S)
        cpu_s, received = running.cpu(), running.received
        _type_a_letter(running)
        return cpu_s, received, running.cpu() - cpu_s


def _type_a_letter(running: PtyClient) -> None:
    """Type a letter and take it back, and leave time for what a client does when a prompt is begun."""
    type_keys(running, 2, 2.0)
    running.pump(TYPING_S)


@dataclass(frozen=True, slots=True)
class Stream:
    """Of a reply: bytes to the terminal and processor milliseconds a token, and how long after the server's last
    byte the end was on the screen."""

    bytes_per_token: float
    cpu_ms_per_token: float
    end_lag_ms: float


def stream(client: Client, size: Size, speed: float, tokens: int) -> Stream:
    """A reply of `tokens` tokens at `speed` a second, of which the first tenth is not counted; 0 for all at once.

    A letter is typed and taken back before: what a client does only then is no part of the reply.
    """
    with chat(client, size, speed, tokens) as (running, server):
        _type_a_letter(running)
        first = tokens // 10 if speed else 0
        size_before, cpu_before = running.received, running.cpu()
        ask(client, running, server, first)
        if speed:
            size_before, cpu_before = running.received, running.cpu()
        if not running.pump(tokens / (speed or 200) + 20, shows(running, END)):
            raise NotReady(f"{client.name} never showed the end of the reply")
        lag = time.perf_counter() - server.record.ended
        running.settle(0.5, most=3.0)
        return Stream(
            (running.received - size_before) / (tokens - first),
            (running.cpu() - cpu_before) * 1000 / (tokens - first),
            lag * 1000,
        )


def burst(client: Client, size: Size, tokens: int, runs: int) -> Stream:
    """Medians of `runs` replies that come all at once."""
    streams = [stream(client, size, 0, tokens) for _ in range(runs)]
    return Stream(
        median(run.bytes_per_token for run in streams),
        median(run.cpu_ms_per_token for run in streams),
        median(run.end_lag_ms for run in streams),
    )


@dataclass(frozen=True, slots=True)
class Idle:
    """What a minute of nothing costs."""

    bytes: float
    cpu_ms: float


def idle(clients: Sequence[Client], size: Size, seconds: float) -> dict[str, Idle]:
    """By name: the prompt focused, nothing typed, for `seconds`, all of them at the same time; it takes no processor.

    A client that does not start is left out.
    """
    tell(f"{len(clients)} clients, {size[0]}x{size[1]}: idle")
    with ExitStack() as stack:
        waiting: dict[str, PtyClient] = {}
        for client in clients:
            try:
                waiting[client.name], _ = stack.enter_context(chat(client, size, 50, 50))
            except NotReady:
                continue
        _pump_all(waiting.values(), SETTLING_S)
        before = {name: (running.received, running.cpu()) for name, running in waiting.items()}
        _pump_all(waiting.values(), seconds)
        minute = 60 / seconds
        return {
            name: Idle((running.received - before[name][0]) * minute, (running.cpu() - before[name][1]) * 1000 * minute)
            for name, running in waiting.items()
        }


def _pump_all(clients: Collection[PtyClient], seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for running in clients:
            running.pump(0.01)


@dataclass(frozen=True, slots=True)
class History:
    """With so many turns open: megabytes of memory of its own; keys while 100 tokens a second stream in."""

    memory_mb: float
    keys: Echo | None


def history(client: Client, size: Size, turns: int, keys: int) -> History:
    """A client with `turns` turns of history, then `keys` keys typed into it, if it takes any meanwhile."""
    with chat(client, size, 100, keys * 12 + 1000, turns) as (running, server):
        running.settle(1.0, most=3.0)
        memory = running.resident() / 1e6
        if not keys:
            return History(memory, None)
        ask(client, running, server, 20)
        return History(memory, type_keys(running, keys, 2.0))


def cancel(client: Client, size: Size, runs: int) -> float:
    """Milliseconds from the stop key to the server's noticing: the median of `runs`."""
    times = []
    for _ in range(runs):
        with chat(client, size, 50, 5000) as (running, server):
            ask(client, running, server, 30)
            pressed = time.perf_counter()
            running.send(client.stop or b"")
            if not running.pump(10, _found_gone(server)):
                raise NotReady(f"{client.name} did not stop")
            times.append((server.record.gone - pressed) * 1000)
    return median(times)


def _found_gone(server: ServerProcess) -> Callable[[], bool]:
    return lambda: server.record.gone > 0

"""A client in front of a server that waits to be asked, and what is done with the two in every measure."""

import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.terminal.clients import Client
from bench.terminal.fake_server import ServerProcess
from bench.terminal.pty_client import PtyClient

LETTER: Final = "ж"
"""Typed to see it echoed: no client has it on its screen."""
Size = tuple[int, int]


_BEGAN: Final = time.monotonic()


def tell(what: str) -> None:
    """Say on standard error what is measured now, and the time since the benchmark began."""
    minutes, seconds = divmod(int(time.monotonic() - _BEGAN), 60)
    print(f"{minutes:3}:{seconds:02}  {what}", file=sys.stderr, flush=True)


class NotReady(Exception):
    """A client did not get where it should; the message says where it stopped."""


@contextmanager
def chat(
    client: Client, size: Size, speed: float, tokens: int, turns: int = 0
) -> Iterator[tuple[PtyClient, ServerProcess]]:
    """A client that is ready to be asked, and the server that will answer."""
    with (
        tempfile.TemporaryDirectory() as folder,
        ServerProcess(speed, tokens, Path(folder), client.beside) as server,
        client.start(server.url, Path(folder) / "home", size, turns=turns) as running,
    ):
        wait_until_ready(client, running, turns)
        running.settle(0.5)
        yield running, server


def wait_until_ready(client: Client, running: PtyClient, turns: int = 0) -> None:
    """Let it run until it can be asked."""
    if not running.pump(40 + turns / 250, shows(running, client.ready)):
        raise NotReady(f"{client.name} never showed {client.ready!r}")


def sees(running: PtyClient, letter: str, there: bool = True) -> Callable[[], bool]:
    """Whether the letter is on the screen, or is not."""
    return lambda: any(letter in row for row in running.terminal.chars) == there


def shows(running: PtyClient, text: str) -> Callable[[], bool]:
    """Whether the text is on the screen."""
    return lambda: text in running.terminal.text()


def ask(client: Client, running: PtyClient, server: ServerProcess, token: int = 0) -> None:
    """Ask, and wait until the server has sent that token."""
    for keys in client.ask:
        running.send(keys)
        running.pump(0.15)
    if not running.pump(30, lambda: server.record.sent(token) > 0):
        raise NotReady(f"{client.name} asked for no reply")


@dataclass(frozen=True, slots=True)
class Echo:
    """From a key to its echo on the screen, in milliseconds, of `count` keys; `missed` ones were given up."""

    p50_ms: float
    p95_ms: float
    p99_ms: float
    count: int
    missed: int


def type_keys(running: PtyClient, number: int, patience_s: float) -> Echo:
    """Type a letter and take it back, over and over, and wait for each to be seen; the third one missed is the last."""
    rng = random.Random(3)
    times: list[float] = []
    missed = 0
    while len(times) < number and missed < 3:
        there = len(times) % 2 == 0
        sent = time.perf_counter()
        running.send(LETTER.encode() if there else b"\x7f")
        missed += not running.pump(patience_s, sees(running, LETTER, there))
        times.append((time.perf_counter() - sent) * 1000)
        running.pump(rng.uniform(0.02, 0.09))
    times.sort()
    p50, p95, p99 = (times[min(int(len(times) * part), len(times) - 1)] for part in (0.5, 0.95, 0.99))
    return Echo(p50, p95, p99, len(times), missed)

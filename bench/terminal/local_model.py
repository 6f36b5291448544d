"""Tokens a second of a real local model while hat-tui watches, against curl reading the same replies.

Both ask the same server, `hat-tui serve` with a model of random weights made here, large enough to take all cores. The
server's own log tells the speed: tokens of a reply by the time from its first token to its last. hat-tui's terminal
takes what comes and draws nothing, as one at the far end of a link does; curl's output goes nowhere.
"""

import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import which
from statistics import median
from typing import Final

from bench.terminal.chats import NotReady, Size, tell, wait_until_ready
from bench.terminal.clients import HAT_TUI, ROOT
from bench.terminal.emulator import Terminal

SHAPE: Final = {"vocabulary": 50_000, "width": 1536, "layers": 24, "heads": 16, "heads_kv": 4, "inner": 6144}
"""0.9 B weights, 1 GB in Q8_0: some 25 tokens a second on two cores."""
TOKENS: Final = 120
_HAT_TUI: Final = replace(HAT_TUI, command=lambda url, home: [*HAT_TUI.command(url, home), "--max-tokens", str(TOKENS)])
_TIMES: Final = re.compile(
    r"(?<!prompt )eval time =\s*[\d.]+ ms /\s*(?P<runs>\d+) runs.*?total time =\s*(?P<total>[\d.]+) ms", re.DOTALL
)
_READING: Final = re.compile(r"prompt eval time =\s*(?P<ms>[\d.]+) ms")


@dataclass(frozen=True, slots=True)
class Watched:
    """Tokens a second of each reply, read by curl and watched by hat-tui in turn."""

    curl: list[float]
    hat_tui: list[float]

    @property
    def ratio(self) -> float:
        """The median of those watched by the median of the others."""
        return median(self.hat_tui) / median(self.curl)


def missing() -> str:
    """Why it cannot be measured here; empty when it can."""
    if importlib.util.find_spec("llama_cpp") is None:
        return "Not measured with a real model: llama_cpp.server is not installed."
    return "" if which("curl") else "Not measured with a real model: curl is not installed."


class _Sink(Terminal):
    """Once `blind`, a terminal that draws nothing: it only answers that a frame has arrived."""

    blind = False

    def feed(self, data: bytes) -> None:
        """Read what the program wrote."""
        if not self.blind:
            super().feed(data)
        elif asked := data.count(b"\x1b[5n"):
            self._reply(b"\x1b[0n" * asked)


def measure(size: Size, rounds: int) -> Watched:
    """curl and hat-tui in turn, `rounds` replies each, after one that is not counted."""
    watched = Watched([], [])
    with tempfile.TemporaryDirectory() as folder, _server(Path(folder)) as (url, log):
        _by_curl(url, log)
        for number in range(rounds):
            tell(f"a real model, {number + 1} of {rounds}")
            watched.curl.append(_by_curl(url, log))
            watched.hat_tui.append(_by_hat_tui(url, log, size, Path(folder) / f"home-{number}"))
    return watched


@contextmanager
def _server(folder: Path) -> Iterator[tuple[str, Path]]:
    sys.path.insert(0, str(ROOT / "tests"))
    from gguf_maker import made_model  # noqa: PLC0415 (it is the tests')

    model = made_model(folder / "made.gguf", **SHAPE)
    log = folder / "server.log"
    command = [sys.executable, "-m", "hat_tui", "serve", "--verbose", "--model", str(model)]
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(ROOT)}
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=folder, env=env, stdout=out, stderr=out)
    try:
        found = _wait_for(lambda: re.search(r"ready at (http://.*)/v1", log.read_text(encoding="utf-8")), process)
        yield found[1], log
    finally:
        process.terminate()
        process.wait()


def _wait_for(look: Callable[[], "re.Match[str] | None"], process: "subprocess.Popen[bytes]") -> "re.Match[str]":
    end = time.monotonic() + 60
    while (found := look()) is None:
        if process.poll() is not None or time.monotonic() > end:
            raise NotReady("the server of the real model did not start")
        time.sleep(0.1)
    return found


def _by_curl(url: str, log: Path) -> float:
    body = {"messages": [{"role": "user", "content": "go"}], "stream": True, "max_tokens": TOKENS, "temperature": 0.1}
    command = ["curl", "--silent", "--no-buffer", "--json", json.dumps(body), "--output", "/dev/null"]
    read = len(log.read_text(encoding="utf-8"))
    subprocess.run([*command, f"{url}/v1/chat/completions"], check=True)
    return _speed(log, read)


def _by_hat_tui(url: str, log: Path, size: Size, home: Path) -> float:
    terminal = _Sink(*size)
    with _HAT_TUI.start(f"{url}/v1", home, size, terminal=terminal) as running:
        wait_until_ready(_HAT_TUI, running)
        running.settle(1.0)
        terminal.blind = True
        read = len(log.read_text(encoding="utf-8"))
        running.send(b"go\r")
        end = time.monotonic() + 60
        # Looked for seldom: the model needs all cores.
        while speed_told(log.read_text(encoding="utf-8")[read:]) is None and time.monotonic() < end:
            running.pump(0.5)
    return _speed(log, read)


def _speed(log: Path, read: int) -> float:
    end = time.monotonic() + 2
    while (speed := speed_told(log.read_text(encoding="utf-8")[read:])) is None:
        if time.monotonic() > end:
            raise NotReady("the server of the real model told no times")
        time.sleep(0.05)
    return speed


def speed_told(log: str) -> float | None:
    """Tokens a second from a reply's first token to its last, by what llama.cpp says when it is done; None before."""
    times = _TIMES.search(log)
    if times is None:
        return None
    reading = _READING.search(log)
    writing_ms = float(times["total"]) - (float(reading["ms"]) if reading else 0)
    return int(times["runs"]) * 1000 / writing_ms

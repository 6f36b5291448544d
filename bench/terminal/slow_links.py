"""How far a screen is behind its server when the terminal is at the far end of a slow link, and what it shows then."""

import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.terminal.chats import LETTER, Echo, Size, ask, chat, shows, type_keys, wait_until_ready
from bench.terminal.clients import Client
from bench.terminal.emulator import Terminal
from bench.terminal.fake_server import ServerProcess
from bench.terminal.prose import END
from bench.terminal.pty_client import PtyClient


@dataclass(frozen=True, slots=True)
class SlowLink:
    """How far the screen is behind the server, in seconds, while tokens come; keys during that."""

    behind_median_s: float
    behind_p95_s: float
    behind_most_s: float
    keys: Echo | None


def slow_link(client: Client, size: Size, speed: float, seconds: float, rate: float | None = None) -> SlowLink:
    """A reply at `speed` tokens a second; from then on, `rate` bytes a second are read of what the client writes."""
    with chat(client, size, speed, int(speed * (seconds + 30))) as (running, server):
        # A first paint may still be on its way over a link that is slow by itself.
        running.settle(2.0 if rate is None else 0.0, most=8.0)
        running.rate = rate
        ask(client, running, server)
        behind = sorted(_behind(running, server, seconds))
        keys = type_keys(running, 12, 3.0) if client.takes_keys_while_streaming else None
        return SlowLink(median(behind), behind[len(behind) * 95 // 100], behind[-1], keys)


def _behind(running: PtyClient, server: ServerProcess, seconds: float) -> list[float]:
    samples = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        running.pump(0.1)
        missing = server.record.sent(server.prose.first_missing(server.prose.shown(running.terminal.text())))
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
            wait_until_ready(client, running)
            running.rate = 4000
            ask(client, running, server)
            running.send(f"h{LETTER}llo".encode())
            running.pump(tokens / 200 + 1)
            running.rate = None
            running.pump(30, shows(running, END))
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

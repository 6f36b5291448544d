"""What a streamed reply costs: the transcript beside Textual's Markdown stream, in the same run.

python bench/transcript.py [--rate 50] [--tokens 500] [--size 140x45]

Each runs in a terminal of its own (a pty that is read at once), in a split view, start-up taken off. Printed: bytes to
the terminal and milliseconds of processor time for each token of 4-5 bytes, first of an app to which nothing comes
but the ticks of the benchmark; and the time to open 5,000 turns.
"""

import argparse
import asyncio
import json
import os
import pty
import select
import struct
import subprocess
import sys
import tempfile
import termios
from fcntl import ioctl
from pathlib import Path
from time import monotonic, process_time

from textual.app import App, ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Markdown, Static

from hat_tui.tui.driver import choose_driver
from hat_tui.tui.widgets.transcript_view import Entry, TranscriptView

PARAGRAPH = (
    "The **quick** brown fox jumps over the lazy dog, and `then()` it goes on for a while about nothing in "
    "particular, so that a paragraph of an ordinary length comes out of it. It has three sentences, *one* of them "
    "emphasised, and the last one is here to fill it up to what small models like to write.\n\n"
)
CODE = "```python\ndef double(value: int) -> int:\n    return value * 2  # as it says\n```\n\n"
LIST = "".join(f"- point number {n} of a list, with a few words about it\n" for n in range(5)) + "\n"
REPLY = (PARAGRAPH * 3 + LIST + PARAGRAPH + CODE) * 40
KINDS = {
    "nothing": "the clock alone",
    "transcript": "hat-tui transcript",
    "own": "  with its driver",
    "markdown": "Markdown.get_stream()",
}
TOKEN = 4.5
"""Bytes, on average."""


class Stage(App[None]):
    """A split view, a reply streamed into its left side at `rate` tokens a second, and what that cost."""

    CSS = "Static { width: 40; } TranscriptView, VerticalScroll { width: 1fr; }"

    def __init__(self, kind: str, rate: float, tokens: int, result: str) -> None:
        super().__init__(driver_class=choose_driver() if kind == "own" else None)
        self.kind, self.rate, self.tokens, self.result = kind, rate, tokens, result

    def compose(self) -> ComposeResult:
        with Horizontal():
            if self.kind != "markdown":
                yield TranscriptView()
            else:
                with VerticalScroll():
                    yield Markdown()
            yield Static("A panel beside it")

    def on_mount(self) -> None:
        """Begin when the first paint is over."""
        self.set_timer(1.0, self.stream)

    async def stream(self) -> None:
        """Stream, wait for the last paint, write the figures down."""
        pieces = [REPLY[int(n * TOKEN) : int((n + 1) * TOKEN)] for n in range(self.tokens)]
        markdown = scroll = view = None
        # What is imported and compiled for the first reply of a session belongs to no token.
        if self.kind != "markdown":
            view = self.query_one(TranscriptView)
            view.show([Entry(0, "assistant", "model", PARAGRAPH + CODE)])
            await asyncio.sleep(1)
            view.show([Entry(0, "user", "You", "Tell me something."), Entry(1, "assistant", "model", "")])
        else:
            scroll = self.query_one(VerticalScroll)
            scroll.anchor()
            await self.query_one(Markdown).update(PARAGRAPH + CODE)
            await asyncio.sleep(1)
            await self.query_one(Markdown).update("")
            markdown = Markdown.get_stream(self.query_one(Markdown))
        await asyncio.sleep(0.3)
        began, cpu = monotonic(), process_time()
        loop = asyncio.get_running_loop()
        started = loop.time()
        for number, piece in enumerate(pieces):
            if view is not None and self.kind != "nothing":
                view.stream(1, piece)
            elif markdown is not None:
                await markdown.write(piece)
            await asyncio.sleep(max(0, started + (number + 1) / self.rate - loop.time()))
        await asyncio.sleep(0.3)
        if markdown is not None:
            await markdown.stop()
        figures = {"began": began, "ended": monotonic(), "ms": (process_time() - cpu) * 1000 / self.tokens}
        Path(self.result).write_text(json.dumps(figures))  # noqa: ASYNC240
        self.exit()


class Opening(App[None]):
    """Opens thousands of turns and tells how long that took."""

    def compose(self) -> ComposeResult:
        yield TranscriptView()


async def open_turns(count: int) -> float:
    """Seconds of processor time to show `count` turns, first paint included."""
    turns = [Entry(n, *(("assistant", "model", PARAGRAPH) if n % 2 else ("user", "You", "So?"))) for n in range(count)]
    app = Opening()
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.pause()
        started = process_time()
        app.query_one(TranscriptView).show(turns)
        await pilot.pause()
        return process_time() - started


def measure(kind: str, arguments: argparse.Namespace) -> dict[str, float]:
    """The figures of one kind, from a process of its own."""
    columns, rows = map(int, arguments.size.split("x"))
    parent, child = pty.openpty()
    ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    with tempfile.NamedTemporaryFile() as result:
        options = ["--rate", str(arguments.rate), "--tokens", str(arguments.tokens), "--result", result.name]
        command = [sys.executable, __file__, "--kind", kind, *options]
        environment = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor", "TEXTUAL_ANIMATIONS": "none"}
        process = subprocess.Popen(command, stdin=child, stdout=child, stderr=child, env=environment)
        os.close(child)
        sent: list[tuple[float, int]] = []
        while process.poll() is None:
            if select.select([parent], [], [], 0.1)[0]:
                try:
                    data = os.read(parent, 65536)
                except OSError:
                    break
                sent.append((monotonic(), len(data)))
                # What a terminal answers: its driver sends the next frame when this one has arrived.
                os.write(parent, b"\x1b[0n" * data.count(b"\x1b[5n"))
        process.wait()
        os.close(parent)
        figures: dict[str, float] = json.loads(Path(result.name).read_text())
        count = sum(size for moment, size in sent if figures["began"] <= moment <= figures["ended"])
        return figures | {"bytes": count / arguments.tokens}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=50, help="tokens a second")
    parser.add_argument("--tokens", type=int, default=500)
    parser.add_argument("--size", default="140x45")
    parser.add_argument("--kind", help=argparse.SUPPRESS)
    parser.add_argument("--result", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.kind:
        Stage(arguments.kind, arguments.rate, arguments.tokens, arguments.result).run()
        return
    print(f"{arguments.tokens} tokens at {arguments.rate:g} a second, {arguments.size}")
    print(f"{'':24}{'bytes a token':>16}{'CPU ms a token':>16}")
    for kind, label in KINDS.items():
        figures = measure(kind, arguments)
        print(f"{label:24}{figures['bytes']:16.1f}{figures['ms']:16.2f}")
    for count in (2, 5_000):
        print(f"open {count} turns: {asyncio.run(open_turns(count)) * 1000:.0f} ms")


if __name__ == "__main__":
    main()

"""The driver inside a real tmux, drawn again by an emulated terminal: a second reader of everything it sends."""

import os
import shutil
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

if sys.platform == "win32" or shutil.which("tmux") is None:
    pytest.skip("needs tmux", allow_module_level=True)

from bench.terminal.pty_client import PtyClient

DEMO = Path(__file__).parent / "driver_demo.py"


@pytest.fixture
def start(tmp_path):
    """Starts the demo with a driver in a tmux of its own, and plays a little session that ends in a light screen."""
    config = tmp_path / "tmux.conf"
    config.write_text(
        "set -g status off\nset -g default-terminal tmux-256color\nset -s escape-time 10\n"
        "set -sa terminal-features ',xterm-256color:RGB'\n",
        encoding="utf-8",
    )
    env = {name: value for name, value in os.environ.items() if name != "TMUX"}
    env |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONPATH": str(Path.cwd()), "LANG": "C.UTF-8"}
    with ExitStack() as running:

        def start_with(driver: str) -> PtyClient:
            tmux = ["tmux", "-S", str(tmp_path / driver), "-f", str(config)]
            command = [*tmux, "new-session", f"{sys.executable} {DEMO} {driver}"]
            client = running.enter_context(PtyClient(command, env, 70, 20))
            running.callback(subprocess.run, [*tmux, "kill-server"], capture_output=True, check=False)
            assert client.pump(20, lambda: "DONE" in client.terminal.text())
            client.send("héllo 漢字 \r".encode())
            assert client.pump(10, lambda: "you: héllo 漢字" in client.terminal.text())
            dark = client.terminal.looks[0][0].background
            client.send(b"\x1bOQ")
            assert client.pump(10, lambda: client.terminal.looks[0][0].background != dark)
            return client

        yield start_with


def test_tmux_shows_the_same_as_with_textuals_own_driver(start):
    ours, plain = start("ours"), start("plain")
    assert ours.pump(15, lambda: plain.pump(0.02) or ours.terminal.cells() == plain.terminal.cells())

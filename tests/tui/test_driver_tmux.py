"""The driver inside a real tmux, drawn again by an emulated terminal: a second reader of everything it sends."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

if sys.platform == "win32" or shutil.which("tmux") is None:
    pytest.skip("needs tmux", allow_module_level=True)

from bench.terminal.pty_client import PtyClient

DEMO = Path(__file__).parent / "driver_demo.py"


@pytest.fixture
def run(tmp_path):
    """Runs the demo with a driver in a tmux of its own, and gives the cells after a little session."""
    config = tmp_path / "tmux.conf"
    config.write_text(
        "set -g status off\nset -g default-terminal tmux-256color\nset -s escape-time 10\n"
        "set -sa terminal-features ',xterm-256color:RGB'\n",
        encoding="utf-8",
    )
    tmux = ["tmux", "-S", str(tmp_path / "socket"), "-f", str(config)]
    env = {name: value for name, value in os.environ.items() if name != "TMUX"}
    env |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "PYTHONPATH": str(Path.cwd()), "LANG": "C.UTF-8"}

    def run_with(driver: str) -> list:
        command = [*tmux, "new-session", f"{sys.executable} {DEMO} {driver}"]
        with PtyClient(command, env, 70, 20) as client:
            assert client.pump(20, lambda: "DONE" in client.terminal.text())
            client.send("héllo 漢字 \r".encode())
            assert client.pump(10, lambda: "you: héllo 漢字" in client.terminal.text())
            client.send(b"\x1bOQ")
            client.settle(1.0)
            client.send(b"\x11")
            cells = client.terminal.cells()
        subprocess.run([*tmux, "kill-server"], capture_output=True, check=False)
        return cells

    return run_with


def test_tmux_shows_the_same_as_with_textuals_own_driver(run):
    assert run("ours") == run("plain")

"""The prompt that is there before the program: at once, with every key, and gone without a trace when not wanted."""

import os
import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("needs a pty", allow_module_level=True)

from bench.terminal.pty_client import PtyClient
from hat_tui import cli, instant

HERE = Path(__file__).parent
OUTSIDE = {7, 25}
"""The private modes a shell's terminal has: wrapping, and a cursor."""


@pytest.fixture
def start(tmp_path):
    """Starts `instant_demo.py MODE`, whose app comes after a second, in a cache folder of its own."""
    env = {
        **os.environ,
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "PYTHONPATH": str(Path.cwd()),
        "XDG_CACHE_HOME": str(tmp_path),
    }

    def begin(mode: str, size: tuple[int, int] = (60, 15), term: str = "xterm-256color") -> PtyClient:
        command = [sys.executable, "-S", str(HERE / "instant_demo.py"), mode, *sys.path]
        return PtyClient(command, {**env, "TERM": term}, *size)

    return begin


def prompted(client: PtyClient) -> None:
    """Wait for the prompt that is there before the app."""
    assert client.pump(10, lambda: {25, 1049} <= client.terminal.modes and client.terminal.y > 0)


def shows(client: PtyClient, text: str) -> bool:
    return client.pump(15, lambda: text in client.terminal.text())


def test_keys_are_echoed_before_the_app_is_there(start):
    with start("slow") as client:
        prompted(client)
        client.send("héllo wörld".encode() + b"\x7f\x7f")
        assert shows(client, "héllo wör")
        assert "app is here" not in client.terminal.text()


def test_the_app_takes_over_in_place_with_every_key_that_was_typed(start):
    with start("slow") as client:
        prompted(client)
        client.send(b"hello\x7f\x7fp me\rmore")
        assert shows(client, "app is here")
        assert shows(client, "sent: help me")
        assert shows(client, " more")


def test_a_paste_stays_a_paste(start):
    with start("slow") as client:
        prompted(client)
        client.send(b"\x1b[200~one\rtwo\x1b[201~")
        assert shows(client, "app is here")
        assert shows(client, "two")
        assert "sent:" not in client.terminal.text()


def test_the_second_start_opens_with_the_frame_of_the_first_and_does_not_keep_the_same_again(start, tmp_path):
    with start("quick") as client:
        assert shows(client, "app is here")
        client.settle(0.5)
        first = client.terminal.cells()
        client.settle(1.5)
        client.send(b"\x11")
        assert client.wait() == 0
    (kept,) = tmp_path.rglob("first-frame-*")
    written = kept.stat().st_mtime_ns
    with start("slow") as client:
        prompted(client)
        assert client.pump(0.9, lambda: "app is here" in client.terminal.text())
        client.terminal.settle()
        assert client.terminal.cells() == first
        before = client.received
        client.settle(2.5)
        assert client.terminal.cells() == first
        assert client.received - before < 250
    assert kept.stat().st_mtime_ns == written


def test_a_frame_of_another_size_is_not_used(start):
    with start("quick") as client:
        assert shows(client, "app is here")
        client.settle(0.5)
        client.send(b"\x11")
        assert client.wait() == 0
    with start("slow", size=(50, 12)) as client:
        prompted(client)
        assert "app is here" not in client.terminal.text()


@pytest.mark.parametrize(("mode", "message"), [("error", "no such model"), ("crash", "ZeroDivisionError")])
def test_what_goes_wrong_before_the_app_is_printed_on_the_old_screen(start, mode, message):
    with start(mode) as client:
        assert shows(client, message)
        assert client.wait() == 1
        assert client.terminal.modes == OUTSIDE


def test_control_c_leaves_at_once(start):
    with start("slow") as client:
        prompted(client)
        client.send(b"\x03")
        assert client.wait() == 130
        assert client.terminal.modes == OUTSIDE


@pytest.mark.parametrize("mode", ["--plain", "ask", "--version", "--sessions-dir D sessions show last"])
def test_nothing_is_painted_where_no_screen_is_wanted(start, mode):
    with start(mode) as client:
        assert client.wait(10) == 0
        assert client.terminal.text().strip() == "no prompt"


def test_every_command_is_known_before_the_program_is():
    assert set(cli.COMMANDS) == instant.COMMANDS


def test_a_dumb_terminal_gets_no_prompt(start):
    with start("slow", term="dumb") as client:
        assert shows(client, "no prompt")


def test_the_first_key_is_echoed_by_the_program_in_less_than_textual_takes_to_be_imported(start):
    with start("slow") as client:
        prompted(client)
        client.send(b"x")
        assert shows(client, " x")
        assert client.cpu() < 0.1

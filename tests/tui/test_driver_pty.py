"""The driver in a real pty, against an emulated terminal, beside Textual's own driver."""

import os
import signal
import sys
from pathlib import Path
from statistics import median

import pytest

if sys.platform == "win32":
    pytest.skip("needs a pty", allow_module_level=True)

from bench.terminal.emulator import Terminal
from bench.terminal.pty_client import PtyClient

DEMO = Path(__file__).parent / "driver_demo.py"
ENV = {
    **os.environ,
    "TERM": "xterm-256color",
    "COLORTERM": "truecolor",
    "LANG": "C.UTF-8",
    "PYTHONPATH": str(Path.cwd()),
    # Answers come in pieces here, slower than a terminal tears them.
    "ESCDELAY": "300",
}
OUTSIDE = {7, 25}
"""The private modes a shell's terminal has: wrapping, and a cursor."""


def start(driver: str = "ours", terminal: Terminal | None = None, rate: float | None = None) -> PtyClient:
    client = PtyClient([sys.executable, str(DEMO), driver], ENV, 70, 20, terminal=terminal, rate=rate)
    assert client.pump(15, lambda: "type here" in client.terminal.text() and "DONE" in client.terminal.text())
    return client


def shows(client: PtyClient, text: str, seconds: float = 10) -> bool:
    return client.pump(seconds, lambda: text in client.terminal.text())


def type_a_little(client: PtyClient) -> None:
    """A little session, which ends in a light screen."""
    client.send("héllo 漢字".encode())
    assert shows(client, "漢字")
    client.send(b"\r")
    assert shows(client, "you: héllo 漢字")
    dark = client.terminal.looks[0][0].background
    client.send(b"\x1bOQ")
    assert client.pump(10, lambda: client.terminal.looks[0][0].background != dark)


def alike(one: PtyClient, other: PtyClient, seconds: float = 15) -> bool:
    """Whether both come to show the same, while both go on."""
    return one.pump(seconds, lambda: other.pump(0.02) or one.terminal.cells() == other.terminal.cells())


def test_the_screen_is_that_of_textuals_own_driver_for_a_third_of_the_bytes():
    with start("plain") as plain, start("ours") as ours:
        for client in (plain, ours):
            type_a_little(client)
        assert alike(ours, plain)
        assert not ours.terminal.unknown
        assert ours.received < plain.received / 3


def test_the_terminal_is_left_clean_and_no_answer_is_left_to_the_shell():
    with start() as client:
        client.send(b"\x11")
        assert client.wait(10) == 0
        assert client.terminal.modes == OUTSIDE
        assert client.terminal.text().strip() == "bye"


def test_answers_in_pieces_and_in_a_paste_are_no_keys():
    with start() as client:
        client.send(b"\x1b[200~pa\x1b[0nste\x1b[201~")
        assert shows(client, "paste")
        for byte in b"\x1b[0n":
            client.send(bytes([byte]))
            client.pump(0.01)
        client.send(b"!")
        assert shows(client, "paste!")


def test_stopped_and_continued_the_screen_comes_back():
    with start() as client:
        client.send(b"hello")
        assert shows(client, "hello")
        client.settle(0.2)
        before = client.terminal.cells()
        client.send(b"\x1a")
        assert client.pump(10, lambda: client.terminal.modes == OUTSIDE)
        os.waitpid(client.pid, os.WUNTRACED)
        client.terminal.feed(b"$ fg\r\n")
        os.kill(client.pid, signal.SIGCONT)
        assert client.pump(10, lambda: client.terminal.cells() == before)


def test_a_resized_terminal_is_painted_whole():
    with start() as client:
        client.resize(50, 15)
        assert client.pump(10, lambda: "#" not in client.terminal.text() and "type here" in client.terminal.text())


def test_osc_52_and_the_bell_pass():
    with start() as client:
        client.send(b"\x1bOR")
        assert client.pump(10, lambda: client.terminal.clipboard == ["c;Y29waWVk"])


def test_a_closed_terminal_ends_the_program():
    with start() as client:
        assert client.close() == 0


def test_a_mute_terminal_gets_the_same_screen():
    with start(terminal=Terminal(70, 20, answers=False, rep=False, bce=True)) as client:
        client.send(b"hello")
        assert shows(client, "hello")


def test_at_one_kilobyte_a_second_keys_are_echoed_within_a_second():
    with start(rate=1000) as client:
        client.send(b"\x1bOS")  # the log fills ten times a second from now on
        assert shows(client, "busy")
        client.pump(0.5)
        for letter in "abc":
            client.send(letter.encode())
            assert client.pump(1.0, lambda letter=letter: letter in client.terminal.row_text(17))


def test_at_one_kilobyte_a_second_a_key_is_echoed_in_a_frame_of_its_own():
    with start(rate=1000) as client:
        client.send(b"\x1bOS")
        assert shows(client, "busy")
        begun = client.received
        assert client.pump(15, lambda: client.received - begun > 1000)  # by then the link's speed is known
        took = []
        for letter in "abcdef":
            before = client.received
            client.send(letter.encode())
            assert client.pump(3.0, lambda letter=letter: letter in client.terminal.row_text(17))
            took.append(client.received - before)
        assert median(took) < 100


def test_idle_it_sends_nothing():
    with start() as client:
        # However late the last of the start comes: what ticks would tick in each of these.
        for _ in range(10):
            before = client.received
            client.pump(1.2)
            if client.received == before:
                return
        pytest.fail("it never fell silent")

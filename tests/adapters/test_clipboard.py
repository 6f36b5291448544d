"""Which way a copy takes, with real commands in a folder of the test."""

import base64
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hat_tui.adapters.clipboard import OSC_52_MOST, Clipboard, osc_52

pytestmark = pytest.mark.skipif(os.name == "nt", reason="shell scripts stand in for the clipboard programs")


def program(folder: Path, name: str, status: int = 0) -> Path:
    """A clipboard program that writes what it is given into a file beside it."""
    script = folder / name
    script.write_text(f"#!/bin/sh\ncat > {folder}/{name}.got\nexit {status}\n", encoding="utf-8")
    script.chmod(0o755)
    return script


def clipboard(folder: Path, monkeypatch: pytest.MonkeyPatch, **environ: str) -> Clipboard:
    path = f"{folder}:{os.environ['PATH']}"
    monkeypatch.setenv("PATH", path)
    return Clipboard(folder / "state", {"PATH": path, "TERM": "xterm-256color", **environ}, platform="linux")


def test_a_local_clipboard_is_taken_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "wl-copy")
    told = clipboard(tmp_path, monkeypatch, WAYLAND_DISPLAY="wayland-0").copy("grüße", pytest.fail)
    assert told == "5 characters copied to this machine's clipboard (wl-copy)"
    assert (tmp_path / "wl-copy.got").read_text(encoding="utf-8") == "grüße"


def test_over_ssh_the_far_machines_clipboard_is_not_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "wl-copy")
    sent: list[str] = []
    told = clipboard(tmp_path, monkeypatch, WAYLAND_DISPLAY="wayland-0", SSH_TTY="/dev/pts/1").copy("x", sent.append)
    assert told == "1 character copied by your terminal (OSC 52)"
    assert sent == ["\x1b]52;c;eA==\x07"]


def test_inside_tmux_its_buffer_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "tmux")
    assert "tmux's buffer" in clipboard(tmp_path, monkeypatch, TMUX="socket,1,0").copy("x", pytest.fail)


def test_a_tmux_that_fails_is_passed_by(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "tmux", status=1)
    sent: list[str] = []
    assert "OSC 52" in clipboard(tmp_path, monkeypatch, TMUX="socket,1,0").copy("x", sent.append)
    assert sent


def test_what_no_terminal_takes_goes_to_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "x" * (OSC_52_MOST + 1)
    told = clipboard(tmp_path, monkeypatch).copy(text, pytest.fail)
    assert str(tmp_path / "state" / "copied.txt") in told
    assert (tmp_path / "state" / "copied.txt").read_text(encoding="utf-8") == text


def test_a_dumb_terminal_gets_no_sequence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "to the file" in clipboard(tmp_path, monkeypatch, TERM="dumb").copy("x", pytest.fail)


@given(st.binary(max_size=5000))
def test_screen_passes_the_whole_sequence_on(data: bytes) -> None:
    wrapped = osc_52(data, in_screen=True)
    pieces = wrapped.removeprefix("\x1bP").removesuffix("\x1b\\").split("\x1b\\\x1bP")
    assert "".join(pieces) == osc_52(data)
    assert base64.b64decode("".join(pieces)[7:-1]) == data

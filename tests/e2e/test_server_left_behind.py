"""A server whose program is gone: recognised as ours at the next start, and stopped when the person says so."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from terminal_session import MODEL, TerminalSession

from hat_tui.adapters import server_record

pytestmark = pytest.mark.e2e
pytest.importorskip("psutil")


@pytest.fixture
def left_behind(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process with the command line of a server of ours, noted by a program that does not run any more."""
    folder = tmp_path / ".local" / "state" / "hat-tui" / "server"
    config = server_record.write_config(folder, "{}")
    command = [sys.executable, "-c", "import time; time.sleep(600)", "--config_file", str(config)]
    with subprocess.Popen(command, start_new_session=True) as process:
        record = server_record.keep_record(process.pid, 8000, "gemma-2b-it", config)
        record.path.write_text(json.dumps(asdict(replace(record, owner_pid=2**22 + 1))))
        yield process
        process.kill()


def test_it_is_offered_to_be_stopped_and_the_chat_goes_on(tmp_path: Path, left_behind: subprocess.Popen[bytes]) -> None:
    with TerminalSession(tmp_path, "--model", str(MODEL)) as chat:
        chat.until("left behind by a crash", f"gemma-2b-it, port 8000, process {left_behind.pid}")
        assert left_behind.poll() is None
        chat.send(b"\r")
        assert left_behind.wait(10) != 0
        chat.until("is stopped", "● ready")
        chat.send(b"Hello\r")
        chat.until_kept("=== end 2 ")
        assert [note.model for note in notes(tmp_path)] == ["hat-demo"]


def notes(home: Path) -> list[server_record.ServerRecord]:
    folder = home / ".local" / "state" / "hat-tui" / "server"
    return [server_record.ServerRecord(**json.loads(path.read_text())) for path in folder.glob("*.run")]


def test_it_is_left_alone_when_the_person_says_no(tmp_path: Path, left_behind: subprocess.Popen[bytes]) -> None:
    with TerminalSession(tmp_path, "--model", str(MODEL)) as chat:
        chat.until("left behind by a crash")
        chat.send(b"\x1b")
        chat.until("● ready")
        chat.send(b"Hello\r")
        chat.until_kept("=== end 2 ")
        assert left_behind.poll() is None

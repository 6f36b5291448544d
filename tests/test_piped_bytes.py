"""Pipes: standard input that is no UTF-8 is read as far as it can be, a reader that goes away is no trouble."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

# Discard: nothing of this machine takes connections there.
NOBODY = "http://127.0.0.1:9/v1"


def hat_tui(home: Path, *words: str, said: bytes) -> subprocess.CompletedProcess[str]:
    # Strict about what it reads, as in every locale but C.
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", "HOME": str(home), "XDG_CONFIG_HOME": str(home)}
    command = [sys.executable, "-m", "hat_tui", *words, "--url", NOBODY]
    ran = subprocess.run(command, env=environment, cwd=home, input=said, capture_output=True, timeout=60, check=False)
    return subprocess.CompletedProcess(command, ran.returncode, ran.stdout.decode(), ran.stderr.decode())


def test_a_question_with_a_byte_of_another_encoding_is_asked(tmp_path: Path) -> None:
    ran = hat_tui(tmp_path, "ask", "what is this?", said=b"caf\xe9\n")
    assert ran.returncode == 1
    assert ran.stderr.startswith("hat-tui: Nothing listens at 127.0.0.1:9")


def test_plain_lines_go_on_after_a_byte_of_another_encoding(tmp_path: Path) -> None:
    ran = hat_tui(tmp_path, "--plain", said=b"/caf\xe9\n/quit\n")
    assert ran.returncode == 0
    assert "There is no command /caf\N{REPLACEMENT CHARACTER} here" in ran.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="a pipe without a reader is told otherwise there")
def test_a_reader_who_has_seen_enough_ends_a_list_without_a_word(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hat_tui", "models", "get"]
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as nobody_reads:
        environment = {**os.environ, "HOME": str(tmp_path)}
        ran = subprocess.run(
            command, env=environment, stdout=nobody_reads, stderr=subprocess.PIPE, timeout=60, check=False
        )
    assert (ran.returncode, ran.stderr) == (141, b"")

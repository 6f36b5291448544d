"""The Home Acceptance Test with real models behind real servers, driven as a person does."""

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest
from gguf_maker import tiny_model
from terminal_session import COMMAND, MODEL, TerminalSession, environment

from hat_tui.chat.conversation import Conversation
from hat_tui.chat.transcript_reader import read

pytestmark = pytest.mark.e2e

SHORT = """
name = "Evening"
[criteria]
mean_mark = 3
[sampling]
max_tokens = 16
[[task]]
id = "hello"
prompt = "Say hello."
intent = "Greets."
[[task]]
id = "who"
turns = ["My name is Ada.", "What is my name?"]
intent = "Ada."
must_pass = true
[task.checks]
contains = "Ada"
[[task]]
id = "bye"
prompt = "Say goodbye."
intent = "Takes leave."
"""
ONE_THREAD = ("--threads", "1")
"""Two threads that wait for each other are slow where the tests share the cores."""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a protocol and a second model, and with a place for runs."""
    (tmp_path / "evening.toml").write_text(SHORT)
    (tmp_path / "acceptance").mkdir()
    tiny_model(tmp_path / "other.gguf")
    return tmp_path


def records(folder: Path) -> list[dict]:
    """What the only run of this folder holds, line by line."""
    [file] = (folder / "acceptance").glob("*/run.jsonl")
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def answers(folder: Path) -> dict[tuple[str, str], dict]:
    """The answers by model and task, the last of each."""
    found = (record for record in records(folder) if record["record"] == "answer")
    return {(record["slot"]["model"], record["slot"]["task"]): record for record in found}


def kill_in_the_middle(run: TerminalSession) -> None:
    """Kill the program when the first answer is on the disk: the second model is still to be loaded then."""

    def answered() -> bool:
        return any((run.folder / "acceptance").glob("*/run.jsonl")) and bool(answers(run.folder))

    assert run.pump(60, answered), run.terminal.text()
    os.kill(run.pid, signal.SIGKILL)
    run.until_no_server(2)
    assert len(answers(run.folder)) < 6


def shell(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *arguments],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_two_models_are_run_killed_resumed_judged_blind_and_reported(place: Path) -> None:
    # The demo model says its own name, which is not what is hidden: here it goes by another.
    shutil.copy(MODEL, place / "contender.gguf")
    models = ("--model", "contender.gguf", "--model", "other.gguf")
    with TerminalSession(place, "accept", *ONE_THREAD, "run", "evening.toml", *models) as run:
        kill_in_the_middle(run)
    with TerminalSession(place, "accept", *ONE_THREAD, "resume") as run:
        run.until("all answered", seconds=60)
        assert run.wait() == 0
        run.until_no_server(2)
    given = answers(place)
    assert len(given) == 6
    for answer in given.values():
        [session] = (place / "acceptance").glob(f"*/sessions/{answer['session']}")
        assert Conversation(read(session.read_bytes()).records).last().text == answer["text"]
        assert answer["measure"]["prompt_tokens"] > 10
        assert answer["resident"] > 1_000_000

    with TerminalSession(place, "accept", "judge") as judge:
        for number in range(1, 7):
            judge.until(f"answer {number} of 6", "mark 0-5")
            assert "contender" not in judge.terminal.text()
            judge.send(b"4\r")
            judge.until("remark")
            judge.send(b"\r")
        judge.until("all marked")
        assert judge.wait() == 0

    report = shell(place, "accept", "report")
    assert report.returncode == 0, report.stdout
    assert report.stdout.count("|   ACCEPTED   |") == 2
    for form, beginning in (("html", "<!doctype html>"), ("markdown", "# Home"), ("csv", "#,TASK,VOTE,REMARKS")):
        assert shell(place, "accept", "report", "--format", form).stdout.startswith(beginning)
    assert "Marks by task" in shell(place, "accept", "compare", "last").stdout


def test_without_a_screen_the_exit_codes_say_how_it_stands(place: Path) -> None:
    (place / "broken.gguf").write_bytes(b"GGUF" + bytes(20))
    models = ("--model", "broken.gguf", "--model", "other.gguf")
    run = shell(place, "accept", *ONE_THREAD, "run", "evening.toml", *models)
    assert run.returncode == 1, run.stdout + run.stderr
    assert "broken is passed over" in run.stdout
    assert "3 answers are missing" in run.stdout
    assert shell(place, "accept", "report").returncode == 3
    marks = place / "marks.csv"
    marks.write_text("#,TASK,VOTE,MODEL\n" + "".join(f"{number},,0,other\n" for number in range(1, 4)))
    assert shell(place, "accept", "judge", "--marks", "marks.csv").returncode == 3
    report = shell(place, "accept", "report", "--model", "other")
    assert report.returncode == 1
    assert "NOT ACCEPTED" in report.stdout


def test_on_the_screen_a_run_is_killed_resumed_judged_blind_and_its_sheet_written(place: Path) -> None:
    (place / "acceptance" / "protocols").mkdir()
    (place / "evening.toml").rename(place / "acceptance" / "protocols" / "evening.toml")
    (place / "models").mkdir()
    (place / "other.gguf").rename(place / "models" / "other.gguf")
    flags = ("--model", str(MODEL), *ONE_THREAD)
    with TerminalSession(place, *flags) as chat:
        chat.until("● ready")
        chat.send(b"\x1ba")
        chat.until("Home Acceptance Test", "n begins one")
        chat.send(b"n")
        chat.until("Which protocol?", "22 tasks")
        chat.send(b"evening")
        assert chat.pump(20, lambda: "22 tasks" not in chat.terminal.text())
        chat.send(b"\r")
        chat.until("Which models?", "hat-demo", "other")
        chat.send(b"\x1b[B ")
        chat.until("[x] hat-demo")
        chat.send(b"\x1b[A ")
        chat.until("[x] other")
        chat.send(b"\r")
        kill_in_the_middle(chat)
    with TerminalSession(place, *flags) as chat:
        chat.until("● ready")
        chat.send(b"\x1ba")
        chat.until("of 6 answered")
        chat.send(b"\r")
        chat.until("All answered", seconds=60)
        chat.send(b"\r")
        chat.until("0 of 6 marked")
        chat.send(b"\r")
        for number in range(1, 7):
            chat.until(f"{number} of 6", "model hidden", "ends by itself")
            chat.send(b"4")
        chat.until("Every answer has its mark.")
        chat.send(b"\x1b")
        chat.until("judged")
        chat.send(b"o")
        chat.until("Home Acceptance Sheet")
        chat.send(b"h")
        chat.until("written to")
        chat.send(b"\x11")
        assert chat.wait() == 0
        chat.until_no_server(2)
    [sheet] = (place / "acceptance").glob("*/sheet.html")
    assert sheet.read_text(encoding="utf-8").count("ACCEPTED</p>") == 2
    assert len(answers(place)) == 6

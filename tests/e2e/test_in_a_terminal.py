"""The main job in a real pty: a real llama_cpp.server, the demo model, files on a real disk."""

import os
import signal
from pathlib import Path

import pytest
from terminal_session import MODEL, TerminalSession

pytestmark = pytest.mark.e2e

READY = "ready"


def test_a_prompt_is_typed_answered_kept_and_nothing_is_left_running(tmp_path: Path) -> None:
    with TerminalSession(tmp_path, "--model", str(MODEL)) as chat:
        chat.until("Write to the model")
        chat.send(b"Hello\r")
        chat.until(" · first ", "● ready")
        assert chat.servers()
        chat.send(b"\x11")
        assert chat.wait() == 0
        chat.until_no_server(2)
    text = chat.session_text()
    assert "=== user 1 " in text
    assert "\nHello\n=== end 1" in text
    assert "=== assistant 2 " in text
    assert "=== end 2 ending=" in text


def test_inline_leaves_what_was_said_below_the_shells_own_lines(tmp_path: Path) -> None:
    with TerminalSession(tmp_path, "--inline", "--model", str(MODEL)) as chat:
        chat.until("● ready")
        chat.send(b"Hello\r")
        chat.until(" · first ")
        chat.send(b"\x11")
        assert chat.wait() == 0
        assert "▌ Hello" in chat.terminal.text()
        assert "Write to the model" not in chat.terminal.text()


def test_a_killed_program_leaves_the_question_the_part_of_the_answer_and_no_server(tmp_path: Path) -> None:
    with TerminalSession(tmp_path, "--model", str(MODEL), "--max-tokens", "2000") as chat:
        chat.until(READY)
        chat.send(b"Count from 1 to 500\r")
        chat.until_kept("=== assistant 2 ")
        chat.pump(10, lambda: len(chat.session_text().partition("=== assistant 2 ")[2].splitlines()) > 1)
        os.kill(chat.pid, signal.SIGKILL)
        chat.until_no_server(2)
        assert "Count from 1 to 500" in chat.session_text()
        assert chat.session_text().partition("=== assistant 2 ")[2].partition("\n")[2]


@pytest.mark.parametrize("how", [signal.SIGHUP, signal.SIGTERM])
def test_a_lost_terminal_leaves_no_server_and_a_whole_session(tmp_path: Path, how: signal.Signals) -> None:
    with TerminalSession(tmp_path, "--model", str(MODEL)) as chat:
        chat.until(READY)
        chat.send(b"Hello\r")
        chat.until(" · first ")
        os.kill(chat.pid, how)
        chat.until_no_server(2)
        assert "=== end 2 ending=" in chat.session_text()


def test_a_server_killed_mid_reply_is_told_and_the_chat_can_go_on(tmp_path: Path) -> None:
    with TerminalSession(tmp_path, "--model", str(MODEL), "--max-tokens", "2000") as chat:
        chat.until(READY)
        chat.send(b"Count from 1 to 500\r")
        chat.until_kept("=== assistant 2 ")
        for server in chat.servers():
            os.kill(server, signal.SIGKILL)
        chat.until("/restart loads it again")
        assert "=== end 2 ending=failed" in chat.session_text() or "ending=cut" in chat.session_text()
        chat.send(b"\x15/restart\r")
        chat.until("● ready")
        chat.send(b"\x15Hello\r")
        chat.until_kept("=== end 4")


def test_a_file_that_is_no_model_is_told_by_name_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "broken.gguf").write_bytes(b"PK\x03\x04 not a model")
    with TerminalSession(tmp_path, "--model", "broken.gguf") as chat:
        chat.until("Not a GGUF file", seconds=15)
        chat.send(b"still here")
        chat.until("still here")


def test_ctrl_j_and_alt_enter_add_lines_and_a_burst_of_text_and_enter_is_one_prompt(tmp_path: Path) -> None:
    with TerminalSession(tmp_path, "--model", str(MODEL)) as chat:
        chat.until(READY)
        chat.send(b"one\ntwo\x1b\rthree\r")
        chat.until_kept("\none\ntwo\nthree\n=== end 1")


def test_a_light_terminal_gets_light_colours_and_the_next_time_from_the_start(tmp_path: Path) -> None:
    def background(chat: TerminalSession) -> str:
        return chat.terminal.looks[5][5].background

    seen = []
    for is_light in (False, True, True):
        with TerminalSession(tmp_path, "--model", str(MODEL), COLORTERM="truecolor") as chat:
            chat.terminal.light = is_light
            # The prompt may come before what is around it.
            assert chat.pump(30, lambda chat=chat: "Write to the model" in chat.terminal.text() and background(chat))
            seen.append(background(chat))
            chat.until(READY)
            chat.settle()
            seen.append(background(chat))
            chat.send(b"\x11")
            assert chat.wait() == 0
    dark, light = seen[0], seen[-1]
    assert dark != light
    assert seen[1] == dark
    assert seen[3:] == [light, light, light]

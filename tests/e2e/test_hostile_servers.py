"""Servers that fail in every way: each says its own sentence in the app, nothing is lost, the next prompt works."""

import re
import socket
import threading
from pathlib import Path

import pytest
from hostile_server import (
    Line,
    Script,
    answer,
    ends,
    error,
    event,
    hangs,
    hangs_up,
    resets,
    says,
    stream,
)
from served_chat import replies, served_chat
from terminal_session import TerminalSession

pytestmark = pytest.mark.e2e


TROUBLES: tuple[tuple[str, Script, str], ...] = (
    ("bad request", error(400, "no such thing"), "refused the request: no such thing."),
    ("no key", error(401, "who are you?"), "wants an API key."),
    ("broken inside", error(500, "boom"), "failed while it worked on the request: boom."),
    ("a web page", answer(502, b"<html>\x1b[31mOh no</html>", media="text/html"), "The proxy in front of"),
    ("empty stream", stream(done=False), "failed while it worked on the request: no such role."),
    ("hangs up", hangs_up, "closed the connection without an answer."),
    ("garbled", stream(event('{"choices": [{"del')), "sent broken JSON."),
    ("error event", stream(event({"error": {"message": "CUDA broke"}})), "broke off the reply: CUDA broke."),
)
"""A prompt, the answer to it, and what is said: nothing of a reply arrives, so the prompt comes back to its box."""

CUT: tuple[tuple[str, Script, str], ...] = (
    ("no finish reason", stream(says("half of an ans")), "cut off by the server"),
    ("cut short", stream(says("half of an ans"), done=False), "cut off by the server"),
    ("reset", stream(says("half of an ans"), resets), "broke in the middle of the reply"),
    ("garbled later", stream(says("half of an ans"), event("{nonsense")), "sent broken JSON."),
)
"""Here a part of the reply arrives, which stays."""


def words(chat: TerminalSession) -> str:
    """The conversation on the screen as running text."""
    return re.sub(r"\s+", " ", "".join(row.split("▏")[0] + " " for row in chat.terminal.text().splitlines()))


def until_said(chat: TerminalSession, prompt: str, sentence: str) -> None:
    """Wait until the sentence stands below the prompt."""
    said = chat.pump(20, lambda: sentence in words(chat).rpartition(f"▌ {prompt} ")[2])
    assert said, f"never saw {sentence!r} below {prompt!r} in:\n{chat.terminal.text()}"


def prompt_box(chat: TerminalSession) -> str:
    """What stands in the prompt box, when it has one line."""
    return chat.terminal.row_text(chat.terminal.rows - 3).strip()


async def test_each_failure_has_its_sentence_and_gives_the_prompt_back(tmp_path: Path) -> None:
    def chat_with_it(chat: TerminalSession) -> None:
        for at, (prompt, _, sentence) in enumerate(TROUBLES, 1):
            chat.send(b"\x15" + prompt.encode() + b"\r")
            until_said(chat, prompt, sentence)
            assert chat.pump(5, lambda prompt=prompt: prompt_box(chat) == prompt), chat.terminal.text()
            chat.until_kept(f"=== end {2 * at} ending=failed")
        # The same prompt once more is answered.
        chat.send(b"\r")
        until_said(chat, TROUBLES[-1][0], "I am ready.")

    answers = [script for _, script, _ in TROUBLES]
    # An empty stream is asked again without streaming, which tells the reason.
    answers.insert([prompt for prompt, _, _ in TROUBLES].index("empty stream") + 1, error(500, "no such role"))
    await served_chat(tmp_path, chat_with_it, *answers, stream(says("I am ready."), ends()))
    assert replies(tmp_path) == [*[""] * len(TROUBLES), "I am ready."]


async def test_a_reply_that_breaks_off_says_so_and_what_had_arrived_stays(tmp_path: Path) -> None:
    def chat_with_it(chat: TerminalSession) -> None:
        for prompt, _, sentence in CUT:
            chat.send(b"\x15" + prompt.encode() + b"\r")
            until_said(chat, prompt, sentence)
        chat.send(b"\x15next\r")
        until_said(chat, "next", "I am ready.")

    await served_chat(tmp_path, chat_with_it, *[script for _, script, _ in CUT], stream(says("I am ready."), ends()))
    assert replies(tmp_path).count("half of an ans") == 4
    assert replies(tmp_path)[-1] == "I am ready."


async def test_a_server_that_says_nothing_is_left_by_escape_and_prompts_queued_meanwhile_wait(tmp_path: Path) -> None:
    asked = threading.Event()

    async def hangs_once_asked(line: Line) -> None:
        asked.set()
        await hangs(line)

    def chat_with_it(chat: TerminalSession) -> None:
        chat.send(b"anyone there?\r")
        chat.until("waiting for the first token")
        assert asked.wait(20)
        chat.send(b"second\r")
        chat.until("1. second")
        chat.send(b"\x1b")
        chat.until("stopped by you", "Held; Enter in the empty box sends on.")
        chat.send(b"\r")
        until_said(chat, "second", "I am ready.")

    await served_chat(tmp_path, chat_with_it, hangs_once_asked, stream(says("I am ready."), ends()))


def test_a_server_that_is_not_there_is_named_and_the_prompt_waits(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with TerminalSession(tmp_path, "--url", f"http://127.0.0.1:{port}") as chat:
        chat.until(f"Nothing listens at 127.0.0.1:{port}.")
        chat.send(b"hello?\r")
        chat.until("1. hello?", "No model answers", "● lost")
        chat.send(b"\x1b[A")
        assert chat.pump(5, lambda: prompt_box(chat) == "hello?")

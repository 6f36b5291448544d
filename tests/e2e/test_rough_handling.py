"""What people and machines do to a chat: pastes, hasty typing, kills, full disks, windows that change."""

import asyncio
import os
import random
import resource
import signal
import sys
from pathlib import Path

import pytest
from hostile_server import Line, Script, answer, ends, says, stream
from served_chat import replies, served_chat
from terminal_session import TerminalSession

from hat_tui.chat.conversation import Conversation
from hat_tui.chat.transcript_reader import read

pytestmark = pytest.mark.e2e

READY = stream(says("I am ready."), ends())


def counts(step_s: float) -> Script:
    """A reply that counts on and on until the client leaves."""

    async def script(line: Line) -> None:
        await line.head()
        number = 0
        while not line.left.is_set():
            number += 1
            await line.send(says(f"{number} "))
            await asyncio.sleep(step_s)

    return script


async def test_a_paste_never_sends_and_a_hasty_line_is_sent_whole(tmp_path: Path) -> None:
    def chat_with_it(chat: TerminalSession) -> None:
        chat.send(b"\x1b[200~one\r\ntwo\rthree\n\x1b[201~")
        chat.until("one", "two", "three")
        assert not chat.session_text()
        chat.send(b"fuor\x7f\x7f\x7four\r")  # a slip, its repair and Enter in one packet
        chat.until_kept("\none\ntwo\nthree\nfour\n=== end 1")
        chat.until("I am ready.")

    await served_chat(tmp_path, chat_with_it, READY)


async def test_what_is_sent_from_the_first_paint_on_waits_until_the_server_answers(tmp_path: Path) -> None:
    loaded, loop = asyncio.Event(), asyncio.get_running_loop()

    async def models(line: Line) -> None:
        await loaded.wait()
        await answer(200, {"data": [{"id": "their-model"}]})(line)

    def chat_with_it(chat: TerminalSession) -> None:
        chat.until("Write to the model")
        chat.send(b"first\r")
        chat.until("1. first", "Sent when the server answers.")
        chat.send(b"second\r")
        chat.until("2. second")
        loop.call_soon_threadsafe(loaded.set)
        chat.until_kept("\nfirst\n=== end 1")
        chat.until_kept("\nsecond\n=== end 3")
        chat.until("I am ready.")
        assert "1. first" not in chat.terminal.text()

    await served_chat(tmp_path, chat_with_it, READY, models=models)


async def test_at_any_moment_of_a_kill_the_file_holds_what_the_screen_has_shown(tmp_path: Path) -> None:
    moments = random.Random(20261124)

    def kill_it(chat: TerminalSession) -> None:
        chat.send(b"count\r")
        chat.until("1 2 3")
        chat.pump(moments.uniform(0, 0.7))
        shown = [word for word in chat.terminal.row_text(_row_of(chat, "1 2 3")).split() if word.isdigit()]
        os.kill(chat.pid, signal.SIGKILL)
        (file,) = (chat.folder / "sessions").glob("*.txt")
        question, reply = Conversation(read(file.read_bytes()).records).path()
        assert question.text == "count"
        numbers = reply.text.split()
        assert numbers == [str(number) for number in range(1, len(numbers) + 1)]
        assert set(shown) <= set(numbers)

    for round in range(3):
        folder = tmp_path / str(round)
        folder.mkdir()
        await served_chat(folder, kill_it, counts(0.01))


def _row_of(chat: TerminalSession, text: str) -> int:
    return next(y for y in range(chat.terminal.rows) if text in chat.terminal.row_text(y))


@pytest.mark.skipif(sys.platform != "linux", reason="the limit of another process is set by prlimit")
async def test_a_full_disk_is_told_the_chat_goes_on_and_all_of_it_is_kept_elsewhere(tmp_path: Path) -> None:
    def chat_with_it(chat: TerminalSession) -> None:
        chat.send(b"before\r")
        chat.until_kept("=== end 2")
        size = len(chat.session_text().encode())
        resource.prlimit(chat.pid, resource.RLIMIT_FSIZE, (size + 20, resource.RLIM_INFINITY))
        chat.send(b"meanwhile\r")
        chat.until("Not saved in", "/save FOLDER")
        chat.send(f"/save {tmp_path / 'elsewhere'}\r".encode())
        assert chat.pump(10, lambda: chat.terminal.text().count("Not saved in") == 2), chat.terminal.text()
        resource.prlimit(chat.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        chat.send(f"/save {tmp_path / 'elsewhere'}\r".encode())
        chat.until("The whole session is kept in")
        chat.send(b"after\r")
        chat.until("after")
        chat.send(b"\x11")
        assert chat.wait() == 0

    await served_chat(tmp_path, chat_with_it, READY)
    (file,) = (tmp_path / "elsewhere").glob("*.txt")
    turns = Conversation(read(file.read_bytes()).records).path()
    assert [turn.text for turn in turns][:5] == ["before", "I am ready.", "meanwhile", "I am ready.", "after"]


async def test_the_window_changes_its_size_while_a_reply_comes_and_a_tiny_one_still_chats(tmp_path: Path) -> None:
    def chat_with_it(chat: TerminalSession) -> None:
        chat.send(b"count\r")
        chat.until("1 2 3")
        for columns, rows in ((160, 45), (80, 24), (40, 12), (100, 30), (40, 12)):
            chat.resize(columns, rows)
            chat.until("Write to the model", "● ")
        chat.send(b"\x1b")
        chat.until("stopped by you")
        chat.send(b"next\r")
        chat.until("I am ready.", "next")

    await served_chat(tmp_path, chat_with_it, counts(0.02), READY)
    assert replies(tmp_path)[-1] == "I am ready."

"""Chats that are killed with SIGKILL at random moments, and what their session files hold then.

    python tests/adapters/killed_chats.py 200

Each chat runs in a fork: a dialogue with a scripted endpoint streams into a session file, and tells what it has kept
after each event. The parent kills it after a random number of such words, opens the file and compares.
"""

import asyncio
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path

from hat_tui.adapters.session_folder import SessionFolder
from hat_tui.chat.conversation import Conversation
from hat_tui.chat.dialogue import Dialogue, Request, TurnBegun, TurnEnded
from hat_tui.chat.parameters import SamplingParameters
from hat_tui.chat.reply import Delta, Ending, Finished, ReplyEvent
from hat_tui.chat.tokens import TokenCounter

EXCHANGES = 8
PIECES = ["word ", "=", "=== end 2\n", "\n", "\x1b[2J", "␛", "é", "😀", "a longer piece of text ", "`code`\n\n"]


class Streaming:
    """Streams texts that the seed decides; so the parent knows them too."""

    def __init__(self, replies: list[list[str]]) -> None:
        self.replies = iter(replies)

    async def reply(self, request: Request) -> AsyncGenerator[ReplyEvent, None]:
        for piece in next(self.replies):
            await asyncio.sleep(0)
            yield Delta(piece)
        yield Finished(Ending.STOP)

    async def count_tokens(self, text: str) -> int | None:
        return None


def script(seed: int) -> list[list[str]]:
    """What the replies of a chat are made of."""
    rng = random.Random(seed)
    return [[f"{n}. ", *rng.choices(PIECES, k=rng.randint(5, 40))] for n in range(EXCHANGES)]


async def chat(folder: Path, replies: list[list[str]], told: int) -> None:
    """Ask and stream; after each event write `turn characters ended` to the descriptor `told`."""
    clock = lambda: datetime.now(UTC)  # noqa: E731
    file = SessionFolder(folder).new()
    endpoint, parameters = Streaming(replies), SamplingParameters()
    dialogue = Dialogue(Conversation(), file, TokenCounter(), endpoint, parameters, clock, time.perf_counter)
    for number in range(EXCHANGES):
        async with aclosing(dialogue.ask(f"Question {number}")) as events:
            async for event in events:
                if isinstance(event, TurnBegun | TurnEnded | Delta):
                    last = dialogue.conversation.last()
                    os.write(told, f"{last.id} {len(last.text)} {int(last.ending is not None)}\n".encode())


def killed(seed: int, folder: Path) -> str:
    """Run the chat of a seed, kill it, and say what is wrong with its file, "" when nothing is."""
    rng = random.Random(seed)
    replies = script(seed)
    words, told = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(words)
        code = 1
        try:
            asyncio.run(chat(folder, replies, told))
            code = 0
        finally:
            os._exit(code)
    os.close(told)
    wait_for = rng.randint(0, EXCHANGES * 30)
    with os.fdopen(words) as lines:
        heard = []
        for line in lines:
            heard.append(line)
            if len(heard) > wait_for:
                break
        until = time.perf_counter() + rng.random() * 0.002
        while time.perf_counter() < until:
            pass
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        heard += list(lines)
    return compared(folder, replies, [tuple(map(int, line.split())) for line in heard if line.endswith("\n")])


def compared(folder: Path, replies: list[list[str]], heard: list[tuple[int, ...]]) -> str:
    """Everything that was told as kept must be in the file, and nothing else than what was streamed."""
    if not heard:
        return ""
    conversation, file, problems = SessionFolder(folder).resume("last")
    file.close()
    if problems:
        return f"problems: {problems}"
    turns = conversation.path()
    ended = max((turn for turn, _, whole in heard if whole), default=0)
    last, characters, _ = heard[-1]
    if len(turns) < last:
        return f"turn {last} was kept and is missing"
    for turn in turns:
        text = f"Question {turn.id // 2}" if turn.id % 2 else "".join(replies[turn.id // 2 - 1])
        whole = turn.id <= ended
        if whole and (turn.text != text or turn.ending is None):
            return f"turn {turn.id} was whole and is not"
        if not text.startswith(turn.text):
            return f"turn {turn.id} says something else"
        # The very last line break of an unfinished text may be half of two.
        if turn.id == last and len(turn.text) < characters - 1:
            return f"turn {turn.id} lost {characters - len(turn.text)} characters"
    return ""


def main() -> int:
    """Kill so many chats; the exit code is 1 when any file is not as it should be."""
    count, begun, bad = int(sys.argv[1]), time.perf_counter(), 0
    cut = 0
    for seed in range(count):
        folder = Path(tempfile.mkdtemp())
        try:
            if trouble := killed(seed, folder):
                bad += 1
                print(f"seed {seed}: {trouble}")
            for path in folder.iterdir():
                cut += not path.read_bytes().endswith(b"\n")
        finally:
            shutil.rmtree(folder)
    print(
        f"{count} chats killed in {time.perf_counter() - begun:.1f} s, {cut} in the middle of a line, {bad} files bad"
    )
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())

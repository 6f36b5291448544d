"""A chat in a real pty with a server that answers by scripts."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from hostile_server import HostileServer, Script, answer
from terminal_session import TerminalSession

from hat_tui.chat.conversation import Conversation
from hat_tui.chat.message import Role
from hat_tui.chat.transcript_reader import read


async def served_chat(
    folder: Path,
    play: Callable[[TerminalSession], None],
    *answers: Script,
    models: Script | None = None,
    flags: tuple[str, ...] = (),
) -> HostileServer:
    """Start hat-tui on a server that gives these answers, one a prompt, and do with it what `play` says.

    `play` begins when the server is reached, or at once where its list of models is answered by a script.
    """
    server = HostileServer()
    server.on("/models", models or answer(200, {"data": [{"id": "their-model"}]}))
    server.on("/chat/completions", *answers)
    async with server:

        def run() -> None:
            with TerminalSession(folder, "--url", server.url, *flags) as chat:
                chat.raw = []
                if models is None:
                    chat.until("● ready")
                play(chat)

        await asyncio.to_thread(run)
    return server


def replies(folder: Path) -> list[str]:
    """The replies that the folder's one session file holds; it must be read without a problem."""
    (file,) = (folder / "sessions").glob("*.txt")
    transcript = read(file.read_bytes())
    assert not transcript.problems
    return [turn.text for turn in Conversation(transcript.records).path() if turn.role is Role.ASSISTANT]

"""What a dialogue needs from outside: a server that answers, and a place where records are kept."""

from collections.abc import AsyncGenerator
from typing import Protocol

from hat_tui.chat.message import Message
from hat_tui.chat.parameters import SamplingParameters
from hat_tui.chat.record import Record
from hat_tui.chat.reply import ReplyEvent
from hat_tui.frozen import frozen


@frozen
class Request:
    """What an endpoint is asked for. `model` may be "" where the server has only one."""

    messages: tuple[Message, ...]
    parameters: SamplingParameters
    model: str = ""


class Endpoint(Protocol):
    """A server that answers chats."""

    def reply(self, request: Request) -> AsyncGenerator[ReplyEvent, None]:
        """Stream one reply: pieces, then exactly one Finished or Failed. Raises nothing the server can cause."""
        ...

    async def count_tokens(self, text: str) -> int | None:
        """How many tokens the model makes of `text`; None when the server cannot tell. Never called mid-stream."""
        ...


class NotKept(Exception):
    """A record could not be written; the message says why and what to do. Nothing is lost from memory."""


class Keeper(Protocol):
    """Where a conversation's records go: a session file, or nowhere."""

    def keep(self, record: Record) -> None:
        """Write one record so that it outlives this program. Raises NotKept."""
        ...

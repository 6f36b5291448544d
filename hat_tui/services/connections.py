"""What answers, ours or someone's, and the servers a person has saved."""

from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Protocol

from hat_tui.chat.dialogue import Endpoint, Request
from hat_tui.chat.record import ModelUsed
from hat_tui.chat.reply import Failed, ReplyEvent
from hat_tui.frozen import frozen
from hat_tui.server.phase import ServerState
from hat_tui.server.target import RemoteServer, Target

LogLines = Sequence[tuple[str, str]]
"""Lines with their levels: debug, info, notice, warning, error."""


class NotConnected(Exception):
    """There is no connection; the message says why and what to do."""


@frozen
class Vitals:
    """What a server of ours takes now: bytes of memory, processor (1.0: one core), seconds since its start."""

    resident: int
    processor: float
    uptime_s: float


class KeyWanted(NotConnected):
    """The server wants a key, or another one than it was given."""


class Connection(Protocol):
    """A model that answers, ours or someone's, from the first try to the end."""

    @property
    def target(self) -> Target:
        """Where it leads."""
        ...

    @property
    def endpoint(self) -> Endpoint:
        """What answers, once it is open."""
        ...

    @property
    def url(self) -> str:
        """Its base URL, once it is open."""
        ...

    @property
    def served(self) -> Sequence[ModelUsed]:
        """The models that can be asked there by name, once it is open; empty when they have none."""
        ...

    def vitals(self) -> Vitals | None:
        """A look at the process; None when the server is not ours, or nothing can tell."""
        ...

    async def open(self, on_state: Callable[[ServerState], None], on_log: Callable[[LogLines], None]) -> ModelUsed:
        """Start or reach the server and wait until it answers, however long loading takes.

        States and lines arrive by the two calls, also later on. Raises NotConnected.
        """
        ...

    async def close(self) -> None:
        """Let go of the server and stop it if it is ours. Never raises."""
        ...


@frozen
class SavedConnection:
    """A server under a name. `key` says where its key comes from, "" when it wants none; never the key itself."""

    name: str
    url: str
    model: str = ""
    key: str = ""

    @property
    def target(self) -> RemoteServer:
        """How to connect; the key is looked up by the name when it is opened."""
        return RemoteServer(self.url, "", self.model, self.name)


class NotSaved(Exception):
    """A connection that cannot be read, kept or taken away; the message says why."""


class SavedConnections(Protocol):
    """Servers by name, on disk. Whatever writes raises NotSaved."""

    def list(self) -> Sequence[SavedConnection]:
        """All of them by name. Raises NotSaved when the file makes no sense."""
        ...

    def save(self, name: str, server: RemoteServer) -> None:
        """Keep a server under a name, in place of one that has it; its key in a private file."""
        ...

    def delete(self, name: str) -> None:
        """Forget one, and the key that was kept for it."""
        ...

    async def is_reachable(self, url: str) -> bool:
        """Whether something takes a connection there. Nothing is asked of it: that could cut somebody's reply."""
        ...


class Nowhere:
    """The endpoint before there is one; `advice` tells how to get one."""

    def __init__(self, advice: str = "pick one with Ctrl+S, or connect to a server with Alt+C") -> None:
        self._advice = advice

    async def reply(self, request: Request) -> AsyncGenerator[ReplyEvent, None]:
        """Say that nothing answers."""
        yield Failed(f"No model is loaded yet: {self._advice}.")

    async def count_tokens(self, text: str) -> int | None:
        return None

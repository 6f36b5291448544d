"""The one connection a chat has: opened, followed, changed for another, closed."""

from collections.abc import Callable, Sequence

from hat_tui.chat.dialogue import Endpoint
from hat_tui.chat.record import ModelUsed
from hat_tui.server.phase import ServerState
from hat_tui.server.target import Target
from hat_tui.services import Connection, LogLines, NotConnected, Vitals


class Link:
    """Holds at most one connection. What an older one still says after it was left is not passed on.

    `on_lost` is called with a sentence when a server that had answered has ended.
    """

    def __init__(
        self,
        connect: Callable[[Target], Connection],
        on_state: Callable[[ServerState], None],
        on_log: Callable[[LogLines], None],
        on_lost: Callable[[str], None],
    ) -> None:
        self._connect = connect
        self._on_state = on_state
        self._on_log = on_log
        self._on_lost = on_lost
        self.connection: Connection | None = None
        self.state = ServerState()
        self.ready = False

    @property
    def target(self) -> Target | None:
        return self.connection.target if self.connection else None

    @property
    def served(self) -> Sequence[ModelUsed]:
        """The models that can be asked there by name."""
        return self.connection.served if self.connection and self.ready else ()

    def vitals(self) -> Vitals | None:
        """What a server of ours takes now; None when there is none."""
        return self.connection.vitals() if self.connection else None

    async def open(self, target: Target) -> tuple[Endpoint, ModelUsed]:
        """Leave the connection there is and open one to `target`: what answers, and what is known of it.

        Raises NotConnected.
        """
        await self.close()
        connection = self.connection = self._connect(target)

        def follow(state: ServerState) -> None:
            if connection is self.connection:
                self._follow(state)

        def log(lines: LogLines) -> None:
            if connection is self.connection:
                self._on_log(lines)

        try:
            facts = await connection.open(follow, log)
        except NotConnected:
            await connection.close()
            raise
        if connection is not self.connection:
            raise NotConnected("Another connection was opened meanwhile.")
        self.ready = True
        return connection.endpoint, facts

    def _follow(self, state: ServerState) -> None:
        lost = self.ready and not state.is_running
        self.ready = self.ready and not lost
        self.state = state
        self._on_state(state)
        if lost:
            self._on_lost(str(state.diagnosis or "The server has stopped."))

    async def close(self) -> None:
        """Let go of the connection, if there is one."""
        self.ready = False
        if connection := self.connection:
            self.connection = None
            await connection.close()

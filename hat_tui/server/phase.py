"""The state of a server of our own."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from hat_tui.frozen import frozen

if TYPE_CHECKING:
    from hat_tui.server.diagnosis import Diagnosis
    from hat_tui.server.log_line import TemplateTaken


class Phase(StrEnum):
    STARTING = "starting"
    LOADING = "loading"
    READY = "ready"
    BUSY = "busy"
    STOPPED = "stopped"
    CRASHED = "crashed"


@frozen
class Speed:
    """Tokens evaluated or generated in so many milliseconds."""

    tokens: int
    ms: float

    @property
    def per_second(self) -> float:
        return self.tokens * 1000 / self.ms if self.ms else 0.0


@frozen
class ServerState:
    """What is known of the server now. `diagnosis` is set when it has crashed."""

    phase: Phase = Phase.STOPPED
    loading_percent: int | None = None
    template: TemplateTaken | None = None
    context: int | None = None
    requests: int = 0
    """Requests for a completion since the start."""
    clients: frozenset[str] = frozenset()
    """Addresses, without ports, that have asked for a completion since the start."""
    reused: int = 0
    remaining: int = 0
    """Of the latest prompt: tokens found in the cache, and tokens to evaluate."""
    prompt: Speed | None = None
    reply: Speed | None = None
    diagnosis: Diagnosis | None = None
    open_requests: int = 0
    """Logged with their status, not yet ended: streams."""
    unlogged: bool = False
    """A generation runs whose request is not in the log yet: one that is not streamed."""
    ended_unlogged: bool = False
    """Such a generation has ended; the next logged request is its own."""

    @property
    def is_running(self) -> bool:
        return self.phase not in (Phase.STOPPED, Phase.CRASHED)

    @property
    def waiting(self) -> int:
        """Requests that are being served or stand in the queue."""
        return self.open_requests + self.unlogged

"""How a server of ours is doing: memory, processor, requests, speeds, clients. Silent while nothing runs."""

from collections.abc import Callable
from datetime import datetime, timedelta

from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from hat_tui.chat.safe_text import shown_line
from hat_tui.server.launch import is_loopback
from hat_tui.server.phase import Phase, ServerState, Speed
from hat_tui.services import Vitals
from hat_tui.tui.widgets.amounts import size

LOOK_S = 0.5
"""Seconds between two looks while something runs and the lines are seen. An idle server is not looked at."""

AT_WORK = (Phase.STARTING, Phase.LOADING, Phase.BUSY)


class ServerVitals(Static):
    """Up to three lines below the log's heading; nothing as long as nothing is known."""

    DEFAULT_CSS = """
    ServerVitals { height: auto; padding: 0 1; color: $foreground 70%; background: $panel; }
    """

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now().astimezone()) -> None:
        super().__init__(markup=False)
        self.display = False
        self._clock = clock
        self._state = ServerState()
        self._look: Callable[[], Vitals | None] = lambda: None
        self._timer: Timer | None = None
        self._told = Content("")

    def follow(self, state: ServerState, look: Callable[[], Vitals | None]) -> None:
        """Show this state, and look on as long as the server works; once more when it has become idle."""
        self._state, self._look = state, look
        self._show()
        if self._timer is None and self.is_on_screen and state.is_running:
            self._timer = self.set_interval(LOOK_S, self._look_on)

    def on_show(self) -> None:
        self.follow(self._state, self._look)

    def _look_on(self) -> None:
        self._show()
        if self._timer and (self._state.phase not in AT_WORK or not self.is_on_screen):
            self._timer.stop()
            self._timer = None

    def _show(self) -> None:
        lines = [line for line in (self._process(), self._speeds(), self._requests()) if line]
        told = Content("\n").join(Content(line) for line in lines)
        self.display = bool(lines)
        if told != self._told:
            self._told = told
            self.update(told)

    def _process(self) -> str:
        vitals = self._look() if self._state.is_running else None
        if vitals is None:
            return ""
        # The hour it began, not how long ago that was: it stays true while nothing moves.
        since = self._clock() - timedelta(seconds=vitals.uptime_s)
        at_work = f"{vitals.processor:.1f} cores" if self._state.phase in AT_WORK else "idle"
        return f"{size(vitals.resident)} · {at_work} · up since {since:%H:%M}"

    def _speeds(self) -> str:
        reads = f"reads {_per_second(self._state.prompt)} tokens/s" if self._state.prompt else ""
        writes = f"writes {_per_second(self._state.reply)}/s" if self._state.reply else ""
        return " · ".join(filter(None, (reads, writes)))

    def _requests(self) -> str:
        state = self._state
        if not state.requests:
            return ""
        others = ", ".join(sorted(client for client in state.clients if not is_loopback(client)))
        at_once = f", {state.waiting} of them now" if state.waiting > 1 else ""
        asked_by = f", from {shown_line(others)}" if others else ""
        return f"{state.requests} request{'s' if state.requests != 1 else ''}{at_once}{asked_by}"


def _per_second(speed: Speed) -> str:
    return f"{speed.per_second:.0f}" if speed.per_second >= 10 else f"{speed.per_second:.1f}"


def request_told(before: ServerState, after: ServerState) -> str:
    """A line for the log when a request has ended between two states: tokens read and written, how fast; else ""."""
    if after.reply is None or after.reply is before.reply:
        return ""
    read = f"read {after.prompt.tokens} at {_per_second(after.prompt)}/s, " if after.prompt else ""
    known = f", knew {after.reused}" if after.reused else ""
    return f"{read}wrote {after.reply.tokens} at {_per_second(after.reply)}/s{known}"

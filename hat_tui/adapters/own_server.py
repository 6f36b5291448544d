"""A model behind a server of our own, from its start to its end."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from hat_tui.adapters.late_endpoint import LateEndpoint
from hat_tui.adapters.machine import Usage
from hat_tui.adapters.server_process import ServerProcess
from hat_tui.chat.dialogue import Endpoint
from hat_tui.chat.record import ModelUsed
from hat_tui.server.launch_form import problems
from hat_tui.server.log_line import LogLine
from hat_tui.server.phase import Phase, ServerState
from hat_tui.server.target import LocalModel
from hat_tui.services import LogLines, NotConnected, Vitals


class OwnServer:
    """A llama_cpp.server that runs for us alone and ends with us."""

    def __init__(self, target: LocalModel, state_folder: Path) -> None:
        self.target = target
        self.endpoint: Endpoint
        self._opened: LateEndpoint | None = None
        self._state_folder = state_folder
        self._process: ServerProcess | None = None

    @property
    def url(self) -> str:
        """Where clients reach it; "" before it is started."""
        return self._process.base_url if self._process else ""

    @property
    def served(self) -> Sequence[ModelUsed]:
        """The models of the launch, by the names that requests pick them with."""
        options = self.target.options
        names = [model.name for model in options.models]
        return [
            ModelUsed(
                model.name if names.count(model.name) == 1 else model.path,
                "own server",
                options.context_of(model) or model.trained_context,
            )
            for model in options.models
        ]

    @property
    def launch_line(self) -> str:
        """How the server was started, as a shell line without its key; "" before that."""
        return self._process.launch_line if self._process else ""

    def usage(self) -> Usage | None:
        """What the server takes now; None when it does not run or nothing can tell."""
        return self._process.usage() if self._process else None

    def vitals(self) -> Vitals | None:
        """The same for the front ends."""
        usage = self.usage()
        return Vitals(usage.resident, usage.cpu, usage.uptime_s) if usage else None

    async def open(self, on_state: Callable[[ServerState], None], on_log: Callable[[LogLines], None]) -> ModelUsed:
        """Start the server and wait until the model is loaded. Raises NotConnected with what it died of.

        A launch that would open the machine to strangers is refused before anything is started.
        """
        for _, sentence in problems(self.target.options):
            raise NotConnected(sentence)

        def hand_on(lines: Sequence[LogLine]) -> None:
            on_log([(line.level.value, line.text) for line in lines])

        process = self._process = ServerProcess(self._state_folder / "server", on_lines=hand_on, on_state=on_state)
        await process.start(self.target.options)
        on_log([("notice", process.launch_line)])
        state = await process.settled()
        if state.phase is Phase.CRASHED and state.diagnosis:
            raise NotConnected(str(state.diagnosis))
        if state.phase not in (Phase.READY, Phase.BUSY):
            raise NotConnected("The server was stopped before the model was loaded.")
        options = self.target.options
        # The server is ours alone, so counting tokens on it cuts nobody's reply.
        self._opened = self.endpoint = LateEndpoint(process.base_url, options.api_key, counts=True)
        first = self.served[0]
        return replace(first, n_ctx=state.context or first.n_ctx)

    async def close(self) -> None:
        """Stop the server; within about a second it is gone."""
        if self._opened:
            await self._opened.aclose()
        if self._process:
            await self._process.stop()

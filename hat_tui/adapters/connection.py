"""A model that answers, from the first try to the end: behind a server of our own, or someone's.

What speaks to a server is imported in a thread when a connection is opened: httpx2 takes 0.06 s.
"""

import asyncio
import importlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from hat_tui.adapters.machine import Usage
from hat_tui.adapters.server_process import ServerProcess
from hat_tui.chat.dialogue import Endpoint
from hat_tui.chat.record import ModelUsed
from hat_tui.server.launch_form import problems
from hat_tui.server.log_line import LogLine
from hat_tui.server.phase import Phase, ServerState
from hat_tui.server.target import LocalModel, RemoteServer, Target
from hat_tui.services import KeyWanted, NotConnected, Vitals

OnState = Callable[[ServerState], None]
OnLog = Callable[[Sequence[tuple[str, str]]], None]


def connection_to(
    target: Target, state_folder: Path, key_of: Callable[[str], str] = lambda name: ""
) -> "OwnServer | TheirServer":
    """The connection that fits the target; nothing is started yet.

    `key_of` looks up the key of a saved connection by its name: it may block, and raise NotConnected.
    """
    return OwnServer(target, state_folder) if isinstance(target, LocalModel) else TheirServer(target, key_of)


async def _openai_endpoint() -> Any:
    return await asyncio.to_thread(importlib.import_module, "hat_tui.adapters.openai_endpoint")


class OwnServer:
    """A llama_cpp.server that runs for us alone and ends with us."""

    def __init__(self, target: LocalModel, state_folder: Path) -> None:
        self.target = target
        self.endpoint: Endpoint
        self._opened: Any = None
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

    async def open(self, on_state: OnState, on_log: OnLog) -> ModelUsed:
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
        openai_endpoint = await _openai_endpoint()
        state = await process.settled()
        if state.phase is Phase.CRASHED and state.diagnosis:
            raise NotConnected(str(state.diagnosis))
        if state.phase not in (Phase.READY, Phase.BUSY):
            raise NotConnected("The server was stopped before the model was loaded.")
        options = self.target.options
        # The server is ours alone, so counting tokens on it cuts nobody's reply.
        self._opened = self.endpoint = openai_endpoint.OpenAIEndpoint(process.base_url, options.api_key, counts=True)
        first = self.served[0]
        return replace(first, n_ctx=state.context or first.n_ctx)

    async def close(self) -> None:
        """Stop the server; within about a second it is gone."""
        if self._opened:
            await self._opened.aclose()
        if self._process:
            await self._process.stop()


class TheirServer:
    """A server that somebody else runs. It is asked for its models once, and then only for replies."""

    def __init__(self, target: RemoteServer, key_of: Callable[[str], str] = lambda name: "") -> None:
        self.target = target
        self.endpoint: Endpoint
        self.served: Sequence[ModelUsed] = ()
        self._key_of = key_of
        self._opened: Any = None

    @property
    def url(self) -> str:
        """The base URL as it is asked."""
        return str(self._opened.url) if self._opened else self.target.url

    def vitals(self) -> Vitals | None:
        """Nothing is known of somebody else's process."""
        return None

    async def open(self, on_state: OnState, on_log: OnLog) -> ModelUsed:
        """Ask the server what it serves. Raises NotConnected."""
        openai_endpoint = await _openai_endpoint()
        name = self.target.name
        key = self.target.key or (await asyncio.to_thread(self._key_of, name) if name else "")
        try:
            self._opened = self.endpoint = openai_endpoint.OpenAIEndpoint(self.target.url, key)
            on_log([("info", f"connecting to {self._opened.url}; its log stays with the one who runs it")])
            on_state(ServerState(Phase.STARTING))
            facts = await self._opened.describe()
        except (openai_endpoint.BadURL, openai_endpoint.Unreachable) as trouble:
            on_log([("error", str(trouble))])
            wants_key = getattr(trouble, "wants_key", False)
            raise (KeyWanted if wants_key else NotConnected)(str(trouble)) from trouble
        served = [model.name for model in facts.models]
        self.served = [ModelUsed(model.name, self._opened.url, model.n_ctx) for model in facts.models]
        wanted = self.target.model or (served[0] if served else "")
        if self.target.model and served and self.target.model not in served:
            raise NotConnected(f"{self.target.label} does not serve {self.target.model}; it has {', '.join(served)}.")
        on_log([("notice", f"connected; it serves {', '.join(served) or 'one model without a name'}")])
        on_state(ServerState(Phase.READY))
        return ModelUsed(wanted, self._opened.url, facts.n_ctx(wanted))

    async def close(self) -> None:
        if self._opened:
            await self._opened.aclose()

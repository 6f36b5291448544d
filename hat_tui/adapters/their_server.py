"""A model behind a server that is there already."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from hat_tui.adapters import late_imports
from hat_tui.chat.dialogue import Endpoint
from hat_tui.chat.record import ModelUsed
from hat_tui.server.phase import Phase, ServerState
from hat_tui.server.target import RemoteServer
from hat_tui.services import KeyWanted, LogLines, NotConnected, Vitals


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

    async def open(self, on_state: Callable[[ServerState], None], on_log: Callable[[LogLines], None]) -> ModelUsed:
        """Ask the server what it serves. Raises NotConnected."""
        openai_endpoint = await late_imports.openai_endpoint()
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

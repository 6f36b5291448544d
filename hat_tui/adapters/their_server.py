"""A model behind a server that is there already."""

import asyncio
from collections.abc import Callable, Sequence

from hat_tui.adapters.endpoint_facts import Unreachable
from hat_tui.adapters.endpoint_url import BadURL
from hat_tui.adapters.late_endpoint import LateEndpoint
from hat_tui.chat.dialogue import Endpoint
from hat_tui.chat.record import ModelUsed
from hat_tui.server.phase import Phase, ServerState
from hat_tui.server.target import RemoteServer
from hat_tui.services import KeyWanted, LogLines, NotConnected, Vitals


class TheirServer:
    """A server that somebody else runs. It is asked for its models once, and then only for replies.

    `url` is the base URL; as it is asked, once it is open.
    """

    def __init__(self, target: RemoteServer, key_of: Callable[[str], str] = lambda name: "") -> None:
        self.target = target
        self.endpoint: Endpoint
        self.url = target.url
        self.served: Sequence[ModelUsed] = ()
        self._key_of = key_of
        self._opened: LateEndpoint | None = None

    def vitals(self) -> Vitals | None:
        """Nothing is known of somebody else's process."""
        return None

    async def open(self, on_state: Callable[[ServerState], None], on_log: Callable[[LogLines], None]) -> ModelUsed:
        """Ask the server what it serves. Raises NotConnected."""
        name = self.target.name
        key = self.target.key or (await asyncio.to_thread(self._key_of, name) if name else "")
        try:
            self._opened = self.endpoint = LateEndpoint(self.target.url, key)
            self.url = self._opened.url
            on_log([("info", f"asking {self.url}"), ("info", "its log stays with the one who runs it")])
            on_state(ServerState(Phase.STARTING))
            facts = await self._opened.describe()
        except (BadURL, Unreachable) as trouble:
            on_log([("error", str(trouble))])
            wants_key = isinstance(trouble, Unreachable) and trouble.wants_key
            raise (KeyWanted if wants_key else NotConnected)(str(trouble)) from trouble
        served = [model.name for model in facts.models]
        self.served = [ModelUsed(model.name, self.url, model.n_ctx) for model in facts.models]
        wanted = self.target.model or (served[0] if served else "")
        if self.target.model and served and self.target.model not in served:
            raise NotConnected(f"{self.target.label} does not serve {self.target.model}; it has {', '.join(served)}.")
        on_log([("notice", f"connected; it serves {', '.join(served) or 'one model without a name'}")])
        on_state(ServerState(Phase.READY))
        return ModelUsed(wanted, self.url, facts.n_ctx(wanted))

    async def close(self) -> None:
        if self._opened:
            await self._opened.aclose()

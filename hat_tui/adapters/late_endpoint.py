"""A server by its URL that costs next to nothing until a prompt is written."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING

from hat_tui.adapters import late_imports
from hat_tui.adapters.endpoint_facts import EndpointFacts
from hat_tui.adapters.endpoint_url import normalised
from hat_tui.adapters.quick_facts import quick_facts
from hat_tui.chat.dialogue import Request
from hat_tui.chat.reply import ReplyEvent

if TYPE_CHECKING:
    from hat_tui.adapters.openai_endpoint import OpenAIEndpoint


class LateEndpoint:
    """An OpenAIEndpoint that is imported and made when it is needed. Raises BadURL."""

    def __init__(self, url: str, key: str = "", *, counts: bool = False) -> None:
        self.url = normalised(url)
        self._key = key.strip()
        self._counts = counts
        self._facts: EndpointFacts | None = None
        self._made: OpenAIEndpoint | None = None

    async def describe(self) -> EndpointFacts:
        """Ask the server what it offers. Raises Unreachable."""
        self._facts = await quick_facts(self.url, self._key)
        if self._facts is None:
            self._facts = await (await self._endpoint()).describe()
        return self._facts

    async def reply(self, request: Request) -> AsyncGenerator[ReplyEvent, None]:
        """Stream one reply."""
        endpoint = await self._endpoint()
        async with aclosing(endpoint.reply(request)) as events:
            async for event in events:
                yield event

    async def count_tokens(self, text: str) -> int | None:
        """How many tokens the model makes of `text`; None when the server cannot tell, or not during a reply."""
        return await (await self._endpoint()).count_tokens(text)

    async def aclose(self) -> None:
        """Close every connection."""
        if self._made:
            await self._made.aclose()

    async def _endpoint(self) -> "OpenAIEndpoint":
        if self._made is None:
            module = await late_imports.openai_endpoint()
            self._made = self._made or module.OpenAIEndpoint(self.url, self._key, self._facts, counts=self._counts)
        return self._made

"""Waiting for a server while nobody watches: not for ever."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from hat_tui.chat.ports import Endpoint, Request
from hat_tui.chat.reply import Failed, ReplyEvent
from hat_tui.frozen import frozen

SILENCE_S = 900.0
"""Seconds. Twice as long as a prompt of 8,000 tokens takes at 20 tokens a second, a slow machine's speed."""


@frozen
class Impatient:
    """An endpoint whose replies fail when nothing comes of them for `silence_s` seconds."""

    endpoint: Endpoint
    silence_s: float = SILENCE_S

    async def reply(self, request: Request) -> AsyncGenerator[ReplyEvent, None]:
        """The endpoint's reply, for as long as something comes."""
        async with aclosing(self.endpoint.reply(request)) as events:
            while True:
                try:
                    async with asyncio.timeout(self.silence_s):
                        event = await anext(events)
                except StopAsyncIteration:
                    return
                except TimeoutError:
                    yield Failed(f"The server sent nothing for {self.silence_s / 60:g} minutes; it may hang.")
                    return
                yield event

    async def count_tokens(self, text: str) -> int | None:
        """As the endpoint counts them."""
        return await self.endpoint.count_tokens(text)

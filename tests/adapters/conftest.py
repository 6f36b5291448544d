"""A server that misbehaves, and an endpoint that talks to it."""

from collections.abc import AsyncIterator

import pytest_asyncio
from hostile_server import HostileServer

from hat_tui.adapters.openai_endpoint import OpenAIEndpoint


@pytest_asyncio.fixture
async def server() -> AsyncIterator[HostileServer]:
    async with HostileServer() as server:
        yield server


@pytest_asyncio.fixture
async def endpoint(server: HostileServer) -> AsyncIterator[OpenAIEndpoint]:
    endpoint = OpenAIEndpoint(server.url, "s3cret-key", counts=True)
    yield endpoint
    await endpoint.aclose()

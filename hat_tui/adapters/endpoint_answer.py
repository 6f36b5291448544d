"""The body of a server's answer: a stream of events, or a whole that has an end."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Any

import httpx2

from hat_tui.adapters.chat_chunks import ChunkReader
from hat_tui.adapters.endpoint_trouble import Garbled, Nonsense
from hat_tui.adapters.event_stream import EventStream
from hat_tui.adapters.handfuls import Pace, in_handfuls

LINGER_S = 2.0
"""Seconds to wait for the figures that follow the last piece of a reply."""

DRAIN_S = 0.05
"""Seconds for the server to close a stream that it has ended: leaving first would look like a person's stop to it."""

LONGEST_BODY = 16 * 1024 * 1024
"""Bytes of a body that is no stream after which the server is taken for broken."""


def media(response: httpx2.Response) -> str:
    """The content type, without its parameters."""
    return str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()


def parsed(data: str | bytes) -> Any:
    """JSON from a server. Raises Garbled for all that it may be instead: numbers and nesting without end, too."""
    try:
        return json.loads(data if isinstance(data, str) else data.decode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise Garbled from error


async def whole(response: httpx2.Response) -> bytes:
    """A body that is no stream. Raises Nonsense when it does not end."""
    body = bytearray()
    async for piece in response.aiter_bytes():
        body += piece
        if len(body) > LONGEST_BODY:
            raise Nonsense("a page without end")
    return bytes(body)


async def events(response: httpx2.Response, chunks: ChunkReader) -> AsyncGenerator[list[str], None]:
    """The data of a stream's events, by the handful, up to its end mark, which `chunks` is told of.

    A stream that breaks before a reply has begun ends as an empty one: llama_cpp.server breaks it when the request is
    at fault. Once `chunks` has the reply's end, the rest is not waited for long, and may break.
    """
    stream = EventStream()
    deadline = None
    pace = Pace()
    pace.slow_down(response.extensions.get("network_stream"))
    async with aclosing(response.aiter_bytes()) as read, aclosing(in_handfuls(read)) as pieces:
        while True:
            if chunks.ended and deadline is None:
                pace.hurry()
                deadline = asyncio.get_running_loop().time() + LINGER_S
            try:
                async with asyncio.timeout_at(deadline):
                    piece = await anext(pieces, None)
                whole_events = _last_events(stream) if piece is None else stream.feed(piece)
            except TimeoutError:
                if deadline is None:
                    raise
                return
            except httpx2.RemoteProtocolError:
                if chunks.received and not chunks.ended:
                    raise
                return
            handful = list(whole_events)
            end = next((at for at, data in enumerate(handful) if data.strip() == "[DONE]"), None)
            if handful[:end]:
                yield handful[:end]
            if end is not None:
                chunks.closed = True
                pace.hurry()
                with suppress(TimeoutError, httpx2.HTTPError):
                    async with asyncio.timeout(DRAIN_S):
                        await anext(pieces, None)
                return
            if piece is None:
                return


def _last_events(stream: EventStream) -> list[str]:
    """What an ended body holds beyond its last empty line. Raises RemoteProtocolError when it ends inside an event."""
    rest = list(stream.end())
    try:
        for data in rest:
            if data.strip() != "[DONE]":
                parsed(data)
    except Garbled:
        raise httpx2.RemoteProtocolError("the body ended inside an event") from None
    return rest

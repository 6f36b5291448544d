"""Reading a stream by the handful instead of by the token.

Each token wakes half the program otherwise, and a screen shows them by the handful anyway.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any, Final

TOGETHER_S: Final = 1 / 6
"""Seconds in which what a server sends is gathered. A piece is late by half of that and no eye reads ahead of it; most
of what a reply costs is waking up, however little there is to do, and a local model waits meanwhile: while one of its
threads has no core, the others have nothing to do."""

SHARE: Final = 1 / 8
"""Of the time since the first piece, at most: a short reply is timed by when its last piece was read."""

HANDFUL: Final = 16 * 1024
"""Bytes that came in one go, after which the next are read without a pause."""


class Pace:
    """When a connection is read: the first time at once, then after pauses that grow to TOGETHER_S."""

    def __init__(self) -> None:
        self._began: float | None = None
        self._flood = False
        self._hurried = False
        self._rest: asyncio.Future[None] | None = None

    def hurry(self) -> None:
        """Pause no more."""
        self._hurried = True
        self._end_rest()

    def slow_down(self, stream: Any) -> None:
        """Have `stream`, the `network_stream` that httpx2 gives with a response, read at this pace. None has none.

        Nothing above the connection can tell what has been read already from what would have to be waited for.
        """
        if stream is None:
            return
        read = stream.read

        async def paced(*args: Any, **options: Any) -> bytes:
            await self._pause()
            data: bytes = await read(*args, **options)
            self._flood = len(data) >= HANDFUL
            if self._began is None:
                self._began = asyncio.get_running_loop().time()
            return data

        stream.read = paced

    async def _pause(self) -> None:
        if self._began is None or self._flood or self._hurried:
            return
        loop = asyncio.get_running_loop()
        self._rest = loop.create_future()
        end = loop.call_later(min(TOGETHER_S, (loop.time() - self._began) * SHARE), self._end_rest)
        try:
            await self._rest
        finally:
            end.cancel()

    def _end_rest(self) -> None:
        if self._rest is not None and not self._rest.done():
            self._rest.set_result(None)


async def in_handfuls(pieces: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """The same bytes; pieces that come without giving the event loop a turn, as those of one read do, come as one."""
    gathered: list[bytes] = []
    come = asyncio.Event()

    async def gather() -> None:
        async for piece in pieces:
            gathered.append(piece)
            come.set()

    reader = asyncio.ensure_future(gather())
    reader.add_done_callback(lambda _: come.set())
    try:
        while True:
            await come.wait()
            come.clear()
            if gathered:
                handful = b"".join(gathered)
                gathered.clear()
                yield handful
            if reader.done() and not gathered:
                reader.result()
                return
    finally:
        reader.cancel()
        await asyncio.wait([reader])
        if not reader.cancelled():
            reader.exception()

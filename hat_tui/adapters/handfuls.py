"""Reading a stream by the handful instead of by the token."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

TOGETHER_S = 0.03
"""Seconds in which what a server sends is gathered: each token wakes half the program otherwise, and a screen shows
them by the handful anyway."""

HANDFUL = 16 * 1024
"""Bytes that came in one go, after which the next are read without a pause."""


async def in_handfuls(pieces: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """The same pieces, each as soon as it is read; what was not there yet is read after a pause.

    A piece that comes without giving the event loop a turn was read together with the one before it.
    """
    loop = asyncio.get_running_loop()
    size = 0
    while True:
        waited = asyncio.Event()
        turn = loop.call_soon(waited.set)
        try:
            piece = await anext(pieces, None)
        finally:
            turn.cancel()
        if piece is None:
            return
        yield piece
        if waited.is_set():
            if size < HANDFUL:
                await asyncio.sleep(TOGETHER_S)
            size = 0
        size += len(piece)

"""A stream read by the handful: nothing is held back, nothing waits that is there already."""

import asyncio
import time
from contextlib import aclosing

from hat_tui.adapters.handfuls import TOGETHER_S, in_handfuls


async def at_once(count: int, size: int = 10):
    """Pieces that are there together, as those of one read."""
    await asyncio.sleep(0)
    for _ in range(count):
        yield b"x" * size


async def one_by_one(count: int, apart: float):
    """Pieces that the event loop has to wait for."""
    for number in range(count):
        await asyncio.sleep(apart)
        yield bytes([number])


async def test_pieces_of_one_read_follow_without_a_pause():
    began = time.monotonic()
    assert len([piece async for piece in in_handfuls(at_once(500))]) == 500
    assert time.monotonic() - began < 10 * TOGETHER_S


async def test_every_piece_comes_once_and_in_order():
    assert [piece[0] async for piece in in_handfuls(one_by_one(20, 0.0))] == list(range(20))


async def test_a_piece_is_handed_on_before_the_pause():
    began = time.monotonic()
    async with aclosing(in_handfuls(one_by_one(2, 0.0))) as pieces:
        await anext(pieces)
        assert time.monotonic() - began < TOGETHER_S
        await anext(pieces)
        assert time.monotonic() - began >= TOGETHER_S


async def test_a_flood_is_read_without_pauses():
    async def flood():
        for _ in range(200):
            await asyncio.sleep(0)
            yield b"x" * 65536

    began = time.monotonic()
    assert len([piece async for piece in in_handfuls(flood())]) == 200
    assert time.monotonic() - began < 20 * TOGETHER_S

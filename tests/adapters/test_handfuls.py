"""A stream read by the handful: nothing is held back, nothing waits that is there already."""

import asyncio
import time
from contextlib import aclosing

import pytest

from hat_tui.adapters.handfuls import HANDFUL, SHARE, TOGETHER_S, Pace, in_handfuls


async def at_once(count: int, size: int = 10):
    """Pieces that are there together, as those of one read."""
    await asyncio.sleep(0)
    for _ in range(count):
        yield b"x" * size


async def one_by_one(count: int):
    """Pieces that the event loop has to wait for."""
    for number in range(count):
        await asyncio.sleep(0)
        yield bytes([number])


class Connection:
    """Has `size` bytes whenever it is read, and notes when that was."""

    def __init__(self, size: int = 10) -> None:
        self.size = size
        self.read_at: list[float] = []

    async def read(self, max_bytes: int) -> bytes:
        self.read_at.append(time.monotonic())
        return b"x" * min(max_bytes, self.size)

    async def read_for(self, seconds: float) -> list[float]:
        """The pauses between the reads of so many seconds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            await self.read(65536)
        return [after - before for before, after in zip(self.read_at, self.read_at[1:], strict=False)]


async def test_pieces_of_one_read_come_as_one():
    assert [piece async for piece in in_handfuls(at_once(500))] == [b"x" * 5000]


async def test_a_piece_is_handed_on_while_the_next_is_waited_for():
    never = asyncio.Event()

    async def one_and_no_more():
        yield b"first"
        await never.wait()

    async with aclosing(in_handfuls(one_and_no_more())) as pieces:
        assert await anext(pieces) == b"first"


async def test_every_byte_comes_once_and_in_order():
    assert b"".join([piece async for piece in in_handfuls(one_by_one(200))]) == bytes(range(200))


async def test_what_came_before_an_error_comes_before_it():
    async def breaks():
        yield b"half"
        raise ConnectionError

    pieces = in_handfuls(breaks())
    assert await anext(pieces) == b"half"
    with pytest.raises(ConnectionError):
        await anext(pieces)


async def test_who_stops_reading_stops_the_connection_before_anything_else_happens():
    stopped = []

    async def endless():
        try:
            while True:
                yield b"x"
                await asyncio.sleep(0)
        finally:
            await asyncio.sleep(0)
            stopped.append(True)

    async with aclosing(in_handfuls(endless())) as pieces:
        await anext(pieces)
    assert stopped == [True]


async def test_the_first_pieces_are_read_soon_and_the_later_ones_together():
    connection = Connection()
    Pace().slow_down(connection)
    pauses = await connection.read_for(1.2 * TOGETHER_S / SHARE)
    assert pauses[0] < TOGETHER_S / 4
    assert pauses == pytest.approx(sorted(pauses), abs=0.03)
    assert pauses[-1] >= TOGETHER_S
    assert len(pauses) < 80


async def test_a_flood_is_read_without_pauses():
    connection = Connection(HANDFUL)
    Pace().slow_down(connection)
    await connection.read(65536)
    await asyncio.sleep(0.3)
    began = time.monotonic()
    for _ in range(200):
        await connection.read(65536)
    assert time.monotonic() - began < 20 * TOGETHER_S


async def test_in_a_hurry_a_pause_ends_and_none_follows():
    connection = Connection()
    pace = Pace()
    pace.slow_down(connection)
    await connection.read_for(0.7)
    pausing = asyncio.ensure_future(connection.read(65536))
    await asyncio.sleep(0)
    began = time.monotonic()
    pace.hurry()
    await pausing
    for _ in range(100):
        await connection.read(65536)
    assert time.monotonic() - began < TOGETHER_S

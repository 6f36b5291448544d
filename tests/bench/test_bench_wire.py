"""What a wire does to packets."""

import os
import time

import pytest

from bench.terminal.wire import Direction


@pytest.fixture
def ends():
    read, write = os.pipe()
    os.set_blocking(read, False)
    yield read, write
    os.close(read)
    os.close(write)


def received(read):
    try:
        return os.read(read, 65536)
    except BlockingIOError:
        return b""


def test_a_wire_without_limits_delivers_at_once(ends):
    direction = Direction(ends[1])
    direction.take(b"one")
    assert direction.deliver() > 1000
    assert received(ends[0]) == b"one"


def test_a_slow_wire_takes_its_time_for_each_packet(ends):
    direction = Direction(ends[1])
    direction.become(1000.0, 0.0, 0.0)
    direction.take(bytes(500))
    direction.take(bytes(500))
    left = direction.deliver()
    assert 0.4 < left <= 0.5
    assert received(ends[0]) == b""


def test_a_late_wire_holds_a_packet_back(ends):
    direction = Direction(ends[1])
    direction.become(0.0, 0.02, 0.0)
    direction.take(b"late")
    left = direction.deliver()
    assert 0 < left <= 0.02
    time.sleep(left)
    direction.deliver()
    assert received(ends[0]) == b"late"


def test_a_lossy_wire_loses_its_part(ends):
    direction = Direction(ends[1])
    direction.become(0.0, 0.0, 0.25)
    for _ in range(1000):
        direction.take(b".")
        direction.deliver()
    assert 650 < len(received(ends[0])) < 850


def test_what_is_on_a_wire_is_lost_when_it_is_changed(ends):
    direction = Direction(ends[1])
    direction.become(10.0, 0.0, 0.0)
    direction.take(bytes(100))
    direction.become(0.0, 0.0, 0.0)
    direction.take(b"next")
    direction.deliver()
    assert received(ends[0]) == b"next"

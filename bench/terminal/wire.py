"""A wire between two network namespaces that can be made slow, late and lossy while it is in use.

`python -m bench.terminal.wire NEAR FAR`, as root on Linux: makes a TUN device in each of the two named namespaces and
carries IP packets between them. Says "ready", then takes lines "BYTES_PER_SECOND DELAY_S LOSS" (0 for no limit of the
rate); each holds for both directions. It does what tc's netem does, for kernels that are built without that.
"""

import fcntl
import os
import random
import select
import struct
import subprocess
import sys
import time
from collections import deque
from typing import Final

NEAR, FAR = "10.213.7.1", "10.213.7.2"
_TUNSETIFF: Final = 0x400454CA
_TUN_WITHOUT_HEADER: Final = 0x0001 | 0x1000
_MTU: Final = 1500
_WAITING: Final = 100
"""Packets a direction holds before it throws new ones away."""


class Direction:
    """Packets on their way to one end."""

    def __init__(self, end: int) -> None:
        self._end = end
        self._on_the_way: deque[tuple[float, bytes]] = deque()
        self._rng = random.Random(1)
        self.become(0.0, 0.0, 0.0)

    def become(self, rate: float, delay_s: float, loss: float) -> None:
        """Be so from now on; what is on the way is lost."""
        self._rate, self._delay_s, self._loss = rate, delay_s, loss
        self._on_the_way.clear()
        self._free_at = 0.0

    def take(self, packet: bytes) -> None:
        """Send a packet on its way, unless it is lost."""
        if self._rng.random() < self._loss or len(self._on_the_way) >= _WAITING:
            return
        now = time.monotonic()
        self._free_at = max(self._free_at, now) + (len(packet) / self._rate if self._rate else 0)
        self._on_the_way.append((self._free_at + self._delay_s, packet))

    def deliver(self) -> float:
        """Hand over what has arrived; the seconds until there is more to hand over."""
        while self._on_the_way:
            left = self._on_the_way[0][0] - time.monotonic()
            if left > 0:
                return left
            os.write(self._end, self._on_the_way.popleft()[1])
        return 3600.0


def _device(namespace: str, name: str, here: str, there: str) -> int:
    device = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(device, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _TUN_WITHOUT_HEADER))
    inside = ["ip", "-n", namespace]
    for command in (
        ["ip", "link", "set", name, "netns", namespace],
        [*inside, "addr", "add", here, "peer", there, "dev", name],
        [*inside, "link", "set", name, "mtu", str(_MTU), "up"],
        [*inside, "link", "set", "lo", "up"],
    ):
        subprocess.run(command, check=True)
    return device


def main(near: str, far: str) -> None:
    """Carry packets until standard input ends."""
    ends = _device(near, f"n{os.getpid()}", NEAR, FAR), _device(far, f"f{os.getpid()}", FAR, NEAR)
    from_end = {ends[0]: Direction(ends[1]), ends[1]: Direction(ends[0])}
    print("ready", flush=True)
    while True:
        wait = min(direction.deliver() for direction in from_end.values())
        for source in select.select([*ends, sys.stdin], [], [], wait)[0]:
            if source in from_end:
                from_end[source].take(os.read(source, 65536))
            elif line := sys.stdin.readline():
                for direction in from_end.values():
                    direction.become(*map(float, line.split()))
            else:
                return


if __name__ == "__main__":
    main(*sys.argv[1:])

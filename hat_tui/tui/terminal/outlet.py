"""Writing to a terminal without ever making the event loop wait for it."""

import os
import select
import threading
from collections import deque
from collections.abc import Callable
from typing import Final

_SAFE: Final = 2048
"""Bytes that an empty terminal buffer takes at once: the smallest in use, macOS's and the pty's, hold more."""


class Outlet:
    """Writes to file descriptor `fd` in order. Small writes go at once when nothing waits, others from a thread.

    `drained` is called, from any thread, each time everything given has been written. A terminal that is gone is no
    error here: `lost` turns true and writes go nowhere.
    """

    def __init__(self, fd: int, drained: Callable[[], None]) -> None:
        self._fd = fd
        self._drained = drained
        self._waiting: deque[bytes] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closing = False
        self.lost = False

    @property
    def busy(self) -> bool:
        """Whether something given is not written yet."""
        return bool(self._waiting)

    def write(self, data: bytes, *, at_once: bool) -> None:
        """Write `data` after all that was given before; `at_once` when the terminal is known to have room."""
        if self.lost or not data:
            return
        if at_once and len(data) <= _SAFE and not self._waiting and self._writable():
            self._put(data)
            return
        with self._changed:
            self._waiting.append(data)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="terminal-output", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def wait(self, seconds: float) -> bool:
        """Wait until all is written, at most `seconds`; whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting, seconds)

    def close(self, seconds: float = 2.0) -> None:
        """Write what is left, for at most `seconds`, and end the thread."""
        self.wait(seconds)
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(0.1)
            self._thread = None
        self._closing = False

    def _writable(self) -> bool:
        # Not poll: macOS's does not know terminals.
        return bool(select.select([], [self._fd], [], 0)[1])

    def _put(self, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._fd, view) :]
        except OSError:
            self.lost = True

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._waiting) or self._closing)
                if not self._waiting:
                    return
                data = self._waiting[0]
            self._put(data)
            with self._changed:
                self._waiting.popleft()
                empty = not self._waiting
                self._changed.notify_all()
            if empty:
                self._drained()

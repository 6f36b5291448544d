"""A program run in a pty whose output is read at a link's speed and drawn by an emulated terminal."""

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil

from bench.terminal.emulator import Terminal


class PtyClient:
    """A client in a terminal of `columns` × `rows` over a link of `rate` bytes a second (None: as fast as it reads).

    Nothing moves unless `pump` runs. Times are of `time.perf_counter`.
    """

    def __init__(
        self,
        command: Sequence[str],
        env: Mapping[str, str],
        columns: int = 100,
        rows: int = 30,
        *,
        rate: float | None = None,
        cwd: Path | None = None,
        terminal: Terminal | None = None,
    ) -> None:
        self.terminal = terminal or Terminal(columns, rows)
        self.terminal._reply = self.send
        self.rate = rate
        self.received = 0
        self.raw: list[bytes] | None = None
        self.last_output = self.started = time.perf_counter()
        self._credit_from = self.started
        self.ended = False
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            if cwd is not None:
                os.chdir(cwd)
            os.execvpe(command[0], list(command), dict(env))  # noqa: S606 (the command line of a benchmark)

    def send(self, data: bytes) -> None:
        """Type `data`."""
        with contextlib.suppress(OSError):
            os.write(self._fd, data)

    def resize(self, columns: int, rows: int) -> None:
        """Change the terminal's size, which tells the program."""
        self.terminal.resize(columns, rows)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def pump(self, seconds: float, until: Callable[[], bool] | None = None) -> bool:
        """Let the program run for `seconds`, or until `until()` holds, looked at after each piece of output."""
        end = time.perf_counter() + seconds
        while not self.ended:
            if until is not None and until():
                return True
            left = end - time.perf_counter()
            if left <= 0:
                break
            self._read(left)
        return until is not None and until()

    def _read(self, seconds: float) -> None:
        size = 65536
        if self.rate is not None:
            now = time.perf_counter()
            # A link holds no more than a tenth of a second of unused credit.
            self._credit_from = max(self._credit_from, now - 0.1)
            size = int((now - self._credit_from) * self.rate)
            if size < 1:
                time.sleep(min(1 / self.rate, seconds, 0.01))
                return
        if not select.select([self._fd], [], [], min(seconds, 0.05))[0]:
            return
        try:
            data = os.read(self._fd, min(size, 65536))
        except OSError:
            data = b""
        if not data:
            self.ended = True
            return
        if self.rate is not None:
            self._credit_from += len(data) / self.rate
        self.received += len(data)
        self.last_output = time.perf_counter()
        if self.raw is not None:
            self.raw.append(data)
        self.terminal.feed(data)

    def settle(self, quiet: float = 0.4, most: float = 15.0) -> None:
        """Run until nothing was written for `quiet` seconds."""
        end = time.perf_counter() + most
        self.last_output = time.perf_counter()
        while time.perf_counter() < end and not self.ended and time.perf_counter() - self.last_output < quiet:
            self.pump(0.05)
        self.terminal.settle()

    @property
    def echoes(self) -> bool:
        """Whether the kernel echoes what is typed, as it does until the program takes the terminal raw."""
        return bool(termios.tcgetattr(self._fd)[3] & termios.ECHO)

    def cpu(self) -> float:
        """Seconds of processor time the program and its running descendants have used, all their threads included."""
        return sum(_cpu_seconds(process.pid) for process in self._family())

    def resident(self) -> int:
        """Bytes of memory that are its own and its descendants': unshared resident pages and a part of shared ones."""
        return sum(process.memory_full_info().pss for process in self._family())

    def _family(self) -> list[psutil.Process]:
        program = psutil.Process(self.pid)
        return [program, *program.children(recursive=True)]

    def close(self) -> int:
        """End the program, politely then not; its exit status as `os.waitstatus_to_exitcode` gives it."""
        status = 0
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGHUP)
        for attempt in range(60):
            self._let_it_run(0.05)
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                break
            if attempt == 40:
                os.kill(self.pid, signal.SIGKILL)
        os.close(self._fd)
        return os.waitstatus_to_exitcode(status)

    def wait(self, seconds: float = 5.0) -> int | None:
        """The exit status once the program ends by itself within `seconds`, else None."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            self._let_it_run(0.05)
            done, status = os.waitpid(self.pid, os.WNOHANG)
            if done:
                os.close(self._fd)
                return os.waitstatus_to_exitcode(status)
        return None

    def _let_it_run(self, seconds: float) -> None:
        if self.ended:
            time.sleep(seconds)
        else:
            self.pump(seconds)

    def __enter__(self) -> "PtyClient":
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(ChildProcessError, OSError):
            self.close()


def _cpu_seconds(pid: int) -> float:
    # The clock of another process: clock_getcpuclockid(3), which Python has no name for.
    try:
        return time.clock_gettime(~pid << 3 | 2)
    except OSError:
        return 0.0  # it has just ended

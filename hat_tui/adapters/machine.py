"""What the machine gives: cores, memory, and what one process uses of them. psutil is used where it is installed."""

import contextlib
import importlib
import math
import os
import sys
import time
from pathlib import Path
from types import ModuleType

from hat_tui.frozen import frozen

_CGROUP = Path("/sys/fs/cgroup")


def load_psutil() -> ModuleType | None:
    """psutil, which comes with the extra "server"; None without it."""
    try:
        return importlib.import_module("psutil")
    except ImportError:
        return None


@frozen
class Usage:
    """A process now: resident bytes, share of one core since the last look (1.0: a whole core), seconds it has run."""

    resident: int
    cpu: float
    uptime_s: float


def physical_cores() -> int:
    """Cores worth a thread each: physical ones, no more than this process may use (affinity, container limit)."""
    allowed = os.cpu_count() or 1
    if sys.platform == "linux":
        allowed = len(os.sched_getaffinity(0))
    limits = [allowed, _cgroup_cpus() or allowed]
    if psutil := load_psutil():
        limits.append(psutil.cpu_count(logical=False) or allowed)
    return max(1, min(limits))


def _cgroup_cpus() -> int | None:
    with contextlib.suppress(OSError, ValueError):
        quota, period = (_CGROUP / "cpu.max").read_text().split()
        return math.ceil(int(quota) / int(period))
    return None


def free_memory() -> int | None:
    """Bytes a new program may take without swapping, within the limit of a container; None when unknown."""
    psutil = load_psutil()
    available = int(psutil.virtual_memory().available) if psutil else _meminfo("MemAvailable")
    room = _cgroup_room()
    return room if available is None else available if room is None else min(available, room)


def _meminfo(name: str) -> int | None:
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
    return None


def _cgroup_room() -> int | None:
    with contextlib.suppress(OSError, ValueError):
        limit = int((_CGROUP / "memory.max").read_text())
        return max(0, limit - int((_CGROUP / "memory.current").read_text()))
    return None


class UsageMeter:
    """Looks at one process, just started, again and again; the CPU share is that between two looks."""

    def __init__(self, pid: int) -> None:
        self._psutil = load_psutil()
        self._since = time.monotonic()
        self._process = None
        if self._psutil:
            with contextlib.suppress(self._psutil.Error):
                self._process = self._psutil.Process(pid)
                self._process.cpu_percent()

    def look(self) -> Usage | None:
        """None when the process is gone, or psutil is not installed."""
        if self._psutil is None or self._process is None:
            return None
        with contextlib.suppress(self._psutil.Error), self._process.oneshot():
            return Usage(
                int(self._process.memory_info().rss),
                self._process.cpu_percent() / 100,
                time.monotonic() - self._since,
            )
        return None

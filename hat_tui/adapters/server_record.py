"""A note on disk for each server we run: how one that outlived a crash is recognised as ours, and stopped."""

import contextlib
import json
import os
import secrets
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from hat_tui.adapters import child_guard
from hat_tui.adapters.machine import load_psutil

_CONFIG_PREFIX = "hat-server-"
_SPAWNING_S = 3600
_SLACK_S = 2.0  # psutil rounds process start times to the clock tick


@dataclass(frozen=True, slots=True)
class ServerRecord:
    """A running server: process ids with their start times (seconds since the epoch), port, and model name."""

    pid: int
    started: float
    owner_pid: int
    owner_started: float
    port: int
    model: str
    config: str

    @property
    def path(self) -> Path:
        return Path(self.config).with_suffix(".run")


def write_config(folder: Path, content: str) -> Path:
    """A new file with the server's configuration that nobody but its owner can read. UnicodeEncodeError, OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{_CONFIG_PREFIX}{secrets.token_hex(6)}.json"
    encoded = content.encode()  # before there is a file: not every path can be
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(encoded)
    return path


def keep_record(pid: int, port: int, model: str, config: Path) -> ServerRecord:
    """Note a server we have just started. OSError when the folder cannot be written."""
    record = ServerRecord(pid, _started(pid), os.getpid(), _started(os.getpid()), port, model, str(config))
    record.path.write_text(json.dumps(asdict(record)), encoding="utf-8")
    return record


def forget(record: ServerRecord) -> None:
    """Remove what is noted of a server. Where that cannot be, it stays: its server is gone, so it harms nobody."""
    for path in (record.path, Path(record.config)):
        _remove(path)


def find_stale(folder: Path) -> tuple[ServerRecord, ...]:
    """Servers of ours whose app is gone. Notes that cannot be read, or whose server is gone too, are removed.

    None where the folder cannot be read.
    """
    stale = []
    for path in _files(folder, ".run"):
        try:
            record = ServerRecord(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            _remove(path)
            continue
        if _is_running(record.owner_pid, record.owner_started):
            continue
        if is_ours(record):
            stale.append(record)
        else:
            forget(record)
    for config in _files(folder, ".json"):
        # Without a note it is of a server that is being spawned now, or was when its app was killed; it may hold a key.
        with contextlib.suppress(OSError):
            if not config.with_suffix(".run").exists() and time.time() - config.stat().st_mtime > _SPAWNING_S:
                config.unlink()
    return tuple(stale)


def _files(folder: Path, ending: str) -> list[Path]:
    with contextlib.suppress(OSError):
        return sorted(folder.glob(f"{_CONFIG_PREFIX}*{ending}"))
    return []


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()


def is_ours(record: ServerRecord) -> bool:
    """Whether the process with that number is still the server we started: by its start time and command line."""
    psutil = load_psutil()
    if psutil is None or not _is_running(record.pid, record.started):
        return False
    with contextlib.suppress(psutil.Error):
        return record.config in psutil.Process(record.pid).cmdline()
    return False


def stop_stale(record: ServerRecord, patience_s: float = 2.0) -> bool:
    """End a stale server; True when it is gone. Blocks up to twice `patience_s`: run it in a thread."""
    for end in (child_guard.end_gently, child_guard.end_at_once):
        if not is_ours(record):
            break
        end(record.pid)
        deadline = time.monotonic() + patience_s
        while _is_running(record.pid, record.started) and time.monotonic() < deadline:
            time.sleep(0.02)
    if is_ours(record):
        return False
    forget(record)
    return True


def _started(pid: int) -> float:
    psutil = load_psutil()
    if psutil is None:
        return 0.0
    with contextlib.suppress(psutil.Error):
        return float(psutil.Process(pid).create_time())
    return 0.0


def _is_running(pid: int, started: float) -> bool:
    """Whether that very process runs: the number may have been given to another one since, a zombie does not count."""
    psutil = load_psutil()
    if psutil is None:
        return False
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        return bool(abs(process.create_time() - started) < _SLACK_S and process.status() != psutil.STATUS_ZOMBIE)
    return False

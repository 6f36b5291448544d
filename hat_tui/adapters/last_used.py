"""What was used last, so that the program opens with it: a model file or a server's address, never its key."""

import json
import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class LastUsed:
    """One of the two is set."""

    model: str = ""
    url: str = ""


class LastUsedFile:
    """last.json in the state folder. That it cannot be read or written is no reason to bother anyone."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "last.json"

    def read(self) -> LastUsed:
        """What was written last; empty when nothing was."""
        try:
            stored = json.loads(self._path.read_text(encoding="utf-8"))
            return LastUsed(str(stored.get("model", "")), str(stored.get("url", "")))
        except (OSError, ValueError, AttributeError):
            return LastUsed()

    def write(self, used: LastUsed) -> None:
        """Replace the file whole."""
        fresh = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh.write_text(json.dumps({"model": used.model, "url": used.url}), encoding="utf-8")
            fresh.replace(self._path)
        except OSError:
            return

"""What was used last, so that the program opens with it: a model file or a server's address, never its key; and how
the terminal looked."""

import json
import os
from dataclasses import asdict
from pathlib import Path

from hat_tui.frozen import frozen


@frozen
class LastUsed:
    """Of model and URL one is set. `dark` is None until a terminal has said whether it is."""

    model: str = ""
    url: str = ""
    dark: bool | None = None


class LastUsedFile:
    """last.json in the state folder. That it cannot be read or written is no reason to bother anyone."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "last.json"

    def read(self) -> LastUsed:
        """What was written last; empty when nothing was."""
        try:
            stored = json.loads(self._path.read_text(encoding="utf-8"))
            dark = stored.get("dark")
            return LastUsed(
                str(stored.get("model", "")), str(stored.get("url", "")), dark if isinstance(dark, bool) else None
            )
        except (OSError, ValueError, AttributeError):
            return LastUsed()

    def write(self, used: LastUsed) -> None:
        """Replace the file whole."""
        fresh = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh.write_text(json.dumps(asdict(used)), encoding="utf-8")
            fresh.replace(self._path)
        except OSError:
            return

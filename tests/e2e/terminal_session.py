"""hat-tui as a person runs it: the installed command in a real pty, in a folder and a home of its own."""

import os
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from bench.terminal.pty_client import PtyClient

COMMAND = Path(sys.executable).with_name("hat-tui")
MODEL = Path(__file__).resolve().parents[2] / "models" / "hat-demo.gguf"


def environment(home: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a login shell gives, and nothing of the one the tests run in."""
    path = os.environ["PATH"]
    return {"PATH": path, "HOME": str(home), "TERM": "xterm-256color", "LANG": "C.UTF-8", **(more or {})}


class TerminalSession(PtyClient):
    """A running hat-tui; `folder` is where it was started, with `sessions/` in it."""

    def __init__(
        self, folder: Path, *flags: str, size: tuple[int, int] = (100, 30), command: Path = COMMAND, **more: str
    ) -> None:
        (folder / "sessions").mkdir(exist_ok=True)
        self.folder = folder
        super().__init__([str(command), *flags], environment(folder, more), *size, cwd=folder)

    def until(self, *texts: str, seconds: float = 30) -> None:
        """Wait until the screen shows each of the texts."""
        shown = self.pump(seconds, lambda: all(text in self.terminal.text() for text in texts))
        assert shown, f"never saw {texts} on:\n{self.terminal.text()}"

    def session_text(self) -> str:
        """The session files, one after the other."""
        return "".join(file.read_text(encoding="utf-8") for file in sorted((self.folder / "sessions").glob("*.txt")))

    def until_kept(self, text: str, seconds: float = 30) -> None:
        """Wait until a session file holds the text."""
        assert self.pump(seconds, lambda: text in self.session_text()), self.session_text()

    def servers(self) -> set[int]:
        """The llama_cpp.server processes that were started from this folder's home."""
        return {int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and self._is_ours(entry)}

    def _is_ours(self, process: Path) -> bool:
        with suppress(OSError):
            if b"llama_cpp.server" in (process / "cmdline").read_bytes():
                return f"HOME={self.folder}\0".encode() in (process / "environ").read_bytes()
        return False

    def until_no_server(self, seconds: float) -> None:
        """Wait until no server of this session is left, whether the program itself still runs or not."""
        end = time.monotonic() + seconds
        while self.servers():
            assert time.monotonic() < end, f"still running: {self.servers()}"
            self.pump(0.02)

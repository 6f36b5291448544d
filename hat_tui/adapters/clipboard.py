"""Text to wherever a person can paste it from: local clipboard, tmux, the terminal's own (OSC 52), else a file."""

import base64
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

OSC_52_MOST = 74_994
"""Bytes of text that every terminal with OSC 52 takes: xterm's 100,000 bytes of base64 and escape codes."""

SCREEN_PIECE = 512
"""Bytes that GNU screen passes on in one string (its MAXSTR is 768)."""

_LOCAL: Sequence[tuple[str, Sequence[str]]] = (
    ("WAYLAND_DISPLAY", ("wl-copy",)),
    ("DISPLAY", ("xclip", "-selection", "clipboard", "-in")),
    ("DISPLAY", ("xsel", "--clipboard", "--input")),
)


class Clipboard:
    """Copies by the first way that works here; `folder` takes the file when none does."""

    def __init__(self, folder: Path, environ: Mapping[str, str], *, platform: str = sys.platform) -> None:
        self._folder = folder
        self._environ = environ
        self._platform = platform

    def copy(self, text: str, to_terminal: Callable[[str], None]) -> str:
        """Copy, and say in a sentence by which way. `to_terminal` writes an escape sequence. Raises OSError."""
        size = f"{len(text)} character{'s' if len(text) != 1 else ''} copied"
        data = text.encode(errors="replace")
        if (command := self._local()) and _piped(command, data):
            return f"{size} to this machine's clipboard ({command[0]})"
        if self._environ.get("TMUX") and _piped(("tmux", "load-buffer", "-w", "-"), data):
            return f"{size} to tmux's buffer, and to your terminal where tmux may (set-clipboard on)"
        if len(data) <= OSC_52_MOST and self._environ.get("TERM", "dumb") not in ("dumb", "linux"):
            in_screen = bool(self._environ.get("STY"))
            to_terminal(osc_52(data, in_screen=in_screen))
            return f"{size} by your terminal (OSC 52{' through screen' if in_screen else ''})"
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self._folder / "copied.txt"
        file.write_bytes(data)
        return f"{size} to the file {file}: no clipboard takes it"

    def _local(self) -> Sequence[str]:
        """The command of a clipboard on the machine that the person sits at; none over SSH."""
        if self._environ.get("SSH_CONNECTION") or self._environ.get("SSH_TTY"):
            return ()
        if self._platform == "darwin":
            return ("pbcopy",)
        if self._platform == "win32":
            return ("clip",)
        for variable, command in _LOCAL:
            if self._environ.get(variable) and shutil.which(command[0], path=self._environ.get("PATH")):
                return command
        return ()


def osc_52(data: bytes, *, in_screen: bool = False) -> str:
    """The sequence that sets the clipboard of the terminal; inside screen, in the strings that screen passes on."""
    sequence = f"\x1b]52;c;{base64.b64encode(data).decode()}\x07"
    if not in_screen:
        return sequence
    pieces = (sequence[at : at + SCREEN_PIECE] for at in range(0, len(sequence), SCREEN_PIECE))
    return "".join(f"\x1bP{piece}\x1b\\" for piece in pieces)


def _piped(command: Sequence[str], data: bytes) -> bool:
    try:
        done = subprocess.run(
            command, input=data, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=2, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def here(folder: Path) -> Clipboard:
    """The clipboard of this process's surroundings."""
    return Clipboard(folder, os.environ)

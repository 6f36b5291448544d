"""Text files of the person's: one to attach to a prompt, paths completed as they are typed, an editor of their own."""

import os
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from hat_tui.adapters.locations import from_home
from hat_tui.services import Attachment, NotAttached

LARGEST = 4 << 20
"""Bytes; no small model reads more, and the screen stays quick."""


def attach(typed: str) -> Attachment:
    """The text of a file by the path a person typed. Raises NotAttached with a sentence."""
    path = from_home(typed.strip().strip("\"'"))
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise NotAttached(f"{path} is not a file.")
        if size > LARGEST:
            raise NotAttached(
                f"{path.name} has {size / 1e6:.1f} MB; a text of up to {LARGEST / 1e6:.0f} MB can be attached."
            )
        data = path.read_bytes()
    except OSError as trouble:
        raise NotAttached(f"{path} cannot be read: {trouble.strerror or trouble}.") from trouble
    if b"\0" in data[:8192]:
        raise NotAttached(f"{path.name} is no text file.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotAttached(f"{path.name} is no UTF-8 text; convert it first, for example by iconv.") from None
    return Attachment(path.name, text, len(data))


def complete(typed: str, most: int = 20) -> Sequence[str]:
    """Paths that begin as typed, folders with a slash at the end; hidden ones only when asked for."""
    folder, begun = os.path.split(typed)
    try:
        entries = sorted(os.scandir(from_home(folder or ".")), key=lambda entry: entry.name)
    except OSError:
        return ()
    fitting = [
        os.path.join(folder, entry.name) + ("/" if entry.is_dir() else "")  # noqa: PTH118 - keeps ./ and ~ as typed
        for entry in entries
        if entry.name.startswith(begun) and (begun.startswith(".") or not entry.name.startswith("."))
    ]
    return fitting[:most]


def edit(text: str, environ: Mapping[str, str] = os.environ) -> str:
    """Have the person edit a text in $VISUAL or $EDITOR, which has the terminal meanwhile; what was saved there.

    Raises OSError when there is no such program, or it fails: then the text is as it was.
    """
    editor = environ.get("VISUAL") or environ.get("EDITOR") or ("notepad" if sys.platform == "win32" else "vi")
    with tempfile.TemporaryDirectory(prefix="hat-tui-") as folder:
        file = Path(folder, "prompt.md")
        file.write_text(text, encoding="utf-8", newline="")
        try:
            command = shlex.split(editor, posix=sys.platform != "win32")
        except ValueError as trouble:
            raise OSError(f"{editor} cannot be read as a command: {trouble}") from None
        # Ctrl+C is for the editor. Caught here, not ignored: what is ignored would be ignored by the editor as well.
        interrupt = signal.signal(signal.SIGINT, lambda *_: None)
        try:
            done = subprocess.run([*command, str(file)], check=False)
        finally:
            signal.signal(signal.SIGINT, interrupt)
        if done.returncode:
            raise OSError(f"{editor} ended with {done.returncode}; nothing was taken")
        # An editor may save in an encoding of its own: what is no UTF-8 is seen, and nothing that was written is lost.
        return file.read_text(encoding="utf-8", errors="replace").rstrip("\n")

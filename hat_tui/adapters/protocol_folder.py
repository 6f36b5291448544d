"""Protocol files: those that come with hat-tui, and a person's own."""

import os
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

from hat_tui.acceptance.protocol import Protocol, Task
from hat_tui.acceptance.protocol_text import BadProtocol, Problem, parse, task_text
from hat_tui.adapters.locations import from_home

BUNDLED = ("quick", "home")
LARGEST_FILE = 1_000_000
"""Bytes of a protocol or of a text that it names."""

OWN_HEADING = 'name = "My Acceptance Test"\nabout = "Tasks taken from my own chats."\n'


def find_protocol(asked: str, folder: Path) -> Protocol:
    """The protocol a person means: a path, a name in `folder` with or without `.toml`, or one that is bundled.

    Raises BadProtocol, also when there is none.
    """
    for candidate in (from_home(asked), folder / asked, folder / f"{asked}.toml"):
        if candidate.is_file():
            return read_protocol(candidate)
    if asked in BUNDLED:
        return read_protocol(bundled_file(asked))
    known = ", ".join((*BUNDLED, *(file.stem for file in own_protocols(folder))))
    text = f"there is no such protocol: neither a file, nor in {folder}; there are {known}"
    raise BadProtocol(asked, (Problem(0, text),))


def own_protocols(folder: Path) -> Sequence[Path]:
    """A person's own protocol files, by name."""
    return sorted(folder.glob("*.toml"))


def bundled_file(name: str) -> Path:
    """Where a protocol of BUNDLED lies."""
    return Path(str(resources.files("hat_tui.acceptance"))) / "protocols" / f"{name}.toml"


def read_protocol(path: Path) -> Protocol:
    """The protocol in a file. The files it names must lie beside it or below. Raises BadProtocol."""
    try:
        text = _read_text(path)
    except (OSError, ValueError) as error:
        raise BadProtocol(path.name, (Problem(0, f"cannot be read: {_why(error)}"),)) from None
    return parse(text, path.name, lambda named: _read_beside(path.parent, named))


def add_task(path: Path, task: Task) -> None:
    """Append a task to a protocol file, made with a heading where it is new. Raises BadProtocol and OSError.

    What stands in the file stays as it is, comments and all.
    """
    if path.exists():
        before = _read_text(path)
        taken = {known.id for known in read_protocol(path).tasks}
        if task.id in taken:
            raise BadProtocol(path.name, (Problem(0, f'it has a task "{task.id}" already; take another id'),))
    else:
        before = OWN_HEADING
    text = f"{before.rstrip()}\n\n{task_text(task)}"
    parse(text, path.name, lambda named: _read_beside(path.parent, named))
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with half.open("w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)


def _read_beside(folder: Path, named: str) -> str:
    path = (folder / named).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ValueError("it must lie beside the protocol, or in a folder there")
    return _read_text(path)


def _read_text(path: Path) -> str:
    with path.open("rb") as file:
        data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise ValueError(f"it is larger than {LARGEST_FILE // 1_000_000} MB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"it is not UTF-8 text (byte {error.start}); save it as UTF-8") from None


def _why(error: OSError | ValueError) -> str:
    return (isinstance(error, OSError) and error.strerror) or str(error)

"""One session's file: made at the first question, appended record by record, never damaged."""

import errno
import os
import unicodedata
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from hat_tui.adapters.file_lock import lock
from hat_tui.adapters.locations import from_home
from hat_tui.chat.dialogue import NotKept
from hat_tui.chat.record import Begun, Ended, Opened, Record, Titled
from hat_tui.chat.transcript import TranscriptWriter

if TYPE_CHECKING:
    from hat_tui.chat.transcript_reader import Transcript

_BINARY = getattr(os, "O_BINARY", 0)
_APPEND = os.O_RDWR | os.O_APPEND | _BINARY
LONGEST_SLUG = 40


class SessionFile:
    """Keeps records in a file of `folder`, each written through before `keep` returns, so that a killed program loses
    nothing; at the end of a turn it is on the disk itself. What could not be written is written first with the next
    record.

    `path` is None until the first turn begins. `read_only` says in a sentence why nothing is kept here any more, or
    from the start: another program has the session open, or may not write it; `move` is the way out.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path: Path | None = None
        self.read_only = ""
        self._descriptor: int | None = None
        self._writer = TranscriptWriter()
        self._unwritten = bytearray()
        self._cut_to: int | None = None
        self._at: datetime | None = None
        self._title = ""
        self._wanted = False

    @classmethod
    def create(cls, folder: Path, records: Iterable[Record]) -> "SessionFile":
        """A new file in `folder` that holds `records` already. Raises NotKept, and leaves nothing behind then."""
        file = cls(folder)
        for record in records:
            file._add(record)
        file._wanted = True
        try:
            file._flush(synced=True)
        except NotKept:
            file.close()
            if file.path is not None:
                with suppress(OSError):
                    file.path.unlink()
            raise
        return file

    @classmethod
    def resume(cls, path: Path) -> tuple["SessionFile", "Transcript"]:
        """The file at `path` to go on with, and what it says. Raises OSError when it cannot be read."""
        from hat_tui.chat.transcript_reader import read, whole_length  # noqa: PLC0415 (a new session needs none of it)

        file = cls(path.parent)
        file.path = path
        file._wanted = True
        try:
            file._descriptor = os.open(path, _APPEND)
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
                raise
            file.read_only = f"{path.name} may only be read; save it elsewhere to go on with it"
        if file._descriptor is not None and not lock(file._descriptor):
            file.close()
            file.read_only = f"{path.name} is open in another hat-tui; fork it, or save it elsewhere, to go on"
        data = path.read_bytes()
        transcript = read(data)
        file._writer = TranscriptWriter(transcript.records)
        whole = whole_length(data)
        file._cut_to = whole if whole < len(data) else None
        if whole and data[whole - 1] != ord("\n"):
            file._unwritten += b"\n"
        return file, transcript

    @property
    def name(self) -> str:
        """The file's name, "" as long as there is none."""
        return self.path.name if self.path else ""

    def keep(self, record: Record) -> None:
        """Append one record. Raises NotKept; then nothing is lost while this object lives."""
        if self.read_only:
            raise NotKept(self.read_only)
        self._add(record)
        if self._wanted:
            self._flush(placed=isinstance(record, Begun | Ended), synced=isinstance(record, Ended))

    def move(self, folder: Path, records: Iterable[Record]) -> Path:
        """Write the whole conversation into a new file in `folder` and keep on there; the old file stays as it is. A
        `~` at the beginning of `folder` is the home folder.

        Raises NotKept, and then keeps on where it was.
        """
        moved = SessionFile.create(from_home(folder), records)
        self.close()
        self.folder, self.path, self.read_only = moved.folder, moved.path, ""
        self._descriptor, self._writer = moved._descriptor, moved._writer
        self._unwritten, self._cut_to, self._wanted = moved._unwritten, None, True
        assert self.path is not None  # noqa: S101 - create makes a file or raises
        return self.path

    def close(self) -> None:
        """Let the file go, so that another hat-tui may have it."""
        if self._descriptor is not None:
            with suppress(OSError):
                os.close(self._descriptor)
            self._descriptor = None
        self.read_only = self.read_only or "This session is closed"

    def _add(self, record: Record) -> None:
        self._unwritten += self._writer.write(record).encode()
        match record:
            case Opened(at=at):
                self._at = self._at or at
            case Titled(title=title):
                self._title = title
            case Begun():
                self._wanted = True

    def _flush(self, *, placed: bool = False, synced: bool = False) -> None:
        try:
            if self._descriptor is None:
                self._descriptor = self._make()
            elif placed:
                self._check_place()
            if self._cut_to is not None:
                os.ftruncate(self._descriptor, self._cut_to)
                self._cut_to = None
            while self._unwritten:
                del self._unwritten[: os.write(self._descriptor, self._unwritten)]
            if synced:
                os.fsync(self._descriptor)
        except OSError as error:
            raise NotKept(_sentence(self.path or self.folder / "a new file", error)) from None

    def _make(self) -> int:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        stem = name_of(self._at, self._title)
        for number in range(1, 10_000):
            path = self.folder / f"{stem}{f'-{number}' if number > 1 else ''}.txt"
            with suppress(FileExistsError):
                descriptor = os.open(path, _APPEND | os.O_CREAT | os.O_EXCL, 0o600)
                self.path = path
                lock(descriptor)
                _sync_folder(self.folder)
                return descriptor
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(self.folder / stem))

    def _check_place(self) -> None:
        """Notice that the file was deleted, or replaced by an editor that saves by renaming."""
        if self._descriptor is None or self.path is None:
            return
        try:
            same = os.path.samestat(os.fstat(self._descriptor), self.path.stat())
        except FileNotFoundError:
            same = False
        if not same:
            self.read_only = f"{self.path.name} was deleted or replaced by another program; save the session anew"
            raise NotKept(self.read_only)


def name_of(at: datetime | None, title: str) -> str:
    """A file name without its ending: the time as the clock showed it, and the title's first words."""
    kept = (character for character in title if character not in "'’")
    words = "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in kept).casefold().split()
    slug = ""
    for word in words:
        if len(slug) + len(word) > LONGEST_SLUG:
            break
        slug = f"{slug}-{word}" if slug else word
    try:
        os.fsencode(slug)
    except UnicodeError:
        slug = ""
    return "-".join(part for part in (f"{at:%Y-%m-%d-%H%M}" if at else "", slug) if part) or "session"


def _sync_folder(folder: Path) -> None:
    """Have the new file's name survive a power cut, where folders can be synced."""
    if hasattr(os, "O_DIRECTORY"):
        with suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


def _sentence(path: Path, error: OSError) -> str:
    match error.errno:
        case errno.ENOSPC | errno.EDQUOT:
            why = "the disk is full; free some space, or save the session elsewhere"
        case errno.EFBIG:
            why = "it has reached the size allowed for a file; save the session elsewhere"
        case errno.EROFS | errno.EACCES | errno.EPERM:
            why = f"the folder {path.parent} may not be written; save the session elsewhere"
        case _:
            why = f"{error.strerror or error}; save the session elsewhere"
    return f"Not saved in {path.name}: {why}"

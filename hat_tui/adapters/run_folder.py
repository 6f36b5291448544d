"""Acceptance runs on disk: a folder a run, with its records line by line and a session file for each answer."""

import os
import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from hat_tui.acceptance.bench import NoSuchRun, RunChoice
from hat_tui.acceptance.run import NotARun, Planned, Run, RunRecord, Slot
from hat_tui.acceptance.run_lines import line_of, records_of
from hat_tui.adapters.file_lock import lock
from hat_tui.adapters.locations import from_home
from hat_tui.adapters.session_file import SessionFile, name_of
from hat_tui.chat.dialogue import NotKept

RECORDS = "run.jsonl"
SESSIONS = "sessions"

_APPEND = os.O_RDWR | os.O_APPEND | getattr(os, "O_BINARY", 0)


class RunFile:
    """Appends records to a run's file; each is on the disk itself before `keep` returns."""

    def __init__(self, folder: Path, descriptor: int, *, torn: bool = False) -> None:
        self.folder = folder
        self._descriptor: int | None = descriptor
        self._torn = torn

    @property
    def id(self) -> str:
        return self.folder.name

    def keep(self, record: RunRecord) -> None:
        """Write one record so that it outlives this program and a power cut. Raises NotKept."""
        if self._descriptor is None:
            raise NotKept(f"The run {self.id} is closed")
        line = bytearray((b"\n" if self._torn else b"") + line_of(record).encode())
        self._torn = True
        try:
            while line:
                del line[: os.write(self._descriptor, line)]
            os.fsync(self._descriptor)
        except OSError as error:
            why = error.strerror or str(error)
            raise NotKept(f"Not written to {self.folder / RECORDS}: {why}. Free some space and go on.") from None
        self._torn = False

    def session(self, slot: Slot) -> SessionFile:
        """A session file for the conversation of one slot, in the run's own folder of sessions."""
        return SessionFile(self.folder / SESSIONS)

    def close(self) -> None:
        """Let the run go, so that another hat-tui may have it."""
        if self._descriptor is not None:
            with suppress(OSError):
                os.close(self._descriptor)
            self._descriptor = None


class RunFolder:
    """The runs in one folder, which need not exist until one is created. A run's id is the name of its folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._listed: dict[Path, tuple[tuple[int, int], RunChoice]] = {}

    def create(self, plan: Planned) -> tuple[Run, RunFile]:
        """A new run, kept from here on. Raises NotKept."""
        stem = name_of(plan.at, plan.protocol.name)
        try:
            for number in range(1, 10_000):
                folder = self.path / (f"{stem}-{number}" if number > 1 else stem)
                with suppress(FileExistsError):
                    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                    folder.mkdir(mode=0o700)
                    descriptor = os.open(folder / RECORDS, _APPEND | os.O_CREAT | os.O_EXCL, 0o600)
                    lock(descriptor)
                    file = RunFile(folder, descriptor)
                    file.keep(plan)
                    return Run([plan]), file
        except OSError as error:
            raise NotKept(f"No run can be made in {self.path}: {error.strerror or error}") from None
        raise NotKept(f"There are too many runs named {stem}; throw some away")

    def open(self, id: str) -> tuple[Run, RunFile, Sequence[str]]:
        """A run to go on with, and what of it could not be read. Raises NoSuchRun."""
        folder = self.find(id)
        try:
            descriptor = os.open(folder / RECORDS, _APPEND)
        except OSError as error:
            raise NoSuchRun(f"The run {folder.name} cannot be written: {error.strerror or error}") from None
        if not lock(descriptor):
            os.close(descriptor)
            raise NoSuchRun(f"The run {folder.name} is open in another hat-tui; close it there first")
        try:
            data = (folder / RECORDS).read_bytes()
            run, problems = _run_of(folder, data)
        except BaseException:
            os.close(descriptor)
            raise
        return run, RunFile(folder, descriptor, torn=not data.endswith(b"\n")), problems

    def read(self, id: str) -> tuple[Run, Sequence[str]]:
        """A run to look at, also while another hat-tui writes it. Raises NoSuchRun."""
        folder = self.find(id)
        try:
            return _run_of(folder, (folder / RECORDS).read_bytes())
        except OSError as error:
            raise NoSuchRun(f"The run {folder.name} cannot be read: {error.strerror or error}") from None

    def find(self, id: str) -> Path:
        """The folder of a run by its id, a part of it that no other has, its path, or "last". Raises NoSuchRun."""
        given = from_home(id)
        if len(given.parts) > 1 and (given / RECORDS).is_file():
            return given
        folders = self._folders()
        if not folders:
            raise NoSuchRun(f"There are no runs in {self.path} yet; make one with: hat-tui accept run quick")
        if id in ("", "last"):
            return folders[-1]
        exact = [folder for folder in folders if folder.name == id]
        fitting = exact or [folder for folder in folders if id.casefold() in folder.name.casefold()]
        if len(fitting) == 1:
            return fitting[0]
        named = ", ".join(folder.name for folder in (fitting or folders)[-8:])
        raise NoSuchRun(f"{'Several runs have' if fitting else 'No run has'} {id} in the name; there are {named}")

    def list(self) -> Sequence[RunChoice]:
        """All runs that can be read, newest first. Those that did not change are not read again."""
        choices: list[RunChoice] = []
        for folder in self._folders():
            with suppress(NoSuchRun, OSError):
                status = (folder / RECORDS).stat()
                stamp = (status.st_size, status.st_mtime_ns)
                known = self._listed.get(folder)
                if known is None or known[0] != stamp:
                    known = self._listed[folder] = stamp, _choice(folder, self.read(str(folder))[0])
                choices.append(known[1])
        return choices[::-1]

    def _folders(self) -> Sequence[Path]:
        """The folders of runs, oldest first by the time of their plan; damaged ones before all."""
        return sorted((file.parent for file in self.path.glob(f"*/{RECORDS}")), key=_begun)


def _choice(folder: Path, run: Run) -> RunChoice:
    counts = (len(run.slots), len(run.answers), len(run.marks))
    return RunChoice(folder.name, run.protocol.name, run.plan.at, run.plan.models, *counts)


def _begun(folder: Path) -> tuple[float, str]:
    with suppress(OSError, ValueError), (folder / RECORDS).open("rb") as file:
        found = re.search(rb'"at": "([^"]{1,40})"', file.read(200))
        if found:
            return datetime.fromisoformat(found[1].decode()).timestamp(), folder.name
    return 0, folder.name


def _run_of(folder: Path, data: bytes) -> tuple[Run, Sequence[str]]:
    records, problems = records_of(data)
    try:
        return Run(records), problems
    except NotARun:
        told = "; ".join(problems) or "it is empty"
        raise NoSuchRun(f"{folder / RECORDS} is no run that can be read: {told}") from None

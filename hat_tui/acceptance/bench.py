"""What a front end is handed to run acceptance tests with: protocols, models, runs. Its adapter does the work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol as Interface

from hat_tui.acceptance.conduct import OpenModel, Store
from hat_tui.acceptance.protocol import Protocol, Task
from hat_tui.acceptance.run import Planned, Run


class NoSuchRun(Exception):
    """The run asked for cannot be opened; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class RunChoice:
    """One run of the list: of `total` slots so many have an answer and a mark."""

    id: str
    protocol: str
    at: datetime
    models: tuple[str, ...]
    total: int
    answered: int
    marked: int


@dataclass(frozen=True, slots=True)
class ProtocolChoice:
    """One protocol of the list. `trouble` says why it cannot be used, "" when it can."""

    name: str
    title: str
    tasks: int
    about: str
    trouble: str = ""


class RunStore(Store, Interface):
    """A run's place on disk, held until it is closed."""

    @property
    def id(self) -> str: ...

    def close(self) -> None:
        """Let the run go, so that another hat-tui may have it."""
        ...


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A run that may be gone on with. `problems` tell what of its records could not be read."""

    run: Run
    store: RunStore
    problems: Sequence[str] = ()


class Bench(Interface):
    """Everything an acceptance test needs from outside."""

    def protocols(self) -> Sequence[ProtocolChoice]:
        """Those that come with hat-tui, then a person's own."""
        ...

    def protocol(self, asked: str) -> Protocol:
        """A protocol by its name or path. Raises BadProtocol."""
        ...

    def add_task(self, task: Task, name: str = "mine") -> str:
        """Append a task to a person's own protocol; where that is. Raises BadProtocol and OSError."""
        ...

    def plan(self, protocol: Protocol, models: Sequence[str], seed: int | None = None) -> Planned:
        """A run of the protocol with these models, each a path, a name or a URL (`#NAME` behind it picks one of its
        models). Raises ModelNotLoaded when one is not there.
        """
        ...

    def create(self, plan: Planned) -> OpenRun:
        """Begin a run on disk. Raises NotKept."""
        ...

    def open(self, id: str) -> OpenRun:
        """A run by its id, a part of it, or "last". Raises NoSuchRun."""
        ...

    def read(self, id: str) -> tuple[str, Run]:
        """A run to look at, with its whole id. Raises NoSuchRun."""
        ...

    def runs(self) -> Sequence[RunChoice]:
        """All runs, newest first."""
        ...

    def opener(self, run: Run) -> OpenModel:
        """What loads the run's models."""
        ...

    def save(self, id: str, name: str, text: str) -> str:
        """Write a sheet into the run's folder; where it is. Raises OSError."""
        ...

    def clock(self) -> datetime: ...

    def seconds(self) -> float: ...

    async def pause(self, seconds: float) -> None: ...

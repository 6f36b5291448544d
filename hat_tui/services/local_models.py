"""The model files here, how they are launched, and where more come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Protocol

from hat_tui.frozen import frozen
from hat_tui.gguf.fit import Fit

if TYPE_CHECKING:
    import threading
    from pathlib import Path

    from hat_tui.gguf.facts import ModelFacts
    from hat_tui.gguf.repository import DownloadProgress, RemoteModel, Repository
    from hat_tui.server.launch import LaunchOptions
    from hat_tui.server.target import Target


@frozen
class ModelChoice:
    """One model file of the list. `fits` is about the memory that is free now, at the context it would be run with."""

    path: Path
    name: str
    facts: ModelFacts | None = None
    problem: str = ""
    """Why it cannot be run, in a sentence; "" when it can."""
    need: int = 0
    """Bytes of memory it takes to run."""
    fits: Fit = Fit.UNKNOWN

    @property
    def line(self) -> str:
        """What it is, in one line."""
        if self.facts is None:
            return self.problem
        facts = self.facts
        parts = [
            facts.architecture,
            f"{_short(facts.parameters)} parameters" if facts.parameters else "",
            facts.quantization,
            f"{_short(facts.file_size)}B",
            f"context {facts.trained_context}" if facts.trained_context else "",
            "" if self.fits in (Fit.UNKNOWN, Fit.FITS) else f"{self.fits}: needs {_short(self.need)}B",
            "" if facts.template else "no chat template",
            self.problem,
        ]
        return ", ".join(part for part in parts if part)


def _short(number: float) -> str:
    """A number as 494 M or 1.8 G, in powers of a thousand."""
    for unit in ("", " k", " M"):
        if number < 1000:
            return f"{number:.0f}{unit}" if number >= 10 or not unit else f"{number:.1f}{unit}"
        number /= 1000
    return f"{number:.1f} G"


class Models(Protocol):
    """The model files on this machine."""

    def list(self) -> Sequence[ModelChoice]:
        """Every model that is found, by name, also those that cannot be run. Reads headers only."""
        ...

    def local(self, path: Path) -> Target:
        """How to run this file, with the launch settings that hold for it. Raises NotConnected."""
        ...


@frozen
class ServerPart:
    """The server that is installed here: `settings` are names with what each is for, `error` why it cannot run."""

    formats: Sequence[str] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    error: str = ""


class Stray(Protocol):
    """A server of ours that outlived the program it belonged to."""

    @property
    def model(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def pid(self) -> int: ...


class Launcher(Protocol):
    """What launching a server here needs to know and do."""

    def installed(self) -> ServerPart:
        """Ask what is installed; takes about a second, so in a thread."""
        ...

    def line(self, options: LaunchOptions) -> str:
        """The launch as a shell line, without its key."""
        ...

    def need(self, options: LaunchOptions) -> tuple[int, Fit]:
        """Bytes that the first model would take with these options, and whether that is free."""
        ...

    def free_memory(self) -> int | None:
        """Bytes that are free, None when nothing can tell."""
        ...

    def remember(self, options: LaunchOptions) -> None:
        """Run this model so from now on. Raises OSError."""
        ...

    def share(self, options: LaunchOptions) -> LaunchOptions:
        """The options to serve the local network, with a key. Raises NotConnected."""
        ...

    def strays(self) -> Sequence[Stray]:
        """Servers of ours that nobody holds any more."""
        ...

    def stop(self, stray: Stray) -> bool:
        """End one of them; whether it is gone. Takes seconds, so in a thread."""
        ...


class NotDownloaded(Exception):
    """A list or a download that failed or was stopped; the message says why, what is kept, and what to do."""


class Downloads(Protocol):
    """Models from a hub. Both take long, so in a thread; both raise NotDownloaded."""

    def repository(self, id: str) -> Repository:
        """What a repository holds."""
        ...

    def download(
        self,
        repository: Repository,
        model: RemoteModel,
        on_progress: Callable[[DownloadProgress], None],
        cancelled: threading.Event,
    ) -> Path:
        """Bring a model into the models folder, or go on with what is there of it; where it lies."""
        ...

"""What the front ends are handed: everything that reaches outside the program, as protocols."""

import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from hat_tui.chat.conversation import Conversation
from hat_tui.chat.dialogue import Endpoint, Keeper, Request
from hat_tui.chat.parameters import SamplingParameters
from hat_tui.chat.record import ModelUsed, Record
from hat_tui.chat.reply import Failed, ReplyEvent
from hat_tui.gguf.facts import Fit, ModelFacts
from hat_tui.gguf.repository import DownloadProgress, RemoteModel, Repository
from hat_tui.server.checkup import Check
from hat_tui.server.launch import LaunchOptions
from hat_tui.server.phase import ServerState
from hat_tui.server.target import RemoteServer, Target

if TYPE_CHECKING:
    from hat_tui.acceptance.bench import Bench

LogLines = Sequence[tuple[str, str]]
"""Lines with their levels: debug, info, notice, warning, error."""


class NotConnected(Exception):
    """There is no connection; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Vitals:
    """What a server of ours takes now: bytes of memory, processor (1.0: one core), seconds since its start."""

    resident: int
    processor: float
    uptime_s: float


class KeyWanted(NotConnected):
    """The server wants a key, or another one than it was given."""


class Connection(Protocol):
    """A model that answers, ours or someone's, from the first try to the end."""

    @property
    def target(self) -> Target:
        """Where it leads."""
        ...

    @property
    def endpoint(self) -> Endpoint:
        """What answers, once it is open."""
        ...

    @property
    def url(self) -> str:
        """Its base URL, once it is open."""
        ...

    @property
    def served(self) -> Sequence[ModelUsed]:
        """The models that can be asked there by name, once it is open; empty when they have none."""
        ...

    def vitals(self) -> Vitals | None:
        """A look at the process; None when the server is not ours, or nothing can tell."""
        ...

    async def open(self, on_state: Callable[[ServerState], None], on_log: Callable[[LogLines], None]) -> ModelUsed:
        """Start or reach the server and wait until it answers, however long loading takes.

        States and lines arrive by the two calls, also later on. Raises NotConnected.
        """
        ...

    async def close(self) -> None:
        """Let go of the server and stop it if it is ours. Never raises."""
        ...


class SessionKeeper(Keeper, Protocol):
    """A keeper that knows the file it writes."""

    @property
    def name(self) -> str:
        """The session file's name, "" as long as nothing is in it."""
        ...

    @property
    def read_only(self) -> str:
        """Why nothing is kept here, in a sentence: another hat-tui has the session open, say. "" when it is."""
        ...

    def move(self, folder: Path, records: Iterable[Record]) -> Path:
        """Keep these records, the whole conversation, and what follows in a new file in `folder`. Raises NotKept."""
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


class NoSuchSession(Exception):
    """Nothing by that name, or several; the message says what there is."""


@dataclass(frozen=True, slots=True)
class SessionChoice:
    """One session of the list."""

    id: str
    title: str
    started: datetime | None
    model: str
    turns: int
    first_words: str


class Sessions(Protocol):
    """The sessions on disk. Whatever names one raises NoSuchSession and OSError."""

    def new(self) -> SessionKeeper:
        """A keeper for a conversation that is about to begin; its file appears with the first question."""
        ...

    def resume(self, id: str) -> tuple[Conversation, SessionKeeper, Sequence[str]]:
        """A kept conversation, the keeper that appends to it, and what could not be read of it, in sentences."""
        ...

    def read(self, id: str) -> Conversation:
        """A kept conversation, to look at."""
        ...

    def create(self, records: Iterable[Record]) -> SessionKeeper:
        """A new session that holds these records already: a fork. Raises NotKept."""
        ...

    def export(self, id: str, conversation: Conversation, format: str) -> Path:
        """Write a session beside its file as md, json or html; the file. KeyError for another format."""
        ...

    def rename(self, id: str, title: str) -> None:
        """Give a session another title. Raises NotKept."""
        ...

    def delete(self, id: str) -> Path:
        """Move a session to the trash; where it lies there. Raises NotKept, when it is in use."""
        ...

    def restore(self, trashed: Path) -> str:
        """Take a session out of the trash; its id."""
        ...

    def search(self, words: str) -> Sequence[SessionChoice]:
        """The sessions whose text holds each of the words, the one changed last first; all of them without words."""
        ...

    def recent_prompts(self) -> Sequence[str]:
        """What was asked lately in any session, oldest first."""
        ...


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class SavedConnection:
    """A server under a name. `key` says where its key comes from, "" when it wants none; never the key itself."""

    name: str
    url: str
    model: str = ""
    key: str = ""

    @property
    def target(self) -> RemoteServer:
        """How to connect; the key is looked up by the name when it is opened."""
        return RemoteServer(self.url, "", self.model, self.name)


class NotSaved(Exception):
    """A connection that cannot be read, kept or taken away; the message says why."""


class SavedConnections(Protocol):
    """Servers by name, on disk. Whatever writes raises NotSaved."""

    def list(self) -> Sequence[SavedConnection]:
        """All of them by name. Raises NotSaved when the file makes no sense."""
        ...

    def save(self, name: str, server: RemoteServer) -> None:
        """Keep a server under a name, in place of one that has it; its key in a private file."""
        ...

    def delete(self, name: str) -> None:
        """Forget one, and the key that was kept for it."""
        ...

    async def is_reachable(self, url: str) -> bool:
        """Whether something takes a connection there. Nothing is asked of it: that could cut somebody's reply."""
        ...


class Presets(Protocol):
    """Named sets of sampling parameters."""

    def load(self) -> Mapping[str, SamplingParameters]:
        """Built-in and saved ones by name."""
        ...

    def save(self, name: str, parameters: SamplingParameters) -> None:
        """Keep a set under a name, in place of one that has it. Raises OSError."""
        ...


class NotAttached(Exception):
    """A file cannot be attached; the message says why."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A text file to send with a prompt. `size` in bytes."""

    name: str
    text: str
    size: int


class TextFiles(Protocol):
    """Files and the editor of the person. A restricted hat-tui has none."""

    def attach(self, typed: str) -> Attachment:
        """The text of a file by the path that was typed. Raises NotAttached."""
        ...

    def complete(self, typed: str) -> Sequence[str]:
        """Paths that begin as typed."""
        ...

    def edit(self, text: str) -> str:
        """What a person makes of a text in an editor, which has the terminal meanwhile. Raises OSError."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """Handed to the app by the command line, or by a test."""

    connect: Callable[[Target], Connection]
    sessions: Sessions
    models: Models
    presets: Presets
    launcher: Launcher
    downloads: Downloads
    saved: SavedConnections
    examine: Callable[[], AsyncIterator[Check]]
    """The doctor: checks as they are made."""
    remember: Callable[[Target], None]
    copy: Callable[[str, Callable[[str], None]], str]
    """Copies a text and says by which way; the second argument writes an escape sequence to the terminal. Raises
    OSError."""
    clock: Callable[[], datetime]
    seconds: Callable[[], float]
    version: str = ""
    first: Target | None = None
    """What to open with; None when there is nothing, or a choice to make."""
    why_none: str = ""
    """When there is nothing to open with: why, and what to do."""
    parameters: SamplingParameters = field(default_factory=SamplingParameters)
    resume: str = ""
    """The session to go on with."""
    keys: Mapping[str, str] = field(default_factory=dict)
    theme: str = ""
    """A theme by name; "" for the usual one, dark or light as the terminal is."""
    dark: bool | None = None
    """How the terminal was the last time; None when it never said."""
    remember_dark: Callable[[bool], None] = lambda dark: None
    files: TextFiles | None = None
    """None where the person must not reach files or programs: no attaching, editing, exporting, downloading."""
    bench: "Callable[[], Bench] | None" = None
    """Gives what acceptance tests are run with, when it is asked for."""


class Nowhere:
    """The endpoint before there is one."""

    async def reply(self, request: Request) -> AsyncGenerator[ReplyEvent, None]:
        """Say that nothing answers."""
        yield Failed("No model is loaded yet: pick one with Ctrl+S, or connect to a server with Alt+C.")

    async def count_tokens(self, text: str) -> int | None:
        return None

"""Fakes for what reaches outside: handed in where the real adapters would be."""

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hat_tui.chat.conversation import Conversation
from hat_tui.chat.dialogue import NotKept, Request
from hat_tui.chat.parameters import SamplingParameters
from hat_tui.chat.record import Begun, ModelUsed, Record, Titled
from hat_tui.chat.reply import Delta, Ending, Finished, Measure, ReplyEvent
from hat_tui.gguf.fit import Fit
from hat_tui.gguf.repository import DownloadProgress, RemoteModel, Repository
from hat_tui.server.checkup import Check
from hat_tui.server.launch import LaunchOptions, for_model, launch_line
from hat_tui.server.phase import Phase, ServerState
from hat_tui.server.sharing import shared
from hat_tui.server.target import LocalModel, RemoteServer, Target
from hat_tui.services import (
    LogLines,
    ModelChoice,
    NoSuchSession,
    NotConnected,
    NotDownloaded,
    SavedConnection,
    ServerPart,
    Services,
    SessionChoice,
    Vitals,
)

DEMO = LocalModel(for_model("models/hat-demo.gguf", 2048))
THEIRS = RemoteServer("http://192.168.1.52:8000/v1")


class Ticks:
    """A clock that goes on by `step` seconds each time it is read."""

    def __init__(self, step: float = 0.1) -> None:
        self._now = 0.0
        self._step = step

    def seconds(self) -> float:
        self._now += self._step
        return self._now

    def clock(self) -> datetime:
        return datetime(2026, 11, 24, 5, 35, 17, tzinfo=UTC) + timedelta(seconds=int(self._now))


class ScriptedEndpoint:
    """Answers with the scripts it is given, one a request; `requests` is what it was asked for.

    A script's items are events; an `asyncio.Event` among them is waited for, which holds the reply there and sets
    `reached`.
    """

    def __init__(self, *scripts: Sequence[ReplyEvent | asyncio.Event]) -> None:
        self.scripts = list(scripts)
        self.requests: list[Request] = []
        self.closed = 0
        self.reached = asyncio.Event()

    async def reply(self, request: Request) -> AsyncGenerator[ReplyEvent, None]:
        self.requests.append(request)
        script = self.scripts.pop(0) if self.scripts else says("I am ready.")
        try:
            for item in script:
                if isinstance(item, asyncio.Event):
                    self.reached.set()
                    await item.wait()
                else:
                    yield item
        finally:
            self.closed += 1

    async def count_tokens(self, text: str) -> int | None:
        return len(text.split())


def says(text: str, ending: Ending = Ending.STOP, measure: Measure = Measure()) -> list[ReplyEvent]:
    """A whole reply, word by word."""
    words = text.split(" ")
    pieces: list[ReplyEvent] = [Delta(word if at == 0 else f" {word}") for at, word in enumerate(words)]
    return [*pieces, Finished(ending, measure)]


class FakeConnection:
    """Opens at once unless `gate` holds it; a `trouble` is raised instead."""

    def __init__(
        self,
        target: Target,
        endpoint: ScriptedEndpoint,
        *,
        gate: asyncio.Event | None = None,
        trouble: str = "",
        log: LogLines = (("info", "llama_model_loader: loaded meta data"), ("notice", "ready")),
        served: Sequence[ModelUsed] = (),
    ) -> None:
        self.target = target
        self.endpoint = endpoint
        self.gate = gate
        self.trouble = trouble
        self.closed = False
        self.served = served
        self.url = target.url if isinstance(target, RemoteServer) else f"http://{target.options.host}:8000/v1"
        self.looks = 0
        self._log = log
        self.on_state: Callable[[ServerState], None] = lambda state: None

    async def open(self, on_state: Callable[[ServerState], None], on_log: Callable[[LogLines], None]) -> ModelUsed:
        self.on_state = on_state
        on_state(ServerState(Phase.LOADING, loading_percent=40))
        on_log(self._log)
        if self.gate:
            await self.gate.wait()
        if self.trouble:
            raise NotConnected(self.trouble)
        on_state(ServerState(Phase.READY))
        name = "hat-demo" if isinstance(self.target, LocalModel) else "their-model"
        return ModelUsed(name, "own server" if isinstance(self.target, LocalModel) else self.target.label, 2048)

    def vitals(self) -> Vitals | None:
        self.looks += 1
        return Vitals(612_000_000, 1.9, 65.0) if isinstance(self.target, LocalModel) else None

    async def close(self) -> None:
        self.closed = True


class ListKeeper:
    """Keeps records in a list; `trouble` makes it fail."""

    def __init__(self, id: str = "2026-11-24-0535-test") -> None:
        self.records: list[Record] = []
        self._id = id
        self.trouble = ""
        self.closed = False
        self.read_only = ""

    @property
    def name(self) -> str:
        return f"{self._id}.txt" if any(isinstance(record, Begun) for record in self.records) else ""

    def keep(self, record: Record) -> None:
        if self.trouble:
            raise NotKept(self.trouble)
        self.records.append(record)

    def move(self, folder: Path, records: Iterable[Record]) -> Path:
        self.records, self.trouble = list(records), ""
        return folder / self.name

    def close(self) -> None:
        self.closed = True


@dataclass
class MemorySessions:
    """Sessions that live as long as the test."""

    keepers: dict[str, ListKeeper] = field(default_factory=dict)
    prompts: Sequence[str] = ()
    trash: dict[str, ListKeeper] = field(default_factory=dict)

    def new(self) -> ListKeeper:
        id = f"session-{len(self.keepers) + 1}"
        keeper = self.keepers[id] = ListKeeper(id)
        return keeper

    def resume(self, id: str) -> tuple[Conversation, ListKeeper, Sequence[str]]:
        keeper = ListKeeper(id)
        keeper.records = self.keepers[id].records
        return Conversation(keeper.records), keeper, []

    def read(self, id: str) -> Conversation:
        if id not in self.keepers:
            raise NoSuchSession(f"There is no session {id}")
        return Conversation(self.keepers[id].records)

    def create(self, records: Iterable[Record]) -> ListKeeper:
        keeper = self.new()
        keeper.records.extend(records)
        return keeper

    def export(self, id: str, conversation: Conversation, format: str) -> Path:
        return Path(f"{id}.{format}")

    def rename(self, id: str, title: str) -> None:
        self.keepers[id].records.append(Titled(title))

    def delete(self, id: str) -> Path:
        self.trash[id] = self.keepers.pop(id)
        return Path("trash") / id

    def restore(self, trashed: Path) -> str:
        self.keepers[trashed.name] = self.trash.pop(trashed.name)
        return trashed.name

    def search(self, words: str) -> Sequence[SessionChoice]:
        listed = [self._choice(id, keeper) for id, keeper in reversed(self.keepers.items()) if keeper.records]
        return [choice for choice in listed if words in choice.title]

    def recent_prompts(self) -> Sequence[str]:
        return self.prompts

    def _choice(self, id: str, keeper: ListKeeper) -> SessionChoice:
        conversation = Conversation(keeper.records)
        return SessionChoice(id, conversation.title, None, conversation.model.model, len(conversation.path()), "")


@dataclass
class ShelfOfModels:
    """Models by name; none of them is on a disk."""

    choices: Sequence[ModelChoice] = (ModelChoice(Path("models/hat-demo.gguf"), "hat-demo"),)

    def list(self) -> Sequence[ModelChoice]:
        return self.choices

    def local(self, path: Path) -> Target:
        return LocalModel(for_model(str(path), 2048))


@dataclass
class MemoryPresets:
    """Presets that live as long as the test."""

    saved: dict[str, SamplingParameters] = field(default_factory=lambda: {"article": SamplingParameters()})

    def load(self) -> Mapping[str, SamplingParameters]:
        return self.saved

    def save(self, name: str, parameters: SamplingParameters) -> None:
        self.saved[name] = parameters


@dataclass(frozen=True)
class FakeStray:
    model: str = "gemma-2b-it"
    port: int = 8000
    pid: int = 4711


@dataclass
class FakeLauncher:
    """Launches nothing; `part` is what is installed, `left` the servers of a crash, `remembered` what was kept."""

    part: ServerPart = field(
        default_factory=lambda: ServerPart(("chatml", "gemma", "llama-2"), {"n_batch": "", "last_n_tokens_size": ""})
    )
    left: list[FakeStray] = field(default_factory=list)
    remembered: list[LaunchOptions] = field(default_factory=list)
    fits: Fit = Fit.FITS
    stopped: list[FakeStray] = field(default_factory=list)
    trouble: str = ""

    def installed(self) -> ServerPart:
        return self.part

    def line(self, options: LaunchOptions) -> str:
        return launch_line(options, port=options.port, cores=2)

    def need(self, options: LaunchOptions) -> tuple[int, Fit]:
        return 100_000_000 + 1000 * options.context_of(options.models[0]), self.fits

    def free_memory(self) -> int | None:
        return 4_000_000_000

    def remember(self, options: LaunchOptions) -> None:
        self.remembered.append(options)

    def share(self, options: LaunchOptions) -> LaunchOptions:
        if self.trouble:
            raise NotConnected(self.trouble)
        return shared(options, "192.168.1.52", "open-sesame")

    def strays(self) -> Sequence[FakeStray]:
        return self.left

    def stop(self, stray: FakeStray) -> bool:
        self.stopped.append(stray)
        return True


@dataclass
class FakeDownloads:
    """A hub with the repositories it is given. A download tells one step and then waits for `go` or the cancel."""

    repositories: dict[str, Repository] = field(default_factory=dict)
    go: threading.Event = field(default_factory=threading.Event)
    downloaded: list[str] = field(default_factory=list)

    def repository(self, id: str) -> Repository:
        if id not in self.repositories:
            raise NotDownloaded(f"There is no repository {id}. Check the name.")
        return self.repositories[id]

    def download(
        self,
        repository: Repository,
        model: RemoteModel,
        on_progress: Callable[[DownloadProgress], None],
        cancelled: threading.Event,
    ) -> Path:
        on_progress(DownloadProgress(model.files[0].name, model.size // 4, model.size, model.size / 40))
        while not self.go.wait(0.01):
            if cancelled.is_set():
                raise NotDownloaded("Stopped. 25 MB of 100 MB are kept: download again to continue.")
        self.downloaded.append(model.name)
        return Path("models") / model.files[0].name


@dataclass
class MemoryConnections:
    """Connections that live as long as the test; `up` are the addresses that take a connection."""

    saved: dict[str, RemoteServer] = field(default_factory=dict)
    up: Sequence[str] = ()

    def list(self) -> Sequence[SavedConnection]:
        return [
            SavedConnection(name, server.url, server.model, "kept here" if server.key else "")
            for name, server in sorted(self.saved.items())
        ]

    def save(self, name: str, server: RemoteServer) -> None:
        self.saved[name] = server

    def delete(self, name: str) -> None:
        del self.saved[name]

    async def is_reachable(self, url: str) -> bool:
        return url in self.up


def fake_services(
    endpoint: ScriptedEndpoint | None = None,
    *,
    connect: Callable[[Target], FakeConnection] | None = None,
    sessions: MemorySessions | None = None,
    first: Target | None = DEMO,
    models: ShelfOfModels | None = None,
    launcher: FakeLauncher | None = None,
    downloads: FakeDownloads | None = None,
    saved: MemoryConnections | None = None,
    checks: Sequence[Check] = (),
    **more: object,
) -> Services:
    """Services made of fakes, opening with the demo model that answers by `endpoint`."""
    answering = endpoint or ScriptedEndpoint()
    ticks = Ticks()

    async def examine() -> AsyncIterator[Check]:
        for check in checks:
            yield check

    return Services(
        connect=connect or (lambda target: FakeConnection(target, answering)),
        sessions=sessions or MemorySessions(),
        models=models or ShelfOfModels(),
        presets=MemoryPresets(),
        launcher=launcher or FakeLauncher(),
        downloads=downloads or FakeDownloads(),
        saved=saved or MemoryConnections(),
        examine=examine,
        remember=lambda target: None,
        copy=lambda text, to_terminal: f"copied: {text}",
        clock=ticks.clock,
        seconds=ticks.seconds,
        version="0.0.0",
        first=first,
        **more,
    )

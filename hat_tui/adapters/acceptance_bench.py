"""Acceptance tests on this machine: runs and protocols in folders, models behind servers of our own or by URL."""

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag

from hat_tui.acceptance.bench import OpenRun, ProtocolChoice, RunChoice
from hat_tui.acceptance.conduct import Loaded, ModelNotLoaded
from hat_tui.acceptance.patience import SILENCE_S, Impatient
from hat_tui.acceptance.protocol import Protocol, Task
from hat_tui.acceptance.protocol_text import BadProtocol
from hat_tui.acceptance.run import Planned, Run
from hat_tui.adapters.connection import connection_to
from hat_tui.adapters.late_imports import openai_endpoint
from hat_tui.adapters.machine import physical_cores
from hat_tui.adapters.own_server import OwnServer
from hat_tui.adapters.protocol_folder import (
    BUNDLED,
    add_task,
    bundled_file,
    find_protocol,
    own_protocols,
    read_protocol,
)
from hat_tui.adapters.run_facts import file_facts, machine, version_of, versions
from hat_tui.adapters.run_folder import RunFolder
from hat_tui.adapters.their_server import TheirServer
from hat_tui.chat.record import ModelUsed
from hat_tui.chat.reply import Measure
from hat_tui.server.phase import ServerState
from hat_tui.server.target import LocalModel, RemoteServer, Target
from hat_tui.services import NotConnected

PROTOCOLS = "protocols"
"""The folder, beside the runs, of a person's own protocols."""

_TOLD_WITHIN_S = 0.5


class AcceptanceBench:
    """`folder` holds the runs and a person's own protocols. `find` tells where a model's file is and `local` how it is
    run; both raise NotConnected. `server` tells how to reach the server at a URL, `key_of` its key by the name under
    which it is saved. A reply of which nothing comes for `silence_s` seconds has failed.
    """

    def __init__(
        self,
        folder: Path,
        state_folder: Path,
        find: Callable[[str], Path],
        local: Callable[[Path], Target],
        server: Callable[[str], RemoteServer] = RemoteServer,
        key_of: Callable[[str], str] = lambda name: "",
        silence_s: float = SILENCE_S,
    ) -> None:
        self._runs = RunFolder(folder)
        self._protocols = folder / PROTOCOLS
        self._state_folder = state_folder
        self._find = find
        self._local = local
        self._server = server
        self._key_of = key_of
        self._silence_s = silence_s

    def protocols(self) -> Sequence[ProtocolChoice]:
        """Those that come with hat-tui, then a person's own."""
        files = [(name, bundled_file(name)) for name in BUNDLED]
        files += [(file.stem, file) for file in own_protocols(self._protocols)]
        return [_protocol_choice(name, file) for name, file in files]

    def protocol(self, asked: str) -> Protocol:
        """A protocol by its name or path. Raises BadProtocol."""
        return find_protocol(asked, self._protocols)

    def add_task(self, task: Task, name: str = "mine") -> str:
        """Append a task to a person's own protocol; where that is. Raises BadProtocol and OSError."""
        path = self._protocols / f"{name}.toml"
        add_task(path, task)
        return str(path)

    def plan(self, protocol: Protocol, models: Sequence[str], seed: int | None = None) -> Planned:
        """A run of the protocol with these models. Raises ModelNotLoaded when one is not there."""
        sources: dict[str, str] = {}
        known: set[str | Path] = set()
        for asked in models:
            label, source, same = self._source(asked)
            if same not in known:
                known.add(same)
                sources[_unlike(label, sources)] = source
        if not sources:
            raise ModelNotLoaded("No model was named; name one with --model")
        drawn = secrets.randbelow(2**31) if seed is None else seed
        return Planned(self.clock(), protocol, tuple(sources), drawn, sources, versions(), machine())

    def _source(self, asked: str) -> tuple[str, str, str | Path]:
        """A label, where the model is, and what all names of this model have in common.

        A link keeps its own name: in caches its target is called by a hash, and a part of a split model by none of
        the names that its other parts are found by.
        """
        if asked.startswith(("http://", "https://")):
            url, name = urldefrag(asked)
            return name or url.split("://", 1)[1].rstrip("/").removesuffix("/v1"), asked, asked
        try:
            path = self._find(asked).absolute()
        except NotConnected as error:
            raise ModelNotLoaded(str(error)) from None
        return path.stem, str(path), path.resolve()

    def create(self, plan: Planned) -> OpenRun:
        """Begin a run on disk. Raises NotKept."""
        run, file = self._runs.create(plan)
        return OpenRun(run, file)

    def open(self, id: str) -> OpenRun:
        """A run by its id, a part of it, or "last". Raises NoSuchRun."""
        return OpenRun(*self._runs.open(id))

    def read(self, id: str) -> tuple[str, Run]:
        """A run to look at, with its whole id. Raises NoSuchRun."""
        run, _ = self._runs.read(id)
        return self._runs.find(id).name, run

    def runs(self) -> Sequence[RunChoice]:
        """All runs, newest first."""
        return self._runs.list()

    def save(self, id: str, name: str, text: str) -> str:
        """Write a sheet into the run's folder; where it is. Raises OSError."""
        path = self._runs.find(id) / name
        path.write_text(text, encoding="utf-8", newline="")
        return str(path)

    def clock(self) -> datetime:
        return datetime.now().astimezone().replace(microsecond=0)

    def seconds(self) -> float:
        return time.monotonic()

    async def pause(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    def opener(self, run: Run) -> Callable[[str], AbstractAsyncContextManager[Loaded]]:
        """What loads the run's models: by what their labels stand for in its plan."""

        @asynccontextmanager
        async def open_model(label: str) -> AsyncIterator[Loaded]:
            source = run.plan.sources.get(label, label)
            connection = connection_to(self._target(source), self._state_folder, self._key_of)
            told = _Told()
            facts = asyncio.create_task(asyncio.to_thread(file_facts, source))
            # Imported while the model loads, or the first reply would count it as waiting for its first token.
            imported = asyncio.create_task(openai_endpoint())
            try:
                try:
                    model = await connection.open(told.take, lambda lines: None)
                except NotConnected as error:
                    raise ModelNotLoaded(str(error)) from None
                await imported
                yield Loaded(
                    Impatient(connection.endpoint, self._silence_s),
                    model,
                    await facts | _launch_facts(connection, model),
                    lambda: _resident(connection),
                    told.measure,
                )
            finally:
                facts.cancel()
                imported.cancel()
                await connection.close()

        return open_model

    def _target(self, source: str) -> Target:
        if source.startswith(("http://", "https://")):
            url, name = urldefrag(source)
            server = self._server(url)
            return replace(server, model=name or server.model)
        try:
            return self._local(self._find(source))
        except NotConnected as error:
            raise ModelNotLoaded(str(error)) from None


class _Told:
    """What the log of a server of our own tells of the last reply: llama_cpp.server's streams do not."""

    def __init__(self) -> None:
        self._state = ServerState()
        self._used = ServerState()
        self._changed = asyncio.Event()

    def take(self, state: ServerState) -> None:
        """Called with each new state."""
        self._state = state
        self._changed.set()

    async def measure(self) -> Measure:
        """Tokens and times of the last reply; nothing when the log does not tell them within half a second."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_TOLD_WITHIN_S):
                while self._state.reply is None or self._state.reply is self._used.reply:
                    self._changed.clear()
                    await self._changed.wait()
        state, before = self._state, self._used
        self._used = state
        if state.prompt is None or state.reply is None or state.reply is before.reply:
            return Measure()
        evaluated = state.prompt.tokens
        # The line about reuse is not written when nothing is reused; then it is that of an earlier prompt.
        reused = state.reused if state.remaining == evaluated else 0
        told = Measure(prompt_tokens=evaluated + reused, evaluated_tokens=evaluated)
        if not state.reply.ms:
            return told
        # The first token comes out of the prompt; each of the others, and the end, took a run of its own.
        return replace(told, tokens=state.reply.tokens + 1, counted=True, generation_s=state.reply.ms / 1000)


def _launch_facts(connection: OwnServer | TheirServer, model: ModelUsed) -> dict[str, Any]:
    """How it was launched. What somebody else's server runs is told by the name that it gives it alone."""
    facts: dict[str, Any] = {"n_ctx": model.n_ctx}
    if isinstance(connection, OwnServer):
        target = connection.target
        assert isinstance(target, LocalModel)  # noqa: S101 - told to the type checker
        facts |= {"launch": connection.launch_line, "threads": target.options.threads or physical_cores()}
        facts["llama-cpp-python"] = version_of("llama-cpp-python")
    else:
        facts["model"] = model.model
    return facts


def _resident(connection: OwnServer | TheirServer) -> int | None:
    usage = connection.usage() if isinstance(connection, OwnServer) else None
    return usage.resident if usage else None


def _unlike(label: str, taken: Mapping[str, str]) -> str:
    """The label, numbered where another model has it."""
    number = 1
    unlike = label
    while unlike in taken:
        number += 1
        unlike = f"{label} ({number})"
    return unlike


def _protocol_choice(name: str, file: Path) -> ProtocolChoice:
    try:
        protocol = read_protocol(file)
    except BadProtocol as error:
        return ProtocolChoice(name, name, 0, "", str(error))
    return ProtocolChoice(name, protocol.name, len(protocol.tasks), protocol.about)

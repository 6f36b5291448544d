"""Our own llama_cpp.server as a child process: spawned, read, watched, stopped, never left behind."""

import asyncio
import contextlib
import os
import platform
import socket
import ssl
import sys
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from hat_tui.adapters import child_guard, server_record
from hat_tui.adapters.machine import Usage, UsageMeter, physical_cores
from hat_tui.server.diagnosis import Cause, Diagnosis, Installation, diagnose
from hat_tui.server.launch import LaunchOptions, clean_environment, config, launch_line
from hat_tui.server.log_line import Loading, LogLine, LogReader
from hat_tui.server.phase import Phase, ServerState
from hat_tui.server.phase_changes import advance, answers

SERVER_MODULE = "llama_cpp.server"
_BATCH_S = 0.05
_PROBE_S = 0.1
_GRACE_S = 1.0
_LAST_LINES = 400  # a refused setting is followed by the server's whole help
_STARTS = 3  # of a server whose free port somebody else took between our looking and its binding

Lines = Callable[[Sequence[LogLine]], None]
States = Callable[[ServerState], None]


class ServerProcess:
    """One server child at a time. Use it from one event loop, in the main thread.

    `on_lines` gets what the server wrote, in batches about 50 ms apart; `on_state` every change of `state`. Both are
    called on the event loop and must not block. `folder` is a private folder of ours for the config file and the note
    by which a stale server is recognised.
    """

    def __init__(
        self,
        folder: Path,
        *,
        on_lines: Lines = lambda lines: None,
        on_state: States = lambda state: None,
        python: str = sys.executable,
        module: str = SERVER_MODULE,
    ) -> None:
        self.state = ServerState()
        self.options: LaunchOptions | None = None
        self.port = 0
        self._folder = folder
        self._on_lines, self._on_state = on_lines, on_state
        self._python, self._module = python, module
        self._process: asyncio.subprocess.Process | None = None
        self._record: server_record.ServerRecord | None = None
        self._config: Path | None = None
        self._job: object = None
        self._meter: UsageMeter | None = None
        self._life: asyncio.Task[None] | None = None
        self._settled = asyncio.Event()
        self._stopping = False
        self._last: deque[str] = deque(maxlen=_LAST_LINES)

    @property
    def base_url(self) -> str:
        """Where clients on this machine reach it, with `/v1`; empty before the first start."""
        if self.options is None:
            return ""
        host = reachable_host(self.options.host)
        return f"{self.options.scheme}://{f'[{host}]' if ':' in host else host}:{self.port}/v1"

    @property
    def launch_line(self) -> str:
        """The launch as a shell line, without the key; empty before the first start."""
        if self.options is None:
            return ""
        return launch_line(self.options, port=self.port, cores=physical_cores(), python=self._python)

    def usage(self) -> Usage | None:
        return self._meter.look() if self._meter else None

    async def start(self, options: LaunchOptions) -> None:
        """Choose the port, spawn the server and return; `state` tells the rest. Stops one that runs before."""
        await self.stop()
        self.options = options
        self.port = options.port
        with contextlib.suppress(OSError, ValueError):  # said by the life that begins below
            self.port = options.port or free_port(options.host)
        self._settled.clear()
        self._stopping = False
        self._life = asyncio.create_task(self._live(options), name="server")

    async def settled(self) -> ServerState:
        """Wait until the server is ready, has crashed or was stopped."""
        await self._settled.wait()
        return self.state

    async def stop(self) -> None:
        """End the server: a request to end, then, a second later, its whole process group by force."""
        life, self._life = self._life, None
        if life is None:
            return
        self._stopping = True
        if self._process is None:  # not spawned yet
            life.cancel()
        elif self._process.returncode is None:
            child_guard.end_gently(self._process.pid)
        try:
            await asyncio.wait({life}, timeout=_GRACE_S)
        finally:
            self.end_now()
        await asyncio.wait({life})
        if self.state.phase is not Phase.CRASHED:
            self._become(ServerState(Phase.STOPPED))

    def end_now(self) -> None:
        """End the server by force, without waiting: for a way out that cannot wait."""
        if self._process and self._process.returncode is None:
            child_guard.end_at_once(self._process.pid)

    async def _live(self, options: LaunchOptions) -> None:
        for _ in range(_STARTS):
            self._become(ServerState(Phase.STARTING))
            self._last.clear()
            try:
                _check_files(options)
                check_port(options.host, self.port)
                code = await self._run(options)
            except (OSError, ValueError) as error:  # UnicodeError: a host or a path that cannot be encoded
                diagnosis = self._not_started(error)
            else:
                diagnosis = self._diagnose(code, list(self._last))
            if self._stopping:
                break
            if diagnosis.cause is Cause.PORT_TAKEN and not options.port:
                self.port = free_port(options.host)
                continue
            self._become(replace(self.state, phase=Phase.CRASHED, open_requests=0, unlogged=False, diagnosis=diagnosis))
            return
        self._become(ServerState(Phase.STOPPED))

    def _not_started(self, error: OSError | ValueError) -> Diagnosis:
        told = self._diagnose(1, [str(error)])
        if told.cause is not Cause.OTHER:
            return told
        next_step = "Check the installation, the state folder (hat-tui --where) and the rights to both."
        return Diagnosis(Cause.OTHER, f"The server could not be started: {error}.", next_step)

    def _diagnose(self, code: int, lines: Sequence[str]) -> Diagnosis:
        return diagnose(code, lines, Installation(self._python, machine=platform.machine(), system=sys.platform))

    async def _run(self, options: LaunchOptions) -> int:
        """Spawn, read and watch one child to its end; its exit code."""
        self._config = server_record.write_config(self._folder, config(options, port=self.port, cores=physical_cores()))
        try:
            process = await asyncio.create_subprocess_exec(
                *child_guard.guarded_command(
                    self._python,
                    self._module,
                    ["--config_file", str(self._config)],
                    rpc_servers=options.rpc_servers,
                ),
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                env=clean_environment(os.environ),
                **child_guard.spawn_settings(),
            )
        except BaseException:
            self._config.unlink(missing_ok=True)
            raise
        self._process = process
        reading = asyncio.create_task(self._read(process.stdout, options.api_key), name="server log")
        probing = asyncio.create_task(self._probe(options), name="server readiness")
        try:
            self._job = child_guard.put_in_job(process.pid)
            self._meter = UsageMeter(process.pid)
            self._record = server_record.keep_record(process.pid, self.port, options.models[0].name, self._config)
            code = await process.wait()
            # Whatever still holds the pipe's other end is no server of ours: it does not keep us waiting.
            await asyncio.wait({reading}, timeout=1)
            return code
        finally:
            for task in (reading, probing):
                task.cancel()
            await asyncio.gather(reading, probing, return_exceptions=True)
            child_guard.end_at_once(process.pid)
            self._config.unlink(missing_ok=True)
            if self._record:
                server_record.forget(self._record)
            self._process = self._meter = self._job = self._record = None

    async def _read(self, pipe: asyncio.StreamReader | None, key: str) -> None:
        """Drain the pipe, whoever watches; hand on what came in batches."""
        reader = LogReader()
        batch: list[LogLine] = []
        loop = asyncio.get_running_loop()
        pending: asyncio.TimerHandle | None = None

        def hand_on() -> None:
            nonlocal batch, pending
            pending = None
            if batch:
                lines, batch = batch, []
                self._on_lines(lines)

        def take(lines: list[LogLine]) -> None:
            state = self.state
            for line in lines:
                shown = replace(line, text=line.text.replace(key, "…")) if key and key in line.text else line
                batch.append(shown)
                self._last.append(shown.text)
                if line.event:
                    state = advance(state, line.event)
            if reader.dots:
                state = advance(state, Loading(min(100, reader.dots)))
            self._become(state)

        try:
            while pipe and (data := await pipe.read(65536)):
                take(reader.feed(data))
                if pending is None:
                    pending = loop.call_later(_BATCH_S, hand_on)
            take(reader.close())
        finally:
            if pending:
                pending.cancel()
            hand_on()

    async def _probe(self, options: LaunchOptions) -> None:
        """Ask for `/v1/models` until it is answered. Nothing asks again: a request in a stream's time would cost it."""
        host, tls = reachable_host(options.host), options.scheme == "https"
        while await models_status(host, self.port, key=options.api_key, tls=tls) != 200:  # noqa: ASYNC110
            await asyncio.sleep(_PROBE_S)
        if self._config:
            self._config.unlink(missing_ok=True)  # it has been read, and may hold the key
        self._become(answers(self.state))

    def _become(self, state: ServerState) -> None:
        if state == self.state:
            return
        self.state = state
        if state.phase in (Phase.READY, Phase.BUSY, Phase.CRASHED, Phase.STOPPED):
            self._settled.set()
        self._on_state(state)


def reachable_host(host: str) -> str:
    """An address by which this machine reaches a server that listens on `host`."""
    return "127.0.0.1" if host in ("", "0.0.0.0", "::") else host  # noqa: S104 - compared, not bound


def free_port(host: str) -> int:
    """A port nobody listens on now. OSError when the host is no address of this machine."""
    return _bind(host, 0)


def check_port(host: str, port: int) -> None:
    """OSError when a server could not listen there; said before the model is loaded, not after."""
    _bind(host, port)


def _check_files(options: LaunchOptions) -> None:
    """FileNotFoundError for a file that is not there: without its LoRA file the server dies of a segmentation fault."""
    for file in filter(None, (options.lora, options.tls_key_file, options.tls_certificate)):
        if not Path(file).is_file():
            raise FileNotFoundError(f"There is no file {file}")


def _bind(host: str, port: int) -> int:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as trial:
        if sys.platform != "win32":  # there it would allow a port in use
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        trial.bind(address)
        return int(trial.getsockname()[1])


async def models_status(host: str, port: int, *, key: str, tls: bool, timeout_s: float = 2.0) -> int:
    """The status of `GET /v1/models`, or 0 without an answer. A certificate is not checked: it is our own."""
    context: ssl.SSLContext | None = None
    if tls:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    request = f"GET /v1/models HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n"
    request += f"Authorization: Bearer {key}\r\n\r\n" if key else "\r\n"
    with contextlib.suppress(OSError, ValueError, asyncio.TimeoutError):
        async with asyncio.timeout(timeout_s):
            reader, writer = await asyncio.open_connection(host, port, ssl=context)
            try:
                writer.write(request.encode())
                status_line = await reader.readline()
                await reader.read()
            finally:
                writer.close()
            return int(status_line.split()[1])
    return 0

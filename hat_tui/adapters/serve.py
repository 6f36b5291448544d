"""The server alone, in the foreground: for scripts, services and colleagues."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TextIO

from hat_tui.adapters.server_process import SERVER_MODULE, ServerProcess, check_port
from hat_tui.chat.safe_text import shown_line
from hat_tui.server.launch import LaunchOptions, is_loopback
from hat_tui.server.launch_form import problems, warnings
from hat_tui.server.log_line import Level, LogLine
from hat_tui.server.phase import Phase, ServerState
from hat_tui.server.sharing import SHARED_PORT, exposure, invitation, new_key, shared


class CannotServe(Exception):
    """The server must not, or cannot, be started like this; the message says why."""


def lan_address() -> str:
    """This machine's address on its network. Raises CannotServe when it has none."""
    # Connecting a datagram socket sends nothing: it only asks which address would be used (RFC 5737's is nobody's).
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe, contextlib.suppress(OSError):
        probe.connect(("192.0.2.1", 9))
        address = str(probe.getsockname()[0])
        if not is_loopback(address):
            return address
    raise CannotServe("This machine has no network address to share; give one with --host.")


def share(options: LaunchOptions, key: str = "") -> LaunchOptions:
    """The options to serve the local network: its address, a key, and port 8000 when it is free. Raises CannotServe."""
    address = options.host if not is_loopback(options.host) else lan_address()
    options = shared(options, address, key)
    if not options.port:
        with contextlib.suppress(OSError, ValueError):
            check_port(address, SHARED_PORT)
            options = replace(options, port=SHARED_PORT)
    return options


def kept_key(path: Path) -> str:
    """The key in this file; where there is none, a new one, in a file that its owner alone can read. Raises OSError."""
    with contextlib.suppress(FileNotFoundError):
        if key := path.read_text(encoding="utf-8").strip():
            return key
        path.unlink()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = new_key()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(key + "\n")
    return key


async def serve(
    options: LaunchOptions,
    folder: Path,
    *,
    key_file: Path | None = None,
    exposed: bool = False,
    verbose: bool = False,
    out: TextIO = sys.stdout,
    log: TextIO = sys.stderr,
    module: str = SERVER_MODULE,
) -> int:
    """Run the server until it ends or we are asked to (SIGINT, SIGTERM, SIGHUP); the exit code, 0 when asked.

    `out` gets one line when the server is ready, and, beyond loopback, what a colleague needs; `log` everything else.
    The key itself is shown on a terminal alone; elsewhere `key_file` is named. `folder` keeps the private config.
    `exposed` allows serving strangers without a key. Raises CannotServe before anything is started.
    """
    for _, sentence in problems(options, exposed=exposed):
        raise CannotServe(sentence)
    over = asyncio.Event()

    def on_lines(lines: Sequence[LogLine]) -> None:
        for line in lines:
            if verbose or line.level is not Level.DEBUG:
                print(line.text, file=log)
        log.flush()

    def on_state(state: ServerState) -> None:
        if state.phase in (Phase.CRASHED, Phase.STOPPED):
            over.set()

    for field, sentence in warnings(options):
        if field != "host":  # what is exposed is told, and in full, once it is
            print(f"hat-tui: {sentence}", file=log)
    server = ServerProcess(folder, on_lines=on_lines, on_state=on_state, module=module)
    await server.start(options)
    print(shown_line(server.launch_line), file=log, flush=True)
    with _asked_to_end(over):
        try:
            settled, asked = asyncio.create_task(server.settled()), asyncio.create_task(over.wait())
            await asyncio.wait({settled, asked}, return_when=asyncio.FIRST_COMPLETED)
            if server.state.phase in (Phase.READY, Phase.BUSY):
                _tell(options, server.base_url, key_file, out, log)
            await asked
        finally:
            settled.cancel()
            state = server.state
            await server.stop()
    if state.phase is Phase.CRASHED and state.diagnosis:
        print(f"hat-tui: {state.diagnosis}", file=log)
        return 1
    return 0


def _tell(options: LaunchOptions, url: str, key_file: Path | None, out: TextIO, log: TextIO) -> None:
    print(f"ready at {url}", file=out)
    if not is_loopback(options.host):
        for sentence in exposure(options):
            print(f"hat-tui: {sentence}", file=log)
        # Only a person reads the key here. Anything else would keep it: a file, the journal of a service.
        hidden = f"(in {key_file})" if key_file else "(the one that was set)"
        key = options.api_key if out.isatty() or not options.api_key else hidden
        print(invitation(url, key), file=out)
    out.flush()
    log.flush()


@contextlib.contextmanager
def _asked_to_end(over: asyncio.Event) -> Iterator[None]:
    """Set `over` when the process is asked to end, in place of ending it."""
    loop = asyncio.get_running_loop()
    with contextlib.ExitStack() as undo:
        # Windows has no handlers on the loop: there Ctrl+C raises KeyboardInterrupt, and the child ends with us.
        if sys.platform != "win32":
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                if signal.getsignal(number) is not signal.SIG_IGN:  # nohup has it ignored
                    loop.add_signal_handler(number, over.set)
                    undo.callback(loop.remove_signal_handler, number)
        yield

"""One server for several people: network namespaces as machines, each with its own address, joined by a bridge."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

import pytest
from terminal_session import COMMAND, MODEL, TerminalSession, environment

from hat_tui.adapters.connection_file import ConnectionFile
from hat_tui.server.target import RemoteServer

pytestmark = pytest.mark.e2e

HOST, ANNA, BEN = "10.77.0.1", "10.77.0.2", "10.77.0.3"
URL = f"http://{HOST}:8000/v1"
LONG = b"Count from 1 to 500\r"


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


class Network:
    """A network of namespaces. Each has a default route, so that a program can tell its own address."""

    def __init__(self) -> None:
        self._id = uuid4().hex[:6]
        self._made: list[str] = []

    def name(self, address: str) -> str:
        return f"hat{self._id}{address.rpartition('.')[2]}"

    def build(self) -> None:
        host = self._machine(HOST)
        ip("-n", host, "link", "add", "br0", "type", "bridge")
        ip("-n", host, "addr", "add", f"{HOST}/24", "dev", "br0")
        ip("-n", host, "link", "set", "br0", "up")
        ip("-n", host, "route", "add", "default", "via", ANNA)
        for number, address in enumerate((ANNA, BEN)):
            machine = self._machine(address)
            ip("link", "add", "eth0", "netns", machine, "type", "veth", "peer", "name", f"port{number}", "netns", host)
            ip("-n", host, "link", "set", f"port{number}", "master", "br0", "up")
            ip("-n", machine, "addr", "add", f"{address}/24", "dev", "eth0")
            ip("-n", machine, "link", "set", "eth0", "up")

    def _machine(self, address: str) -> str:
        name = self.name(address)
        ip("netns", "add", name)
        self._made.append(name)
        ip("-n", name, "link", "set", "lo", "up")
        return name

    def remove(self) -> None:
        for name in self._made:
            with suppress(subprocess.CalledProcessError):
                ip("netns", "del", name)

    def command(self, address: str) -> list[str]:
        """The words that run hat-tui on that machine."""
        return ["netns", "exec", self.name(address), str(COMMAND)]


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    if shutil.which("ip") is None or os.geteuid() != 0:
        pytest.skip("network namespaces need `ip` (iproute2) and root")
    made = Network()
    try:
        made.build()
    except subprocess.CalledProcessError as trouble:
        made.remove()
        pytest.skip(f"no network namespaces here: {trouble.stderr.strip()}")
    yield made
    made.remove()


@pytest.fixture
def chat_on(network: Network, tmp_path: Path) -> Callable[..., TerminalSession]:
    """Starts hat-tui in a pty on a machine, with a home of its own."""

    def start(address: str, *flags: str, **more: str) -> TerminalSession:
        home = tmp_path / address
        home.mkdir(exist_ok=True)
        return TerminalSession(home, *network.command(address), *flags, command=Path(shutil.which("ip") or ""), **more)

    return start


def save_connection(home: Path, key: str) -> None:
    home.mkdir(exist_ok=True)
    ConnectionFile(home / ".config" / "hat-tui" / "connections.toml").save("office", RemoteServer(URL, key))


@contextmanager
def serving(network: Network, home: Path) -> Iterator[str]:
    """`hat-tui serve --share` on the host; the key."""
    home.mkdir(exist_ok=True)
    command = ["ip", *network.command(HOST), "serve", "--share", "--model", str(MODEL)]
    with subprocess.Popen(command, env=environment(home), cwd=home, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            assert server.stdout.readline() == f"ready at {URL}\n"
            yield (home / ".local" / "state" / "hat-tui" / "server-key").read_text().strip()
        finally:
            server.terminate()
            server.wait(10)


def processes_that_tell(secret: str) -> list[str]:
    """Processes whose command line, or whose environment, holds a text."""
    found = []
    for process in Path("/proc").iterdir():
        for file in ("cmdline", "environ"):
            with suppress(OSError):
                if process.name.isdigit() and secret.encode() in (process / file).read_bytes():
                    found.append(f"{process.name}/{file}")
    return found


def test_two_people_chat_on_one_server_their_requests_queue_and_no_reply_is_cut(
    network: Network, tmp_path: Path, chat_on: Callable[..., TerminalSession]
) -> None:
    with serving(network, tmp_path / HOST) as key:
        for address in (ANNA, BEN):
            save_connection(tmp_path / address, key)
        with (
            chat_on(ANNA, "connect", "office", "--max-tokens", "300") as anna,
            chat_on(BEN, "connect", "office", "--max-tokens", "300") as ben,
        ):
            anna.until("● ready")
            ben.until("● ready")
            anna.send(LONG)
            anna.until_kept("=== assistant 2 ")
            ben.send(LONG)
            ben.until_kept("=== assistant 2 ")
            for chat in (anna, ben):
                chat.until_kept("=== end 2 ending=", seconds=60)
                ending = chat.session_text().rpartition("=== end 2 ending=")[2].split()[0]
                assert ending in ("stop", "length"), chat.session_text()
            assert processes_that_tell(key) == []
            assert key not in anna.session_text() + ben.session_text() + anna.terminal.text() + ben.terminal.text()


def test_without_the_key_it_is_asked_for_in_words_and_taken_when_it_is_typed(
    network: Network, tmp_path: Path, chat_on: Callable[..., TerminalSession]
) -> None:
    with serving(network, tmp_path / HOST) as key, chat_on(ANNA, "--url", URL) as anna:
        anna.until("wants an API key", "Connect to an OpenAI-compatible server")
        anna.send(f"{key}\r".encode())
        anna.until("● ready")
        assert key not in anna.terminal.text()
        anna.send(b"Hello\r")
        anna.until_kept("=== end 2 ending=")


def test_a_model_is_shared_from_inside_the_app_taken_back_and_shared_again(
    tmp_path: Path, chat_on: Callable[..., TerminalSession]
) -> None:
    with chat_on(HOST, "--model", str(MODEL)) as host:
        host.until("● ready")
        host.send(b"\x1bs")
        host.until("Share hat-demo with the local network?")
        host.send(b"\r")
        host.until(f"hat-tui --url {URL}")
        key = (tmp_path / HOST / ".local" / "state" / "hat-tui" / "server-key").read_text().strip()
        host.until(key)
        host.send(b"\r")
        save_connection(tmp_path / ANNA, key)
        with chat_on(ANNA, "connect", "office") as anna:
            anna.until("● ready")
            anna.send(b"Hello\r")
            anna.until_kept("=== end 2 ending=")
            host.send(b"/unshare\r")
            host.until("listens to this machine alone again")
            anna.send(b"Hello again\r")
            anna.until("Nothing listens at")
            host.send(b"\x1bs")
            host.until("Share hat-demo with the local network?")
            host.send(b"\r")
            host.until(f"hat-tui --url {URL}")
            # The prompt waits in the box, and the server is reached as if nothing had been.
            anna.send(b"\r")
            anna.until_kept("Hello again\n=== end 5")
            anna.until_kept("=== end 6 ending=stop")
        assert processes_that_tell(key) == []
        state = json.loads((tmp_path / HOST / ".local" / "state" / "hat-tui" / "last.json").read_text())
        assert key not in json.dumps(state)

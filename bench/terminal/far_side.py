"""A client run at the far end of a real OpenSSH session, over a wire that can be made slow, late and lossy."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from bench.terminal.chats import NotReady, Size, tell
from bench.terminal.clients import ROOT, Client
from bench.terminal.slow_links import SlowLink, slow_link
from bench.terminal.wire import FAR

_PORT: Final = 2222
_SSHD: Final = """\
Port {port}
ListenAddress {address}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/user_key.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
"""


@dataclass(frozen=True, slots=True)
class Wire:
    """Bytes a second (0: no limit), seconds one way, part of the packets lost; tokens a second of the server."""

    name: str
    rate: float
    delay_s: float
    loss: float
    speed: int


WIRES: Final = (
    Wire("1 kB/s, 20 tokens/s", 1000, 0.0, 0.0, 20),
    Wire("8 kB/s, 400 tokens/s", 8000, 0.0, 0.0, 400),
    Wire("100 ms there and back, 1 % lost, 50 tokens/s", 0, 0.05, 0.01, 50),
)


def missing() -> str:
    """Why there can be no far side here; empty when there can."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        return "Not measured over SSH: network namespaces need root on Linux."
    programs = {"ip": "iproute2", "/usr/sbin/sshd": "openssh-server", "ssh": "openssh-client"}
    if packages := [package for program, package in programs.items() if shutil.which(program) is None]:
        return f"Not measured over SSH: install {', '.join(packages)}."
    if not Path("/dev/net/tun").exists():
        return "Not measured over SSH: this kernel has no TUN devices."
    return ""


class FarSide:
    """Two network namespaces, the wire between them, and an sshd in the far one; all ended with the block."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._near, self._far = (f"hat-{side}-{os.getpid()}" for side in ("near", "far"))

    def __enter__(self) -> "FarSide":
        with ExitStack() as stack:
            self._folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            for namespace in (self._near, self._far):
                subprocess.run(["ip", "netns", "add", namespace], check=True)
                stack.callback(_end_namespace, namespace)
            self._wire = self._start_wire(stack)
            self._start_sshd(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _start_wire(self, stack: ExitStack) -> "subprocess.Popen[str]":
        command = [sys.executable, "-m", "bench.terminal.wire", self._near, self._far]
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        stack.enter_context(process)
        stack.callback(process.terminate)
        if process.stdout is None or process.stdout.readline() != "ready\n":
            raise NotReady("the wire was not made; what is said above tells why")
        return process

    def _start_sshd(self, stack: ExitStack) -> None:
        for key in ("host_key", "user_key"):
            command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self._folder / key)]
            subprocess.run(command, check=True)
        config = self._folder / "sshd_config"
        config.write_text(_SSHD.format(port=_PORT, address=FAR, folder=self._folder), encoding="utf-8")
        # A private /run, as `ip netns exec` has mounts of its own: sshd wants its folder there.
        start = f"mount -t tmpfs none /run && mkdir /run/sshd && exec /usr/sbin/sshd -D -e -f {config}"
        log = stack.enter_context((self._folder / "sshd.log").open("w"))
        process = subprocess.Popen([*self._in(self._far), "sh", "-c", start], stdout=log, stderr=log)
        stack.enter_context(process)
        stack.callback(process.terminate)
        end = time.monotonic() + 10
        while "listening" not in (text := (self._folder / "sshd.log").read_text(encoding="utf-8")):
            if process.poll() is not None or time.monotonic() > end:
                raise NotReady(f"sshd did not start: {text.strip()}")
            time.sleep(0.05)

    @staticmethod
    def _in(namespace: str) -> tuple[str, ...]:
        return ("ip", "netns", "exec", namespace)

    def make(self, wire: Wire) -> None:
        """Make the wire so from now on."""
        if self._wire.stdin is not None:
            self._wire.stdin.write(f"{wire.rate} {wire.delay_s} {wire.loss}\n")
            self._wire.stdin.flush()

    def at_the_far_end(self, client: Client) -> Client:
        """The client run there, beside its server, and its terminal here."""

        def command(url: str, home: Path) -> list[str]:
            variables = [f"{name}={value}" for name, value in client.environment(url, home).items() if name != "TERM"]
            there = f"cd {shlex.quote(str(home))} && exec env {shlex.join([*variables, *client.command(url, home)])}"
            options = ("StrictHostKeyChecking=no", f"UserKnownHostsFile={self._folder}/known", "LogLevel=ERROR")
            ssh = ["ssh", "-F", "none", "-tt", "-p", str(_PORT), "-i", str(self._folder / "user_key")]
            ssh += [word for option in options for word in ("-o", option)]
            return [*self._in(self._near), *ssh, f"root@{FAR}", there]

        return replace(client, command=command, beside=self._in(self._far))


def _end_namespace(name: str) -> None:
    """End what still runs in it, sessions of sshd that have not yet heard of their end among them."""
    left = subprocess.run(["ip", "netns", "pids", name], check=True, capture_output=True, text=True)
    for pid in left.stdout.split():
        with suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)
    subprocess.run(["ip", "netns", "del", name], check=True)


def measure(
    plan: Sequence[tuple[Client, Sequence[Wire]]], size: Size, seconds: float
) -> dict[tuple[str, Wire], SlowLink | None]:
    """By the name of the client at the far end, and the wire to it; None where it was never ready to be asked."""
    results: dict[tuple[str, Wire], SlowLink | None] = {}
    with FarSide() as far:
        for client, wires in plan:
            for wire in wires:
                tell(f"{client.name} over SSH: {wire.name}")
                # From the start, so that TCP knows what link it has.
                far.make(wire)
                results[client.name, wire] = None
                with suppress(NotReady):
                    results[client.name, wire] = slow_link(far.at_the_far_end(client), size, wire.speed, seconds)
    return results

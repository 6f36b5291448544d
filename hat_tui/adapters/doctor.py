"""Looks at everything hat-tui needs, and says what is wrong and what to do about it."""

import asyncio
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hat_tui.adapters import machine, server_record
from hat_tui.adapters.endpoint_check import EndpointToCheck, check_endpoint
from hat_tui.adapters.installed_server import InstalledServer, Smoke, ask_installed_server
from hat_tui.adapters.server_process import check_port
from hat_tui.adapters.terminal_check import check_terminal
from hat_tui.server.checkup import Check, Verdict
from hat_tui.server.diagnosis import Installation, diagnose, install_command, rebuild_command

SAFE_VERSION = (0, 2, 72)
"""Before it, a template in a GGUF file could run code on this machine (CVE-2024-34359)."""

_LITTLE_DISK = 2 << 30
_LITTLE_MEMORY = 2 << 30


@dataclass(frozen=True, slots=True)
class Patient:
    """What to look at. `demo_model` is a tiny quantized model for the smoke run; None leaves it out.

    `state` is the folder with the notes of running servers. `chat` asks each endpoint for one token.
    """

    folders: Mapping[str, Path]
    state: Path
    demo_model: Path | None = None
    endpoints: Sequence[EndpointToCheck] = ()
    port: int = 8000
    python: str = sys.executable
    ask_terminal: bool = True
    chat: bool = True
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))


async def examine(patient: Patient) -> AsyncIterator[Check]:
    """Every check, as soon as it is made. The slow ones — the server part and the endpoints — run beside the others."""
    children: list[subprocess.Popen[bytes]] = []
    over = False

    def started(child: subprocess.Popen[bytes]) -> None:
        children.append(child)
        if over:
            child.kill()

    asking = asyncio.create_task(
        asyncio.to_thread(ask_installed_server, patient.python, patient.demo_model, on_start=started)
    )
    visits = [asyncio.create_task(_all(check_endpoint(one, chat=patient.chat))) for one in patient.endpoints]
    try:
        yield _python()
        for check in check_terminal(patient.environment, ask=patient.ask_terminal):
            yield check
        for name, folder in patient.folders.items():
            yield _folder(name, folder)
        for check in _machine(patient):
            yield check
        installed = await asking
        for check in _server(installed, patient.python):
            yield check
        if installed.smoke and installed.version:
            yield _smoke(installed.smoke, patient.python)
        for visit in visits:
            for check in await visit:
                yield check
    finally:
        for task in (asking, *visits):
            task.cancel()
        over = True  # nothing waits for an answer that nobody wants any more
        for child in children:
            if child.poll() is None:
                child.kill()


async def _all(checks: AsyncIterator[Check]) -> list[Check]:
    return [check async for check in checks]


def _python() -> Check:
    found = f"{platform.python_version()} on {platform.system()} {platform.machine()}."
    if sys.maxsize < 1 << 32:
        return Check(
            "python", "Python", Verdict.WARNING, f"{found} 32 bits: no models above 2 GB.", "Use a 64-bit Python."
        )
    return Check("python", "Python", Verdict.GOOD, found)


def _folder(name: str, folder: Path) -> Check:
    """Whether the folder is there and can be written, or could be made."""
    there = folder
    try:
        while not there.exists() and there != there.parent:
            there = there.parent
        with tempfile.TemporaryFile(dir=there):
            pass
        free = shutil.disk_usage(there).free
    except OSError as error:
        advice = "Give yourself the right to write there, or choose another folder."
        return Check("folders", name, Verdict.BAD, f"{folder} cannot be written ({error.strerror}).", advice)
    will = "" if there == folder else ", made when it is needed"
    if free < _LITTLE_DISK:
        return Check(
            "folders", name, Verdict.WARNING, f"{folder}: only {_size(free)} free{will}.", "Models take 0.5 to 3 GB."
        )
    return Check("folders", name, Verdict.GOOD, f"{folder}{will}; {_size(free)} free.")


def _machine(patient: Patient) -> Iterator[Check]:
    free = machine.free_memory()
    if free is None:
        yield Check("machine", "memory", Verdict.NOTE, "free memory cannot be told.")
    else:
        little = free < _LITTLE_MEMORY
        advice = "Close other programs, or stay with models under 1 B." if little else ""
        yield Check("machine", "memory", Verdict.WARNING if little else Verdict.GOOD, f"{_size(free)} free.", advice)
    cores, seen = machine.physical_cores(), os.cpu_count() or 1
    yield Check("machine", "threads", Verdict.GOOD, f"{cores} used for models, of {seen} the system shows.")
    try:
        check_port("127.0.0.1", patient.port)
        yield Check("machine", "port", Verdict.GOOD, f"{patient.port} is free.")
    except OSError:
        told = f"{patient.port} is taken by another program."
        yield Check(
            "machine", "port", Verdict.NOTE, told, "hat-tui takes a free port by itself; hat-tui serve needs --port."
        )
    for stale in server_record.find_stale(patient.state):
        yield Check(
            "machine", "left over", Verdict.WARNING,
            f"a server of ours ({stale.model}, process {stale.pid}, port {stale.port}) outlived its app.",
            "hat-tui offers to stop it at the next start.",
        )  # fmt: skip


def _place(python: str) -> Installation:
    return Installation(python, machine=platform.machine(), system=sys.platform)


def _server(installed: InstalledServer, python: str) -> Iterator[Check]:
    place = _place(python)
    if not installed.version:
        missing = "No module named 'llama_cpp'" in installed.error
        told = "llama-cpp-python is not installed." if missing else f"it cannot be loaded. {installed.error}"
        advice = "Connecting to servers by URL works without it. To run models here:"
        yield Check(
            "server", "llama_cpp", Verdict.WARNING if missing else Verdict.BAD, told, advice,
            install_command(place) if missing else rebuild_command(place, portable=True),
        )  # fmt: skip
        yield from _build_tools()
        return
    if installed.version_numbers < SAFE_VERSION:
        told = f"version {installed.version} runs code hidden in model files (CVE-2024-34359): it is not used."
        yield Check("server", "llama_cpp", Verdict.BAD, told, "Update it:", install_command(place))
        return
    if installed.error:
        told = f"llama-cpp-python {installed.version} lacks its server part. {installed.error}"
        yield Check("server", "llama_cpp", Verdict.BAD, told, "Add it:", install_command(place))
        return
    yield Check("server", "llama_cpp", Verdict.GOOD, f"llama-cpp-python {installed.version} with its server.")
    features = [
        part.split(" = ")[0] for part in installed.features.replace("CPU :", "").split(" | ") if part.endswith("= 1")
    ]
    told = (
        f"built with {', '.join(feature.strip() for feature in features)}." if features else "no CPU features are told."
    )
    x86 = platform.machine().lower() in ("x86_64", "amd64")
    slow = x86 and not any(feature.strip() == "AVX2" for feature in features)
    advice = "Reading prompts would be several times faster with AVX2:" if slow else ""
    command = rebuild_command(place, portable=False) if slow else ""
    yield Check("server", "CPU features", Verdict.WARNING if slow else Verdict.GOOD, told, advice, command)


def _build_tools() -> Iterator[Check]:
    """What compiles the server part; its build brings cmake and ninja itself."""
    names = ("cl", "clang", "gcc") if sys.platform == "win32" else ("c++", "g++", "clang++")
    compiler = next((found for name in names if (found := shutil.which(name))), None)
    if compiler:
        yield Check("server", "C++ compiler", Verdict.GOOD, f"{compiler}.")
    else:
        hint = {"darwin": "xcode-select --install", "linux": "sudo apt install build-essential"}.get(sys.platform, "")
        advice = "Install one: " + ("on Debian and Ubuntu" if sys.platform == "linux" else "the platform's build tools")
        yield Check(
            "server", "C++ compiler", Verdict.BAD, "there is none, and the server has to be compiled.", advice, hint
        )
    cmake = shutil.which("cmake")
    yield Check("server", "cmake", Verdict.GOOD, f"{cmake}." if cmake else "not installed; the build fetches its own.")


def _smoke(smoke: Smoke, python: str) -> Check:
    if smoke.passed:
        return Check("server", "smoke run", Verdict.GOOD, "a tiny quantized model writes.")
    if smoke.code is None:
        told = "a tiny model wrote nothing for a minute."
        return Check("server", "smoke run", Verdict.BAD, told, "The machine may be overloaded: try again.")
    cause = diagnose(smoke.code, smoke.last_words, _place(python))
    return Check("server", "smoke run", Verdict.BAD, cause.what, cause.next_step, cause.command)


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"

"""The wheel without the server part, in an environment of its own outside the checkout: the client alone."""

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hostile_server import HostileServer, answer, ends, says, stream
from terminal_session import TerminalSession, environment

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment's folder of programs, with the wheel of this checkout in it."""
    folder = tmp_path_factory.mktemp("wheel")
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    # In a copy: a build leaves its traces beside the source.
    source = folder / "source"
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(".*", "sessions", "tests", "bench", "__pycache__"))
    subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", str(folder), str(source)], check=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "env")], check=True)
    programs = folder / "env" / ("Scripts" if os.name == "nt" else "bin")
    (wheel,) = folder.glob("*.whl")
    into = ["--python", str(programs / "python"), "install", "--constraint", str(ROOT / "constraints.txt"), str(wheel)]
    subprocess.run([*pip, *into], check=True)
    return programs


def served() -> HostileServer:
    """A server that behaves: one model, one short answer."""
    server = HostileServer()
    server.on("/models", answer(200, {"data": [{"id": "their-model"}]}))
    server.on("/chat/completions", stream(says("I am "), says("ready."), ends()))
    return server


async def run(program: Path, *arguments: str, folder: Path) -> tuple[int, str, str]:
    """The exit code and what was written to standard output and standard error."""
    process = await asyncio.create_subprocess_exec(
        program,
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment(folder),
        cwd=folder,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def test_the_client_alone_tells_its_version_and_asks_a_server(installed: Path, tmp_path: Path) -> None:
    code, out, _ = await run(installed / "hat-tui", "--version", folder=tmp_path)
    assert (code, out.split()[0]) == (0, "hat-tui")
    async with served() as server:
        asked = await run(installed / "hat-tui", "ask", "--url", server.url, "Are you ready?", folder=tmp_path)
    assert asked == (0, "I am ready.\n", "")


async def test_the_client_alone_says_how_to_add_what_runs_models(installed: Path, tmp_path: Path) -> None:
    code, out, err = await run(installed / "hat-tui", "ask", "Are you ready?", folder=tmp_path)
    assert (code, out) == (1, "")
    assert "pip install" in err
    assert err.count("\n") == 1


async def test_the_app_of_the_client_alone_chats_with_a_server(installed: Path, tmp_path: Path) -> None:
    def chat(url: str) -> str:
        with TerminalSession(tmp_path, "--url", url, command=installed / "hat-tui") as session:
            session.until("their-model")
            session.send(b"Are you ready?\r")
            session.until("I am ready.")
            session.send(b"\x11")
            assert session.wait() == 0
            return session.session_text()

    async with served() as server:
        assert "I am ready." in await asyncio.to_thread(chat, server.url)

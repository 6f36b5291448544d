import asyncio
import contextlib
import io
import os
import signal
import socket
import sys
import urllib.request
from dataclasses import replace
from pathlib import Path

import pytest

from hat_tui.adapters import serve as serving
from hat_tui.adapters.serve import CannotServe, kept_key, serve, share
from hat_tui.server.launch import LaunchOptions, ServedModel, for_model

HERE = Path(__file__).parent
OPTIONS = for_model("good.gguf")


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def pretend(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(HERE))


@contextlib.asynccontextmanager
async def served(options, folder, **kwargs):
    """A server in the foreground of a task; yields what it writes. It is ended as a service manager would."""
    out, log = kwargs.pop("out", io.StringIO()), io.StringIO()
    task = asyncio.create_task(serve(options, folder, out=out, log=log, module="pretend_server", **kwargs))
    while "ready at" not in out.getvalue():
        await asyncio.sleep(0.01)
        assert not task.done(), log.getvalue()
    yield out, log
    os.kill(os.getpid(), signal.SIGTERM)
    assert await asyncio.wait_for(task, 5) == 0


async def test_it_serves_until_it_is_asked_to_end(tmp_path):
    async with served(OPTIONS, tmp_path) as (out, log):
        url = out.getvalue().split("ready at ")[1].strip()
        assert await asyncio.to_thread(lambda: urllib.request.urlopen(url + "/models").status) == 200  # noqa: S310
        assert "llama_cpp.server --model good.gguf" in log.getvalue()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGHUP")
async def test_a_signal_that_is_ignored_stays_so_as_under_nohup(tmp_path):
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        async with served(OPTIONS, tmp_path):
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


async def test_a_crash_is_told_and_makes_a_bad_exit(tmp_path):
    log = io.StringIO()
    code = await serve(for_model("truncated.gguf"), tmp_path, out=io.StringIO(), log=log, module="pretend_server")
    assert code == 1
    assert "hat-tui: The model file is incomplete" in log.getvalue()


async def test_it_refuses_strangers_without_a_key_unless_told_twice(tmp_path):
    exposed = replace(OPTIONS, host="0.0.0.0")  # noqa: S104 - it is what is refused
    with pytest.raises(CannotServe, match="give it a key"):
        await serve(exposed, tmp_path)
    async with served(exposed, tmp_path, exposed=True) as (_, log):
        assert "without any key" in log.getvalue()


async def test_sharing_tells_a_terminal_the_key_and_a_file_where_it_is(tmp_path):
    options = shared_here("sesame-42")
    async with served(options, tmp_path / "a", out=Terminal(), key_file=tmp_path / "key") as (out, log):
        assert "sesame-42" in out.getvalue()
        assert "sesame-42" not in log.getvalue()
    async with served(options, tmp_path / "b", key_file=tmp_path / "key") as (out, log):
        assert "sesame-42" not in out.getvalue() + log.getvalue()
        assert str(tmp_path / "key") in out.getvalue()
    async with served(options, tmp_path / "c") as (out, log):
        assert "sesame-42" not in out.getvalue() + log.getvalue()


def shared_here(key):
    try:
        return share(OPTIONS, key)
    except CannotServe:
        pytest.skip("this machine has no network address")


def test_sharing_takes_port_8000_or_a_free_one(monkeypatch):
    monkeypatch.setattr(serving, "lan_address", lambda: "127.0.0.1")
    assert share(replace(OPTIONS, port=9123)).port == 9123
    with contextlib.ExitStack() as taken:
        with contextlib.suppress(OSError):
            taken.enter_context(socket.create_server(("127.0.0.1", 8000)))
        assert share(OPTIONS).port == 0
    for host in ("10.1.2.3", "10..2.3"):
        assert share(LaunchOptions((ServedModel("a"),), host=host)).host == host


def test_a_key_is_made_once_and_kept_for_its_owner(tmp_path):
    path = tmp_path / "new" / "share.key"
    key = kept_key(path)
    assert kept_key(path) == key
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o777 == 0o600
    path.write_text("\n")
    assert kept_key(path)

import asyncio
import contextlib
import json
import os
import pty
import signal
import socket
import sys
import time
from pathlib import Path

import psutil
import pytest

from hat_tui.adapters import server_record
from hat_tui.adapters.server_process import ServerProcess, check_port, models_status
from hat_tui.server.diagnosis import Cause
from hat_tui.server.launch import LaunchOptions, ServedModel, for_model
from hat_tui.server.phase import Phase

HERE = Path(__file__).parent


@pytest.fixture
def heard():
    return []


@pytest.fixture
async def server(tmp_path, heard, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(HERE), str(HERE.parents[1])]))
    monkeypatch.setenv("N_CTX", "17")
    monkeypatch.setenv("MY_API_KEY", "not for the child")
    server = ServerProcess(tmp_path / "state", on_lines=heard.extend, module="pretend_server")
    yield server
    await server.stop()


async def until(condition, seconds=10):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(0.01)


def texts(heard):
    return "\n".join(line.text for line in heard)


async def test_a_server_becomes_ready_and_is_read(server, heard):
    await server.start(for_model("good.gguf"))
    state = await server.settled()
    assert state.phase is Phase.READY
    assert await models_status("127.0.0.1", server.port, key="", tls=False) == 200
    await until(lambda: "Uvicorn running" in texts(heard))


@pytest.mark.parametrize("files", [{"lora": "nosuch.gguf"}, {"tls_key_file": "nosuch.gguf"}])
async def test_a_file_of_the_launch_that_is_not_there_is_told_and_nothing_started(server, heard, files):
    await server.start(LaunchOptions((ServedModel("good.gguf"),), **files))
    state = await server.settled()
    assert state.phase is Phase.CRASHED
    assert state.diagnosis.what == "There is no file nosuch.gguf."
    assert not heard


async def test_the_loading_bar_is_seen_before_its_line_ends(tmp_path, server):
    states = []
    server._on_state = states.append
    await server.start(for_model("good.gguf"))
    await server.settled()
    assert Phase.LOADING in [state.phase for state in states]
    assert 20 in [state.loading_percent for state in states]


async def test_the_server_sees_neither_settings_nor_secrets_of_our_environment(server, heard):
    await server.start(for_model("good.gguf"))
    await until(lambda: "environment " in texts(heard))
    names = next(line.text for line in heard if line.text.startswith("environment ")).split()
    assert "N_CTX" not in names
    assert "MY_API_KEY" not in names
    assert "PATH" in names


async def test_the_key_is_in_no_log_command_line_or_lasting_file(server, heard, tmp_path):
    await server.start(LaunchOptions((ServedModel("good.gguf"),), api_key="sesame-123"))
    await server.settled()
    await until(lambda: "key …" in texts(heard))
    assert "sesame" not in texts(heard)
    assert "sesame" not in " ".join(psutil.Process(server._process.pid).cmdline())
    assert all("sesame" not in path.read_text() for path in (tmp_path / "state").iterdir())
    assert "sesame" not in repr(server.options)
    assert "sesame" not in server.launch_line


async def test_the_config_file_is_private(tmp_path):
    path = server_record.write_config(tmp_path / "new" / "state", "{}")
    if sys.platform != "win32":
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700


async def test_stop_ends_the_child_and_leaves_no_file(server, tmp_path):
    await server.start(for_model("good.gguf"))
    await server.settled()
    pid, port = server._process.pid, server.port
    await server.stop()
    assert server.state.phase is Phase.STOPPED
    assert not psutil.pid_exists(pid)
    assert list((tmp_path / "state").iterdir()) == []
    check_port("127.0.0.1", port)


async def test_a_child_that_does_not_listen_is_ended_by_force(server):
    await server.start(for_model("stuck.gguf"))
    await server.settled()
    pid = server._process.pid
    began = time.monotonic()
    await server.stop()
    assert not psutil.pid_exists(pid)
    assert time.monotonic() - began < 3


async def test_stop_during_loading_ends_the_child(server):
    await server.start(for_model("silent.gguf"))
    await until(lambda: server._process is not None)
    pid = server._process.pid
    await server.stop()
    assert not psutil.pid_exists(pid)


async def test_a_crash_is_noticed_and_explained(server):
    await server.start(for_model("truncated.gguf"))
    state = await server.settled()
    assert state.phase is Phase.CRASHED
    assert state.diagnosis.cause is Cause.TRUNCATED


@pytest.mark.parametrize(
    ("model", "host", "cause"),
    [("good.gguf", "127..0.1", Cause.NO_ADDRESS), ("mod\udce9le.gguf", "127.0.0.1", Cause.BAD_SETTING)],
)
async def test_a_host_or_a_file_name_that_cannot_be_encoded_is_explained(server, tmp_path, model, host, cause):
    await server.start(LaunchOptions((ServedModel(model),), host=host))
    state = await asyncio.wait_for(server.settled(), 10)
    assert state.phase is Phase.CRASHED
    assert state.diagnosis.cause is cause
    assert list(tmp_path.glob("state/*")) == []


async def test_a_segmentation_fault_names_the_rebuild(server):
    await server.start(for_model("segfault.gguf"))
    state = await server.settled()
    assert state.diagnosis.cause is Cause.BAD_BUILD
    assert "pip install" in state.diagnosis.command


async def test_its_end_after_it_was_ready_is_noticed_at_once(server):
    await server.start(for_model("good.gguf"))
    await server.settled()
    began = time.monotonic()
    os.kill(server._process.pid, signal.SIGKILL)
    await until(lambda: server.state.phase is Phase.CRASHED)
    assert time.monotonic() - began < 0.5
    assert server.state.diagnosis.cause is Cause.KILLED


async def test_the_port_is_known_as_soon_as_it_is_started(server):
    await server.start(for_model("good.gguf"))
    assert server.port > 0
    assert f"--port {server.port}" in server.launch_line
    assert server.base_url == f"http://127.0.0.1:{server.port}/v1"


async def test_a_taken_port_is_said_before_the_model_is_loaded(server, heard):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        await server.start(LaunchOptions((ServedModel("good.gguf"),), port=taken.getsockname()[1]))
        state = await server.settled()
    assert state.diagnosis.cause is Cause.PORT_TAKEN
    assert heard == []


@pytest.mark.parametrize("server_address", ["127.0.0.1:1", "no-such-host.invalid:50052", "nonsense"])
async def test_an_rpc_server_that_is_not_there_is_named(server, server_address):
    await server.start(LaunchOptions((ServedModel("good.gguf"),), rpc_servers=server_address))
    diagnosis = (await server.settled()).diagnosis
    assert diagnosis.cause is Cause.NO_RPC
    assert server_address in diagnosis.what


async def test_an_address_that_is_not_ours_is_said(server):
    await server.start(LaunchOptions((ServedModel("good.gguf"),), host="192.0.2.1", port=8000))
    assert (await server.settled()).diagnosis.cause is Cause.NO_ADDRESS


async def test_what_cannot_be_started_at_all_is_said(tmp_path):
    server = ServerProcess(tmp_path, python=str(tmp_path / "no-python"))
    await server.start(for_model("good.gguf"))
    assert "no-python" in (await server.settled()).diagnosis.what
    (tmp_path / "file").touch()
    server = ServerProcess(tmp_path / "file" / "below")
    await server.start(for_model("good.gguf"))
    assert "could not be started" in (await server.settled()).diagnosis.what


async def test_a_missing_package_names_how_to_add_it(tmp_path):
    server = ServerProcess(tmp_path, module="llama_cpp_is_not_here")
    await server.start(for_model("good.gguf"))
    assert (await server.settled()).diagnosis.cause is Cause.NOT_INSTALLED
    await server.stop()


async def test_a_restart_takes_the_new_options(server):
    await server.start(for_model("good.gguf"))
    await server.settled()
    first = server._process.pid
    await server.start(for_model("stuck.gguf"))
    await server.settled()
    assert not psutil.pid_exists(first)
    assert "stuck.gguf" in server.launch_line


async def test_a_burst_of_lines_comes_in_few_batches(server, heard):
    sizes = []
    server._on_lines = lambda lines: (heard.extend(lines), sizes.append(len(lines)))
    await server.start(for_model("flood.gguf"))
    await until(lambda: "environment" in texts(heard[-5:]))
    assert len(heard) > 20_000
    assert len(sizes) < 60


async def test_usage_of_the_child_is_told(server):
    await server.start(for_model("good.gguf"))
    await server.settled()
    usage = server.usage()
    assert usage.resident > 1_000_000
    assert 0 < usage.uptime_s < 60


@contextlib.asynccontextmanager
async def an_app(folder, model, module="pretend_server"):
    """A separate app with a server child; yields the app's process and its record of the child."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parents[1])])}
    app = await asyncio.create_subprocess_exec(
        sys.executable, str(HERE / "app_that_dies.py"), str(folder), model, module,
        stdout=asyncio.subprocess.PIPE, env=environment,
    )  # fmt: skip
    try:
        record = json.loads(await asyncio.wait_for(app.stdout.readline(), 60))
        yield app, record
    finally:
        with contextlib.suppress(ProcessLookupError):
            app.kill()
        await app.wait()


def is_free(port):
    with contextlib.suppress(OSError):
        check_port("127.0.0.1", port)
        return True
    return False


def is_gone(pid):
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGHUP, signal.SIGTERM])
@pytest.mark.parametrize("model", ["good.gguf", "stuck.gguf"])
async def test_the_server_dies_with_its_app(tmp_path, how, model):
    async with an_app(tmp_path, model) as (app, record):
        assert not is_gone(record["pid"])
        app.send_signal(how)
        await until(lambda: is_gone(record["pid"]) and is_free(record["port"]), seconds=2)


async def test_the_pipe_alone_ends_the_server_too(tmp_path):
    """As on a system without a death signal: the parent lives on, the pipe to its child is closed."""
    config = tmp_path / "c.json"
    config.write_text(json.dumps({"host": "127.0.0.1", "port": 0, "models": [{"model": "good.gguf"}]}))
    from hat_tui.adapters import child_guard

    child = await asyncio.create_subprocess_exec(
        *child_guard.guarded_command(sys.executable, "pretend_server", ["--config_file", str(config)]),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": str(HERE)}, **child_guard.spawn_settings(),
    )  # fmt: skip
    await child.stdout.readline()
    child.stdin.close()
    await asyncio.wait_for(child.wait(), 2)


async def test_a_server_that_outlived_its_app_is_recognised_and_stopped(tmp_path, monkeypatch):
    async with an_app(tmp_path, "good.gguf") as (_, record):
        path = next(tmp_path.glob("*.run"))
        assert server_record.find_stale(tmp_path) == (), "its app is alive"
        path.write_text(json.dumps(record | {"owner_pid": 999_999_999}))
        (stale,) = server_record.find_stale(tmp_path)
        assert await asyncio.to_thread(server_record.stop_stale, stale)
        assert is_gone(record["pid"])
        assert list(tmp_path.glob("*.run")) == []


async def test_a_note_whose_number_went_to_another_process_is_not_ours(tmp_path):
    other = server_record.ServerRecord(
        os.getpid(), psutil.Process().create_time(), 999_999_999, 0, 1, "m", str(tmp_path / "hat-server-x.json")
    )
    other.path.write_text(json.dumps({name: getattr(other, name) for name in other.__slots__}))
    (tmp_path / "hat-server-y.run").write_text("not json")
    assert server_record.find_stale(tmp_path) == ()
    assert list(tmp_path.iterdir()) == []


async def test_notes_that_can_be_neither_read_nor_removed_are_passed_over(tmp_path):
    """As when the folder has become read-only: here folders lie where files should, which no right removes."""
    gone = server_record.ServerRecord(999_999_999, 0, 999_999_999, 0, 1, "m", str(tmp_path / "hat-server-x.json"))
    gone.path.write_text(json.dumps({name: getattr(gone, name) for name in gone.__slots__}))
    (tmp_path / "hat-server-x.json").mkdir()
    (tmp_path / "hat-server-y.run").mkdir()
    assert server_record.find_stale(tmp_path) == ()
    assert server_record.find_stale(tmp_path / ("x" * 300)) == ()


async def test_a_config_that_a_crash_left_is_removed_after_an_hour(tmp_path):
    left, fresh = server_record.write_config(tmp_path, "{}"), server_record.write_config(tmp_path, "{}")
    os.utime(left, (time.time() - 4000,) * 2)
    server_record.find_stale(tmp_path)
    assert list(tmp_path.iterdir()) == [fresh]


@pytest.mark.skipif(not hasattr(pty, "fork"), reason="needs pseudo-terminals")
async def test_the_server_dies_when_the_terminal_is_closed(tmp_path):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(HERE), str(HERE.parents[1])])}
    app, terminal = pty.fork()
    if app == 0:
        command = [sys.executable, str(HERE / "app_that_dies.py"), str(tmp_path), "stuck.gguf", "pretend_server"]
        os.execvpe(command[0], command, environment)  # noqa: S606 - our own test program
    try:
        with open(terminal, "rb", buffering=0) as output:  # noqa: ASYNC230, PTH123 - a file number
            text = b""
            while not text.endswith(b"}\r\n"):
                text += await asyncio.to_thread(output.read, 4096)
            record = json.loads(text.splitlines()[-1])
            assert not is_gone(record["pid"])
        await until(lambda: is_gone(record["pid"]), seconds=2)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(app, signal.SIGKILL)
        os.waitpid(app, 0)  # noqa: ASYNC222 - it is dead

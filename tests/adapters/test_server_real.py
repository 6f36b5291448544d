"""The real llama_cpp.server, as a child of ours."""

import asyncio
import contextlib
import importlib.util
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import pytest
from gguf_maker import made_model, tiny_model

from hat_tui.adapters.model_folder import ModelFolder
from hat_tui.adapters.server_process import ServerProcess, free_port
from hat_tui.server.diagnosis import Cause
from hat_tui.server.launch import MODEL_SETTINGS, SERVER_SETTINGS, LaunchOptions, ServedModel, for_model
from hat_tui.server.phase import Phase

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(
        importlib.util.find_spec("llama_cpp") is None, reason="needs the extra: pip install hat-tui[server]"
    ),
]


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return tiny_model(tmp_path_factory.mktemp("models") / "tiny.gguf")


@pytest.fixture
async def server(tmp_path):
    server = ServerProcess(tmp_path / "state")
    yield server
    await server.stop()


async def until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        await asyncio.sleep(0.02)


def chat(server, **fields):
    body = {"max_tokens": 8, "messages": [{"role": "user", "content": "hello"}], **fields}
    request = urllib.request.Request(  # noqa: S310 - our own server
        server.base_url + "/chat/completions",
        json.dumps(body).encode(),
        {"Content-Type": "application/json", "Authorization": "Bearer sesame"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - our own server
        return answer.read()


async def test_it_loads_answers_and_is_measured(server, model):
    await server.start(LaunchOptions((ServedModel(str(model)),), api_key="sesame"))
    ready = await server.settled()
    assert ready.phase is Phase.READY, ready.diagnosis
    await until(lambda: server.state.context == 4096)
    assert server.state.template.source == "gguf"
    await asyncio.to_thread(chat, server, stream=True)
    await until(lambda: server.state.phase is Phase.READY and server.state.reply)
    await asyncio.to_thread(chat, server)
    await until(lambda: server.state.requests == 2 and server.state.phase is Phase.READY)
    assert server.state.prompt.tokens > 0
    assert server.usage().resident > 10_000_000


async def test_two_models_behind_one_server_are_picked_by_request(server, model, tmp_path):
    other = tiny_model(tmp_path / "other.gguf")
    await server.start(LaunchOptions((ServedModel(str(model)), ServedModel(str(other)))))
    assert (await server.settled()).phase is Phase.READY
    answer = json.loads(await asyncio.to_thread(chat, server, model="other"))
    assert answer["choices"][0]["finish_reason"]


@pytest.mark.parametrize(
    ("spoil", "cause"),
    [
        (lambda data: data[: len(data) // 2], Cause.TRUNCATED),
        (lambda data: data[:2000], Cause.TRUNCATED),
        (lambda data: b"hello" + data, Cause.NOT_GGUF),
        (lambda data: b"", Cause.NOT_GGUF),
        (lambda data: data.replace(b"llama", b"lamma"), Cause.UNKNOWN_ARCHITECTURE),
    ],
    ids=["half", "header only", "magic", "empty", "architecture"],
)
async def test_a_spoilt_model_is_diagnosed(server, model, tmp_path, spoil, cause):
    spoilt = tmp_path / "spoilt.gguf"
    spoilt.write_bytes(spoil(model.read_bytes()))
    await server.start(for_model(str(spoilt)))
    state = await server.settled()
    assert state.diagnosis is not None
    assert state.diagnosis.cause is cause


@pytest.mark.skipif(sys.platform != "linux", reason="needs prlimit")
async def test_too_little_memory_is_diagnosed(server, model):
    await server.start(LaunchOptions((ServedModel(str(model)),), n_ctx=6_000_000, threads=1))
    await until(lambda: server._process is not None)
    psutil.Process(server._process.pid).rlimit(psutil.RLIMIT_AS, (1_500_000_000, 1_500_000_000))
    assert (await server.settled()).diagnosis.cause is Cause.NO_MEMORY


async def test_refused_settings_are_diagnosed(server, model):
    await server.start(LaunchOptions((ServedModel(str(model)),), cache_type_v="q8_0"))
    assert (await server.settled()).diagnosis.cause is Cause.CACHE_TYPE
    await server.start(LaunchOptions((ServedModel(str(model)),), extra=(("n_batch", "many"),)))
    assert (await server.settled()).diagnosis.cause is Cause.BAD_SETTING


def test_every_setting_of_the_installed_server_is_known():
    """Each is also read from the environment, so each must be known to be stripped from it."""
    said = subprocess.run(
        [sys.executable, "-m", "llama_cpp.server", "--help"], capture_output=True, text=True, check=True
    )
    options = {word.strip("[],").lstrip("-") for word in said.stdout.split() if word.strip("[").startswith("--")}
    assert options - {"help", "config_file"} == SERVER_SETTINGS | MODEL_SETTINGS


async def test_the_memory_need_is_what_llama_cpp_takes(tmp_path):
    path = made_model(
        tmp_path / "m.gguf", vocabulary=3000, width=256, layers=3, heads=8, heads_kv=2, inner=700 // 32 * 32
    )
    lines = []
    server = ServerProcess(tmp_path / "state", on_lines=lambda batch: lines.extend(line.text for line in batch))
    await server.start(LaunchOptions((ServedModel(str(path)),), n_ctx=3000))
    assert (await server.settled()).phase is Phase.READY
    await server.stop()

    def said(what):
        return sum(
            float(found[1]) for line in lines if (found := re.search(what + r" buffer size =\s*([\d.]+) MiB", line))
        )

    need = ModelFolder([]).read(path).facts.memory(3000)
    assert need.weights / 2**20 == pytest.approx(said("model"), abs=0.02)
    assert need.cache / 2**20 == pytest.approx(said("CPU KV"), abs=0.02)
    assert need.compute / 2**20 == pytest.approx(said("compute"), rel=1 / 3)


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
@pytest.mark.parametrize(
    ("how", "cause"),
    [
        ("SIGSEGV", Cause.BAD_BUILD),
        ("SIGILL", Cause.BAD_BUILD),
        ("SIGKILL", Cause.KILLED),
        ("SIGABRT", Cause.ASSERTION),
    ],
)
async def test_the_way_a_running_server_ends_is_told_apart(server, model, how, cause):
    await server.start(for_model(str(model)))
    assert (await server.settled()).phase is Phase.READY
    os.kill(server._process.pid, getattr(signal, how))
    await until(lambda: server.state.phase is Phase.CRASHED)
    assert server.state.diagnosis.cause is cause


@pytest.mark.skipif(
    "HAT_TUI_RPC_BUILD" not in os.environ,
    reason="HAT_TUI_RPC_BUILD names no folder with ggml-rpc-server and libllama built with GGML_RPC (docs/serving.md)",
)
async def test_a_model_is_split_over_two_rpc_servers(tmp_path, model, monkeypatch):
    build = Path(os.environ["HAT_TUI_RPC_BUILD"])
    monkeypatch.setenv("LLAMA_CPP_LIB_PATH", str(build))
    addresses = [f"127.0.0.{number}:{free_port(f'127.0.0.{number}')}" for number in (2, 3)]
    workers = [
        subprocess.Popen([build / "ggml-rpc-server", "-H", host, "-p", port], stdout=subprocess.DEVNULL)  # noqa: ASYNC220
        for host, port in (address.split(":") for address in addresses)
    ]
    lines = []
    server = ServerProcess(tmp_path / "state", on_lines=lambda batch: lines.extend(line.text for line in batch))
    try:
        await until(lambda: all(answers(address) for address in addresses))
        await server.start(LaunchOptions((ServedModel(str(model)),), rpc_servers=",".join(addresses)))
        assert (await server.settled()).phase is Phase.READY
        assert json.loads(await asyncio.to_thread(chat, server))["choices"][0]["finish_reason"]
        await server.stop()
        for address in addresses:
            assert any(f"[{address}] model buffer size" in line for line in lines)
    finally:
        await server.stop()
        for worker in workers:
            worker.kill()
            worker.wait()


def answers(address):
    host, port = address.split(":")
    with contextlib.suppress(OSError):
        socket.create_connection((host, int(port)), 1).close()
        return True
    return False

import asyncio
import contextlib
import json
import signal
import sys
import time
from pathlib import Path

import pytest

from hat_tui.adapters.doctor import Patient, examine
from hat_tui.adapters.endpoint_check import EndpointToCheck, check_endpoint
from hat_tui.adapters.installed_server import ask_installed_server
from hat_tui.adapters.terminal_check import _answers, check_terminal
from hat_tui.server.checkup import Verdict
from hat_tui.services import NotConnected

PRETEND = """
import types
__version__ = "{version}"
def llama_print_system_info(): return b"CPU : SSE3 = 1 | AVX2 = {avx2} | REPACK = 1 | "
def llama_supports_gpu_offload(): return False
class llama_chat_format:
    class LlamaChatCompletionHandlerRegistry:
        _chat_handlers = {{"chatml": 1, "gemma": 1}}
class Llama:
    def __init__(self, *args, **kwargs): pass
    def create_completion(self, *args, **kwargs):
        {end}
"""
SETTINGS = """
class _Field:
    description = "what it is for"
class Settings:
    model_fields = {"n_ctx": _Field}
"""


@pytest.fixture
def llama_cpp(tmp_path, monkeypatch):
    """A llama_cpp that is told how to behave, found before the real one."""

    def make(version="0.3.36", avx2=1, end="pass", server=True):
        package = tmp_path / "fake" / "llama_cpp"
        (package / "server").mkdir(parents=True)
        (package / "__init__.py").write_text(PRETEND.format(version=version, avx2=avx2, end=end))
        for module in ("server/__init__.py", "server/__main__.py", "server/app.py"):
            (package / module).touch()
        (package / "server" / "settings.py").write_text(SETTINGS if server else "import no_such_module_here")
        monkeypatch.setenv("PYTHONPATH", str(tmp_path / "fake"))

    return make


@pytest.fixture
def patient(tmp_path):
    (tmp_path / "demo.gguf").write_bytes(b"GGUF")
    return Patient({"sessions": tmp_path / "sessions"}, tmp_path, tmp_path / "demo.gguf", ask_terminal=False)


async def found(patient):
    return {check.name: check async for check in examine(patient)}


async def test_a_good_installation_is_told_to_be_one(llama_cpp, patient):
    llama_cpp()
    checks = await found(patient)
    assert checks["llama_cpp"].verdict is Verdict.GOOD
    assert checks["smoke run"].verdict is Verdict.GOOD
    assert checks["CPU features"].verdict is Verdict.GOOD
    assert checks["sessions"].verdict is Verdict.GOOD
    assert not (patient.folders["sessions"]).exists(), "looking makes nothing"


@pytest.mark.parametrize(
    ("how", "part_of_command"), [(signal.SIGSEGV, "-mno-amx-tile"), (signal.SIGILL, "-DGGML_NATIVE=OFF")]
)
async def test_a_build_that_crashes_gets_the_exact_rebuild_command(
    llama_cpp, patient, monkeypatch, how, part_of_command
):
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    llama_cpp(end=f"import os; os.kill(os.getpid(), {int(how)})")
    smoke = (await found(patient))["smoke run"]
    assert smoke.verdict is Verdict.BAD
    assert part_of_command in smoke.command
    assert sys.executable in smoke.command


async def test_leaving_early_waits_for_nothing(llama_cpp, patient):
    llama_cpp(end="import time; time.sleep(60)")
    began = time.monotonic()
    async with contextlib.aclosing(examine(patient)) as checks:
        async for check in checks:
            if check.name == "port":
                break
    await asyncio.get_running_loop().shutdown_default_executor()
    assert time.monotonic() - began < 5


async def test_a_version_that_runs_code_from_models_is_refused(llama_cpp, patient):
    llama_cpp(version="0.2.71")
    check = (await found(patient))["llama_cpp"]
    assert check.verdict is Verdict.BAD
    assert "CVE-2024-34359" in check.found


async def test_a_build_without_avx2_is_told_to_be_slow(llama_cpp, patient, monkeypatch):
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    llama_cpp(avx2=0)
    assert (await found(patient))["CPU features"].verdict is Verdict.WARNING


async def test_a_package_without_its_server_part_is_told(llama_cpp, patient):
    llama_cpp(server=False)
    check = (await found(patient))["llama_cpp"]
    assert check.verdict is Verdict.BAD
    assert "no_such_module_here" in check.found


async def test_a_missing_server_part_is_no_fault_but_named_with_what_builds_it(tmp_path, patient, monkeypatch):
    (tmp_path / "fake" / "llama_cpp").mkdir(parents=True)
    (tmp_path / "fake" / "llama_cpp" / "__init__.py").write_text(
        "raise ModuleNotFoundError(\"No module named 'llama_cpp'\")"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "fake"))
    checks = await found(patient)
    assert checks["llama_cpp"].verdict is Verdict.WARNING
    assert "pip install" in checks["llama_cpp"].command
    assert "C++ compiler" in checks
    assert "smoke run" not in checks


async def test_a_folder_that_cannot_be_written_is_told(llama_cpp, patient, tmp_path):
    llama_cpp()
    (tmp_path / "file").touch()
    checks = await found(Patient({"models": tmp_path / "file" / "below"}, tmp_path, ask_terminal=False))
    assert checks["models"].verdict is Verdict.BAD


async def test_a_folder_that_may_not_even_be_looked_for_is_told(llama_cpp, tmp_path):
    llama_cpp()
    folder = tmp_path / ("x" * 300)
    checks = await found(Patient({"models": folder / "below"}, folder, ask_terminal=False))
    assert checks["models"].verdict is Verdict.BAD
    assert "File name too long" in checks["models"].found


def test_the_installed_server_tells_its_formats_and_settings(llama_cpp):
    llama_cpp()
    told = ask_installed_server()
    assert told.formats == ("chatml", "gemma")
    assert told.settings == {"n_ctx": "what it is for"}
    assert told.version_numbers == (0, 3, 36)
    assert told.smoke is None


def test_a_terminal_is_judged_by_what_it_says(monkeypatch):
    dumb = {check.name: check for check in check_terminal({"TERM": "dumb"}, ask=False)}
    assert dumb["colours"].verdict is Verdict.BAD
    rich = {check.name: check for check in check_terminal({"COLORTERM": "truecolor", "TMUX": "x"}, ask=False)}
    assert rich["colours"].verdict is Verdict.GOOD
    assert "tmux" in rich["around it"].found


def test_a_terminal_is_judged_by_what_it_answers():
    kitty = {check.name: check.verdict for check in _answers(b"\x1b[?1u\x1b[?62;22;52c")}
    assert kitty == {"keys": Verdict.GOOD, "clipboard": Verdict.GOOD}
    plain = {check.name: check.verdict for check in _answers(b"\x1b[?6c")}
    assert plain == {"keys": Verdict.NOTE, "clipboard": Verdict.NOTE}
    assert [check.verdict for check in _answers(b"")] == [Verdict.WARNING]


@pytest.fixture
async def http():
    """A server that gives the same answers to everyone: set `answers[path] = (status, body)`."""

    class Answers(dict):
        asked = ()

    answers = Answers()

    async def serve(reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(
            (int(line.split(":")[1]) for line in head.splitlines() if line.lower().startswith("content-length")), 0
        )
        await reader.readexactly(length)
        answers.asked += (head,)
        status, body = answers.get(head.split()[1], (404, {}))
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(data)}\r\nConnection: close\r\n\r\n".encode() + data)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    answers.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield answers
    server.close()


async def steps(url, **kwargs):
    return [
        (check.name, check.verdict, check.found) async for check in check_endpoint(EndpointToCheck("x", url, **kwargs))
    ]


async def test_an_endpoint_is_looked_at_step_by_step(http):
    http["/v1/models"] = (200, {"data": [{"id": "m1"}]})
    http["/v1/chat/completions"] = (200, {"choices": [{}]})
    told = await steps(http.url, key="sesame")
    assert [name for name, *_ in told] == ["name", "connection", "key and model list", "one-token chat"]
    assert {verdict for _, verdict, _ in told} == {Verdict.GOOD}
    assert "m1" in told[2][2]
    assert "Authorization: Bearer sesame" in http.asked[-1]
    assert "sesame" not in str(told)


async def test_a_key_that_is_kept_elsewhere_is_looked_up_when_it_is_needed(http):
    def gone():
        raise NotConnected("The key of office is to come from $OFFICE, which is not set.")

    http["/v1/models"] = (200, {"data": [{"id": "m1"}]})
    await steps(http.url, look_up_key=lambda: "sesame")
    assert "Authorization: Bearer sesame" in http.asked[-1]
    before = len(http.asked)
    assert (await steps(http.url, look_up_key=gone))[-1][1:] == (
        Verdict.BAD,
        "The key of office is to come from $OFFICE, which is not set.",
    )
    assert len(http.asked) == before


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((401, {"detail": "Invalid API key"}), "asks for a key"),
        ((500, {}), "answers 500"),
        ((200, {"hello": 1}), "no OpenAI-compatible server"),
        ((200, b"<html>"), "no OpenAI-compatible server"),
        ((200, {"data": [{"id": "other"}]}), "does not serve “mine”"),
    ],
)
async def test_a_model_list_that_is_wrong_ends_the_steps(http, answer, said):
    http["/v1/models"] = answer
    *_, (name, verdict, found) = await steps(http.url, model="mine")
    assert (name, verdict) == ("key and model list", Verdict.BAD)
    assert said in found


async def test_a_refused_chat_tells_the_servers_reason(http):
    http["/v1/models"] = (200, {"data": []})
    http["/v1/chat/completions"] = (400, {"error": {"message": "no such template"}})
    *_, (name, verdict, found) = await steps(http.url)
    assert (name, verdict) == ("one-token chat", Verdict.BAD)
    assert "400: no such template" in found


async def test_steps_before_the_first_answer_are_named_too(http):
    assert (await steps("http://127.0.0.1:1"))[-1][:2] == ("connection", Verdict.BAD)
    assert (await steps("http://no-such-host.invalid"))[-1][:2] == ("name", Verdict.BAD)
    assert (await steps("http://server..local"))[-1][:2] == ("name", Verdict.BAD)
    assert (await steps(http.url.replace("http:", "https:")))[-1][:2] == ("encryption", Verdict.BAD)
    assert (await steps("ftp://x"))[-1][:2] == ("URL", Verdict.BAD)


async def test_a_key_or_a_path_that_cannot_be_sent_is_told(http):
    *_, (name, verdict, found) = await steps(http.url, key="s3cret\u2011key")
    assert (name, verdict) == ("key and model list", Verdict.BAD)
    assert found == "the key holds a character that no header can carry."
    assert (await steps(f"{http.url}/\u2011"))[-1][:2] == ("key and model list", Verdict.BAD)
    assert http.asked == ()


def test_a_module_of_the_current_folder_is_not_taken_for_the_installed_one(llama_cpp, tmp_path, monkeypatch):
    llama_cpp()
    (tmp_path / "llama_cpp.py").write_text("raise SystemExit('not the installed one')")
    (tmp_path / "json.py").write_text("raise SystemExit('not the standard library')")
    monkeypatch.chdir(tmp_path)
    assert ask_installed_server().version == "0.3.36"


@pytest.mark.e2e
async def test_the_real_installation_passes_with_the_demo_model(tmp_path):
    pytest.importorskip("llama_cpp", reason="needs the extra: pip install hat-tui[server]")
    demo = Path(__file__).parents[2] / "models" / "hat-demo.gguf"
    article = """llama-2 alpaca qwen vicuna oasst_llama baichuan-2 baichuan openbuddy redpajama-incite snoozy phind
        intel open-orca mistrallite zephyr pygmalion chatml mistral-instruct chatglm3 openchat saiga gemma functionary
        functionary-v2 functionary-v1 chatml-function-calling"""
    assert set(article.split()) <= set(ask_installed_server().formats)
    checks = await found(Patient({}, tmp_path, demo, ask_terminal=False))
    assert checks["llama_cpp"].verdict is Verdict.GOOD
    assert checks["smoke run"].verdict is Verdict.GOOD

import asyncio
import hashlib
from pathlib import Path

import pytest
from gguf_maker import tiny_model
from hostile_server import answer, hangs, says, stream

from hat_tui.acceptance.conduct import ModelNotLoaded
from hat_tui.acceptance.protocol import Task
from hat_tui.acceptance.run import Run
from hat_tui.adapters.acceptance_bench import AcceptanceBench, _Told
from hat_tui.adapters.run_facts import file_facts
from hat_tui.chat.parameters import SamplingParameters
from hat_tui.chat.ports import Request
from hat_tui.chat.reply import Delta, Failed, Measure
from hat_tui.server.launch import for_model
from hat_tui.server.phase import ServerState, Speed
from hat_tui.server.target import LocalModel, RemoteServer
from hat_tui.services import NotConnected


@pytest.fixture
def bench(tmp_path):
    def find(asked):
        path = Path(asked)
        if not path.is_file():
            raise NotConnected(f"There is no model {asked}")
        return path

    return AcceptanceBench(
        tmp_path / "runs",
        tmp_path,
        find,
        lambda path: LocalModel(for_model(str(path), 2048)),
        lambda url: RemoteServer(url, model="usual", name="office"),
        {"office": "sesame"}.get,
        silence_s=0.3,
    )


def test_models_get_labels_that_differ_and_one_named_twice_is_asked_once(bench, tmp_path):
    files = [tmp_path / "a" / "same.gguf", tmp_path / "b" / "same.gguf"]
    for file in files:
        file.parent.mkdir()
        file.touch()
    url = "http://192.168.1.52:8000/v1"
    asked = [*map(str, files), str(files[0]), url, f"{url}#gemma"]
    plan = bench.plan(bench.protocol("quick"), asked)
    assert plan.models == ("same", "same (2)", "192.168.1.52:8000", "gemma")
    assert plan.sources["same (2)"] == str(files[1])
    assert "key" not in str(plan.sources)
    assert plan.machine["processor"]
    assert plan.versions["hat-tui"]


def test_a_link_keeps_its_own_name_and_is_the_model_that_its_target_is(bench, tmp_path):
    blob = tmp_path / "blobs" / ("ab" * 32)
    link = tmp_path / "gemma-2b-it.Q4_K_M.gguf"
    blob.parent.mkdir()
    blob.touch()
    link.symlink_to(blob)
    plan = bench.plan(bench.protocol("quick"), [str(link), str(blob)])
    assert plan.sources == {"gemma-2b-it.Q4_K_M": str(link)}


async def test_a_model_by_url_is_asked_with_the_key_that_was_saved_for_its_server(bench, server):
    server.on("/models", answer(200, {"data": [{"id": "usual"}, {"id": "gemma"}]}))
    plan = bench.plan(bench.protocol("quick"), [server.url, f"{server.url}#gemma"])
    opened = []
    for label in plan.models:
        async with bench.opener(Run([plan]))(label) as loaded:
            opened.append(loaded.facts["model"])
            assert loaded.model.model == loaded.facts["model"]
    assert opened == ["usual", "gemma"]
    assert [asked.headers["authorization"] for asked in server.asked] == ["Bearer sesame"] * 2
    assert "sesame" not in str(plan)


async def test_a_server_that_falls_silent_is_not_waited_for_all_night(bench, server):
    server.on("/models", answer(200, {"data": [{"id": "usual"}]}))
    server.on("/chat/completions", stream(says("Hel"), hangs))
    plan = bench.plan(bench.protocol("quick"), [server.url])
    async with bench.opener(Run([plan]))(plan.models[0]) as loaded:
        async with asyncio.timeout(20):
            *_, said, last = [event async for event in loaded.endpoint.reply(Request((), SamplingParameters()))]
    assert said == Delta("Hel")
    assert isinstance(last, Failed)
    assert "sent nothing" in last.explanation


def test_a_model_that_is_not_there_and_none_at_all_are_told(bench):
    with pytest.raises(ModelNotLoaded, match=r"no model gone\.gguf"):
        bench.plan(bench.protocol("quick"), ["gone.gguf"])
    with pytest.raises(ModelNotLoaded, match="--model"):
        bench.plan(bench.protocol("quick"), [])


def test_a_model_file_is_told_by_size_hash_and_metadata(tmp_path):
    file = tiny_model(tmp_path / "tiny.gguf")
    facts = file_facts(str(file))
    assert facts["size"] == file.stat().st_size
    assert facts["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert facts["metadata"]["general.architecture"] == "llama"


def test_a_broken_model_file_has_its_trouble_in_the_record(tmp_path):
    file = tmp_path / "broken.gguf"
    file.write_bytes(b"no model")
    assert file_facts(str(file))["trouble"]
    assert file_facts("http://there/v1") == {"url": "http://there/v1"}


def test_own_protocols_are_listed_after_the_bundled_ones_with_what_is_wrong_with_them(bench):
    bench.add_task(Task("hello", "Hello", ("Say hello.",), "Greets."))
    folder = Path(bench.add_task(Task("bye", "Bye", ("Say bye.",), "Takes leave."))).parent
    (folder / "broken.toml").write_text("name = \n")
    quick, home, broken, mine = bench.protocols()
    assert (quick.tasks, home.tasks, mine.tasks) == (5, 22, 2)
    assert "line 1" in broken.trouble


def test_a_sheet_is_written_into_the_runs_folder(bench, tmp_path):
    (tmp_path / "tiny.gguf").touch()
    opened = bench.create(bench.plan(bench.protocol("quick"), [str(tmp_path / "tiny.gguf")]))
    opened.store.close()
    place = bench.save(opened.store.id, "sheet.txt", "ACCEPTED\n")
    assert Path(place).read_text() == "ACCEPTED\n"
    assert Path(place).parent.name == opened.store.id


async def test_the_log_tells_what_the_stream_does_not():
    told = _Told()
    told.take(ServerState(prompt=Speed(30, 100), reply=Speed(10, 500)))
    assert await told.measure() == Measure(30, 30, 11, True, None, 0.5)
    assert Measure(30, 30, 11, True, None, 0.5).speed == 20
    told.take(ServerState(prompt=Speed(12, 50), reused=20, remaining=12, reply=Speed(1, 0)))
    assert await told.measure() == Measure(prompt_tokens=32, evaluated_tokens=12)


async def test_a_log_that_says_nothing_new_tells_nothing():
    told = _Told()
    assert await told.measure() == Measure()
    told.take(ServerState(prompt=Speed(30, 100), reply=Speed(10, 500)))
    await told.measure()
    assert await told.measure() == Measure()

"""Connections from the first try to the end: what is served, keys looked up, models changed, strangers kept out."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest
from endpoint_talk import CHAT, replied, request, text_of
from gguf_maker import tiny_model
from hostile_server import answer, chunk, ends, stream

from hat_tui.adapters.connection import connection_to
from hat_tui.adapters.own_server import OwnServer
from hat_tui.chat.reply import Finished, Note
from hat_tui.server.launch import ServedModel, for_model
from hat_tui.server.target import LocalModel, RemoteServer
from hat_tui.services import KeyWanted, NotConnected


def quiet(_: object) -> None:
    """Nobody listens."""


async def test_the_key_of_a_saved_server_is_looked_up_by_its_name_when_it_is_opened(server, tmp_path: Path) -> None:
    server.on("/models", answer(200, {"data": [{"id": "small"}, {"id": "large"}]}))
    asked: list[str] = []

    def key_of(name: str) -> str:
        asked.append(name)
        return "open-sesame"

    connection = connection_to(RemoteServer(server.url, "", "large", "office"), tmp_path, key_of)
    assert asked == []
    used = await connection.open(quiet, quiet)
    await connection.close()
    assert asked == ["office"]
    assert used.model == "large"
    assert [model.model for model in connection.served] == ["small", "large"]
    assert connection.url == server.url
    assert connection.vitals() is None
    assert server.asked[-1].headers["authorization"] == "Bearer open-sesame"


async def test_a_server_without_the_right_key_wants_one_and_another_trouble_does_not(server, tmp_path: Path) -> None:
    server.on("/models", answer(401, {"detail": "Invalid API key"}))
    with pytest.raises(KeyWanted, match="wants an API key"):
        await connection_to(RemoteServer(server.url), tmp_path).open(quiet, quiet)
    server.on("/models", answer(503, {}))
    with pytest.raises(NotConnected) as refused:
        await connection_to(RemoteServer(server.url), tmp_path).open(quiet, quiet)
    assert not isinstance(refused.value, KeyWanted)


async def test_a_server_that_no_longer_has_the_model_says_what_it_has(server, tmp_path: Path) -> None:
    server.on("/models", answer(200, {"data": [{"id": "small"}]}))
    with pytest.raises(NotConnected, match=r"does not serve large; it has small"):
        await connection_to(RemoteServer(server.url, model="large"), tmp_path).open(quiet, quiet)


async def test_a_model_that_was_changed_under_us_is_told_once(server, endpoint) -> None:
    for name in ("models/a.gguf", "models/a.gguf", "models/b.gguf", "models/b.gguf"):
        server.on(CHAT, stream(chunk({"role": "assistant"}, model=name), chunk({"content": "Hi"}, model=name), ends()))
        events = await replied(endpoint)
        assert text_of(events) == "Hi"
        assert isinstance(events[-1], Finished)
        notes = [event.text for event in events if isinstance(event, Note)]
        if name.endswith("b.gguf") and notes:
            assert notes[0].endswith("now answers with models/b.gguf, no longer with models/a.gguf.")
            break
    else:
        pytest.fail("nobody told")
    assert [event for event in await replied(endpoint) if isinstance(event, Note)] == []


async def test_strangers_are_kept_out_before_anything_is_started(tmp_path: Path) -> None:
    options = replace(for_model("/nowhere.gguf"), host="0.0.0.0")  # noqa: S104 (that is what is refused)
    connection = connection_to(LocalModel(options), tmp_path)
    with pytest.raises(NotConnected, match="give it a key"):
        await connection.open(quiet, quiet)
    assert not (tmp_path / "server").exists()


def test_files_of_the_same_name_are_asked_for_by_their_paths(tmp_path: Path) -> None:
    models = (ServedModel("/a/m.gguf"), ServedModel("/b/m.gguf"), ServedModel("/b/n.gguf"))
    served = OwnServer(LocalModel(replace(for_model("/a/m.gguf"), models=models)), tmp_path).served
    assert [model.model for model in served] == ["/a/m.gguf", "/b/m.gguf", "n"]


@pytest.mark.e2e
@pytest.mark.skipif(importlib.util.find_spec("llama_cpp") is None, reason="needs hat-tui[server]")
async def test_two_models_behind_one_real_server_are_picked_by_request(tmp_path: Path) -> None:
    paths = [tmp_path / "one.gguf", tmp_path / "two.gguf"]
    for path in paths:
        tiny_model(path)
    models = tuple(ServedModel(str(path), trained_context=64) for path in paths)
    connection = OwnServer(LocalModel(replace(for_model(str(paths[0]), 64), models=models)), tmp_path / "state")
    log: list[str] = []
    try:
        used = await connection.open(quiet, lambda lines: log.extend(text for _, text in lines))
        assert used.model == "one"
        for name in ("two", "one"):
            events = await replied(connection.endpoint, request(model=name, max_tokens=4))
            assert isinstance(events[-1], Finished)
        vitals = connection.vitals()
        assert vitals is None or vitals.resident > 10_000_000
    finally:
        await connection.close()
    loaded = [line for line in log if "loaded meta data" in line]
    assert ["two.gguf" in line for line in loaded] == [False, True, False]

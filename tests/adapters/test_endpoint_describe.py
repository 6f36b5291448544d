"""What a server tells of itself when we connect."""

import asyncio

import pytest
from endpoint_talk import CHAT, replied
from hostile_server import HostileServer, Line, answer, ends, error, hangs, hangs_up, says, stream

from hat_tui.adapters import openai_endpoint
from hat_tui.adapters.endpoint_facts import EndpointFacts, OfferedModel, Unreachable, facts_from
from hat_tui.adapters.openai_endpoint import OpenAIEndpoint


async def drips(line: Line) -> None:
    """An answer that comes so slowly that no single wait is long."""
    await line.head(media="application/json")
    while not line.left.is_set():
        await line.send(b" ")
        await asyncio.sleep(0.02)


def listing(*entries: dict[str, object]) -> dict[str, object]:
    return {"object": "list", "data": list(entries)}


async def test_llama_cpp_server_tells_its_model_but_no_context(server, endpoint):
    server.on(
        "/models",
        answer(200, listing({"id": "models/tiny.gguf", "object": "model", "owned_by": "me", "permissions": []})),
    )
    assert await endpoint.describe() == EndpointFacts("llama_cpp.server", (OfferedModel("models/tiny.gguf"),))
    assert [asked.path for asked in server.asked] == ["/v1/models"]
    assert server.asked[0].headers["authorization"] == "Bearer s3cret-key"


async def test_llama_server_tells_its_context_and_is_asked_for_progress(server, endpoint):
    server.on("/models", answer(200, listing({"id": "tiny", "owned_by": "llamacpp", "meta": {"n_ctx_train": 512}})))
    server.on("/props", answer(200, {"default_generation_settings": {"n_ctx": 256}, "total_slots": 4}))
    server.on(CHAT, stream(says("ok"), ends()))
    assert await endpoint.describe() == EndpointFacts("llama-server", (OfferedModel("tiny", 256),), slots=4)
    assert [asked.path for asked in server.asked] == ["/v1/models", "/props"]
    await replied(endpoint)
    assert server.bodies()[0]["return_progress"] is True


async def test_llama_server_counts_for_everybody_since_that_cuts_no_reply(server):
    server.on("/models", answer(200, listing({"id": "tiny", "owned_by": "llamacpp"})))
    server.on("/tokenize", answer(200, {"tokens": [1, 2, 3]}))
    endpoint = OpenAIEndpoint(server.url)
    await endpoint.describe()
    assert await endpoint.count_tokens("x") == 3
    assert server.asked[-1].path == "/tokenize"
    await endpoint.aclose()


async def test_llama_server_without_props_is_described_by_the_rest(server, endpoint):
    server.on("/models", answer(200, listing({"id": "tiny", "owned_by": "llamacpp"})))
    assert await endpoint.describe() == EndpointFacts("llama-server", (OfferedModel("tiny"),))


@pytest.mark.parametrize("key", ["max_model_len", "context_length", "context_window", "n_ctx"])
def test_the_context_is_found_under_every_name_it_has(key):
    facts = facts_from(listing({"id": "a", "owned_by": "vllm", key: 4096}, {"id": "b"}))
    assert (facts.kind, facts.n_ctx(), facts.n_ctx("a"), facts.n_ctx("b"), facts.n_ctx("c")) == (
        "vLLM",
        4096,
        4096,
        None,
        None,
    )


@pytest.mark.parametrize("odd", [None, [], {}, 7, {"data": None}, {"data": [None, 3, {}, {"id": 5}, {"id": ""}]}, "x"])
def test_odd_answers_are_passed_over(odd):
    assert facts_from(odd, odd) == EndpointFacts("", ())


@pytest.mark.parametrize("status", [404, 405, 500, 501])
async def test_a_server_without_a_list_of_models_can_still_be_used(server, endpoint, status):
    server.on("/models", error(status, "no list"))
    assert await endpoint.describe() == EndpointFacts("", ())


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        (error(401, "no"), "does not take this API key"),
        (answer(200, b"<html>", media="text/html"), "web page"),
        (answer(200, b"nonsense"), "broken JSON"),
        (error(503, "Loading model"), "still loading"),
        (hangs_up, "closed the connection"),
        (hangs, "busy with someone else, or still loading"),
        (drips, "busy with someone else, or still loading"),
    ],
)
async def test_a_server_that_cannot_be_used_says_why(server, endpoint, script, sentence, monkeypatch):
    monkeypatch.setattr(openai_endpoint, "ANSWER_S", 0.2)
    monkeypatch.setattr(openai_endpoint, "CONNECT_S", 0.2)
    server.on("/models", script)
    with pytest.raises(Unreachable, match=sentence):
        await endpoint.describe()


async def test_without_a_key_the_sentence_asks_for_one(server: HostileServer):
    server.on("/models", error(401, "no"))
    endpoint = OpenAIEndpoint(server.url)
    with pytest.raises(Unreachable, match="wants an API key"):
        await endpoint.describe()
    await endpoint.aclose()


async def test_a_closed_endpoint_opens_again_when_it_is_used(server, endpoint):
    await endpoint.describe()
    await endpoint.aclose()
    await endpoint.describe()
    assert len(server.asked) == 2

"""A server asked for its facts with next to nothing, and in earnest where that is not enough."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from endpoint_talk import CHAT, replied, text_of
from hostile_server import HostileServer, answer, ends, error, hangs, hangs_up, resets, says, stream, writes

from hat_tui.adapters import quick_facts
from hat_tui.adapters.endpoint_facts import EndpointFacts, OfferedModel, Unreachable
from hat_tui.adapters.endpoint_url import BadURL
from hat_tui.adapters.late_endpoint import LateEndpoint

LLAMA_SERVER = {"object": "list", "data": [{"id": "tiny", "owned_by": "llamacpp"}]}
CHUNKED = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"


@pytest_asyncio.fixture
async def late(server: HostileServer) -> AsyncIterator[LateEndpoint]:
    late = LateEndpoint(server.url, "s3cret-key")
    yield late
    await late.aclose()


async def test_a_server_is_described_by_one_request_and_asked_for_chats_with_what_it_told(server, late):
    server.on("/models", answer(200, LLAMA_SERVER))
    server.on("/props", answer(200, {"default_generation_settings": {"n_ctx": 256}, "total_slots": 4}))
    server.on("/tokenize", answer(200, {"tokens": [1, 2, 3]}))
    server.on(CHAT, stream(says("ok"), ends()))
    assert await late.describe() == EndpointFacts("llama-server", (OfferedModel("tiny", 256),), slots=4)
    assert text_of(await replied(late)) == "ok"
    assert await late.count_tokens("x") == 3
    assert [asked.path for asked in server.asked] == ["/v1/models", "/props", "/v1/chat/completions", "/tokenize"]
    assert {asked.headers["authorization"] for asked in server.asked} == {"Bearer s3cret-key"}
    assert server.bodies()[0]["return_progress"] is True


async def test_without_a_key_none_is_sent(server):
    server.on("/models", answer(200, {"data": [{"id": "tiny"}]}))
    await LateEndpoint(server.url).describe()
    assert "authorization" not in server.asked[0].headers
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "odd",
    [
        hangs_up,
        resets,
        writes(CHUNKED + b'16\r\n{"data":[{"id":"a"}]}\r\n0\r\n\r\n'),
        writes(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 90\r\n\r\n{"),
        writes(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: many\r\n\r\n{}"),
        writes(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"),
        writes(b"HTTP/1.1\r\n\r\n"),
        writes(b"\xff\xfe\r\n\r\n"),
        writes(b"x" * 100_000),
        answer(200, b"[" * 100_000),
        answer(200, b"{}", media="text/html"),
        answer(301, b"", "location: http://elsewhere.invalid/v1"),
        error(503, "Loading model"),
    ],
)
async def test_whatever_is_not_as_expected_is_asked_again_in_earnest(server, late, odd):
    server.on("/models", odd, answer(200, {"data": [{"id": "a"}]}))
    assert await late.describe() == EndpointFacts("", (OfferedModel("a"),))
    assert len(server.asked) == 2


async def test_a_server_that_says_nothing_is_asked_again_with_more_patience(server, late, monkeypatch):
    monkeypatch.setattr(quick_facts, "PATIENCE_S", 0.05)
    server.on("/models", hangs, answer(200, {"data": [{"id": "a"}]}))
    await late.describe()
    await asyncio.wait_for(server.lines[0].left.wait(), 5)


async def test_a_trouble_has_its_sentence(server, late):
    server.on("/models", error(401, "Incorrect API key: s3cret-key"))
    with pytest.raises(Unreachable, match="does not take this API key") as trouble:
        await late.describe()
    assert trouble.value.wants_key
    with pytest.raises(Unreachable, match="Nothing listens"):
        await LateEndpoint("http://127.0.0.1:9").describe()
    with pytest.raises(BadURL):
        LateEndpoint("ftp://x")


@pytest.mark.parametrize("key", ["se\ncret", "schl\u00fcssel"])
async def test_a_key_that_no_plain_header_carries_is_not_tried(server, key):
    assert await quick_facts.quick_facts(server.url, key) is None
    assert server.asked == []


@pytest.mark.parametrize("url", ["https://127.0.0.1:{}/v1", "http://api.example.com:{}/v1"])
async def test_where_encryption_or_a_proxy_may_be_wanted_it_is_asked_in_earnest(server, url):
    assert await quick_facts.quick_facts(url.format(server.port), "s3cret-key") is None
    assert server.lines == []

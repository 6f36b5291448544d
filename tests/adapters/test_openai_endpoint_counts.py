"""Tokens counted by the server."""

from contextlib import aclosing

import pytest
from endpoint_talk import CHAT, request
from hostile_server import (
    answer,
    error,
    hangs,
    hangs_up,
    says,
    stream,
)

from hat_tui.adapters.openai_endpoint import OpenAIEndpoint


async def test_text_is_counted_where_llama_cpp_server_does(server, endpoint):
    server.on("/extras/tokenize/count", answer(200, {"count": 7}))
    assert await endpoint.count_tokens("some text") == 7
    assert (server.asked[0].path, server.asked[0].body) == ("/extras/tokenize/count", {"input": "some text"})


async def test_text_is_counted_where_llama_server_does(server, endpoint):
    server.on("/tokenize", answer(200, {"tokens": [1, 2, 3]}))
    assert await endpoint.count_tokens("some text") == 3
    assert await endpoint.count_tokens("more") == 3
    assert [asked.path for asked in server.asked] == ["/extras/tokenize/count", "/tokenize", "/tokenize"]


async def test_a_server_that_cannot_count_is_asked_once(server, endpoint):
    assert await endpoint.count_tokens("some text") is None
    assert await endpoint.count_tokens("some text") is None
    assert len(server.asked) == 2


async def test_nothing_is_counted_during_a_reply(server, endpoint):
    server.on(CHAT, stream(says("a"), hangs))
    server.on("/extras/tokenize/count", answer(200, {"count": 7}))
    async with aclosing(endpoint.reply(request())) as events:
        await anext(events)
        assert await endpoint.count_tokens("x") is None
    assert await endpoint.count_tokens("x") == 7


async def test_nothing_is_counted_on_a_server_of_others(server):
    endpoint = OpenAIEndpoint(server.url)
    assert await endpoint.count_tokens("x") is None
    assert server.asked == []
    await endpoint.aclose()


@pytest.mark.parametrize(
    "script", [hangs_up, error(500, "x"), answer(200, {"count": "many"}), answer(200, b"nonsense")]
)
async def test_a_count_that_fails_is_no_trouble(server, endpoint, script):
    server.on("/extras/tokenize/count", script)
    assert await endpoint.count_tokens("x") is None

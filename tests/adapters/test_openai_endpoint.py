"""A reply as the endpoint tells it: what is sent, what comes, what a stop does."""

import asyncio
import time
from contextlib import aclosing

import pytest
from endpoint_talk import CHAT, replied, request, text_of, why
from hostile_server import (
    DONE,
    Line,
    answer,
    chunk,
    ends,
    hangs,
    says,
    stream,
    usage,
)

from hat_tui.adapters import endpoint_answer
from hat_tui.adapters.openai_endpoint import OpenAIEndpoint
from hat_tui.chat.message import Message, Role
from hat_tui.chat.reply import Delta, Ending, Finished, Measure, Note, Reading, Thought


async def test_a_reply_streams_and_brings_the_servers_own_figures(server, endpoint):
    server.on(CHAT, stream(chunk({"role": "assistant"}), says("Hel"), says("lo"), ends("stop"), usage(12, 2)))
    assert await replied(endpoint) == [
        Delta("Hello", 2),
        Finished(Ending.STOP, Measure(prompt_tokens=12, tokens=2, counted=True)),
    ]


async def test_llama_servers_timings_and_prompt_progress_are_read(server, endpoint):
    timings = {"cache_n": 30, "prompt_n": 12, "prompt_ms": 50.0, "predicted_n": 2, "predicted_ms": 40.0}
    progress = chunk(prompt_progress={"total": 42, "cache": 30, "processed": 36, "time_ms": 9})
    server.on(CHAT, stream(progress, says("Hi"), ends("length", timings=timings)))
    assert await replied(endpoint) == [
        Reading(36, 42),
        Delta("Hi"),
        Finished(Ending.LENGTH, Measure(42, 12, 2, counted=True, generation_s=0.04)),
    ]


async def test_cached_tokens_of_a_usage_are_not_counted_as_evaluated(server, endpoint):
    server.on(CHAT, stream(says("Hi"), ends(), usage(40, 1, prompt_tokens_details={"cached_tokens": 30})))
    finished = (await replied(endpoint))[-1]
    assert isinstance(finished, Finished)
    assert finished.measure.evaluated_tokens == 10


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
async def test_reasoning_is_thought_and_not_said(server, endpoint, field):
    server.on(CHAT, stream(chunk({field: "Hm."}), says("Yes."), ends()))
    assert (await replied(endpoint))[:2] == [Thought("Hm."), Delta("Yes.")]


async def test_a_stream_without_finish_reason_was_cut(server, endpoint):
    server.on(CHAT, stream(says("Half")))
    assert await replied(endpoint) == [Delta("Half"), Finished(Ending.CUT)]


async def test_a_content_filter_and_a_wish_for_tools_are_told(server, endpoint):
    server.on(CHAT, stream(says("No"), ends("content_filter")), stream(ends("tool_calls")))
    assert "filter" in next(event.text for event in await replied(endpoint) if isinstance(event, Note))
    assert "tool" in next(event.text for event in await replied(endpoint) if isinstance(event, Note))


async def test_a_server_that_does_not_stream_is_read_all_the_same(server, endpoint):
    whole = {"choices": [{"message": {"content": "All at once"}, "finish_reason": "stop"}]}
    server.on(CHAT, answer(200, whole))
    assert await replied(endpoint) == [Delta("All at once"), Finished(Ending.STOP)]


async def test_carriage_returns_comments_and_a_byte_order_mark_are_no_trouble(server, endpoint):
    async def odd(line: Line) -> None:
        await line.head()
        await line.send(b"\xef\xbb\xbf: ping\r\n\r\n")
        for byte in (says("Caf\u00e9") + says(" au lait") + ends() + DONE).replace(b"\n", b"\r\n"):
            await line.send(bytes([byte]))

    server.on(CHAT, odd)
    assert text_of(await replied(endpoint)) == "Caf\u00e9 au lait"


async def test_surrogates_are_joined_across_pieces_and_lone_ones_replaced(server, endpoint):
    raw = [b'"\\ud83d"', b'"\\ude00!"', b'"\\ud800x"', b'"\\udc00"']
    pieces = [b'data: {"choices":[{"delta":{"content":' + text + b"}}]}\n\n" for text in raw]
    server.on(CHAT, stream(*pieces, ends()))
    assert text_of(await replied(endpoint)) == "\U0001f600!\ufffdx\ufffd"


async def test_a_prompt_with_a_lone_surrogate_can_be_sent(server, endpoint):
    server.on(CHAT, stream(says("ok"), ends()))
    await replied(endpoint, request((Message(Role.USER, "a\ud800b"),)))
    assert server.bodies()[0]["messages"] == [{"role": "user", "content": "a\ufffdb"}]


async def test_a_long_line_is_read_and_an_endless_one_is_cut_off(server, endpoint, monkeypatch):
    async def endless(line: Line) -> None:
        await line.head()
        while not line.left.is_set():
            await line.send(b"data: " + b"x" * 65536)

    server.on(CHAT, stream(says("y" * 100_000), ends()), endless)
    assert len(text_of(await replied(endpoint))) == 100_000
    assert "without end" in why(await replied(endpoint))


async def test_the_end_is_told_at_once_even_if_the_server_keeps_the_connection(server, endpoint):
    server.on(CHAT, stream(says("a"), ends(), DONE, hangs))
    began = time.monotonic()
    await replied(endpoint)
    assert time.monotonic() - began < 1


async def drips(line: Line) -> None:
    """Signs of life, and nothing else."""
    while not line.left.is_set():
        await line.send(b": ping\n\n")
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("ending", [hangs, drips])
async def test_a_server_that_never_ends_a_finished_stream_is_not_waited_for(server, endpoint, monkeypatch, ending):
    monkeypatch.setattr(endpoint_answer, "LINGER_S", 0.05)
    server.on(CHAT, stream(says("a"), ends(), ending))
    assert (await replied(endpoint))[-1] == Finished(Ending.STOP)


async def test_the_request_holds_the_parameters_and_nothing_that_is_not_set(server, endpoint):
    server.on(CHAT, stream(says("ok"), ends()))
    await replied(endpoint, request(model="tiny", temperature=0.5))
    body = server.bodies()[0]
    assert body["messages"] == [{"role": "system", "content": "Be kind."}, {"role": "user", "content": "Hello"}]
    assert (body["model"], body["stream"], body["temperature"], body["top_k"]) == ("tiny", True, 0.5, 40)
    assert body["stream_options"] == {"include_usage": True}
    assert not {"seed", "stop", "system", "turns"} & body.keys()
    await replied(endpoint, request(seed=0, stop=("</s>",)))
    assert (server.bodies()[1]["seed"], server.bodies()[1]["stop"]) == (0, ["</s>"])
    assert "model" not in server.bodies()[1]


async def test_the_key_is_sent_and_without_one_no_header_whatever_the_environment_holds(server, endpoint, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-someone-else")
    monkeypatch.setenv("OPENAI_ADMIN_KEY", "sk-admin")
    monkeypatch.setenv("OPENAI_ORG_ID", "org")
    server.on(CHAT, stream(says("ok"), ends()))
    await replied(endpoint)
    keyless = OpenAIEndpoint(server.url)
    await replied(keyless)
    await keyless.aclose()
    first, second = server.asked
    assert first.headers["authorization"] == "Bearer s3cret-key"
    assert "authorization" not in second.headers
    assert not [value for value in second.headers.values() if "sk-" in value or value == "org"]


async def test_no_proxy_of_the_environment_catches_this_machine(server, endpoint, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    server.on(CHAT, stream(says("ok"), ends()))
    assert text_of(await replied(endpoint)) == "ok"


async def test_stopping_between_pieces_is_noticed_by_the_server_at_once(server, endpoint):
    server.on(CHAT, stream(says("a"), hangs))
    noticed_after = []
    for _ in range(3):  # the best of three, since the machine may be busy with something else
        async with aclosing(endpoint.reply(request())) as events:
            assert await anext(events) == Delta("a")
        closed = time.monotonic()
        await asyncio.wait_for(server.lines[-1].left.wait(), 5)
        noticed_after.append(server.lines[-1].left_at - closed)
    assert min(noticed_after) < 0.02


@pytest.mark.parametrize("silent", [hangs, stream(hangs), stream(says("a"), hangs)])
async def test_a_hang_has_no_deadline_and_a_cancel_ends_it_at_once(server, endpoint, silent):
    server.on(CHAT, silent)
    task = asyncio.create_task(replied(endpoint))
    await server.called.wait()
    done, _ = await asyncio.wait([task], timeout=0.3)
    assert not done
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    cancelled = time.monotonic()
    await asyncio.wait_for(server.lines[0].left.wait(), 5)
    assert server.lines[0].left_at - cancelled < 0.5


async def test_after_a_stop_the_next_prompt_works(server, endpoint):
    server.on(CHAT, stream(says("a"), hangs), stream(says("ok"), ends()))
    async with aclosing(endpoint.reply(request())) as events:
        await anext(events)
    assert text_of(await replied(endpoint)) == "ok"

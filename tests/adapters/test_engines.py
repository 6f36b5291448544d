"""The endpoint against any servers that are given: what must hold for each of them, and what each of them tells.

    HAT_TUI_TEST_ENGINES="http://127.0.0.1:8000, http://127.0.0.1:8080/v1 its-key" pytest tests/adapters/test_engines.py

A comma parts the servers, a space a server from its key. docs/servers.md holds what was seen with which engine.
"""

import asyncio
import os
import time
from contextlib import aclosing

import pytest
from endpoint_talk import replied, request, text_of, why

from hat_tui.adapters.openai_endpoint import OpenAIEndpoint
from hat_tui.chat.message import Message, Role
from hat_tui.chat.reply import Delta, Ending, Failed, Finished, Note, Reading, ReplyEvent, Thought

ENGINES = [engine.split() for engine in os.environ.get("HAT_TUI_TEST_ENGINES", "").split(",") if engine.strip()]
QUESTION = (Message(Role.SYSTEM, "You are a helpful assistant."), Message(Role.USER, "What is the capital of France?"))
LONG = (Message(Role.USER, "long word " * int(os.environ.get("HAT_TUI_TEST_LONG", "2000"))),)
"""More than the context of a server that was started with 2048 or so. One that has no limit may take very long."""

pytestmark = pytest.mark.skipif(not ENGINES, reason="no servers given in HAT_TUI_TEST_ENGINES")


@pytest.fixture(params=ENGINES, ids=lambda engine: engine[0])
def address(request) -> list[str]:
    return request.param


@pytest.fixture
async def engine(address):
    endpoint = OpenAIEndpoint(*address, counts=True)
    await endpoint.describe()
    yield endpoint
    await endpoint.aclose()


def model_of(endpoint: OpenAIEndpoint) -> str:
    offered = endpoint.facts.models if endpoint.facts else ()
    return offered[0].name if offered else ""


async def answer(endpoint: OpenAIEndpoint, messages=QUESTION, **parameters: object) -> list[ReplyEvent]:
    async with asyncio.timeout(120):
        return await replied(endpoint, request(messages, model_of(endpoint), **parameters))


def is_whole(events: list[ReplyEvent]) -> bool:
    *pieces, last = events
    return all(isinstance(piece, Note | Reading | Thought | Delta) for piece in pieces) and isinstance(last, Finished)


async def test_a_reply_streams_and_its_length_is_kept(engine):
    events = await answer(engine, max_tokens=5)
    assert is_whole(events), events
    assert text_of(events)
    assert 1 <= sum(isinstance(event, Delta) for event in events) <= 6
    assert events[-1].ending in (Ending.LENGTH, Ending.STOP)


async def test_every_parameter_is_taken_or_told_and_told_once(engine):
    changed = {
        "temperature": 0.7, "top_p": 0.8, "top_k": 20, "min_p": 0.1, "repeat_penalty": 1.1, "presence_penalty": 0.1,
        "frequency_penalty": 0.1, "max_tokens": 6, "seed": 3, "stop": ("zebra", "###"),
    }  # fmt: skip
    assert is_whole(await answer(engine, **changed))
    again = await answer(engine, **changed)
    assert is_whole(again)
    assert not [event for event in again if isinstance(event, Note)]


async def test_any_order_of_speakers_is_answered(engine):
    odd = (
        Message(Role.SYSTEM, "Be brief."),
        Message(Role.ASSISTANT, "How may I help you today?"),
        Message(Role.USER, "Hello."),
        Message(Role.USER, "Who are you?"),
    )
    assert is_whole(await answer(engine, odd, max_tokens=5))


async def test_a_stop_ends_the_reply_and_the_next_one_comes(engine):
    async with aclosing(engine.reply(request(QUESTION, model_of(engine), max_tokens=2000))) as events:
        async for event in events:
            if isinstance(event, Delta):
                break
        stopped = time.monotonic()
    assert time.monotonic() - stopped < 0.5
    assert is_whole(await answer(engine, max_tokens=3))


async def test_two_at_once_are_both_answered(engine, address):
    other = OpenAIEndpoint(*address)
    other.facts = engine.facts
    both = await asyncio.gather(answer(engine, max_tokens=40), answer(other, max_tokens=40))
    await other.aclose()
    # On a llama_cpp.server with interrupt_requests the second cuts the first.
    assert is_whole(both[0]) or "another request" in why(both[0])
    assert is_whole(both[1])


async def test_a_prompt_beyond_the_context_is_told_and_the_next_one_works(engine):
    events = await answer(engine, LONG, max_tokens=3)
    assert is_whole(events) or isinstance(events[-1], Failed)
    assert is_whole(await answer(engine, max_tokens=3))


async def test_a_wrong_key_is_told(engine, address):
    if len(address) < 2:
        pytest.skip("this server has no key")
    stranger = OpenAIEndpoint(address[0], "wrong")
    # LiteLLM without a database answers 400, "No connected db".
    assert "API key" in (told := why(await answer(stranger, max_tokens=3))) or "No connected db" in told
    await stranger.aclose()


async def test_what_it_tells_is_shown(engine, address, capsys):
    """Always passes; run with -s, or read the captured lines, to fill in the table of docs/servers.md."""
    events = await answer(engine, max_tokens=20, seed=1, temperature=1.0)
    twice = text_of(events) == text_of(await answer(engine, max_tokens=20, seed=1, temperature=1.0))
    wrong = [event async for event in engine.reply(request(QUESTION, "no-such-model", max_tokens=3))][-1]
    too_long = await answer(engine, LONG, max_tokens=3)
    with capsys.disabled():
        print(f"\n{address[0]}")
        print("  facts       ", engine.facts)
        print("  count       ", await engine.count_tokens("The capital of France is Paris."))
        print("  same seed, same reply", twice)
        print("  last event  ", events[-1])
        print("  told        ", [event for event in events if isinstance(event, Reading | Note)])
        print("  wrong model ", wrong)
        print("  too long    ", too_long[-1])

"""The endpoint against the real llama_cpp.server."""

import asyncio
import importlib.util
from contextlib import aclosing
from pathlib import Path

import gguf_maker
import pytest
from endpoint_talk import HELLO, replied, request, text_of, why

from hat_tui.adapters.endpoint_facts import Unreachable
from hat_tui.adapters.openai_endpoint import OpenAIEndpoint
from hat_tui.adapters.server_process import ServerProcess
from hat_tui.chat.message import Message, Role
from hat_tui.chat.reply import Delta, Ending, Finished, Note
from hat_tui.server.launch import LaunchOptions, ServedModel

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(
        importlib.util.find_spec("llama_cpp") is None, reason="needs the extra: pip install hat-tui[server]"
    ),
]

NO_SYSTEM = """{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}
{% for m in messages %}<start_of_turn>{{ m['role'] }}
{{ m['content'] }}<end_of_turn>
{% endfor %}<start_of_turn>model
"""
"""As gemma-2 has it."""


def babbler(path: Path, template: str = gguf_maker.TEMPLATE) -> Path:
    """A tiny model that says letters without end: the embedding of every other token is zero, so no other is likelier.

    Where bytes that are no text come, llama_cpp.server holds back all that follows, and works on in silence.
    """
    data = bytearray(gguf_maker.tiny_model(path, template=template).read_bytes())
    *_, table = gguf_maker._matrix("token_embd.weight", 259, 64)
    start, row = data.index(table), len(table) // 259
    for token in range(259):
        if not chr(token).isascii() or not chr(token).isalpha():
            data[start + token * row : start + (token + 1) * row] = bytes(row)
    path.write_bytes(data)
    return path


class Served:
    """A server with what it wrote."""

    def __init__(self, folder) -> None:
        self.lines: list[str] = []
        self.wrote = asyncio.Event()
        self.process = ServerProcess(folder, on_lines=self._take)

    def _take(self, lines) -> None:
        self.lines += [line.text for line in lines]
        self.wrote.set()

    async def ready(self, model, **options) -> str:
        await self.process.start(LaunchOptions((ServedModel(str(model)),), threads=1, **options))
        state = await self.process.settled()
        assert state.phase.value == "ready", state.diagnosis
        return self.process.base_url

    async def says(self, words: str) -> None:
        async with asyncio.timeout(5):
            while not any(words in line for line in self.lines):
                self.wrote.clear()
                await self.wrote.wait()


@pytest.fixture
async def served(tmp_path):
    served = Served(tmp_path / "state")
    yield served
    await served.process.stop()


@pytest.fixture
async def connect():
    opened: list[OpenAIEndpoint] = []

    def open_one(url: str, key: str = "", counts: bool = True) -> OpenAIEndpoint:
        opened.append(OpenAIEndpoint(url, key, counts=counts))
        return opened[-1]

    yield open_one
    for endpoint in opened:
        await endpoint.aclose()


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return babbler(tmp_path_factory.mktemp("models") / "tiny.gguf")


async def test_it_is_described_counts_and_streams_a_reply_for_those_with_the_key(served, connect, model):
    url = await served.ready(model, api_key="sesame")
    endpoint = connect(url, "sesame")
    facts = await endpoint.describe()
    assert (facts.kind, [offered.name for offered in facts.models]) == ("llama_cpp.server", ["tiny"])
    assert await endpoint.count_tokens("hello") == 5
    events = await replied(endpoint, request(model="tiny", max_tokens=8, seed=7))
    assert isinstance(events[-1], Finished)
    assert events[-1].ending is Ending.LENGTH
    assert 1 <= sum(event.chunks for event in events if isinstance(event, Delta)) <= 8
    again = await replied(endpoint, request(model="tiny", max_tokens=8, seed=7))
    assert (text_of(again), again[-1]) == (text_of(events), events[-1])

    for key, words in (("", "wants an API key"), ("open", "does not take this API key")):
        stranger = connect(url, key)
        with pytest.raises(Unreachable, match=words):
            await stranger.describe()
        assert words in why(await replied(stranger))
        assert await stranger.count_tokens("hello") is None


async def test_the_demo_model_answers_and_ends_by_itself(served, connect):
    demo = Path(__file__).parents[2] / "models" / "hat-demo.gguf"
    endpoint = connect(await served.ready(demo))
    question = (HELLO[0], Message(Role.USER, "What is the capital of France?"))
    events = await replied(endpoint, request(question, temperature=0.0, max_tokens=60))
    assert text_of(events).strip()
    assert events[-1] == Finished(Ending.STOP)


async def test_a_prompt_beyond_the_context_is_told_and_the_next_one_works(served, connect, model):
    endpoint = connect(await served.ready(model, n_ctx=256))
    explanation = why(await replied(endpoint, request((Message(Role.USER, "long " * 200),))))
    assert "256 tokens" in explanation
    assert "n_ctx" in explanation
    assert isinstance((await replied(endpoint, request(max_tokens=4)))[-1], Finished)


async def test_a_template_without_system_messages_gets_them_folded(served, connect, tmp_path):
    endpoint = connect(await served.ready(babbler(tmp_path / "gemma-like.gguf", NO_SYSTEM)))
    first, *rest = await replied(endpoint, request(HELLO, max_tokens=4))
    assert isinstance(first, Note)
    assert "System role not supported" in first.text
    assert isinstance(rest[-1], Finished)
    assert not isinstance((await replied(endpoint, request(HELLO, max_tokens=4)))[0], Note)


async def test_a_stop_is_noticed_by_the_server(served, connect, model):
    endpoint = connect(await served.ready(model, n_ctx=8192))
    async with aclosing(endpoint.reply(request(max_tokens=8000))) as events:
        assert isinstance(await anext(events), Delta)
    await served.says("Disconnected")
    assert isinstance((await replied(endpoint, request(max_tokens=4)))[-1], Finished)


async def test_a_reply_that_another_request_interrupts_was_cut(served, connect, model):
    url = await served.ready(model, n_ctx=8192, extra=(("interrupt_requests", "true"),))
    ours, theirs = connect(url), connect(url)
    events = []
    async with aclosing(ours.reply(request(max_tokens=8000))) as reply:
        async for event in reply:
            if not events:
                await theirs.describe()
            events.append(event)
    assert events[-1] == Finished(Ending.CUT)
    assert text_of(events)


async def test_with_our_settings_requests_wait_for_each_other(served, connect, model):
    url = await served.ready(model, n_ctx=8192)
    ours, theirs = connect(url), connect(url)
    first, second = await asyncio.gather(
        replied(ours, request(max_tokens=300)), replied(theirs, request(max_tokens=300))
    )
    assert first[-1] == second[-1] == Finished(Ending.LENGTH)


async def test_a_server_killed_in_a_reply_and_one_that_is_gone_have_their_sentences(served, connect, model):
    endpoint = connect(await served.ready(model, n_ctx=8192))
    events = []
    async with aclosing(endpoint.reply(request(max_tokens=8000))) as reply:
        async for event in reply:
            if not events:
                await served.process.stop()
            events.append(event)
    assert text_of(events)
    assert events[-1] == Finished(Ending.CUT) or "in the middle of the reply" in why(events)
    assert "Nothing listens" in why(await replied(endpoint))

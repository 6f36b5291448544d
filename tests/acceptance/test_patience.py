"""Not waiting for ever while nobody watches."""

import asyncio

from fakes import ScriptedEndpoint, says

from hat_tui.acceptance.patience import Impatient
from hat_tui.chat.parameters import SamplingParameters
from hat_tui.chat.ports import Request
from hat_tui.chat.reply import Delta, Failed

REQUEST = Request((), SamplingParameters())


async def heard(endpoint):
    return [event async for event in endpoint.reply(REQUEST)]


async def test_a_server_that_goes_on_is_listened_to_until_the_end():
    assert await heard(Impatient(ScriptedEndpoint(says("Hello there.")), 60)) == says("Hello there.")


async def test_a_server_that_falls_silent_has_failed_and_what_it_said_stays():
    endpoint = ScriptedEndpoint([Delta("Hel"), asyncio.Event(), Delta("lo")])
    *said, last = await heard(Impatient(endpoint, 0.05))
    assert said == [Delta("Hel")]
    assert isinstance(last, Failed)
    assert "sent nothing" in last.explanation
    assert endpoint.closed == 1


async def test_whoever_stops_listening_closes_the_reply():
    endpoint = ScriptedEndpoint([Delta("Hel"), asyncio.Event()])
    reply = Impatient(endpoint, 60).reply(REQUEST)
    await anext(reply)
    await reply.aclose()
    assert endpoint.closed == 1


async def test_tokens_are_counted_by_the_server():
    assert await Impatient(ScriptedEndpoint()).count_tokens("one two") == 2

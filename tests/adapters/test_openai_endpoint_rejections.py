"""Requests that a server rejects and that can be mended."""

import pytest
from endpoint_talk import CHAT, replied, request, text_of, why
from hostile_server import (
    answer,
    breaks_a_chunk,
    ends,
    error,
    says,
    stream,
    usage,
)

from hat_tui.chat.reply import Delta, Ending, Finished, Measure, Note


@pytest.mark.parametrize(
    "refusal",
    [
        error(400, "Unrecognized request argument supplied: min_p"),
        error(400, "bad", param="min_p"),
        answer(422, {"detail": [{"loc": ["body", "min_p"], "msg": "Extra inputs are not permitted", "type": "x"}]}),
        error(
            500, "1 validation error:\n  {'type': 'x', 'loc': ('body', 'min_p'), 'msg': 'Input too small', 'input': -3}"
        ),
        error(400, "'min_p' is out of range here"),
    ],
)
async def test_a_rejected_field_is_left_out_told_and_remembered(server, endpoint, refusal):
    server.on(CHAT, refusal, stream(says("ok"), ends()))
    events = await replied(endpoint)
    assert isinstance(events[0], Note)
    assert "Min p" in events[0].text
    assert "{" not in events[0].text
    assert text_of(events) == "ok"
    assert "min_p" not in server.bodies()[1]
    assert not [event for event in await replied(endpoint) if isinstance(event, Note)]
    assert "min_p" not in server.bodies()[2]
    await replied(endpoint, request(min_p=0.5))
    assert server.bodies()[3]["min_p"] == 0.5


async def test_rejected_stream_options_are_left_out_without_a_word(server, endpoint):
    server.on(CHAT, error(400, "Unknown field: stream_options"), stream(says("ok"), ends()))
    assert await replied(endpoint) == [Delta("ok"), Finished(Ending.STOP)]


async def test_a_newer_name_for_the_length_is_used_when_the_server_asks_for_it(server, endpoint):
    words = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
    server.on(CHAT, error(400, words, param="max_tokens"), stream(says("ok"), ends()))
    await replied(endpoint, request(max_tokens=77))
    await replied(endpoint, request(max_tokens=78))
    assert [body.get("max_completion_tokens") for body in server.bodies()] == [None, 77, 78]
    assert "max_tokens" not in server.bodies()[2]


@pytest.mark.parametrize(
    "words",
    ["System role not supported", "Conversation roles must alternate user/assistant/user/assistant/...",
     "Jinja Exception: After the optional system message, conversation roles must alternate",
     "Internal Server Error"],
)  # fmt: skip
async def test_a_template_that_takes_no_system_message_gets_it_in_the_first_question(server, endpoint, words):
    server.on(CHAT, error(500, words), stream(says("ok"), ends()))
    events = await replied(endpoint)
    assert isinstance(events[0], Note)
    assert text_of(events) == "ok"
    folded = [{"role": "user", "content": "Be kind.\n\nHello"}]
    assert server.bodies()[1]["messages"] == folded
    assert not [event for event in await replied(endpoint) if isinstance(event, Note)]
    assert server.bodies()[2]["messages"] == folded


async def test_a_template_that_refuses_folded_messages_too_ends_the_matter(server, endpoint):
    server.on(CHAT, error(500, "Conversation roles must alternate"))
    assert "must alternate" in why(await replied(endpoint))
    assert len(server.asked) == 2
    await replied(endpoint)
    assert server.bodies()[2]["messages"][0]["role"] == "system"


@pytest.mark.parametrize("media", ["text/html", "text/plain"])
async def test_a_web_page_with_an_error_is_no_word_of_the_template(server, endpoint, media):
    server.on(CHAT, answer(500, b"<!doctype html><h1>Bad day</h1>", media=media))
    events = await replied(endpoint)
    assert "failed while it worked on the request: a web page in place of a reason." in why(events)
    assert len(events) == len(server.asked) == 1


async def test_an_error_500_without_a_word_may_be_the_template(server, endpoint):
    server.on(CHAT, answer(500, b"", media="text/plain"), stream(says("ok"), ends()))
    assert text_of(await replied(endpoint)) == "ok"


async def test_an_empty_stream_is_asked_for_its_reason(server, endpoint):
    too_long = "This model's maximum context length is 256 tokens. However, you requested 842 tokens"
    server.on(CHAT, stream(done=False), error(400, too_long))
    assert "n_ctx" in why(await replied(endpoint))
    assert [(body["stream"], body["max_tokens"]) for body in server.bodies()] == [(True, 350), (False, 1)]


async def test_a_stream_broken_before_its_first_piece_is_asked_too_and_can_be_mended(server, endpoint):
    server.on(CHAT, breaks_a_chunk, error(500, "System role not supported"), stream(says("ok"), ends()))
    assert text_of(await replied(endpoint)) == "ok"


async def test_an_empty_stream_whose_request_is_good_says_so(server, endpoint):
    server.on(CHAT, stream(done=False), answer(200, {"choices": [{"message": {"content": "x"}}]}))
    assert "stream was empty" in why(await replied(endpoint))


async def test_a_proxy_that_hides_an_error_behind_an_empty_reply_is_asked_too(server, endpoint):
    server.on(CHAT, stream(ends("stop")), error(400, "maximum context length is 256 tokens"))
    assert "n_ctx" in why(await replied(endpoint))


async def test_a_model_that_has_nothing_to_say_may_say_nothing(server, endpoint):
    server.on(CHAT, stream(ends("stop")), answer(200, {"choices": [{"message": {"content": ""}}]}))
    assert await replied(endpoint) == [Finished(Ending.STOP)]
    server.on(CHAT, stream(ends("stop"), usage(12, 1)))
    assert await replied(endpoint) == [Finished(Ending.STOP, Measure(12, None, 1, counted=True))]


async def test_a_stream_closed_before_its_first_word_was_interrupted_by_another_request(server, endpoint):
    server.on(CHAT, stream())
    assert "another request" in why(await replied(endpoint))
    assert len(server.asked) == 1

"""Servers that reject, fail, garble, hang up or are not there: each has its own sentence."""

import asyncio
import errno
import shlex
import shutil
import socket
import ssl
import subprocess
import sys
from contextlib import aclosing
from pathlib import Path

import httpx2
import pytest
from endpoint_talk import CHAT, replied, request, text_of, why
from hostile_server import (
    HostileServer,
    Line,
    answer,
    ends,
    error,
    event,
    hangs,
    hangs_up,
    resets,
    says,
    stream,
    writes,
)

from hat_tui.adapters import openai_endpoint
from hat_tui.adapters.endpoint_facts import Unreachable
from hat_tui.adapters.openai_endpoint import OpenAIEndpoint
from hat_tui.chat.message import Message, Role
from hat_tui.chat.reply import Delta, Ending, Finished


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        (error(400, "no such thing"), "refused the request: no such thing."),
        (error(401, "Incorrect API key provided: s3cret-key"), "does not take this API key"),
        (error(403, "not yours"), "does not allow this: not yours."),
        (answer(404, {"detail": "Not Found"}), "usually ends with /v1"),
        (error(404, "The model `x` does not exist"), "has no such model"),
        (answer(405, b"", media="text/plain"), "usually ends with /v1"),
        (answer(422, {"detail": "what?"}), "does not understand the request: what?"),
        (error(429, "slow down"), "Wait a little"),
        (error(500, "boom"), "failed while it worked on the request: boom."),
        (answer(500, b"", media="text/plain"), "failed while it worked on the request (500)."),
        (answer(500, b"<h1>Oh no</h1>", media="text/html"), "the request: a web page in place of a reason."),
        (answer(500, b"<!DOCTYPE html><p>Oh no", media="text/plain"), "the request: a web page in place of a reason."),
        (error(500, "<html>Oh no</html>"), "the request: a web page in place of a reason."),
        (answer(502, b"<html>nginx</html>", media="text/html"), "proxy in front"),
        (error(503, "Loading model"), "still loading its model"),
        (error(503, "queue full"), "overloaded or still starting: queue full."),
        (error(418, "teapot"), "refused the request: teapot."),
        (error(400, "the request exceeds the available context size"), "too long for the model's context"),
        (answer(301, b"", "location: https://elsewhere/v1?key=1"), "moved to https://elsewhere/v1."),
        (answer(200, b"<!doctype html><p>Welcome", media="text/html"), "answers with a web page"),
        (answer(200, {"hello": "world"}), "JSON of another kind"),
        (answer(200, {"error": "out of memory"}), "broke off the reply: out of memory."),
        (stream(event({"error": {"message": "CUDA broke"}})), "broke off the reply: CUDA broke."),
        (stream(event('{"choices": [{"del')), "broken JSON"),
        (stream(event("[" * 100_000)), "broken JSON"),
        (stream(event("9" * 5000)), "broken JSON"),
        (answer(200, b"\xff\xfe\x00"), "broken JSON"),
        (stream(event("[1, 2]")), "JSON of another kind"),
        (hangs_up, "closed the connection without an answer"),
        (resets, "closed the connection without an answer"),
        (writes(b"SSH-2.0-OpenSSH_9.2\r\n"), "closed the connection without an answer"),
        (writes(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\nnot gzip"), "compression"),
    ],
)
async def test_each_trouble_has_its_sentence_and_the_next_prompt_works(server, endpoint, script, sentence):
    server.on(CHAT, script)
    explanation = why(await replied(endpoint))
    assert sentence in explanation
    assert f"127.0.0.1:{server.port}" in explanation or "context" in explanation
    assert "s3cret" not in explanation
    assert explanation.endswith((".", "/v1.", "…"))
    server.on(CHAT, stream(says("ok"), ends()))
    assert text_of(await replied(endpoint)) == "ok"


async def test_a_prompt_too_long_by_itself_is_not_told_to_send_fewer_turns(server, endpoint):
    turns = (Message(Role.USER, "a"), Message(Role.ASSISTANT, "b"), Message(Role.USER, "c"))
    server.on(CHAT, error(400, "the request exceeds the available context size"))
    assert "Lower Turns kept" in why(await replied(endpoint, request(turns)))
    assert "The prompt is too long" in (told := why(await replied(endpoint, request(turns[:1]))))
    assert "Turns" not in told


@pytest.mark.parametrize("breaking", [resets, writes(b"5\r\nda")])
async def test_a_connection_that_breaks_in_a_reply_says_that_what_came_is_kept(server, endpoint, breaking):
    async def script(line: Line) -> None:
        head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
        await line.send(head + b"%x\r\n" % len(says("Half")) + says("Half") + b"\r\n")
        await got_half.wait()
        await breaking(line)

    got_half = asyncio.Event()
    server.on(CHAT, script)
    events = []
    async with aclosing(endpoint.reply(request())) as replies:
        async for each in replies:
            events.append(each)
            got_half.set()
    assert text_of(events) == "Half"
    assert "in the middle of the reply" in why(events)


@pytest.mark.parametrize(
    "cut", [b"data: {", b'data: {"choices": [{"delta": {"content": "ca', b"data: [DO", b"data: {\n"]
)
async def test_a_body_that_ends_inside_an_event_ended_in_the_middle_of_the_reply(server, endpoint, cut):
    server.on(CHAT, stream(says("Half"), cut, done=False))
    events = await replied(endpoint)
    assert text_of(events) == "Half"
    assert "in the middle of the reply; what had arrived is kept" in why(events)


async def test_a_body_that_ends_inside_an_event_after_the_replys_end_is_a_whole_reply(server, endpoint):
    server.on(CHAT, stream(says("All"), ends(), b'data: {"usage": {"prom', done=False))
    assert await replied(endpoint) == [Delta("All"), Finished(Ending.STOP)]


async def test_a_last_event_without_its_empty_line_counts(server, endpoint):
    server.on(CHAT, stream(says("All"), ends().rstrip(), done=False))
    assert await replied(endpoint) == [Delta("All"), Finished(Ending.STOP)]


async def test_a_body_that_ends_inside_its_first_event_is_asked_for_its_reason(server, endpoint):
    server.on(CHAT, stream(b'data: {"choi', done=False), error(400, "maximum context length is 256 tokens"))
    assert "n_ctx" in why(await replied(endpoint))


async def test_an_error_event_after_some_words_keeps_them(server, endpoint):
    server.on(CHAT, stream(says("Half"), event({"error": {"message": "System role not supported", "code": 500}})))
    events = await replied(endpoint)
    assert text_of(events) == "Half"
    assert "System role" in why(events)
    assert len(server.asked) == 1


async def test_garbled_json_after_some_words_keeps_them(server, endpoint):
    server.on(CHAT, stream(says("Half"), event("{oops")))
    events = await replied(endpoint)
    assert text_of(events) == "Half"
    assert "broken JSON" in why(events)


async def test_a_peer_that_the_system_finds_gone(server, endpoint, monkeypatch):
    async def gone(*_: object, **__: object) -> None:
        raise httpx2.ReadError("") from TimeoutError(errno.ETIMEDOUT, "Connection timed out")

    monkeypatch.setattr(httpx2.AsyncClient, "send", gone)
    assert "answers no more: the network in between is gone" in why(await replied(endpoint))


async def test_a_connection_that_is_of_no_use_is_closed(server, endpoint):
    server.on(CHAT, stream(b"<html>", hangs, media="text/html"))
    assert "web page" in why(await replied(endpoint))
    await asyncio.wait_for(server.lines[0].left.wait(), 5)


async def test_a_key_that_no_header_can_carry_is_told_without_it(server):
    endpoint = OpenAIEndpoint(server.url, "s3cret\u2011key")
    with pytest.raises(Unreachable, match="the API key holds a character that no header can carry") as told:
        await endpoint.describe()
    assert "the API key holds a character that no header can carry" in (reason := why(await replied(endpoint)))
    assert "s3cret" not in f"{told.value}{reason}"
    assert server.asked == []


async def test_a_port_where_nothing_listens():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    endpoint = OpenAIEndpoint(f"127.0.0.1:{port}")
    assert f"Nothing listens at 127.0.0.1:{port}." in why(await replied(endpoint))
    await endpoint.aclose()


async def test_a_host_that_does_not_exist():
    endpoint = OpenAIEndpoint("http://no-such-host.invalid:8000")
    assert "not known here" in why(await replied(endpoint))
    await endpoint.aclose()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a full queue of connections refuses the next")
async def test_a_connection_that_is_never_taken(monkeypatch):
    monkeypatch.setattr(openai_endpoint, "CONNECT_S", 0.2)
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        fill = [socket.socket() for _ in range(4)]
        for each in fill:
            each.setblocking(False)
            each.connect_ex(deaf.getsockname())
        endpoint = OpenAIEndpoint(f"127.0.0.1:{deaf.getsockname()[1]}")
        assert "did not take the connection" in why(await replied(endpoint))
        await endpoint.aclose()
        for each in fill:
            each.close()


async def test_https_to_a_server_without_tls(server):
    server.on(CHAT, answer(200, {}))
    endpoint = OpenAIEndpoint(f"https://127.0.0.1:{server.port}")
    assert "does not speak TLS" in why(await replied(endpoint))
    await endpoint.aclose()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory) -> Path:
    """A certificate for 127.0.0.1 that nobody signed, with its key in one file."""
    folder = tmp_path_factory.mktemp("tls")
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=hat-tui -addext subjectAltName=IP:127.0.0.1 "
        "-keyout key.pem -out certificate.pem"
    )
    made = shutil.which("openssl") and subprocess.run(
        shlex.split(command), cwd=folder, capture_output=True, check=False
    )
    if not made or made.returncode:
        pytest.skip("needs openssl to make a certificate")
    return folder / "certificate.pem"


async def test_a_certificate_nobody_vouches_for_is_refused_until_it_is_trusted(certificate, monkeypatch):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    async with HostileServer(context) as server:
        server.on(CHAT, stream(says("ok"), ends()))
        stranger = OpenAIEndpoint(server.url)
        assert "is not trusted" in why(await replied(stranger))
        await stranger.aclose()
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        friend = OpenAIEndpoint(server.url)
        assert text_of(await replied(friend)) == "ok"
        await friend.aclose()


async def test_a_key_that_no_header_can_carry(server):
    endpoint = OpenAIEndpoint(server.url, "se\ncret")
    assert "cannot be sent" in why(await replied(endpoint))
    await endpoint.aclose()

"""The server of the benchmark, asked as clients ask it."""

import json
import time
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from bench.terminal.fake_server import ServerProcess
from bench.terminal.prose import END, Prose


@pytest.fixture
def server(tmp_path):
    with ServerProcess(0, 80, tmp_path) as server:
        yield server


def reply(server, *, stream=True):
    connection = HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    # Compact, as some clients write it.
    body = json.dumps({"model": "fake", "messages": [], "stream": stream}, separators=(",", ":"))
    connection.request("POST", "/v1/chat/completions", body)
    text = connection.getresponse().read().decode()
    connection.close()
    if not stream:
        return json.loads(text)["choices"][0]["message"]["content"]
    chunks = [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: {")]
    return "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks)


def test_it_streams_the_prose_and_notes_when(server):
    before = time.monotonic()
    assert reply(server) == "".join(server.prose.tokens)
    assert before < server.record.sent(0) <= server.record.ended < time.monotonic()


def test_what_is_asked_after_the_reply_is_a_title_and_not_noted(server):
    assert server.record.ended == 0
    reply(server)
    ended = server.record.ended
    assert reply(server) == reply(server, stream=False) == "A title"
    assert server.record.ended == ended > 0


def test_marks_on_a_screen_tell_how_much_of_the_prose_has_come():
    prose = Prose(400)
    text = "".join(prose.tokens)
    assert len(prose.tokens) == 400
    assert all(len(token) == 4 for token in prose.tokens)
    half = text[: text.index("m9 ") + 3]
    assert abs(prose.shown(half) * 4 - len(half)) <= 4
    assert prose.first_missing(prose.shown(half)) >= prose.shown(half)
    assert prose.shown(text) == 400
    assert text.endswith(END)
    assert prose.shown("nothing of it") == 0

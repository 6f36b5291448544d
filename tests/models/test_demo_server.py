"""The shipped model in the real llama_cpp.server."""

import importlib.util

import pytest

from models.demo.cases import Case
from models.demo.evaluate import MODEL, Server, play, served
from models.demo.unknown import HONEST_REPLY

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(
        importlib.util.find_spec("llama_cpp") is None, reason="needs the extra: pip install hat-tui[server]"
    ),
]


@pytest.fixture(scope="module")
def server():
    with served(MODEL, threads=2) as server:
        yield server


def says(server: Server, question: str, *before: str, kept: int = 1000) -> str:
    replies = list(play(server, Case(before, question, "", bool, kept)))

    assert all(reply.ended for reply in replies)
    return replies[-1].text


def test_it_remembers_what_it_was_told(server: Server) -> None:
    assert says(server, "What is my name?", "My name is Ada.", "Thanks") == "Your name is Ada."


def test_it_forgets_what_left_its_window(server: Server) -> None:
    assert "not told me" in says(server, "What is my name?", "My name is Ada.", "Thanks", kept=1)


@pytest.mark.parametrize("question", ["Write a poem about the sea.", "Как дела?", "😀😀", "<script>alert(1)</script>"])
def test_it_says_honestly_what_it_cannot_do(server: Server, question: str) -> None:
    assert says(server, question) == HONEST_REPLY


@pytest.mark.parametrize("question", ["How do I quit?", "How do I quit hat-tui?", "How can I quit?"])
def test_it_knows_the_program(server: Server, question: str) -> None:
    assert "Ctrl+Q" in says(server, question)


def test_it_writes_code_as_a_block(server: Server) -> None:
    reply = says(server, "Write hello world in Python.")

    assert reply.startswith("```python\n")
    assert reply.endswith("\n```")

import pytest

from hat_tui.chat.message import Message, Role
from hat_tui.chat.tokens import MOST_COUNTS, TokenCounter


class Server:
    """Counts words, as long as it can; `asked` are the texts."""

    def __init__(self, most: int = 1000) -> None:
        self.most = most
        self.asked: list[str] = []

    async def count(self, text: str) -> int | None:
        if len(self.asked) >= self.most:
            return None
        self.asked.append(text)
        return len(text.split())


def prompt(*texts: str) -> list[Message]:
    return [Message(Role.USER, text) for text in texts]


def test_an_estimate_is_made_of_the_bytes_and_never_nothing():
    tokens = TokenCounter()
    assert tokens.count("") == 0
    assert tokens.count("a") == 1
    assert tokens.count("x" * 350) == 100
    assert tokens.message("x" * 350) == 105
    assert tokens.is_counted("")
    assert not tokens.is_counted("a")


async def test_each_text_is_counted_once():
    tokens, server = TokenCounter(), Server()
    await tokens.learn(["one two", "three", "one two", ""], server.count)
    await tokens.learn(["three"], server.count)
    assert server.asked == ["one two", "three"]
    assert (tokens.count("one two"), tokens.is_counted("one two"), tokens.exact) == (2, True, True)


async def test_a_server_that_cannot_count_is_asked_once_a_prompt():
    tokens, server = TokenCounter(), Server(most=0)
    await tokens.learn(["one", "two"], server.count)
    assert (server.asked, tokens.exact) == ([], False)
    assert tokens.count("one") == 1


async def test_so_many_texts_are_counted_before_a_prompt_and_no_more():
    tokens, server = TokenCounter(), Server()
    texts = [f"text {number}" for number in range(MOST_COUNTS + 5)]
    await tokens.learn(texts, server.count)
    assert server.asked == texts[:MOST_COUNTS]
    await tokens.learn(texts, server.count)
    assert server.asked == texts


async def test_what_was_counted_makes_estimates_better():
    tokens, server = TokenCounter(), Server()
    await tokens.learn(["word " * 2000], server.count)
    assert tokens.count("word " * 300) == pytest.approx(300, rel=0.05)


async def test_an_estimate_that_was_used_stays_unless_it_is_far_off():
    tokens, server = TokenCounter(), Server(most=0)
    text = "word " * 100
    await tokens.learn([text], server.count)
    before = tokens.count(text)
    tokens.calibrate(prompt("x" * 3500), 1050)
    assert tokens.count(text) == before
    tokens.calibrate(prompt("x" * 3500), 2000)
    assert tokens.count(text) > before * 1.15


async def test_a_whole_prompt_tells_what_the_template_adds_when_its_texts_are_counted():
    tokens, server = TokenCounter(), Server()
    await tokens.learn(["one two", "three"], server.count)
    tokens.calibrate(prompt("one two", "three"), 3 + 2 * 8)
    assert tokens.message("three") == 1 + 8
    tokens.calibrate(prompt("one two", "three"), 1)
    assert tokens.message("three") == 1
    tokens.calibrate(prompt("one two", "three"), None)
    tokens.calibrate([], 10)


async def test_another_model_counts_anew():
    tokens, server = TokenCounter(), Server()
    tokens.use("one")
    await tokens.learn(["a b c"], server.count)
    tokens.use("one")
    assert tokens.is_counted("a b c")
    tokens.use("two")
    assert not tokens.is_counted("a b c")


def test_text_that_cannot_be_encoded_is_estimated_too():
    assert TokenCounter().count("\ud800" * 7) == 6

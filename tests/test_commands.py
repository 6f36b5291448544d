"""Which texts are commands, and what is offered while one is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hat_tui.commands import COMMANDS, as_prompt, closest, matching, parse


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/set top_k 7", ("set", "top_k 7")),
        ("/NEW", ("new", "")),
        ("/title  My own ", ("title", "My own")),
        ("hello /new", None),
        ("//new", None),
        ("/", None),
        ("/etc/hosts is a file", None),
        ("/new\nsecond line", None),
    ],
)
def test_a_command_is_one_line_that_begins_with_one_slash_and_a_name(text: str, command: object) -> None:
    assert parse(text) == command


@given(st.text())
def test_every_text_can_be_sent_as_a_prompt(text: str) -> None:
    escaped = f"/{text}" if text.startswith("/") else text
    assert parse(escaped) is None or not text.startswith("/")
    assert as_prompt(escaped) == text


def test_what_is_being_written_offers_what_it_may_become() -> None:
    assert list(matching("/")) == list(COMMANDS)
    assert [command.name for command in matching("/mo")] == ["model"]
    assert not matching("/model ")
    assert not matching("model")


def test_a_mistyped_name_is_answered_with_near_ones() -> None:
    assert "/sessions" in closest("sesions")
    assert "/quit" in closest("zzz")

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hat_tui.chat.article_log import read_log
from hat_tui.chat.conversation import Conversation
from hat_tui.chat.message import Role

AT = datetime(2024, 3, 1, tzinfo=UTC)


def turns(log: str) -> list[tuple[Role, str]]:
    return [(turn.role, turn.text) for turn in Conversation(read_log(log.encode(), AT)).path()]


def test_each_speaker_opens_a_turn_with_an_emoji():
    log = "🧑‍💻: Who are you?\n\n🤖: A model.\nA small one.\n\n---\n\n🧑‍💻: Bye\n🤖: Bye!\n"
    assert turns(log) == [
        (Role.USER, "Who are you?"),
        (Role.ASSISTANT, "A model.\nA small one."),
        (Role.USER, "Bye"),
        (Role.ASSISTANT, "Bye!"),
    ]
    assert Conversation(read_log(log.encode(), AT)).title == "Who are you?"


def test_other_emojis_at_the_start_of_lines_belong_to_the_reply():
    log = "👷 Name three things\n🌀 Here:\n✅ one\n✅ two\n🤔 three\n👷 Thanks\n🌀 👍"
    assert turns(log)[1] == (Role.ASSISTANT, "Here:\n✅ one\n✅ two\n🤔 three")
    assert len(turns(log)) == 4


def test_a_greeting_before_the_first_question_is_the_models():
    assert turns("🤖: How may I help you today?\n👤: Hi\n🤖: Hello")[0] == (Role.ASSISTANT, "How may I help you today?")


@pytest.mark.parametrize("log", ["", "Dear diary", "🤖 alone"])
def test_another_file_is_refused(log):
    with pytest.raises(ValueError, match="No line begins with a person's emoji"):
        read_log(log.encode(), AT)


@given(st.binary())
def test_any_bytes_after_a_question_are_taken(data):
    assert Conversation(read_log("🧑 Hi\n".encode() + data, AT)).path()[0].role is Role.USER

"""Messages for templates that take no system message."""

from hypothesis import given
from hypothesis import strategies as st

from hat_tui.chat.folding import fold
from hat_tui.chat.message import Message, Role

SYSTEM, USER, ASSISTANT = Role.SYSTEM, Role.USER, Role.ASSISTANT
MESSAGES = st.lists(st.builds(Message, st.sampled_from(Role), st.text("abc ", min_size=1)))


def test_the_system_prompt_goes_into_the_first_question():
    asked = [Message(SYSTEM, "Be kind."), Message(USER, "Hello"), Message(ASSISTANT, "Hi"), Message(USER, "Bye")]
    assert fold(asked) == (Message(USER, "Be kind.\n\nHello"), Message(ASSISTANT, "Hi"), Message(USER, "Bye"))


def test_two_of_one_speaker_become_one():
    asked = [Message(USER, "a"), Message(USER, "b"), Message(ASSISTANT, "c"), Message(ASSISTANT, "d")]
    assert fold(asked) == (Message(USER, "a\n\nb"), Message(ASSISTANT, "c\n\nd"))


@given(MESSAGES)
def test_user_and_assistant_alternate_from_the_user_on(messages):
    roles = [message.role for message in fold(messages)]
    assert roles == [USER if at % 2 == 0 else ASSISTANT for at in range(len(roles))]


@given(MESSAGES)
def test_no_word_is_lost_and_folding_again_changes_nothing(messages):
    folded = fold(messages)
    assert "\n\n".join(message.text for message in folded) == "\n\n".join(message.text for message in messages)
    assert fold(folded) == folded

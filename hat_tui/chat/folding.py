"""The same conversation for chat templates that take no system message and want the speakers to alternate."""

from collections.abc import Sequence
from itertools import groupby

from hat_tui.chat.message import Message, Role


def fold(messages: Sequence[Message]) -> tuple[Message, ...]:
    """User, assistant, user, …: system texts and whatever comes first are the user's, neighbours of one role merge.

    No word is lost; a blank line parts what was apart. The templates of gemma-2 and of several Mistral models refuse
    everything else.
    """
    spoken = [
        message if at and message.role is Role.ASSISTANT else Message(Role.USER, message.text)
        for at, message in enumerate(messages)
    ]
    return tuple(
        Message(role, "\n\n".join(message.text for message in run if message.text))
        for role, run in groupby(spoken, key=lambda message: message.role)
    )

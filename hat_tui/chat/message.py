"""What is said: a role and a text, frozen."""

from enum import StrEnum

from hat_tui.frozen import frozen


class Role(StrEnum):
    """Who speaks, by the names the OpenAI chat API uses."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@frozen
class Message:
    """One message of a request, as the server will see it."""

    role: Role
    text: str

"""What is said: a role and a text, frozen."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Who speaks, by the names the OpenAI chat API uses."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a request, as the server will see it."""

    role: Role
    text: str

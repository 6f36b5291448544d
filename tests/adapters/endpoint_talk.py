"""What tests of the endpoint ask and how they read what comes back."""

from contextlib import aclosing

from hat_tui.adapters.openai_endpoint import OpenAIEndpoint
from hat_tui.chat.dialogue import Request
from hat_tui.chat.message import Message, Role
from hat_tui.chat.parameters import SamplingParameters
from hat_tui.chat.reply import Delta, Failed, Finished, ReplyEvent

CHAT = "/chat/completions"
HELLO = (Message(Role.SYSTEM, "Be kind."), Message(Role.USER, "Hello"))


def request(messages: tuple[Message, ...] = HELLO, model: str = "", **parameters: object) -> Request:
    return Request(messages, SamplingParameters(**parameters), model)  # type: ignore[arg-type]


async def replied(endpoint: OpenAIEndpoint, asked: Request | None = None) -> list[ReplyEvent]:
    async with aclosing(endpoint.reply(asked or request())) as events:
        return [event async for event in events]


def text_of(events: list[ReplyEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, Delta))


def why(events: list[ReplyEvent]) -> str:
    """The sentence of the only Failed, which is the last event."""
    failures = [event for event in events if isinstance(event, Failed | Finished)]
    assert len(failures) == 1
    assert failures[0] is events[-1]
    assert isinstance(failures[0], Failed)
    return failures[0].explanation

"""Which turns the model will see, which it has forgotten, and what that costs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hat_tui.chat.conversation import Turn
from hat_tui.chat.message import Message, Role
from hat_tui.chat.parameters import SamplingParameters
from hat_tui.chat.record import Summarised

TEMPLATE_TOKENS = 5
"""What a chat template adds around one message: role markers and line ends, 4 to 6 tokens in ChatML and its like."""


@dataclass(frozen=True, slots=True)
class Window:
    """What would be sent. Token counts are of whole messages, with what the template adds."""

    system: str
    kept: tuple[Turn, ...]
    forgotten: tuple[Turn, ...]
    system_tokens: int
    kept_tokens: int
    prompt_tokens: int
    reply_tokens: int
    n_ctx: int | None
    turns_allowed: int
    refusal: str = ""


def plan(
    turns: Sequence[Turn],
    prompt: str,
    parameters: SamplingParameters,
    n_ctx: int | None,
    count: Callable[[str], int],
    *,
    exact: bool = False,
    summary: Summarised | None = None,
) -> Window:
    """The window for `prompt` after `turns`."""
    kept = tuple(turns[max(0, len(turns) - parameters.turns) :]) if parameters.turns else ()
    while kept and kept[0].role is not Role.USER:
        kept = kept[1:]
    return Window(
        parameters.system,
        kept,
        tuple(turns[: len(turns) - len(kept)]),
        count(parameters.system),
        sum(count(turn.text) + TEMPLATE_TOKENS for turn in kept),
        count(prompt) + TEMPLATE_TOKENS,
        parameters.max_tokens,
        n_ctx,
        parameters.turns,
    )


def messages(window: Window, prompt: str) -> tuple[Message, ...]:
    """The request's messages for a window and the prompt it was planned for."""
    system = (Message(Role.SYSTEM, window.system),) if window.system else ()
    return (*system, *(Message(turn.role, turn.text) for turn in window.kept), Message(Role.USER, prompt))

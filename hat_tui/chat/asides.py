"""What the model is asked beside the conversation: a title for it, a summary of what it no longer sees."""

import re
from collections.abc import Sequence
from dataclasses import replace

from hat_tui.chat.conversation import Turn
from hat_tui.chat.message import Message, Role
from hat_tui.chat.parameters import SamplingParameters
from hat_tui.chat.tokens import TokenCounter

TITLE_LENGTH = 60
"""Characters."""
SUMMARY_TOKENS = 300
_TITLE_TOKENS = 32
_THINKING_TOKENS = 1024
"""What a model that thinks may need before it comes to the title."""
_SHOWN = 600
"""Characters of a turn that tell a model what to call the conversation."""
_NAMES = {Role.USER: "User", Role.ASSISTANT: "Assistant", Role.SYSTEM: "System"}

_TITLE = "Write a title of three to six words for this conversation. Answer with the title alone."
_SUMMARY = (
    "Sum up this conversation in at most eight short sentences. Keep every name, number, fact and wish that was "
    "mentioned. Answer with the summary alone."
)


def title_of(prompt: str) -> str:
    """A session's title: the first line of its first prompt that says something, shortened."""
    line = next((line.strip() for line in prompt.splitlines() if line.strip()), "untitled")
    return line if len(line) <= TITLE_LENGTH else line[: TITLE_LENGTH - 1] + "…"


def clean_title(reply: str) -> str:
    """The title in a model's reply, without the label, quotes and marks that small models put around it; or ""."""
    for line in reply.splitlines():
        title = re.sub(r"^\W*title\W*:", "", line, flags=re.IGNORECASE).strip(" \t\"'“”‘’*#`_.:-")
        if title:
            return title_of(title)
    return ""


def title_request(
    turns: Sequence[Turn], parameters: SamplingParameters
) -> tuple[tuple[Message, ...], SamplingParameters]:
    """What to send for a title of the conversation that begins with `turns`."""
    said = "\n".join(f"{_NAMES[turn.role]}: {turn.text[:_SHOWN]}" for turn in turns[:4] if turn.text)
    length = _THINKING_TOKENS if any(turn.thought for turn in turns) else _TITLE_TOKENS
    return (Message(Role.USER, f"{said}\n\n{_TITLE}"),), replace(parameters, temperature=0.0, max_tokens=length)


def summary_request(
    turns: Sequence[Turn], before: str, parameters: SamplingParameters, n_ctx: int | None, tokens: TokenCounter
) -> tuple[tuple[Message, ...], SamplingParameters, int]:
    """What to send for a summary of `turns`, after what an earlier one says, and how many of the oldest did not fit."""
    length = min(SUMMARY_TOKENS, max(32, (n_ctx or SUMMARY_TOKENS * 4) // 4))
    room = None if n_ctx is None else n_ctx - length - tokens.message(_SUMMARY + before) - n_ctx // 10
    lines: list[str] = []
    for turn in reversed(turns):
        line = f"{_NAMES[turn.role]}: {turn.text}"
        if room is not None:
            room -= tokens.message(turn.text)
            if room < 0:
                break
        lines.append(line)
    said = "\n".join(([f"Earlier: {before}"] if before else []) + lines[::-1])
    settings = replace(parameters, temperature=0.0, max_tokens=length)
    return (Message(Role.USER, f"{said}\n\n{_SUMMARY}"),), settings, len(turns) - len(lines)

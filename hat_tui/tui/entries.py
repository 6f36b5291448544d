"""A turn as the transcript shows it."""

from hat_tui.chat.conversation import Turn
from hat_tui.chat.message import Role
from hat_tui.chat.reply import Ending, Measure
from hat_tui.tui.widgets.turn_lines import Entry

ENDINGS = {
    Ending.STOP: "",
    Ending.LENGTH: "reached the length limit",
    Ending.STOPPED: "stopped by you",
    Ending.CUT: "cut off by the server",
    Ending.FAILED: "failed",
}


def entry(turn: Turn, *, versions: tuple[int, int] = (1, 1), dimmed: bool = False, plain: bool = False) -> Entry:
    """How `turn` looks, as version `versions[0]` of `versions[1]`."""
    at, of = versions
    ending = ENDINGS.get(turn.ending, "") if turn.ending else ""
    if turn.ending is Ending.FAILED and turn.why:
        ending = turn.why
    return Entry(
        key=turn.id,
        role=turn.role.value,
        title="You" if turn.role is Role.USER else turn.model or "Model",
        text=turn.text,
        meta=measured(turn.measure) if turn.role is Role.ASSISTANT and turn.ending else "",
        ending=ending,
        thought=turn.thought,
        version=f"‹{at}/{of}›" if of > 1 else "",
        dimmed=dimmed or turn.left_out,
        pinned=turn.pinned,
        plain=plain,
        tone="error" if turn.ending is Ending.FAILED else "warning" if ending else "",
    )


def note(key: int, text: str, tone: str = "") -> Entry:
    """A remark of the program between the turns. Notes have keys below 0."""
    return Entry(key=key, role="note", title="", text=text, tone=tone)


def measured(measure: Measure) -> str:
    """Tokens, time to first token and speed, as far as they are known."""
    parts: list[str] = []
    if measure.tokens:
        parts.append(f"{measure.tokens} tokens" if measure.tokens > 1 else "1 token")
    if measure.first_token_s is not None:
        parts.append(f"first {seconds(measure.first_token_s)}")
    if rate := speed(measure):
        parts.append(rate)
    return " · ".join(parts)


def speed(measure: Measure) -> str:
    """How fast the reply came, "" where that is not known."""
    if not measure.speed:
        return ""
    return f"{measure.speed:.0f} tokens/s" if measure.speed >= 10 else f"{measure.speed:.1f} tokens/s"


def seconds(value: float) -> str:
    """A duration, as exact as it is worth reading."""
    if value < 10:
        return f"{value:.2f} s" if value < 1 else f"{value:.1f} s"
    return f"{value:.0f} s" if value < 120 else f"{value // 60:.0f} min {value % 60:02.0f} s"

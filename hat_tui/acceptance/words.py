"""What screen, shell and sheet say in the same words."""

from hat_tui.acceptance.bench import RunChoice
from hat_tui.acceptance.run import Answered, prompt_speed
from hat_tui.chat.reply import Ending
from hat_tui.chat.safe_text import shown_line


def duration(seconds: float) -> str:
    """A time to wait, as one says it."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def cost_of(answer: Answered) -> str:
    """What was measured of an answer, and how it ended when not by itself, in one line."""
    measure = answer.measure
    parts = [f"{measure.tokens or 0} tokens"]
    if measure.speed is not None:
        parts.append(f"{measure.speed:.1f} tokens/s")
    if measure.first_token_s is not None:
        parts.append(f"first after {measure.first_token_s:.2f} s")
    if measure.prompt_tokens is not None:
        read = prompt_speed(measure)
        parts.append(f"prompt {measure.prompt_tokens}" + (f" at {read:.0f}/s" if read else ""))
    if answer.ending is not Ending.STOP:
        parts.append(answer.ending.value)
    if answer.why:
        parts.append(shown_line(answer.why))
    return ", ".join(parts)


def state_of(run: RunChoice) -> str:
    """How far a run is."""
    if run.answered < run.total:
        return f"{run.answered} of {run.total} answered"
    return f"{run.marked} of {run.total} marked" if run.marked < run.total else "judged"

"""What judging one answer and judging two have in common: going through them, the task's own text, what went wrong."""

from abc import abstractmethod
from collections.abc import Callable
from typing import Generic, TypeVar

from textual.getters import query_one
from textual.screen import Screen
from textual.widgets import Static

from hat_tui.acceptance.judging import Judging, PairJudging
from hat_tui.acceptance.protocol import Task
from hat_tui.chat.dialogue import NotKept
from hat_tui.chat.safe_text import shown_line

WIDE = 110
"""Columns from which things stand beside each other and not below."""

Judged = TypeVar("Judged", Judging, PairJudging)


class JudgingScreen(Screen[None], Generic[Judged]):
    """Goes through what is to be judged; each verdict is written before the next is shown."""

    DEFAULT_CSS = """
    JudgingScreen #judge-told { display: none; height: auto; padding: 0 1; color: $text-error; }
    """

    told = query_one("#judge-told", Static)

    def __init__(self, judging: Judged) -> None:
        super().__init__()
        self.judging: Judged = judging
        self.unfolded = False

    def on_resize(self) -> None:
        self.set_class(self.size.width >= WIDE, "-wide")

    @abstractmethod
    def show_judged(self) -> None:
        """Show what is in hand, from its top."""

    def action_skip(self) -> None:
        self.judging.skip()
        self.show_judged()

    def action_back(self) -> None:
        self.judging.back()
        self.show_judged()

    def action_fold(self) -> None:
        """Show the task's own text, or put it away."""
        self.unfolded = not self.unfolded
        self.show_judged()

    def keep(self, verdict: Callable[[], None], *, show: bool = True) -> None:
        """Write a verdict and show what is next, or say why it could not be written."""
        try:
            verdict()
        except NotKept as trouble:
            self.told.display = True
            self.told.update(shown_line(str(trouble)))
            return
        self.told.display = False
        if show:
            self.show_judged()


def asked(task: Task, *, unfolded: bool) -> tuple[str, ...]:
    """The prompts of a task; a long text in them is told by its length only, unless it is unfolded."""
    return (
        task.questions() if unfolded else task.questions(f"‹a text of {len(task.context.split())} words: t shows it›")
    )

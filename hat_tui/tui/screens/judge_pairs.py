"""Two answers to one task side by side, names hidden: which is better."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Static

from hat_tui.acceptance.judging import PairJudging
from hat_tui.acceptance.run import Answered, Preference
from hat_tui.chat.safe_text import shown, shown_line
from hat_tui.tui.screens.judging import JudgingScreen, asked
from hat_tui.tui.widgets.key_bar import KeyBar


class JudgePairsScreen(JudgingScreen[PairJudging]):
    """A, B or equal; each is written before the next pair is shown."""

    AUTO_FOCUS = "#pair-a"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a,left", "prefer('a')", "A is better", key_display="a"),
        Binding("b,right", "prefer('b')", "B is better", key_display="b"),
        Binding("e,equals_sign", "prefer('equal')", "Equal", key_display="e"),
        Binding("s", "skip", "Skip"),
        Binding("z,backspace", "back", "Back", key_display="z"),
        Binding("t", "fold", "Text", tooltip="Show the text that the task gives, or fold it"),
        Binding("down,j", "scroll(1)", "Down", show=False),
        Binding("up,k", "scroll(-1)", "Up", show=False),
        Binding("escape,q", "dismiss(None)", "Leave", key_display="Esc"),
    ]
    DEFAULT_CSS = """
    JudgePairsScreen {
        #pair-head { height: 1; padding: 0 1; background: $panel; }
        #pair-task { height: auto; max-height: 40%; padding: 0 1; color: $foreground 80%; }
        #pairs { height: 1fr; }
        #pairs > VerticalScroll {
            height: 1fr; width: 1fr; padding: 0 1; border-top: hkey $panel; scrollbar-size-vertical: 1;
            &:focus { border-top: hkey $primary; }
        }
        #pairs Static { height: auto; }
        &.-wide #pairs { layout: horizontal; }
    }
    """

    head = query_one("#pair-head", Static)

    def compose(self) -> ComposeResult:
        yield Static(id="pair-head", markup=False)
        with VerticalScroll(id="pair-task", can_focus=False):
            yield Static(id="pair-asked", markup=False)
        with Vertical(id="pairs"):
            for side in "ab":
                with VerticalScroll(id=f"pair-{side}"):
                    yield Static(id=f"text-{side}", markup=False)
        yield Static(id="judge-told", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        self.show_judged()

    def show_judged(self) -> None:
        judging = self.judging
        above = self.query_one("#pair-asked", Static)
        sides = [self.query_one(f"#text-{side}", Static) for side in "ab"]
        if judging.pair is None:
            none = "There are no pairs: a run of two models or more has them."
            left = f"{judging.left} pairs were skipped." if judging.left else "Every pair is compared."
            self.head.update("All seen")
            above.update(left if judging.order else none)
            for side in sides:
                side.update("")
            return
        self.head.update(
            Content.assemble(
                (f"pair {judging.at + 1} of {len(judging.order)}", "bold"),
                f"  {shown_line(judging.task.title)}",
                (f"  · {judging.left} to compare", "$foreground 60%"),
            )
        )
        lines = [*asked(judging.task, unfolded=self.unfolded), f"Intent: {judging.task.intent}"]
        above.update(Content("\n".join(map(shown, lines))))
        self.query_one("#pair-task").scroll_end(animate=False)
        chosen = judging.run.preferences.get(judging.pair)
        for name, side, answer in zip("AB", sides, judging.answers, strict=True):
            better = " · better" if chosen and chosen.value == name.lower() else ""
            side.update(_answer(name + better, answer))
            if isinstance(side.parent, VerticalScroll):
                side.parent.scroll_home(animate=False)

    def action_prefer(self, preference: str) -> None:
        """Write which is better, and go on."""
        if self.judging.pair is not None:
            self.keep(lambda: self.judging.prefer(Preference(preference)))

    def action_scroll(self, lines: int) -> None:
        """Both sides at once: two answers are read beside each other."""
        for side in "ab":
            self.query_one(f"#pair-{side}").scroll_relative(y=lines, animate=False)


def _answer(name: str, answer: Answered) -> Content:
    return Content.assemble((name, "bold $accent"), "\n", shown(answer.text) or "(nothing)")

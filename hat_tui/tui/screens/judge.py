"""A person gives answers their marks, blind: the task, its intent, the answer, what was computed, the rubric."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.widgets import Input, Static

from hat_tui.acceptance.checks import Finding
from hat_tui.acceptance.judging import Judging
from hat_tui.acceptance.protocol import RUBRIC, Task
from hat_tui.acceptance.run import Answered, Slot
from hat_tui.acceptance.words import cost_of
from hat_tui.chat.safe_text import shown, shown_line
from hat_tui.tui.screens.judging import JudgingScreen, asked
from hat_tui.tui.widgets.key_bar import KeyBar


class JudgeScreen(JudgingScreen[Judging]):
    """Marks by the keys 0 to 5, each written before the next answer is shown."""

    AUTO_FOCUS = "#answer"
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(mark), f"mark({mark})", words, show=False) for mark, words in RUBRIC.items()),
        Binding("r", "remark", "Remark", tooltip="Write a remark; it goes with the mark that is given next"),
        Binding("s,right", "skip", "Skip", key_display="s"),
        Binding("b,left,backspace", "back", "Back", key_display="b"),
        Binding("t", "fold", "Text", tooltip="Show the text that the task gives, or fold it"),
        Binding("x", "take_back", "No mark", tooltip="Take back the mark this answer has"),
        Binding("down,j", "scroll(1)", "Down", show=False),
        Binding("up,k", "scroll(-1)", "Up", show=False),
        Binding("escape,q", "leave", "Leave", key_display="Esc", tooltip="All marks are written already"),
    ]
    DEFAULT_CSS = """
    JudgeScreen {
        #judge-head { height: 1; padding: 0 1; background: $panel; }
        #judge-body { height: 1fr; }
        #answer { width: 1fr; height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
        #answer > Static { height: auto; }
        #beside { height: auto; max-height: 9; padding: 0 1; border-top: hkey $panel; scrollbar-size-vertical: 1; }
        #rubric { height: auto; padding: 0 1; background: $surface; }
        #remark-line { display: none; height: 1; padding: 0 1; background: $boost; }
        #remark-line > Static { width: 8; color: $text-accent; }
        #remark { width: 1fr; background: $boost; }
        &.-wide {
            #judge-body { layout: horizontal; }
            #beside { width: 46; height: 1fr; max-height: 100%; border-top: none; border-left: vkey $panel; }
        }
    }
    """

    head = query_one("#judge-head", Static)
    answer = query_one("#answer", VerticalScroll)
    text = query_one("#answer-text", Static)
    beside = query_one("#beside-text", Static)
    rubric = query_one("#rubric", Static)
    remark = query_one("#remark", Input)

    def __init__(self, judging: Judging) -> None:
        super().__init__(judging)
        self._waiting: dict[Slot, str] = {}
        """Remarks that go with a mark to come."""

    def compose(self) -> ComposeResult:
        yield Static(id="judge-head", markup=False)
        with Vertical(id="judge-body"):
            with VerticalScroll(id="answer"):
                yield Static(id="answer-text", markup=False)
            with VerticalScroll(id="beside", can_focus=False):
                yield Static(id="beside-text", markup=False)
        yield Static(id="rubric", markup=False)
        with Horizontal(id="remark-line"):
            yield Static("remark", markup=False)
            yield Input(id="remark", placeholder="Enter keeps it for the mark, Esc leaves it", compact=True)
        yield Static(id="judge-told", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        self.remark.cursor_blink = False
        self.show_judged()

    def on_resize(self) -> None:
        self.rubric.update(rubric(self.size.width - 2))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a remark is written, its keys are letters."""
        return not (self.remark.has_focus and action != "leave")

    def show_judged(self) -> None:
        """The answer in hand, from its top."""
        judging = self.judging
        self.remark.value = self._remark()
        self._show_remark()
        self.answer.scroll_home(animate=False)
        if judging.slot is None:
            left = judging.left
            told = f"{left} answers were skipped." if left else "Every answer has its mark."
            self.head.update("All seen")
            self.text.update(f"{told}\n\nEsc goes back; b shows the last answer again.")
            self.beside.update("")
            return
        self.head.update(self._heading())
        self.text.update(task_and_answer(judging.task, judging.answer, unfolded=self.unfolded))
        parts = [findings_of(judging.findings), Content.styled(cost_of(judging.answer), "$foreground 70%")]
        if judging.marked:
            parts.insert(0, Content.styled(f"marked {judging.marked.mark}", "bold $accent"))
        self.beside.update(Content("\n").join(parts))

    def _heading(self) -> Content:
        judging = self.judging
        slot = judging.slot
        name = judging.model_shown(slot) if slot else ""
        return Content.assemble(
            (f"{judging.at + 1} of {len(judging.order)}", "bold"),
            f"  {shown_line(judging.task.title)}",
            (f"  · model {shown_line(name)}", "$foreground 60%"),
            (f"  · {judging.left} to mark", "$foreground 60%"),
        )

    def _remark(self) -> str:
        """That of the answer in hand: with its mark, or waiting for one."""
        slot, marked = self.judging.slot, self.judging.marked
        if slot is None:
            return ""
        return marked.remark if marked else self._waiting.get(slot, "")

    def _put_by(self) -> None:
        """Keep what is typed for an answer without a mark until it gets one."""
        if (slot := self.judging.slot) and not self.judging.marked:
            self._waiting[slot] = self.remark.value

    def _show_remark(self) -> None:
        self.query_one("#remark-line").display = bool(self.remark.value) or self.remark.has_focus

    def action_mark(self, mark: int) -> None:
        """Write the mark, with the remark that was typed for it."""
        if (slot := self.judging.slot) is not None:

            def give() -> None:
                self.judging.mark(mark, self.remark.value.strip())
                self._waiting.pop(slot, None)

            self.keep(give)

    def action_take_back(self) -> None:
        if self.judging.slot is not None:
            self.keep(self.judging.take_back)

    def action_scroll(self, lines: int) -> None:
        self.answer.scroll_relative(y=lines, animate=False)

    def action_skip(self) -> None:
        self._put_by()
        super().action_skip()

    def action_back(self) -> None:
        self._put_by()
        super().action_back()

    def action_fold(self) -> None:
        self._put_by()
        super().action_fold()

    def action_remark(self) -> None:
        """Open the line for a remark."""
        if self.judging.slot is not None:
            self.query_one("#remark-line").display = True
            self.remark.focus()

    @on(Input.Submitted)
    def _remarked(self) -> None:
        """Keep the remark for the mark to come, or write it at once with the mark that is there."""
        self.answer.focus()
        self._put_by()
        self.keep(lambda: self.judging.remark(self.remark.value.strip()), show=False)
        self._show_remark()

    def action_leave(self) -> None:
        """Out of the remark first, then out of the screen."""
        if self.remark.has_focus:
            self.answer.focus()
            self.remark.value = self._remark()
            self._show_remark()
        else:
            self.dismiss(None)


def rubric(width: int) -> Content:
    """What the marks mean: on as few lines as they fit."""
    entries = [Content.assemble((f"{mark} ", "bold $accent"), words) for mark, words in RUBRIC.items()]
    lines: list[Content] = []
    for entry in entries:
        if lines and lines[-1].cell_length + 3 + entry.cell_length <= width:
            lines[-1] = Content.assemble(lines[-1], "   ", entry)
        else:
            lines.append(entry)
    return Content("\n").join(lines)


def task_and_answer(task: Task, answer: Answered, *, unfolded: bool) -> Content:
    """What was asked, what is wanted, and what was answered, as plain text."""
    parts: list[Content] = []
    for number, question in enumerate(asked(task, unfolded=unfolded)):
        parts.append(Content.assemble(("asked   ", "bold $primary"), shown(question)))
        if number < len(answer.earlier):
            parts.append(Content.assemble(("replied ", "bold"), (shown(answer.earlier[number]), "$foreground 70%")))
    parts.append(Content.assemble(("intent  ", "bold $primary"), shown(task.intent)))
    if answer.thought:
        parts.append(Content.assemble(("thought ", "bold"), (shown(answer.thought), "$foreground 60%")))
    parts.append(Content.assemble(("answer", "bold $accent"), "\n", shown(answer.text) or "(nothing)"))
    return Content("\n").join(parts)


def findings_of(findings: Sequence[Finding]) -> Content:
    """One line a check."""
    signs = {True: ("✓ ", "$text-success"), False: ("✗ ", "$text-error"), None: ("? ", "$text-warning")}
    lines = [
        Content.assemble(
            signs[finding.passed], shown_line(finding.wanted), (f": {shown_line(finding.found)}", "$foreground 70%")
        )
        for finding in findings
    ]
    return Content("\n").join(lines)

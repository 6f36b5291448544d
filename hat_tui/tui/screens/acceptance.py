"""The Home Acceptance Test: all runs, and what can be done with them."""

from collections.abc import Sequence
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.getters import query_one
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from hat_tui.acceptance.bench import Bench, NoSuchRun, OpenRun, RunChoice
from hat_tui.acceptance.comparison import NotComparable, comparison
from hat_tui.acceptance.conduct import ModelNotLoaded
from hat_tui.acceptance.judging import Judging, PairJudging
from hat_tui.acceptance.marks_csv import to_csv
from hat_tui.acceptance.protocol_text import BadProtocol
from hat_tui.acceptance.report import hidden, sheet
from hat_tui.acceptance.words import state_of
from hat_tui.chat.dialogue import NotKept
from hat_tui.chat.safe_text import shown, shown_line
from hat_tui.services import Models
from hat_tui.tui.screens.judge import JudgeScreen
from hat_tui.tui.screens.judge_pairs import JudgePairsScreen
from hat_tui.tui.screens.pick import Choice, PickScreen
from hat_tui.tui.screens.pick_models import PickModelsScreen
from hat_tui.tui.screens.report import ReportScreen
from hat_tui.tui.screens.run_test import RunTestScreen
from hat_tui.tui.widgets.key_bar import KeyBar

INTRODUCTION = (
    "Find out whether a small model is acceptable to you: it answers a protocol of tasks unattended, you mark the "
    "answers from 0 to 5 without knowing whose they are, and the sheet says accepted or not."
)


class AcceptanceScreen(Screen[None]):
    """The runs, newest first. Enter does what comes next: go on, judge, or read the sheet."""

    AUTO_FOCUS = "OptionList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "next", "Go on", priority=True, tooltip="Resume, judge or read the sheet: what comes next"),
        Binding("n", "new", "New run"),
        Binding("r", "resume", "Resume"),
        Binding("j", "judge", "Judge"),
        Binding("p", "pairs", "Pairs", tooltip="Compare two answers at a time"),
        Binding("o", "sheet", "Sheet"),
        Binding("space", "choose", "Choose", tooltip="Choose runs to compare"),
        Binding("c", "compare", "Compare"),
        Binding("escape,q", "dismiss(None)", "Back", key_display="Esc"),
    ]
    DEFAULT_CSS = """
    AcceptanceScreen {
        #accept-head { height: auto; padding: 0 1; background: $panel; }
        & > OptionList, & > OptionList:focus { height: 1fr; border: none; padding: 0; background: $background; }
        #accept-told { height: auto; padding: 0 1; color: $text-warning; }
    }
    """

    list = query_one(OptionList)
    told = query_one("#accept-told", Static)

    def __init__(self, bench: Bench, models: Models) -> None:
        super().__init__()
        self._bench = bench
        self._models = models
        self._runs: Sequence[RunChoice] = ()
        self._chosen: set[str] = set()

    def compose(self) -> ComposeResult:
        yield Static(
            Content.assemble(("Home Acceptance Test", "bold"), f"\n{INTRODUCTION}"), id="accept-head", markup=False
        )
        yield OptionList(markup=False)
        yield Static(id="accept-told", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        self._show()

    def _show(self, id: str = "") -> None:
        """Read the runs anew, with the bar on `id`, or where it was."""
        at = self.list.highlighted or 0
        self._runs = self._bench.runs()
        self.list.set_options(Option(self._line(run)) for run in self._runs)
        places = [number for number, run in enumerate(self._runs) if run.id == id]
        if self._runs:
            self.list.highlighted = places[0] if places else min(at, len(self._runs) - 1)
        else:
            self.told.update("No run yet: n begins one.")

    def _line(self, run: RunChoice) -> Content:
        mark = ("● ", "$accent") if run.id in self._chosen else ("  ", "")
        return Content.assemble(
            mark,
            (f"{run.at:%Y-%m-%d %H:%M}  ", "$foreground 60%"),
            (shown_line(run.protocol), "bold"),
            (f"  {state_of(run)}", "$text-success" if run.marked == run.total else "$text-warning"),
            f"\n    {shown_line(', '.join(run.models))}",
        )

    def _run(self) -> RunChoice | None:
        at = self.list.highlighted
        return self._runs[at] if at is not None and at < len(self._runs) else None

    def action_next(self) -> None:
        """What the run under the bar needs next; a new run where there is none."""
        run = self._run()
        if run is None:
            self.action_new()
        elif run.answered < run.total:
            self.action_resume()
        elif run.marked < run.total:
            self.action_judge()
        else:
            self.action_sheet()

    @work(exclusive=True, group="dialog")
    async def action_new(self) -> None:
        """Pick a protocol and models, then run it."""
        choices = [
            Choice(it.name, it.title, it.trouble.split("\n")[0] or f"{it.tasks} tasks. {it.about}")
            for it in self._bench.protocols()
        ]
        name = await self.app.push_screen_wait(PickScreen("Which protocol?", choices))
        if name is None:
            return
        models = await self.app.push_screen_wait(PickModelsScreen(self._models.list()))
        if not models:
            return
        try:
            opened = self._bench.create(self._bench.plan(self._bench.protocol(name), models))
        except (BadProtocol, ModelNotLoaded, NotKept) as trouble:
            self.told.update(shown(str(trouble)))
            return
        await self._conduct(opened)

    @work(exclusive=True, group="dialog")
    async def action_resume(self) -> None:
        """Get the answers that are missing."""
        if opened := self._opened():
            await self._conduct(opened)

    async def _conduct(self, opened: OpenRun) -> None:
        id = await self.app.push_screen_wait(RunTestScreen(opened, self._bench))
        self.told.update("")
        self._show(id)

    def _opened(self) -> OpenRun | None:
        if (run := self._run()) is None:
            return None
        try:
            return self._bench.open(run.id)
        except NoSuchRun as trouble:
            self.told.update(shown(str(trouble)))
            return None

    @work(exclusive=True, group="dialog")
    async def action_judge(self) -> None:
        """Give marks, one answer after the other."""
        if opened := self._opened():
            judging = Judging(opened.run, opened.store.keep, self._bench.clock)
            await self._judged(opened, JudgeScreen(judging))

    @work(exclusive=True, group="dialog")
    async def action_pairs(self) -> None:
        """Compare two answers at a time."""
        if opened := self._opened():
            judging = PairJudging(opened.run, opened.store.keep, self._bench.clock)
            await self._judged(opened, JudgePairsScreen(judging))

    async def _judged(self, opened: OpenRun, screen: Screen[None]) -> None:
        try:
            await self.app.push_screen_wait(screen)
        finally:
            opened.store.close()
        self._show()

    def action_sheet(self) -> None:
        """Read the sheet of the run under the bar."""
        if (choice := self._run()) is None:
            return
        try:
            id, run = self._bench.read(choice.id)
        except NoSuchRun as trouble:
            self.told.update(shown(str(trouble)))
            return
        csv = "" if hidden(run) else to_csv([(id, run)])
        self.app.push_screen(ReportScreen(sheet(run, id), "sheet", lambda name, text: self._save(id, name, text), csv))

    def _save(self, id: str, name: str, text: str) -> str:
        return self._bench.save(id, name, text)

    def action_choose(self) -> None:
        """Choose the run under the bar for a comparison, or no more."""
        if run := self._run():
            self._chosen ^= {run.id}
            self._show()

    def action_compare(self) -> None:
        """Put the chosen runs side by side; the one under the bar when none is chosen."""
        run = self._run()
        ids = [choice.id for choice in self._runs if choice.id in self._chosen] or ([run.id] if run else [])
        if not ids:
            return
        try:
            runs = [self._bench.read(id) for id in ids]
            blocks = comparison(runs)
        except (NoSuchRun, NotComparable) as trouble:
            self.told.update(shown(str(trouble)))
            return
        self.app.push_screen(
            ReportScreen(blocks, "comparison", lambda name, text: self._save(ids[0], name, text), to_csv(runs))
        )

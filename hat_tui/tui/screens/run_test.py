"""A run on its way: what is asked, how far it is, how long it takes, and the answer as it comes."""

from contextlib import aclosing, suppress
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Static
from textual.worker import Worker, WorkerCancelled, WorkerFailed

from hat_tui.acceptance.bench import Bench, OpenRun
from hat_tui.acceptance.conduct import Asked, ConductEvent, Heard, Opening, Waiting, conduct
from hat_tui.acceptance.run import Answered, ModelLost, ModelReady
from hat_tui.acceptance.words import cost_of, duration
from hat_tui.chat.dialogue import NotKept
from hat_tui.chat.reply import Delta, Reading, Thought
from hat_tui.chat.safe_text import shown, shown_line
from hat_tui.tui.leaving import leave_once_on_top
from hat_tui.tui.screens.confirm import ConfirmScreen
from hat_tui.tui.widgets.key_bar import KeyBar

FRAME_S = 0.1
"""The live answer is painted at most so often."""

KEPT_LINES = 200
"""Of what was answered, so many lines stay on the screen."""


class RunTestScreen(Screen[str]):
    """Conducts the run; returns its id when it was left, done or stopped. The run is let go of then."""

    AUTO_FOCUS = "#live"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "done", "Go on"),
        Binding(
            "escape,q", "stop", "Stop", key_display="Esc", tooltip="What is answered stays; the run can be resumed"
        ),
    ]
    DEFAULT_CSS = """
    RunTestScreen {
        #run-head { height: 2; padding: 0 1; background: $panel; }
        #done { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
        #live { height: 2fr; padding: 0 1; border-top: hkey $primary; scrollbar-size-vertical: 1; }
        #done > Static, #live > Static { height: auto; }
    }
    """

    head = query_one("#run-head", Static)
    done = query_one("#done-text", Static)
    live = query_one("#live-text", Static)

    def __init__(self, opened: OpenRun, bench: Bench) -> None:
        super().__init__()
        self._opened = opened
        self._bench = bench
        self._lines: list[Content] = []
        self._asked = Content("")
        self._heard = ""
        self._timer: Timer | None = None
        self._worker: Worker[None] | None = None
        self.ended = False

    def compose(self) -> ComposeResult:
        yield Static(id="run-head", markup=False)
        with VerticalScroll(id="done", can_focus=False):
            yield Static(id="done-text", markup=False)
        with VerticalScroll(id="live"):
            yield Static(id="live-text", markup=False)
        yield KeyBar()

    def on_mount(self) -> None:
        for scroll in ("#done", "#live"):
            self.query_one(scroll, VerticalScroll).anchor()
        for problem in self._opened.problems:
            self._say(Content.styled(shown_line(problem), "$text-warning"))
        self._worker = self._conduct()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Enter goes on when all is done."""
        return self.ended or action != "done"

    @work(exclusive=True, group="conduct", exit_on_error=False)
    async def _conduct(self) -> None:
        run, store, bench = self._opened.run, self._opened.store, self._bench
        try:
            opener, clock, seconds, pause = bench.opener(run), bench.clock, bench.seconds, bench.pause
            async with aclosing(conduct(run, store, opener, clock, seconds, pause)) as events:
                async for event in events:
                    self._take(event)
        except NotKept as trouble:
            self._say(Content.styled(shown_line(str(trouble)), "$text-error"))
        finally:
            store.close()
        self._end()

    def _take(self, event: ConductEvent) -> None:
        run = self._opened.run
        match event:
            case Opening(model=model):
                self._head(f"loading {model} …")
            case Waiting(model=model, why=why):
                again = f"{model} is tried again in {duration(event.pause_s)}"
                self._head(again)
                self._say(Content.styled(shown_line(f"{again}: {why}"), "$text-warning"))
            case ModelReady(model=model):
                self._say(Content.styled(f"{shown_line(model)} is loaded", "$foreground 60%"))
            case ModelLost(model=model, why=why):
                self._say(Content.styled(f"{shown_line(model)} is passed over: {shown_line(why)}", "$text-error"))
            case Asked(slot=slot):
                task = run.protocol.task(slot.task)
                left = f" · about {duration(event.left_s)} left" if event.left_s is not None else ""
                self._head(f"{event.number} of {event.total} · {slot.model} · {task.title}{left}")
                self._begin(task.questions()[-1])
            case Heard(event=Delta(text=text) | Thought(text=text)):
                self._hear(text)
            case Heard(event=Reading(done=done, total=total)):
                self.live.update(self._asked + Content.styled(f"\nreading {done} of {total} tokens", "$foreground 60%"))
            case Answered(slot=slot):
                self._flush()
                title = shown_line(run.protocol.task(slot.task).title)
                self._say(
                    Content.assemble((f"{shown_line(slot.model)}  ", "$foreground 60%"), title, "  ", _told(event))
                )

    def _head(self, text: str) -> None:
        """The line of where it is, and a bar of how far."""
        run = self._opened.run
        width = max(10, self.size.width - 2)
        full = round(width * (len(run.slots) - len(run.pending())) / max(1, len(run.slots)))
        bar = Content.assemble(("━" * full, "$accent"), ("─" * (width - full), "$foreground 30%"))
        self.head.update(Content.assemble(shown_line(text), "\n", bar))

    def _say(self, line: Content) -> None:
        self._lines = [*self._lines, line][-KEPT_LINES:]
        self.done.update(Content("\n").join(self._lines))

    def _begin(self, question: str) -> None:
        self._asked = Content.styled(shown(question), "$foreground 60%")
        self._heard = ""
        self.live.update(self._asked)

    def _hear(self, text: str) -> None:
        self._heard += text
        if self._timer is None:
            self._timer = self.set_timer(FRAME_S, self._flush)

    def _flush(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        self.live.update(Content.assemble(self._asked, "\n\n", shown(self._heard)))

    def _end(self) -> None:
        self.ended = True
        missing = len(self._opened.run.pending())
        told = f"{missing} answers are missing: resume tries them again." if missing else "All answered: now to judge."
        self._head(told)
        self.refresh_bindings()

    def action_done(self) -> None:
        self.dismiss(self._opened.store.id)

    @work(exclusive=True, group="leave")
    async def action_stop(self) -> None:
        """Leave; a run that is on its way is stopped when the person says so."""
        question = "Stop the run? What is answered is kept, and it can be resumed."
        if not self.ended and not await self.app.push_screen_wait(ConfirmScreen(question)):
            return
        if self._worker is not None and not self._worker.is_finished:
            self._worker.cancel()
            with suppress(WorkerCancelled, WorkerFailed):
                await self._worker.wait()
        leave_once_on_top(self, self._opened.store.id)


def _told(answer: Answered) -> Content:
    return Content.styled(cost_of(answer), "$text-error" if answer.why else "$foreground 70%")

"""The acceptance test's screens, driven by keys, with fakes for everything outside."""

import asyncio
from contextlib import asynccontextmanager
from pathlib import Path

from acceptance_fakes import HOSTILE, MemoryBench, Shelf, run_of
from fakes import ShelfOfModels, fake_services, says
from textual import events
from textual.app import App
from textual.screen import Screen

import hat_tui.tui.app
from hat_tui.acceptance.from_chat import task_from
from hat_tui.acceptance.judging import Judging
from hat_tui.acceptance.report import sheet
from hat_tui.acceptance.run import Preference, Slot
from hat_tui.chat.conversation import Conversation
from hat_tui.chat.message import Role
from hat_tui.chat.record import Begun, Ended, Said
from hat_tui.chat.reply import Delta, Failed
from hat_tui.tui.screens.acceptance import AcceptanceScreen
from hat_tui.tui.screens.judge import JudgeScreen
from hat_tui.tui.screens.make_test import MakeTestScreen
from hat_tui.tui.screens.report import ReportScreen
from hat_tui.tui.screens.run_test import RunTestScreen

MODEL = "models/hat-demo.gguf"


class NoFiles:
    """Files of a chat that is not restricted; there are none."""

    def complete(self, typed):
        return []


class Host(App):
    """The app's own style around one screen."""

    CSS_PATH = Path(hat_tui.tui.app.__file__).with_name("hat.tcss")

    def __init__(self, screen):
        super().__init__()
        self._first = screen

    def on_mount(self):
        self.push_screen(self._first)


@asynccontextmanager
async def shown_on(screen, size=(80, 24)):
    app = Host(screen)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield pilot
        await app.workers.wait_for_complete()


async def until(pilot, holds):
    async with asyncio.timeout(10):
        while not holds():
            await pilot.pause()


def text_of(pilot, selector):
    return pilot.app.screen.query_one(selector).render().plain


def a_bench(**more):
    return MemoryBench(models=(MODEL, "small", "large"), **more)


async def test_a_new_run_is_begun_answered_judged_and_accepted_by_keys_alone():
    bench = a_bench(shelf=Shelf({MODEL: [says("Hello."), says("Hi."), says("Ada.")]}))
    async with shown_on(AcceptanceScreen(bench, ShelfOfModels())) as pilot:
        await pilot.press("n")
        await pilot.press("enter")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, RunTestScreen) and pilot.app.screen.ended)
        assert "All answered" in text_of(pilot, "#run-head")
        assert bench.stores["run-1"].closed
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, AcceptanceScreen))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, JudgeScreen))
        await pilot.press("5", "4")
        assert "Every answer has its mark." in text_of(pilot, "#answer-text")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, AcceptanceScreen))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReportScreen))
        await pilot.press("h")
        assert "run-1/sheet.html" in text_of(pilot, "#told")
    assert "ACCEPTED" in bench.saved["sheet.html"]
    assert [marked.mark for marked in bench.read("run-1")[1].marks.values()] == [5, 4]


async def test_a_run_shows_the_answer_as_it_comes_and_is_stopped_and_resumed():
    gate = asyncio.Event()
    bench = a_bench(shelf=Shelf({MODEL: [[Delta("Half an "), Delta("answer"), gate]]}))
    opened = bench.create(bench.plan(bench.protocol("talk"), [MODEL]))
    async with shown_on(RunTestScreen(opened, bench)) as pilot:
        await until(pilot, lambda: "Half an answer" in text_of(pilot, "#live-text"))
        assert "1 of 2" in text_of(pilot, "#run-head")
        await pilot.press("enter")
        await pilot.press("escape")
        await pilot.press("y")
        await until(pilot, lambda: not isinstance(pilot.app.screen, RunTestScreen))
    assert bench.stores["run-1"].closed
    assert bench.shelf.closed == [MODEL]
    assert len(bench.read("run-1")[1].pending()) == 2
    gate.set()
    async with shown_on(AcceptanceScreen(bench, ShelfOfModels())) as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, RunTestScreen) and pilot.app.screen.ended)
        await pilot.press("escape")
    assert bench.read("run-1")[1].pending() == ()


async def test_a_run_says_that_it_waits_for_a_server():
    bench = a_bench(shelf=Shelf({MODEL: [[Failed("It is gone.")]]}, away=1))
    async with shown_on(RunTestScreen(bench.create(bench.plan(bench.protocol("talk"), [MODEL])), bench)) as pilot:
        await until(pilot, lambda: pilot.app.screen.ended)
        assert f"{MODEL} is tried again in 5 s: There is no server." in text_of(pilot, "#done-text")
        assert "1 answers are missing" in text_of(pilot, "#run-head")
        await pilot.press("enter")


async def test_a_run_that_stops_under_another_screen_is_left_when_that_one_is():
    stopped = asyncio.Event()

    class SlowToClose(Shelf):
        @asynccontextmanager
        async def open(self, label):
            async with super().open(label) as loaded:
                try:
                    yield loaded
                finally:
                    await stopped.wait()

    bench = a_bench(shelf=SlowToClose({MODEL: [[Delta("Half"), asyncio.Event()]]}))
    async with shown_on(RunTestScreen(bench.create(bench.plan(bench.protocol("talk"), [MODEL])), bench)) as pilot:
        await until(pilot, lambda: "Half" in text_of(pilot, "#live-text"))
        running = pilot.app.screen
        await pilot.press("escape", "y")
        pilot.app.push_screen(over := Screen())
        stopped.set()
        await until(pilot, lambda: bench.stores["run-1"].closed)
        await pilot.app.workers.wait_for_complete([worker for worker in pilot.app.workers if worker.group == "leave"])
        assert pilot.app.screen is over
        over.dismiss()
        await until(pilot, lambda: running not in pilot.app.screen_stack)


def judging_of(bench):
    opened = bench.open("last")
    return Judging(opened.run, opened.store.keep, bench.clock)


async def test_answers_are_judged_blind_with_remarks_skipped_and_gone_back_to():
    bench = a_bench()
    bench.add(run_of({"small": [None, None], "large": [None, None]}, text="An answer."))
    async with shown_on(JudgeScreen(judging_of(bench))) as pilot:
        page = f"{text_of(pilot, '#judge-head')}{text_of(pilot, '#answer-text')}{text_of(pilot, '#beside-text')}"
        assert "model hidden" in page
        assert "small" not in page
        for words in ("Say hello.", "Greets.", "An answer.", "✓ words 1-3: 2", "10.0 tokens/s"):
            assert words in page
        await pilot.press("r", *"too 5", "enter", "3")
        await pilot.press("s", "b", "b")
        assert "marked 3" in text_of(pilot, "#beside-text")
        await pilot.press("x", "4", "5", "5", "5")
    marks = list(bench.read("last")[1].marks.values())
    assert sorted((marked.mark, marked.remark) for marked in marks) == [(4, ""), (5, ""), (5, ""), (5, "")]


async def test_the_keys_of_marks_are_letters_while_a_remark_is_written():
    bench = a_bench()
    bench.add(run_of({"small": [None, None]}))
    async with shown_on(JudgeScreen(judging_of(bench))) as pilot:
        await pilot.press("r", "4", "s", "escape")
        assert bench.read("last")[1].marks == {}
        assert "1 of 2" in text_of(pilot, "#judge-head")
        await pilot.press("r", "4", "s", "enter", "2")
    marked = bench.read("last")[1].marks[Slot("hello", "small")]
    assert (marked.mark, marked.remark) == (2, "4s")


async def test_a_remark_waits_for_its_mark_while_the_text_of_the_task_is_read():
    bench = a_bench()
    bench.add(run_of({"small": [None, None]}))
    async with shown_on(JudgeScreen(judging_of(bench))) as pilot:
        await pilot.press("r", *"ok", "enter", "t", "t")
        assert pilot.app.screen.query_one("#remark-line").display
        await pilot.press("r", "end", "4", "enter", "2")
    assert bench.read("last")[1].marks[Slot("hello", "small")].remark == "ok4"


async def test_a_remark_waits_for_its_mark_while_other_answers_are_looked_at():
    bench = a_bench()
    bench.add(run_of({"small": [None, None]}))
    async with shown_on(JudgeScreen(judging_of(bench))) as pilot:
        await pilot.press("r", *"ok", "enter", "s")
        assert not pilot.app.screen.query_one("#remark-line").display
        await pilot.press("r", *"dull", "enter", "s")
        assert not pilot.app.screen.query_one("#remark-line").display
        await pilot.press("b", "b", "2", "3")
    marks = bench.read("last")[1].marks.values()
    assert [(marked.mark, marked.remark) for marked in marks] == [(2, "ok"), (3, "dull")]


async def test_a_mark_that_cannot_be_written_is_told_and_stays_to_be_given():
    bench = a_bench()
    bench.add(run_of({"small": [None, None]}))
    bench.stores["run-1"].trouble = "The disk is full."
    async with shown_on(JudgeScreen(judging_of(bench))) as pilot:
        await pilot.press("4")
        assert "The disk is full." in text_of(pilot, "#judge-told")
        assert "1 of 2" in text_of(pilot, "#judge-head")
        bench.stores["run-1"].trouble = ""
        await pilot.press("4")
        assert "2 of 2" in text_of(pilot, "#judge-head")


async def test_pairs_are_compared_by_keys():
    bench = a_bench()
    bench.add(run_of({"small": [4, 4], "large": [5, 2]}))
    async with shown_on(AcceptanceScreen(bench, ShelfOfModels()), (120, 30)) as pilot:
        await pilot.press("p")
        await pilot.pause()
        await pilot.press("a", "z", "e", "b", "escape")
    assert sorted(bench.read("last")[1].preferences.values()) == [Preference.B, Preference.EQUAL]


async def test_runs_are_chosen_and_compared():
    bench = a_bench()
    bench.add(run_of({"small": [4, 4]}))
    bench.add(run_of({"large": [5, 2]}))
    async with shown_on(AcceptanceScreen(bench, ShelfOfModels()), (100, 30)) as pilot:
        await pilot.press("space", "down", "space", "c")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReportScreen))
        await pilot.press("c", "escape")
    assert bench.saved["comparison.csv"].startswith("#,TASK,VOTE,REMARKS")


async def test_hidden_names_are_not_compared_and_no_run_is_told():
    bench = a_bench()
    async with shown_on(AcceptanceScreen(bench, ShelfOfModels())) as pilot:
        assert "n begins one" in text_of(pilot, "#accept-told")
    bench.add(run_of({"small": [4, 4], "large": [5, None]}))
    async with shown_on(AcceptanceScreen(bench, ShelfOfModels())) as pilot:
        await pilot.press("c")
        assert "stay hidden" in text_of(pilot, "#accept-told")


async def test_nothing_of_a_model_acts_on_the_screen():
    bench = a_bench()
    run = run_of({HOSTILE: [None, 4]}, text=HOSTILE, remarks={"story": HOSTILE})
    bench.add(run)
    for screen in (JudgeScreen(judging_of(bench)), ReportScreen(sheet(run, "run"), "sheet", lambda n, t: n)):
        async with shown_on(screen) as pilot:
            drawn = "\n".join(strip.text for strip in pilot.app.screen._compositor.render_strips())
            assert "\x1b" not in drawn
            assert "\u202e" not in drawn


async def test_a_turn_of_a_chat_is_made_a_test_and_its_faults_are_told_by_line():
    at = a_bench().clock()
    chat = Conversation(
        [
            *(Begun(1, Role.USER, 0, at), Said(1, "I am Ada."), Ended(1)),
            *(Begun(2, Role.ASSISTANT, 1, at), Said(2, "Hi."), Ended(2)),
            *(Begun(3, Role.USER, 2, at), Said(3, "Who am I?"), Ended(3)),
            *(Begun(4, Role.ASSISTANT, 3, at), Said(4, "Ada."), Ended(4)),
        ]
    )
    bench = a_bench()
    async with shown_on(MakeTestScreen(task_from(chat, chat.last()), bench), (100, 30)) as pilot:
        await pilot.press("ctrl+s")
        assert "the task, line 8: this task has no intent" in text_of(pilot, "#task-told")
        await pilot.press(*"Ada", "ctrl+s")
    [task] = bench.tasks
    assert (task.id, task.prompts, task.intent) == ("who-am-i", ("I am Ada.", "Who am I?"), "Ada")


async def test_the_acceptance_test_is_reached_from_the_chat_by_its_keys_as_terminals_send_them():
    bench = a_bench()
    for key in (events.Key("alt+a", "a"), events.Key("f7", None)):
        app = hat_tui.tui.app.HatTuiApp(fake_services(bench=lambda: bench, files=NoFiles()))
        async with app.run_test(size=(100, 30)) as pilot:
            await until(pilot, lambda: pilot.app.screen.link.ready)
            prompt = pilot.app.screen.prompt
            app.post_message(key)
            await until(pilot, lambda: isinstance(pilot.app.screen, AcceptanceScreen))
            assert prompt.text == ""
            await pilot.press("escape")
            await app.workers.wait_for_complete()


async def test_the_selected_turn_is_made_a_test_by_a_key():
    bench = a_bench()
    app = hat_tui.tui.app.HatTuiApp(fake_services(bench=lambda: bench, files=NoFiles()))
    async with app.run_test(size=(100, 30)) as pilot:
        chat = pilot.app.screen
        await until(pilot, lambda: chat.link.ready)
        await pilot.press(*"Hello", "enter")
        await until(pilot, lambda: chat.dialogue.conversation.last() and not chat.replying)
        await pilot.press("shift+tab", "t")
        await until(pilot, lambda: isinstance(pilot.app.screen, MakeTestScreen))
        await pilot.press(*"Greets", "ctrl+s")
        await until(pilot, lambda: pilot.app.screen is chat)
        await app.workers.wait_for_complete()
    assert [(task.prompts, task.intent) for task in bench.tasks] == [(("Hello",), "Greets")]


async def test_a_restricted_chat_has_no_acceptance_test():
    app = hat_tui.tui.app.HatTuiApp(fake_services(bench=a_bench))
    async with app.run_test(size=(100, 30)) as pilot:
        await until(pilot, lambda: pilot.app.screen.link.ready)
        await pilot.press("alt+a")
        await pilot.pause()
        assert not isinstance(pilot.app.screen, AcceptanceScreen)
        await app.workers.wait_for_complete()

"""The chat screen, driven by keys, with fakes for everything outside."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from fakes import (
    DEMO,
    THEIRS,
    FakeConnection,
    MemorySessions,
    ScriptedEndpoint,
    fake_services,
    says,
)
from textual.events import Key, Paste
from textual.pilot import Pilot

from hat_tui.chat.parameters import SamplingParameters
from hat_tui.chat.record import Ended, Said
from hat_tui.chat.reply import Delta, Ending, Failed, Finished, Note
from hat_tui.server.phase import Phase, ServerState
from hat_tui.server.target import Target
from hat_tui.services import Attachment, NotAttached, Services
from hat_tui.tui.app import HatTuiApp
from hat_tui.tui.keymap import CHAT
from hat_tui.tui.screens.chat import ChatScreen
from hat_tui.tui.screens.conversing import WELCOME
from hat_tui.tui.screens.keys_help import KeysHelpScreen
from hat_tui.tui.widgets.key_bar import KeyBar
from hat_tui.tui.widgets.prompt_box import PromptBox


class Driven:
    """An app under test, with the questions that tests ask."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self.pilot = pilot
        self.screen = pilot.app.screen_stack[0]
        assert isinstance(self.screen, ChatScreen)

    @property
    def texts(self) -> list[str]:
        """What the transcript shows, a text for each entry, with its ending behind a bar."""
        return [f"{e.text}|{e.ending}" if e.ending else e.text for e in self.screen.transcript.entries]

    async def until(self, holds: Callable[[], object]) -> None:
        """Let the app work until `holds()`; a test that waits in vain fails after ten seconds."""
        async with asyncio.timeout(10):
            while not holds():
                await self.pilot.pause()

    async def ready(self) -> None:
        await self.until(lambda: self.screen.link.ready)

    async def type(self, text: str) -> None:
        for letter in text:
            await self.pilot.press({"\n": "ctrl+j", " ": "space"}.get(letter, letter))

    async def ask(self, text: str) -> None:
        """Type a prompt, send it, and wait for the end of the reply."""
        await self.type(text)
        await self.pilot.press("enter")
        await self.until(lambda: not self.screen.prompt.text and not self.screen.queue and not self.screen.replying)


@asynccontextmanager
async def driven(services: Services, size: tuple[int, int] = (100, 30)) -> AsyncIterator[Driven]:
    app = HatTuiApp(services)
    async with app.run_test(size=size) as pilot:
        chat = Driven(pilot)
        await pilot.pause()
        yield chat
        await app.workers.wait_for_complete()


async def test_a_prompt_is_answered_shown_and_kept() -> None:
    sessions = MemorySessions()
    async with driven(fake_services(ScriptedEndpoint(says("I am ready.")), sessions=sessions)) as chat:
        await chat.ready()
        await chat.ask("say only: I am ready")
        assert chat.texts[-2:] == ["say only: I am ready", "I am ready."]
        (keeper,) = sessions.keepers.values()
        assert "".join(r.text for r in keeper.records if isinstance(r, Said)) == "say only: I am readyI am ready."
        assert [r.ending for r in keeper.records if isinstance(r, Ended)] == [Ending.STOP, Ending.STOP]


async def test_what_sends_a_prompt_is_made_ready_when_its_first_letter_is_typed() -> None:
    prepared: list[str] = []
    async with driven(fake_services(prepare=lambda: prepared.append("now"))) as chat:
        await chat.ready()
        assert not prepared
        await chat.type("h")
        await chat.until(lambda: prepared)


async def test_enter_sends_ctrl_j_adds_a_line_and_a_paste_never_sends() -> None:
    endpoint = ScriptedEndpoint()
    async with driven(fake_services(endpoint)) as chat:
        await chat.ready()
        await chat.type("one\n")
        chat.pilot.app.post_message(Paste("two\r\n"))
        await chat.until(lambda: chat.screen.prompt.text == "one\ntwo\n")
        assert not endpoint.requests
        await chat.pilot.press("enter")
        await chat.until(lambda: endpoint.requests)
        assert endpoint.requests[0].messages[-1].text == "one\ntwo"


async def test_a_prompt_typed_while_the_model_loads_waits_visibly_and_is_sent_when_it_is_ready() -> None:
    gate, endpoint = asyncio.Event(), ScriptedEndpoint()
    services = fake_services(endpoint, connect=lambda target: FakeConnection(target, endpoint, gate=gate))
    async with driven(services) as chat:
        await chat.type("early bird")
        await chat.pilot.press("enter")
        await chat.until(lambda: chat.screen.queued.display)
        assert "early bird" in str(chat.screen.queued.content)
        assert not endpoint.requests
        gate.set()
        await chat.until(lambda: chat.texts[-1] == "I am ready.")
        assert not chat.screen.queued.display


async def test_a_second_prompt_is_queued_while_a_reply_runs_and_comes_next() -> None:
    gate = asyncio.Event()
    endpoint = ScriptedEndpoint([Delta("first"), gate, Finished(Ending.STOP)], says("second"))
    async with driven(fake_services(endpoint)) as chat:
        await chat.ready()
        await chat.type("a")
        await chat.pilot.press("enter")
        await chat.until(lambda: chat.screen.replying)
        await chat.type("b")
        await chat.pilot.press("enter")
        await chat.until(lambda: chat.screen.queue == ["b"])
        gate.set()
        await chat.until(lambda: chat.texts[-4:] == ["a", "first", "b", "second"])


async def test_up_in_the_empty_box_takes_the_queued_prompt_back() -> None:
    gate = asyncio.Event()
    async with driven(fake_services(ScriptedEndpoint([gate, Finished(Ending.STOP)]))) as chat:
        await chat.ready()
        await chat.type("a")
        await chat.pilot.press("enter")
        await chat.until(lambda: chat.screen.replying)
        await chat.type("b")
        await chat.pilot.press("enter")
        await chat.until(lambda: chat.screen.queue)
        await chat.pilot.press("up")
        await chat.until(lambda: chat.screen.prompt.text == "b")
        assert not chat.screen.queue
        gate.set()


async def test_escape_keeps_the_half_answer_on_screen_and_on_disk() -> None:
    sessions, endpoint = MemorySessions(), ScriptedEndpoint([Delta("half an ans"), asyncio.Event()])
    async with driven(fake_services(endpoint, sessions=sessions)) as chat:
        await chat.ready()
        await chat.type("q")
        await chat.pilot.press("enter")
        await chat.until(lambda: chat.texts[-1] == "half an ans")
        await chat.pilot.press("escape")
        await chat.until(lambda: chat.screen.replying is None)
        assert chat.texts[-1] == "half an ans|stopped by you"
        assert endpoint.closed == 1
        (keeper,) = sessions.keepers.values()
        assert keeper.records[-1].ending is Ending.STOPPED


async def test_ctrl_c_stops_a_running_reply() -> None:
    async with driven(fake_services(ScriptedEndpoint([Delta("half"), asyncio.Event()]))) as chat:
        await chat.ready()
        await chat.type("q")
        await chat.pilot.press("enter")
        await chat.until(lambda: chat.texts[-1] == "half")
        await chat.pilot.press("ctrl+c")
        await chat.until(lambda: chat.texts[-1] == "half|stopped by you")


async def test_a_failure_is_told_in_words_and_the_prompt_comes_back() -> None:
    endpoint = ScriptedEndpoint([Failed("The server refused the key (401).")], says("now it works"))
    async with driven(fake_services(endpoint)) as chat:
        await chat.ready()
        await chat.type("q")
        await chat.pilot.press("enter")
        await chat.until(lambda: chat.screen.prompt.text == "q")
        assert chat.texts[-1] == "|The server refused the key (401)."
        await chat.pilot.press("enter")
        await chat.until(lambda: chat.texts[-1] == "now it works")
        assert [m.text for m in endpoint.requests[1].messages][1:] == ["q"]


async def test_endings_are_told_truly() -> None:
    endpoint = ScriptedEndpoint(says("long", Ending.LENGTH), says("cut", Ending.CUT))
    async with driven(fake_services(endpoint)) as chat:
        await chat.ready()
        await chat.ask("a")
        assert chat.texts[-1] == "long|reached the length limit"
        await chat.ask("b")
        assert chat.texts[-1] == "cut|cut off by the server"


async def test_a_note_of_the_endpoint_is_shown() -> None:
    endpoint = ScriptedEndpoint([Note("The server does not know min_p."), *says("ok")])
    async with driven(fake_services(endpoint)) as chat:
        await chat.ready()
        await chat.ask("a")
        assert "The server does not know min_p." in chat.texts


async def test_another_version_of_the_last_reply_keeps_the_first() -> None:
    async with driven(fake_services(ScriptedEndpoint(says("one"), says("two")))) as chat:
        await chat.ready()
        await chat.ask("a")
        await chat.pilot.press("ctrl+r")
        await chat.until(lambda: chat.texts[-1] == "two")
        assert chat.screen.transcript.entries[-1].version == "‹2/2›"


async def test_the_form_changes_the_next_reply() -> None:
    endpoint = ScriptedEndpoint()
    async with driven(fake_services(endpoint)) as chat:
        await chat.ready()
        await chat.pilot.press("ctrl+t", "right", "right", "down", "0", ".", "5", "enter", "ctrl+t")
        await chat.until(lambda: isinstance(chat.pilot.app.focused, PromptBox))
        await chat.ask("a")
        assert endpoint.requests[0].parameters == replace(SamplingParameters(), temperature=0.14, top_p=0.5)


async def test_a_bad_value_is_told_in_place_and_changes_nothing() -> None:
    async with driven(fake_services()) as chat:
        await chat.pilot.press("ctrl+t", "9", "enter")
        assert chat.screen.side.form.rows.error == "Temperature takes a number from 0 to 2, not 9"
        await chat.pilot.press("escape")
        assert chat.screen.parameters == SamplingParameters()


async def test_a_value_goes_to_its_own_row_before_the_next_row_is_selected() -> None:
    async with driven(fake_services()) as chat:
        rows = chat.screen.side.form.rows
        await chat.pilot.press("ctrl+t", "0", ".", "3", "down", "down", "up", "0", ".", "5")
        for key in ("enter", "down", "down"):  # in one packet
            chat.pilot.app.post_message(Key(key, None))
        await chat.until(lambda: rows.spec.name == "min_p" and rows.has_focus)
        await chat.until(lambda: chat.screen.parameters == SamplingParameters(temperature=0.3, top_p=0.5))


async def test_a_value_that_comes_in_one_packet_is_whole() -> None:
    async with driven(fake_services()) as chat:
        await chat.pilot.press("ctrl+t")
        for key, letter in (("0", "0"), ("full_stop", "."), ("3", "3"), ("down", None)):
            chat.pilot.app.post_message(Key(key, letter))
        await chat.until(lambda: chat.screen.side.form.rows.spec.name == "top_p")
        assert chat.screen.parameters == SamplingParameters(temperature=0.3)


async def test_a_bad_value_holds_its_row_until_it_is_mended() -> None:
    async with driven(fake_services()) as chat:
        rows = chat.screen.side.form.rows
        await chat.pilot.press("ctrl+t", "9", "down")
        assert rows.spec.name == "temperature"
        assert rows.error == "Temperature takes a number from 0 to 2, not 9"
        await chat.pilot.press("backspace", "1", "down")
        assert rows.spec.name == "top_p"
        assert not rows.error
        assert chat.screen.parameters == SamplingParameters(temperature=1.0)


async def test_every_panel_is_reached_and_left_by_its_key_in_a_narrow_window() -> None:
    async with driven(fake_services(), size=(80, 24)) as chat:
        side = chat.screen.side
        assert not side.display
        for key, panel in (("ctrl+t", "parameters"), ("ctrl+l", "log"), ("alt+m", "memory")):
            await chat.pilot.press(key)
            assert side.is_shown(panel)
            assert side.covers
            await chat.pilot.press("escape")
            assert not side.display
            assert isinstance(chat.pilot.app.focused, PromptBox)


async def test_the_turns_get_the_keys_only_where_they_are_seen() -> None:
    async with driven(fake_services(), size=(80, 24)) as chat:
        await chat.ready()
        await chat.ask("a")
        side, transcript = chat.screen.side, chat.screen.transcript
        for *panel, shown in (("ctrl+t", "parameters"), ("ctrl+l", "log"), ("ctrl+t", "0", ".", "3", "parameters")):
            await chat.pilot.press(*panel)
            assert side.is_shown(shown)
            assert not transcript.display
            await chat.pilot.press("shift+tab")
            await chat.until(lambda: chat.pilot.app.focused is transcript)
            assert transcript.display
            assert not side.display
            await chat.pilot.press("escape")
        assert chat.screen.parameters.temperature == 0.3


async def test_what_is_typed_goes_to_the_prompt_when_its_place_is_taken_from_what_had_the_focus() -> None:
    async with driven(fake_services(), size=(80, 24)) as chat:
        await chat.pilot.press("shift+tab", "f4", "a")
        await chat.pilot.press("f2", "f4", "b")
        assert chat.screen.side.is_shown("memory")
        assert chat.screen.prompt.text == "ab"
    for panel in ("f2", "f3"):
        async with driven(fake_services(), size=(120, 40)) as chat:
            await chat.pilot.press(panel)
            await chat.until(lambda chat=chat: chat.screen.side.has_focus_within)
            await chat.pilot.resize_terminal(80, 30)
            await chat.until(lambda chat=chat: not chat.screen.side.display)
            await chat.type("a")
            assert chat.screen.prompt.text == "a"


async def test_escape_in_the_prompt_stops_the_reply_also_when_a_search_of_the_log_was_left_open() -> None:
    for size in ((80, 30), (120, 40)):
        endpoint = ScriptedEndpoint([Delta("half"), asyncio.Event()])
        async with driven(fake_services(endpoint), size=size) as chat:
            await chat.ready()
            await chat.pilot.press("f3", "slash", "x", "enter")
            assert chat.screen._escape_does == "Back"
            await chat.pilot.press("f3", "q", "enter")
            await chat.until(lambda chat=chat: chat.texts[-1] == "half")
            assert chat.screen._escape_does == "Stop"
            await chat.pilot.press("escape")
            await chat.until(lambda chat=chat: chat.texts[-1] == "half|stopped by you")


async def test_words_that_are_found_are_seen() -> None:
    async with driven(fake_services(ScriptedEndpoint(says("a needle"))), size=(80, 24)) as chat:
        await chat.ready()
        await chat.ask("a")
        await chat.pilot.press("f4")  # memory, which takes no focus
        await chat.ask("/find needle")
        await chat.until(lambda: chat.pilot.app.focused is chat.screen.transcript)
        assert chat.screen.transcript.display
        assert not chat.screen.side.display


async def test_the_log_panel_shows_what_the_server_writes_and_its_state() -> None:
    async with driven(fake_services(), size=(160, 45)) as chat:
        await chat.ready()
        assert chat.screen.side.log_panel.heading == "Server log: ready"
        assert chat.screen.side.log_panel.lines.line_count == 2


async def test_a_server_that_dies_is_told_with_what_to_do_and_prompts_wait() -> None:
    connection = FakeConnection(DEMO, ScriptedEndpoint())
    async with driven(fake_services(connect=lambda target: connection)) as chat:
        await chat.ready()
        connection.on_state(ServerState(Phase.STOPPED))
        await chat.until(lambda: "The server has stopped." in chat.texts[-1])
        await chat.type("q")
        await chat.pilot.press("enter")
        await chat.until(lambda: chat.screen.queue == ["q"])
        assert "Ctrl+S loads one" in str(chat.screen.queued.content)


async def test_what_cannot_be_opened_is_told_and_nothing_typed_is_lost() -> None:
    def connect(target: object) -> FakeConnection:
        return FakeConnection(DEMO, ScriptedEndpoint(), trouble="The file is no GGUF: it begins with PK. Take another.")

    async with driven(fake_services(connect=connect)) as chat:
        await chat.until(lambda: "The file is no GGUF" in chat.texts[-1])
        await chat.type("q")
        assert chat.screen.prompt.text == "q"


async def test_a_server_is_reached_by_url_from_inside_and_the_conversation_stays() -> None:
    opened = []

    def connect(target: object) -> FakeConnection:
        opened.append(target)
        return FakeConnection(target, ScriptedEndpoint())

    async with driven(fake_services(connect=connect)) as chat:
        await chat.ready()
        await chat.ask("a")
        await chat.pilot.press("alt+c")
        await chat.type(THEIRS.url)
        await chat.pilot.press("enter")
        await chat.until(lambda: chat.screen.status.model == "their-model")
        assert opened == [DEMO, THEIRS]
        assert "a" in chat.texts
        await chat.ask("b")
        assert chat.texts[-2:] == ["b", "I am ready."]


async def test_a_new_session_asks_while_a_reply_runs_keeps_its_end_and_drops_nothing_unsent() -> None:
    sessions, gate = MemorySessions(), asyncio.Event()
    endpoint = ScriptedEndpoint([Delta("half"), gate, Finished(Ending.STOP)])
    async with driven(fake_services(endpoint, sessions=sessions)) as chat:
        await chat.ready()
        await chat.type("a")
        await chat.pilot.press("enter")
        await chat.until(endpoint.reached.is_set)
        await chat.type("queued")
        await chat.pilot.press("enter")
        await chat.type("draft")
        await chat.pilot.press("ctrl+n", "escape")
        assert chat.screen.replying
        await chat.pilot.press("ctrl+n", "enter")
        await chat.until(lambda: len(sessions.keepers) == 2 and sessions.keepers["session-1"].closed)
        await chat.until(lambda: chat.texts == [WELCOME])
        assert sessions.keepers["session-1"].records[-1].ending is Ending.STOPPED
        assert (chat.screen.queue, chat.screen.held, chat.screen.prompt.text) == (["queued"], True, "draft")


async def test_the_session_one_is_in_stays_kept_when_it_is_resumed() -> None:
    sessions = MemorySessions()
    async with driven(fake_services(sessions=sessions)) as chat:
        await chat.ready()
        await chat.ask("a")
        await chat.pilot.press("ctrl+o")
        await chat.pilot.press("enter")
        await chat.until(lambda: "This is the session that you are in." in chat.texts)
        assert not sessions.keepers["session-1"].closed
        assert chat.texts[1:3] == ["a", "I am ready."]


async def test_escape_is_offered_for_what_it_does_and_only_then() -> None:
    gate = asyncio.Event()
    endpoint = ScriptedEndpoint([Delta("half"), gate, Finished(Ending.STOP)])
    async with driven(fake_services(endpoint), size=(80, 24)) as chat:

        def offered() -> str:
            bound = chat.screen.active_bindings.get("escape")
            return bound.binding.description if bound else ""

        await chat.ready()
        assert offered() == ""
        await chat.pilot.press("f4")  # memory, which takes no focus
        assert offered() == "Back"
        await chat.pilot.press("escape", "a", "enter")
        await chat.until(endpoint.reached.is_set)
        assert offered() == "Stop"
        assert " esc Stop" in str(chat.screen.query_one(KeyBar).render())
        gate.set()
        await chat.until(lambda: not chat.screen.replying)
        await chat.pilot.press("shift+tab")
        assert offered() == "Back"


async def test_the_key_that_shows_the_keys_puts_them_away() -> None:
    async with driven(fake_services()) as chat:
        for key in ("f1", "ctrl+g"):
            await chat.pilot.press(key)
            await chat.until(lambda: isinstance(chat.pilot.app.screen, KeysHelpScreen))
            await chat.pilot.press(key)
            await chat.until(lambda: chat.pilot.app.screen is chat.screen)


async def test_a_turn_is_pinned_without_a_model_and_a_new_answer_says_what_is_missing() -> None:
    connections: list[FakeConnection] = []

    def connect(target: Target) -> FakeConnection:
        connections.append(FakeConnection(target, ScriptedEndpoint()))
        return connections[-1]

    async with driven(fake_services(connect=connect)) as chat:
        await chat.ready()
        await chat.ask("a")
        connections[0].on_state(ServerState(Phase.CRASHED))
        await chat.pilot.press("shift+tab", "p")
        await chat.until(lambda: chat.screen.dialogue.conversation.turn(2).pinned)
        await chat.pilot.press("r")
        await chat.until(lambda: any("No model answers" in note.message for note in chat.pilot.app._notifications))


async def test_history_goes_back_by_up_and_the_draft_waits() -> None:
    async with driven(fake_services(sessions=MemorySessions(prompts=["from last week"]))) as chat:
        await chat.ready()
        await chat.ask("just now")
        await chat.type("draft")
        await chat.pilot.press("up")
        assert chat.screen.prompt.text == "just now"
        await chat.pilot.press("up")
        assert chat.screen.prompt.text == "from last week"
        await chat.pilot.press("down", "down")
        assert chat.screen.prompt.text == "draft"


async def test_a_prompt_made_from_an_earlier_one_is_not_lost_by_going_through_the_history() -> None:
    async with driven(fake_services(sessions=MemorySessions(prompts=["x", "a"]))) as chat:
        await chat.ready()
        await chat.type("draft")
        await chat.pilot.press("up")
        await chat.type("bc")
        await chat.pilot.press("down")
        assert chat.screen.prompt.text == "abc"
        shown = [chat.screen.prompt.text]
        for key in ("up", "up", "up", "down", "down", "down"):
            await chat.pilot.press(key)
            shown.append(chat.screen.prompt.text)
        assert shown == ["abc", "draft", "a", "x", "a", "draft", "abc"]
        await chat.pilot.press("up")
        await chat.type("s")
        await chat.pilot.press("up")
        assert chat.screen.prompt.text == "abc"
        await chat.pilot.press("down")
        assert chat.screen.prompt.text == "drafts"


async def test_a_draft_waits_in_the_history_when_an_earlier_prompt_is_sent_again() -> None:
    async with driven(fake_services(sessions=MemorySessions(prompts=["a"]))) as chat:
        await chat.ready()
        await chat.type("draft")
        await chat.pilot.press("up", "enter")
        await chat.until(lambda: chat.texts[-1] == "I am ready.")
        await chat.pilot.press("down")
        assert not chat.screen.prompt.text
        await chat.pilot.press("up")
        assert chat.screen.prompt.text == "draft"


async def test_slash_commands_are_done_completed_and_a_mistyped_one_is_told() -> None:
    endpoint = ScriptedEndpoint()
    async with driven(fake_services(endpoint)) as chat:
        await chat.ready()
        await chat.type("/set top_k 7")
        await chat.pilot.press("enter")
        await chat.until(lambda: chat.screen.parameters.top_k == 7)
        await chat.type("/sess")
        await chat.pilot.press("tab")
        assert chat.screen.prompt.text == "/sessions "
        chat.screen.prompt.put("/sing")
        await chat.pilot.press("enter")
        await chat.until(lambda: "There is no command /sing" in chat.texts[-1])
        assert chat.screen.prompt.text == "/sing"
        chat.screen.prompt.put("//etc is a path")
        await chat.pilot.press("enter")
        await chat.until(lambda: endpoint.requests)
        assert endpoint.requests[0].messages[-1].text == "/etc is a path"


async def test_a_session_that_cannot_be_kept_is_told_and_the_chat_goes_on() -> None:
    sessions = MemorySessions()
    async with driven(fake_services(sessions=sessions)) as chat:
        await chat.ready()
        sessions.keepers["session-1"].trouble = "The disk is full; free some space."
        await chat.ask("a")
        assert "I am ready." in chat.texts
        assert any(text.startswith("The disk is full; free some space.") for text in chat.texts)


async def test_leaving_closes_the_connection_and_the_session() -> None:
    connection, sessions = FakeConnection(DEMO, ScriptedEndpoint()), MemorySessions()
    async with driven(fake_services(connect=lambda target: connection, sessions=sessions)) as chat:
        await chat.ready()
        await chat.pilot.press("ctrl+q")
        await chat.until(lambda: connection.closed)
        assert sessions.keepers["session-1"].closed


async def test_leaving_with_something_unsent_asks_once_however_often_the_key_is_pressed() -> None:
    async with driven(fake_services()) as chat:
        await chat.type("draft")
        await chat.pilot.press("ctrl+q", "ctrl+q")
        assert len(chat.pilot.app.screen_stack) == 2
        await chat.pilot.press("escape")
        assert chat.pilot.app.screen is chat.screen
        await chat.pilot.press("ctrl+q")
        assert len(chat.pilot.app.screen_stack) == 2
        await chat.pilot.press("escape")


class Files:
    """Two files, and an editor that shouts."""

    def attach(self, typed: str) -> Attachment:
        texts = {"notes.txt": "a b c", "book.txt": "word " * 5000}
        if typed not in texts:
            raise NotAttached(f"{typed} cannot be read: No such file or directory.")
        return Attachment(typed, texts[typed], len(texts[typed]))

    def complete(self, typed: str) -> list[str]:
        return [name for name in ("book.txt", "notes.txt") if name.startswith(typed)]

    def edit(self, text: str) -> str:
        return text.upper()


async def test_a_file_is_attached_with_its_size_and_goes_with_the_next_prompt() -> None:
    endpoint = ScriptedEndpoint()
    async with driven(fake_services(endpoint, files=Files())) as chat:
        await chat.ready()
        await chat.type("/attach no")
        await chat.pilot.press("tab")
        assert chat.screen.prompt.text == "/attach notes.txt"
        await chat.pilot.press("enter")
        await chat.until(lambda: "notes.txt, 5 bytes" in chat.texts[-1])
        await chat.ask("sum up")
        assert endpoint.requests[0].messages[-1].text == "sum up\n\nnotes.txt:\n```\na b c\n```"
        await chat.ask("and now")
        assert endpoint.requests[1].messages[-1].text == "and now"


async def test_a_file_that_cannot_fit_or_be_read_is_refused_with_the_reason() -> None:
    async with driven(fake_services(files=Files())) as chat:
        await chat.ready()
        chat.screen.run_command("attach", "book.txt")
        await chat.until(lambda: "book.txt was not attached" in chat.texts[-1])
        chat.screen.run_command("attach", "none.txt")
        await chat.until(lambda: "No such file" in chat.texts[-1])
        assert not chat.screen.attachments


async def test_a_restricted_chat_reaches_no_files_and_no_programs() -> None:
    async with driven(fake_services()) as chat:
        await chat.ready()
        for command in ("attach", "editor", "export"):
            chat.screen.run_command(command, "notes.txt")
            await chat.until(lambda: "restricted" in chat.texts[-1])


async def test_words_are_found_in_the_conversation() -> None:
    async with driven(fake_services(ScriptedEndpoint(says("a needle in the hay"), says("no such thing")))) as chat:
        await chat.ready()
        await chat.ask("one")
        await chat.ask("two")
        await chat.ask("/find needle")
        await chat.until(lambda: chat.pilot.app.focused is chat.screen.transcript)


async def test_a_turn_is_pinned_left_out_deleted_and_brought_back_by_key() -> None:
    async with driven(fake_services()) as chat:
        await chat.ready()
        await chat.ask("remember")
        turn = chat.screen.dialogue.conversation.path()[0]
        await chat.pilot.press("shift+tab", "k", "p")
        await chat.until(lambda: turn.pinned)
        await chat.pilot.press("x")
        await chat.until(lambda: turn.left_out and not turn.pinned)
        await chat.pilot.press("d")
        await chat.until(lambda: "remember" not in chat.texts)
        chat.screen.run_command("undelete", "")
        await chat.until(lambda: "remember" in chat.texts)


async def test_a_question_is_edited_and_both_versions_stay() -> None:
    endpoint = ScriptedEndpoint(says("to the first"), says("to the second"))
    async with driven(fake_services(endpoint)) as chat:
        await chat.ready()
        await chat.ask("first")
        await chat.pilot.press("shift+tab", "k", "e")
        await chat.until(lambda: len(chat.pilot.app.screen_stack) == 2)
        chat.pilot.app.screen.area.load_text("second")
        await chat.pilot.press("ctrl+s")
        await chat.until(lambda: chat.texts[-2:] == ["second", "to the second"])
        await chat.pilot.press("k", "k", "left")
        await chat.until(lambda: chat.texts[-2:] == ["first", "to the first"])


async def edit_the_first_question(chat: Driven, text: str) -> None:
    """From the prompt: to the first turn, and ask it anew as `text`."""
    await chat.pilot.press("shift+tab", "home", "e")
    await chat.until(lambda: len(chat.pilot.app.screen_stack) == 2)
    chat.pilot.app.screen.area.load_text(text)
    await chat.pilot.press("ctrl+s")


async def test_a_question_edited_far_up_is_shown_with_its_answer_and_nothing_after_it() -> None:
    long = "\n\n".join("abcdefghij")
    endpoint = ScriptedEndpoint(says("one"), says("two"), says(long))
    async with driven(fake_services(endpoint), size=(100, 15)) as chat:
        await chat.ready()
        await chat.ask("first")
        await chat.ask("second")
        await edit_the_first_question(chat, "other")
        await chat.until(lambda: not chat.screen.is_answering)
        assert chat.texts == ["other", long]
        assert chat.screen.transcript.entries[0].version == "‹2/2›"
        assert chat.screen.transcript.follows


async def test_an_edited_question_that_is_refused_leaves_the_page_and_can_be_had_back() -> None:
    async with driven(fake_services(ScriptedEndpoint(says("one"), says("two")))) as chat:
        await chat.ready()
        await chat.ask("first")
        await chat.ask("second")
        await chat.type("draft")
        page, too_long = chat.texts, "long " * 3000
        await edit_the_first_question(chat, too_long)
        await chat.until(lambda: "does not fit" in chat.texts[-1])
        assert chat.texts[:-1] == page
        chat.screen.prompt.focus()
        await chat.pilot.press("up")
        assert chat.screen.prompt.text == too_long


class SlowCounter(ScriptedEndpoint):
    """Counts no text with "slow" in it; `counting` is set when it is asked to."""

    counting = False

    async def count_tokens(self, text: str) -> int | None:
        if "slow" in text:
            self.counting = True
            await asyncio.Event().wait()
        return await super().count_tokens(text)


async def test_an_edited_question_that_is_stopped_before_it_is_asked_is_given_back_and_not_queued() -> None:
    endpoint = SlowCounter(says("one"), says("two"))
    async with driven(fake_services(endpoint)) as chat:
        await chat.ready()
        await chat.ask("first")
        await chat.ask("second")
        page = chat.texts
        await edit_the_first_question(chat, "slow")
        await chat.until(lambda: endpoint.counting)
        await chat.pilot.press("escape")
        await chat.until(lambda: chat.screen.prompt.text == "slow")
        assert chat.texts == page
        assert not chat.screen.queue


async def test_a_fork_is_a_session_of_its_own() -> None:
    sessions = MemorySessions()
    async with driven(fake_services(sessions=sessions)) as chat:
        await chat.ready()
        await chat.ask("one")
        chat.screen.run_command("fork", "")
        await chat.until(lambda: len(sessions.keepers) == 2)
        await chat.ask("two")
        assert "two" in [turn.text for turn in sessions.read("session-2").path()]
        assert "two" not in [turn.text for turn in sessions.read("session-1").path()]


async def test_a_session_is_resumed_with_its_parameters_and_goes_on() -> None:
    sessions = MemorySessions()
    async with driven(fake_services(sessions=sessions, parameters=SamplingParameters(top_k=7))) as chat:
        await chat.ready()
        await chat.ask("remember")
    endpoint = ScriptedEndpoint()
    async with driven(fake_services(endpoint, sessions=sessions, resume="session-1")) as chat:
        await chat.ready()
        assert chat.texts[:2] == ["remember", "I am ready."]
        assert chat.screen.parameters.top_k == 7
        await chat.ask("and now")
        assert [m.text for m in endpoint.requests[0].messages[1:]] == ["remember", "I am ready.", "and now"]


async def test_a_session_that_another_hat_tui_deleted_is_told_and_not_forked() -> None:
    sessions = MemorySessions()
    async with driven(fake_services(sessions=sessions)) as chat:
        await chat.ready()
        await chat.ask("one")
        await chat.pilot.press("ctrl+o")
        await chat.until(lambda: len(chat.pilot.app.screen_stack) == 2)
        await chat.until(lambda: chat.pilot.app.screen.options.option_count)
        sessions.delete("session-1")
        await chat.pilot.press("ctrl+f")
        await chat.until(lambda: chat.texts[-1] == "There is no session session-1")


async def test_a_slip_its_backspace_and_the_rest_that_come_in_one_packet_keep_their_order() -> None:
    async with driven(fake_services()) as chat:
        await chat.ready()
        chat.pilot.app.post_message(Key("h", "h"))
        for key in ("x", "backspace", "i", "home", "o", "ctrl+k", "p"):
            chat.pilot.app.post_message(Key(key, key if len(key) == 1 else None))
        await chat.until(lambda: chat.screen.prompt.text == "op")


async def test_enter_and_ctrl_j_can_change_places() -> None:
    endpoint = ScriptedEndpoint()
    async with driven(replace(fake_services(endpoint), keys={"send": "ctrl+j", "newline": "enter"})) as chat:
        await chat.ready()
        await chat.pilot.press("a", "enter", "b")
        await chat.until(lambda: chat.screen.prompt.text == "a\nb")
        await chat.pilot.press("ctrl+j")
        await chat.until(lambda: endpoint.requests)


async def test_every_key_of_the_table_reaches_its_action_from_the_prompt() -> None:
    async with driven(fake_services()) as chat:
        await chat.ready()
        await chat.ask("a")
        taken = chat.screen.active_bindings
        for action in CHAT:
            for key in action.keys.split(","):
                assert action.id == "stop" or taken[key].binding.id == action.id, key


async def test_commands_that_find_nothing_to_act_on_say_so() -> None:
    sessions = MemorySessions()
    async with driven(fake_services(sessions=sessions)) as chat:
        await chat.ready()
        for command, said in (
            ("/again", "There is no reply yet."),
            ("/copy", "There is no reply yet."),
            ("/fork", "There is nothing to fork yet."),
            ("/undelete", "Nothing was deleted."),
        ):
            chat.screen.prompt.put(command)
            await chat.pilot.press("enter")
            await chat.until(lambda said=said: chat.texts[-1] == said)
        assert len(sessions.keepers) == 1

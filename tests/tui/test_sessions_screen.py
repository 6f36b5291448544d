"""The list of sessions, by keys, over sessions that live as long as the test."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from fakes import MemorySessions
from textual._wait import wait_for_idle
from textual.app import App
from textual.events import Key
from textual.screen import Screen

from hat_tui.chat.message import Role
from hat_tui.chat.record import Begun, Ended, Said, Titled
from hat_tui.services import SessionChoice
from hat_tui.tui.screens.sessions import Chosen, SessionsScreen

NOW = datetime(2026, 11, 24, 5, 35, tzinfo=UTC)


def three_sessions() -> MemorySessions:
    """About apples, pears and plums, the last one newest."""
    sessions = MemorySessions()
    for fruit in ("apples", "pears", "plums"):
        keeper = sessions.new()
        for record in (Titled(fruit), Begun(1, Role.USER, 0, NOW), Said(1, f"About {fruit}"), Ended(1)):
            keeper.keep(record)
    return sessions


class Listing(App[None]):
    """Opens the list; `chosen` is what it returned."""

    CSS = "#dialog { height: auto; } OptionList { height: auto; }"

    def __init__(self, sessions: MemorySessions) -> None:
        super().__init__()
        self.sessions = sessions
        self.chosen: Chosen | str | None = "nothing yet"

    def on_mount(self) -> None:
        def take(chosen: Chosen | None) -> None:
            self.chosen = chosen

        self.push_screen(SessionsScreen(self.sessions), take)

    async def until(self, holds: Callable[[], object]) -> None:
        async with asyncio.timeout(10):
            while not holds():
                await wait_for_idle()

    @property
    def listed(self) -> list[str]:
        return [session.title for session in self.screen._found]


async def test_the_newest_is_first_and_enter_goes_on_with_it() -> None:
    async with (app := Listing(three_sessions())).run_test() as pilot:
        await app.until(lambda: app.listed == ["plums", "pears", "apples"])
        await pilot.press("down", "enter")
        assert app.chosen == Chosen("session-2", "resume")


async def test_typing_searches_and_an_enter_in_the_same_packet_waits_for_what_is_found() -> None:
    async with (app := Listing(three_sessions())).run_test():
        for key in (*"app", "enter"):
            app.post_message(Key(key, key if len(key) == 1 else "\r"))
        await app.until(lambda: app.chosen != "nothing yet")
        assert app.chosen == Chosen("session-1", "resume")


async def test_a_session_is_deleted_and_brought_back() -> None:
    async with (app := Listing(three_sessions())).run_test() as pilot:
        await app.until(lambda: app.listed)
        await pilot.press("ctrl+d")
        assert app.listed == ["pears", "apples"]
        await pilot.press("ctrl+z")
        await app.until(lambda: len(app.listed) == 3)


async def test_the_bar_stays_at_its_place_when_sessions_are_deleted_and_goes_to_one_that_is_brought_back() -> None:
    class ByAge(MemorySessions):
        def search(self, words: str) -> Sequence[SessionChoice]:
            return sorted(super().search(words), key=lambda session: session.id, reverse=True)

    async with (app := Listing(ByAge(three_sessions().keepers))).run_test() as pilot:
        await app.until(lambda: app.listed)
        await pilot.press("down", "ctrl+d", "ctrl+d")
        assert app.listed == ["plums"]
        await pilot.press("ctrl+z")
        await app.until(lambda: len(app.listed) == 2)
        back = app.screen._session().title
        await pilot.press("ctrl+d")
        assert (back, app.listed) == ("apples", ["plums"])


async def test_the_bar_stays_on_a_session_that_gets_another_title() -> None:
    async with (app := Listing(three_sessions())).run_test() as pilot:
        await app.until(lambda: app.listed)
        await pilot.press("down", "ctrl+t")
        await app.until(lambda: len(app.screen_stack) == 3)
        app.screen.area.load_text("green pears")
        await pilot.press("ctrl+s")
        await app.until(lambda: len(app.screen_stack) == 2 and "green pears" in app.listed)
        assert app.screen._session().title == "green pears"


async def test_a_session_gets_another_title() -> None:
    async with (app := Listing(three_sessions())).run_test() as pilot:
        await app.until(lambda: app.listed)
        await pilot.press("ctrl+t")
        await app.until(lambda: len(app.screen_stack) == 3)
        app.screen.area.load_text("green  plums")
        await pilot.press("ctrl+s")
        await app.until(lambda: len(app.screen_stack) == 2 and "green plums" in app.listed)


async def test_a_fork_is_asked_for_by_its_key() -> None:
    async with (app := Listing(three_sessions())).run_test() as pilot:
        await app.until(lambda: app.listed)
        await pilot.press("ctrl+f")
        assert app.chosen == Chosen("session-3", "fork")


async def test_what_is_found_under_another_screen_is_gone_on_with_when_that_one_is_left() -> None:
    class Slow(MemorySessions):
        go = threading.Event()

        def search(self, words: str) -> Sequence[SessionChoice]:
            assert not words or self.go.wait(10)
            return super().search(words)

    sessions = Slow(three_sessions().keepers)
    async with (app := Listing(sessions)).run_test() as pilot:
        await app.until(lambda: app.listed)
        listing = app.screen
        await pilot.press("a", "p", "enter")
        await app.until(lambda: listing._wanted)
        app.push_screen(over := Screen())
        sessions.go.set()
        await app.until(lambda: not listing._wanted)
        assert app.screen is over
        over.dismiss()
        await app.until(lambda: app.chosen == Chosen("session-1", "resume"))


async def test_a_folder_that_cannot_be_listed_says_why() -> None:
    class Unreadable(MemorySessions):
        def search(self, words: str) -> Sequence[SessionChoice]:
            raise PermissionError(13, "Permission denied", "/home/anna/chats")

    async with (app := Listing(Unreadable())).run_test():
        await app.until(lambda: "Permission denied: '/home/anna/chats'" in str(app.screen.told.content))

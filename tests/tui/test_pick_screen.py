"""Picking by typing: the order of keys, whatever packets they come in."""

from textual.app import App
from textual.events import Key

from hat_tui.tui.screens.pick import Choice, PickScreen

CHOICES = [Choice("1", "alpha", "first"), Choice("2", "beta", "second"), Choice("3", "gamma", "third")]


class Picking(App[None]):
    """Opens the picker; `picked` is what it returned."""

    picked: str | None = "nothing yet"

    def on_mount(self) -> None:
        def take(id: str | None) -> None:
            self.picked = id

        self.push_screen(PickScreen("Pick", CHOICES), take)


async def test_words_narrow_the_list_and_enter_takes_what_is_left() -> None:
    async with Picking().run_test() as pilot:
        await pilot.press(*"second", "enter")
        assert pilot.app.picked == "2"


async def test_words_and_enter_in_one_packet_are_taken_in_order() -> None:
    async with Picking().run_test() as pilot:
        for key in (*"gam", "enter"):
            pilot.app.post_message(Key(key, key if len(key) == 1 else "\r"))
        await pilot.pause()
        assert pilot.app.picked == "3"


async def test_arrows_move_and_escape_leaves() -> None:
    async with Picking().run_test() as pilot:
        await pilot.press("down", "down", "up", "enter")
        assert pilot.app.picked == "2"
    async with Picking().run_test() as pilot:
        await pilot.press("escape")
        assert pilot.app.picked is None


async def test_nothing_that_fits_is_said_and_enter_takes_nothing() -> None:
    async with Picking().run_test() as pilot:
        await pilot.press(*"zzz", "enter")
        assert pilot.app.picked is None

"""Keys of a person's own: read as they are meant, shown where keys are shown, and refused where they cannot work."""

import pytest
from fakes import fake_services

from hat_tui.tui.app import HatTuiApp
from hat_tui.tui.own_keys import BadKeys, own_keys
from hat_tui.tui.screens.keys_help import KeysHelpScreen, key_name
from hat_tui.tui.widgets.key_bar import KeyBar


def app_with(**keys: str) -> HatTuiApp:
    return HatTuiApp(fake_services(keys=own_keys({id.replace("_", "-"): key for id, key in keys.items()})))


def bottom_line(app: HatTuiApp) -> str:
    return str(app.screen.query_one(KeyBar).render())


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Ctrl+Y", "ctrl+y"),
        (" f12 , alt+Q", "f12,alt+q"),
        ("shift+Ctrl+F5", "ctrl+shift+f5"),
        ("ctrl+_", "ctrl+underscore"),
        ("PageUp", "pageup"),
        ("ctrl+space", "ctrl+space,ctrl+@"),
    ],
)
def test_a_key_is_read_however_its_name_is_written(written: str, read: str) -> None:
    assert own_keys({"undo": written}) == {"undo": read}


def test_a_letter_may_be_the_key_of_what_is_done_to_a_turn_and_capitals_are_other_keys() -> None:
    assert own_keys({"turn-copy": "y", "turn-fork": "é", "turn-pin": "C", "find": "/"}) == {
        "turn-copy": "y",
        "turn-fork": "é",
        "turn-pin": "C",
        "find": "slash",
    }


def test_two_actions_may_swap_their_keys() -> None:
    assert own_keys({"send": "ctrl+j", "newline": "enter"}) == {"send": "ctrl+j", "newline": "enter"}


@pytest.mark.parametrize(
    ("action", "key", "complaint"),
    [
        ("nosuch", "ctrl+y", "nosuch is no action; docs/keys.md lists them"),
        ("parameters", "hyper+y", "parameters = 'hyper+y' is no key; keys are written like"),
        ("parameters", "", "parameters = '' is no key"),
        ("parameters", "ctrl+", "parameters = 'ctrl+' is no key"),
        ("turn-copy", "shift+c", "turn-copy = 'shift+c' is no key"),
        ("parameters", "f12,f25", "parameters = 'f25' is no key"),
        ("parameters", "ctrl+m", "parameters = 'ctrl+m' cannot be told from enter"),
        ("help", "é", "help = 'é' is needed to write prompts"),
        ("find", "ctrl+q", "ctrl+q is the key of quit and of find"),
        ("parameters", "ctrl+q", "ctrl+q is the key of parameters and of quit"),
        ("turn-copy", "x", "x is the key of turn-copy and of turn-leave-out"),
    ],
)
def test_what_could_not_work_is_refused_with_the_reason(action: str, key: str, complaint: str) -> None:
    with pytest.raises(BadKeys) as trouble:
        own_keys({action: key})
    assert str(trouble.value).startswith(complaint)


@pytest.mark.parametrize(
    ("key", "display"), [("ctrl+y", "^y"), ("f12", "f12"), ("alt+q", "alt+q"), ("ctrl+a", "^a"), ("tab", "tab")]
)
async def test_another_key_acts_and_is_shown_even_if_the_prompt_box_had_it(key: str, display: str) -> None:
    app = app_with(parameters=key)
    async with app.run_test(size=(140, 30)) as pilot:
        await pilot.pause()
        side = app.screen.query_one("#side")
        assert f" {display} Tune" in bottom_line(app)
        await pilot.press(key)
        await pilot.pause()
        assert side.has_focus_within
        await pilot.press(key)
        await pilot.pause()
        assert not side.has_focus_within
        await pilot.press("ctrl+t")
        assert not side.has_focus_within


async def test_up_moves_in_the_prompt_when_another_key_brings_earlier_prompts() -> None:
    app = app_with(older_prompt="alt+p")
    async with app.run_test() as pilot:
        prompt = app.screen.prompt
        prompt.remember(["earlier"])
        await pilot.press("a", "ctrl+j", "b", "up", "c")
        assert prompt.text == "ac\nb"
        await pilot.press("alt+p")
        assert prompt.text == "earlier"


async def test_keys_on_turns_are_shown_where_they_were() -> None:
    app = app_with(turn_copy="y", turns="f12")
    async with app.run_test(size=(140, 30)) as pilot:
        await pilot.press("f12")
        await pilot.pause()
        assert bottom_line(app).index(" y Copy") < bottom_line(app).index(" b Code")


@pytest.mark.parametrize("size", [(40, 12), (80, 24)])
async def test_the_help_says_what_each_key_does_in_any_window(size: tuple[int, int]) -> None:
    app = app_with(turns="f12")
    async with app.run_test(size=size) as pilot:
        await pilot.press("ctrl+g")
        await pilot.pause()
        assert isinstance(app.screen, KeysHelpScreen)
        table = app.screen.query_one("VerticalScroll > Static")
        text = "\n".join(table.render_line(row).text for row in range(table.size.height))
        said = " ".join(text.split())
        assert "F12 goes up into the" in said
        for words in ("F12", "Bring back", "parameter", "/parameters", "Leave; the session is saved"):
            assert words in said


@pytest.mark.parametrize(
    ("key", "name"),
    [("ctrl+y", "Ctrl+Y"), ("f12", "F12"), ("greater_than_sign", ">"), ("slash", "/"), ("n", "n"), ("escape", "Esc")],
)
def test_a_key_is_named_as_on_a_keyboard(key: str, name: str) -> None:
    assert key_name(key) == name

"""Which themes the program opens in."""

from io import StringIO

import pytest
from rich.console import Console
from textual.app import App

from hat_tui.tui.themes import dark_and_light


def app_on(colours: str) -> App[str]:
    app = App()
    app.console = Console(file=StringIO(), color_system=colours, force_terminal=True)
    return app


@pytest.mark.parametrize("colours", ["256", "truecolor"])
def test_where_there_are_many_colours_the_themes_have_shades_of_their_own(colours):
    assert dark_and_light(app_on(colours)) == ("textual-dark", "textual-light")


@pytest.mark.parametrize("dark", [True, False])
def test_where_there_are_sixteen_colours_the_themes_have_those_alone(dark):
    app = app_on("standard")
    name = dark_and_light(app)[not dark]
    theme = app.available_themes[name]
    assert theme.dark == dark
    named = [theme.primary, theme.secondary, theme.accent, theme.warning, theme.error, theme.success, theme.background]
    bars = [theme.variables["block-cursor-background"], theme.variables["block-cursor-blurred-background"]]
    assert all(str(colour).startswith("ansi_") for colour in named + bars)


def test_blue_letters_are_for_light_terminals_only():
    app = app_on("standard")
    names = dark_and_light(app)
    dark, light = (app.available_themes[name] for name in names)
    assert "ansi_blue" not in (dark.primary, dark.accent)
    assert light.primary == "ansi_blue"

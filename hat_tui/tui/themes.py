"""Which themes the program opens in: one for dark and one for light terminals, by how many colours they have."""

from dataclasses import replace

from textual.app import App
from textual.theme import BUILTIN_THEMES, Theme

DARK, LIGHT = "textual-dark", "textual-light"


def dark_and_light(app: App[str]) -> tuple[str, str]:
    """Their names. Where there are sixteen colours, those of the terminal itself: of a theme's own shades the nearest
    ones of sixteen are grey on grey and red for what is well.
    """
    if app.console.color_system != "standard":
        return DARK, LIGHT
    for theme in (_SIXTEEN_DARK, _SIXTEEN_LIGHT):
        app.register_theme(theme)
    return _SIXTEEN_DARK.name, _SIXTEEN_LIGHT.name


def _sixteen(like: str, name: str, primary: str, accent: str, bar: str) -> Theme:
    theme = BUILTIN_THEMES[like]
    # Textual draws what is selected in the text's own colour, whichever is asked for.
    bars = {
        "block-cursor-foreground": "ansi_default",
        "block-cursor-background": bar,
        "block-cursor-blurred-background": bar,
    }
    return replace(theme, name=name, primary=primary, accent=accent, variables=theme.variables | bars)


# Blue on black is the one pair of the sixteen that many cannot read.
_SIXTEEN_DARK = _sixteen("ansi-dark", "sixteen-dark", "ansi_cyan", "ansi_green", bar="ansi_blue")
_SIXTEEN_LIGHT = _sixteen("ansi-light", "sixteen-light", "ansi_blue", "ansi_magenta", bar="ansi_cyan")

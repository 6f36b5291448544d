"""How a cell looks, read from and written as SGR ("select graphic rendition") parameters.

Codes after ECMA-48 8.3.117; hyperlinks after OSC 8.
"""

from functools import lru_cache
from typing import Final, NamedTuple

# What each attribute is switched on by; its place in this tuple is its bit.
_ON: Final = (1, 2, 3, 4, 5, 6, 7, 8, 9, 21, 51, 52, 53)
_BIT: Final = {code: 1 << place for place, code in enumerate(_ON)}
# One code switches off every attribute of its group.
_OFF: Final = {
    22: _BIT[1] | _BIT[2],
    23: _BIT[3],
    24: _BIT[4] | _BIT[21],
    25: _BIT[5] | _BIT[6],
    27: _BIT[7],
    28: _BIT[8],
    29: _BIT[9],
    54: _BIT[51] | _BIT[52],
    55: _BIT[53],
}
_SEEN_ON_BLANKS: Final = _BIT[4] | _BIT[7] | _BIT[9] | _BIT[21] | _BIT[51] | _BIT[52] | _BIT[53]


class Style(NamedTuple):
    """The look of a cell: attribute bits, SGR parameters of both colours ("" is the terminal's own), OSC 8 link."""

    attributes: int = 0
    foreground: str = ""
    background: str = ""
    link: str = ""


PLAIN: Final = Style()


@lru_cache(maxsize=4096)
def after_sgr(style: Style, parameters: str) -> Style:
    """The style that holds once a terminal in `style` has read `CSI parameters m`; unknown codes change nothing."""
    attributes, foreground, background, link = style
    codes = iter(parameters.split(";"))
    for text in codes:
        code = int(text) if text.isdecimal() else 0 if not text else -1
        if code == 0:
            attributes, foreground, background = 0, "", ""
        elif code in _BIT:
            attributes |= _BIT[code]
        elif code in _OFF:
            attributes &= ~_OFF[code]
        elif 30 <= code <= 37 or 90 <= code <= 97:
            foreground = text
        elif 40 <= code <= 47 or 100 <= code <= 107:
            background = text
        elif code == 39:
            foreground = ""
        elif code == 49:
            background = ""
        elif code in (38, 48):
            kind = next(codes, "")
            colour = ";".join([text, kind, *(next(codes, "0") for _ in range(3 if kind == "2" else 1))])
            if code == 38:
                foreground = colour
            else:
                background = colour
    return Style(attributes, foreground, background, link)


@lru_cache(maxsize=4096)
def on_blank(style: Style) -> Style:
    """What of `style` shows on a space: two styles that look alike on a space give the same one."""
    attributes = style.attributes & _SEEN_ON_BLANKS
    return Style(attributes, style.foreground if attributes else "", style.background, style.link)


@lru_cache(maxsize=4096)
def serves_blank(current: Style, wanted: Style) -> bool:
    """Whether a space written in `current` looks as one written in `wanted`."""
    return on_blank(current) == on_blank(wanted)


def erasable(style: Style, bce: bool) -> bool:
    """Whether erasing leaves cells of this look; `bce` when the terminal erases in the background colour."""
    return not style.attributes and not style.link and (bce or not style.background)


@lru_cache(maxsize=4096)
def transition(current: Style, wanted: Style) -> str:
    """The shortest control sequences that turn `current` into `wanted`."""
    link = f"\x1b]8;{wanted.link or ';'}\x1b\\" if current.link != wanted.link else ""
    if current[:3] == wanted[:3]:
        return link
    whole = [str(code) for code in _ON if wanted.attributes & _BIT[code]]
    whole += [colour for colour in (wanted.foreground, wanted.background) if colour]
    change: list[str] = []
    kept = current.attributes
    for code, bits in _OFF.items():
        if kept & bits & ~wanted.attributes:
            kept &= ~bits
            change.append(str(code))
    change += [str(code) for code in _ON if wanted.attributes & ~kept & _BIT[code]]
    if current.foreground != wanted.foreground:
        change.append(wanted.foreground or "39")
    if current.background != wanted.background:
        change.append(wanted.background or "49")
    from_reset = ";".join(["", *whole]) if whole else ""
    return link + min(f"\x1b[{from_reset}m", f"\x1b[{';'.join(change)}m", key=len)

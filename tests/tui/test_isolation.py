"""Right-to-left text beside a border: what a terminal that reorders it is given to hold on to."""

import unicodedata

from hat_tui.tui.terminal.grid import Grid
from hat_tui.tui.terminal.isolation import BAR, isolated
from hat_tui.tui.terminal.painter import Abilities, Painter

HEBREW = "שלום"


def painted(painter: Painter, wanted: Grid) -> str:
    return painter.paint(wanted, 10_000, caret=False)


def test_a_border_beside_right_to_left_text_is_a_letter_one_cell_wide() -> None:
    assert unicodedata.bidirectional(BAR) == "L"
    assert "".join(isolated([*f"▌ {HEBREW} ▏ 12"])) == f"▌ {HEBREW} {BAR} 12"


def test_other_rows_keep_their_borders() -> None:
    assert "".join(isolated([*"▌ peace ▏ 12"])) == "▌ peace ▏ 12"


def test_the_border_comes_back_when_the_text_has_gone_and_nothing_is_sent_twice() -> None:
    wanted = Grid(20, 2)
    painter = Painter(Grid(20, 2), Abilities())
    wanted.feed(f"\x1b[1;1H{HEBREW} ▏ 12\x1b[2;1Hpeace ▏ 12")
    first = painted(painter, wanted)
    assert (first.count(BAR), first.count("▏")) == (1, 1)
    wanted.dirty.update({0, 1})
    assert painted(painter, wanted) == ""
    wanted.feed("\x1b[1;1Hwell")
    second = painted(painter, wanted)
    assert "▏" in second
    assert painter.shown.chars == wanted.chars

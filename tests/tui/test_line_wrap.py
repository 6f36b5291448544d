"""Lines fit, nothing is lost, and text that grows wraps as text that is whole."""

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from hat_tui.chat.safe_text import shown_line
from hat_tui.tui.widgets.line_wrap import Cut, _wrap_narrow, _wrap_wide, wrap

WORDS = st.lists(st.text(alphabet="abc", max_size=12), max_size=30).map(" ".join)
MIXED = st.text(alphabet="ab c漢字。、ée\u0301👩\u200d👍🏽❤\ufe0f한 ").map(shown_line)
WIDTH = st.integers(2, 20)


def lines(text: str, cuts: list[Cut]) -> list[str]:
    return [text[start:end] for start, end in cuts]


@given(WORDS | MIXED, WIDTH)
@settings(deadline=None)
def test_every_line_fits(text: str, width: int) -> None:
    assert all(cell_len(line.rstrip()) <= width for line in lines(text, wrap(text, width)))


@given(WORDS | MIXED, WIDTH)
@settings(deadline=None)
def test_nothing_but_blanks_is_lost(text: str, width: int) -> None:
    cuts = wrap(text, width)
    assert "".join(lines(text, cuts)).replace(" ", "") == text.replace(" ", "")
    assert all(not text[a:b].strip() for (_, a), (b, _) in pairwise(cuts))


@given(WORDS, WIDTH)
@settings(deadline=None)
def test_the_way_for_plain_text_cuts_as_the_way_for_all(text: str, width: int) -> None:
    narrow: list[Cut] = []
    wide: list[Cut] = []
    _wrap_narrow(text, 0, width, narrow)
    _wrap_wide(text, 0, width, wide)
    assert [line.rstrip() for line in lines(text, narrow)] == [line.rstrip() for line in lines(text, wide)]


@given(st.lists(MIXED | WORDS, max_size=8), WIDTH)
@settings(deadline=None)
@example(["aaa", "a 🏽"], 3)
def test_text_that_grows_wraps_as_text_that_is_whole(pieces: list[str], width: int) -> None:
    text, cuts = "", None
    for piece in pieces:
        text += piece
        if shown_line(text) == text:
            cuts = wrap(text, width, cuts)
    assert [line.rstrip() for line in lines(text, wrap(text, width, cuts))] == [
        line.rstrip() for line in lines(text, wrap(text, width))
    ]


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("", 5, [""]),
        ("one two three", 8, ["one two", "three"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("a bcdefghij", 4, ["a", "bcde", "fghi", "j"]),
        ("漢字漢字漢字", 5, ["漢字", "漢字", "漢字"]),
        ("漢字。漢字", 4, ["漢", "字。", "漢字"]),
        ("see 漢字 now", 7, ["see 漢", "字 now"]),
        ("👩\u200d👩\u200d👧👩\u200d👩\u200d👧", 3, ["👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"]),
    ],
)
def test_where_lines_break(text: str, width: int, expected: list[str]) -> None:
    assert lines(text, wrap(text, width)) == expected


def test_a_hundred_thousand_letters_are_cut_once_not_again_for_each_that_comes() -> None:
    text = "x" * 100_000
    cuts = wrap(text, 80)
    assert len(cuts) == 1250
    assert wrap(text + "y", 80, cuts)[:1249] == cuts[:1249]

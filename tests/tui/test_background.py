"""Dark or light, by what terminals answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hat_tui.tui.terminal.background import BackgroundReader, dark_by_environment, is_dark

ANSWER = "\x1b]11;rgb:fdfd/f6f6/e3e3\x07"


@pytest.mark.parametrize(
    ("colour", "dark"),
    [
        ("rgb:0000/0000/0000", True),
        ("rgb:1e/1e/2e", True),
        ("rgb:fdfd/f6f6/e3e3", False),
        ("rgba:ffff/ffff/ffff/ffff", False),
        ("#ffffff", None),
        ("", None),
    ],
)
def test_a_colour_is_dark_or_light_by_its_luma(colour: str, dark: bool | None) -> None:
    assert is_dark(colour) is dark


@given(st.text("ab\x1b[A]1;", max_size=8), st.text("xyz", max_size=8), st.lists(st.integers(2, 30), max_size=20))
def test_the_answer_is_taken_out_whole_however_it_is_cut(before: str, after: str, sizes: list[int]) -> None:
    reader = BackgroundReader()
    left = reader.feed(before)
    answer = ANSWER
    for size in sizes:
        left += reader.feed(answer[:size])
        answer = answer[size:]
    left += reader.feed(answer) + reader.feed(after)
    assert reader.tell() is False
    assert left == before + after


def test_what_only_begins_like_an_answer_is_given_back() -> None:
    reader = BackgroundReader()
    assert reader.feed("\x1b]11;" + "x" * 100) == "\x1b]11;" + "x" * 100
    assert reader.tell() is None


@pytest.mark.parametrize(
    ("value", "dark"), [("15;0", True), ("0;15", False), ("0;default;7", False), ("", None), ("x", None)]
)
def test_colorfgbg_tells_where_no_answer_does(value: str, dark: bool | None) -> None:
    assert dark_by_environment({"COLORFGBG": value}) is dark

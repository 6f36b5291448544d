"""What is half written is shown as what it is about to be."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hat_tui.tui.widgets.open_marks import closed


@pytest.mark.parametrize(
    ("half", "whole"),
    [
        ("plain", "plain"),
        ("a **bo", "a **bo**"),
        ("a **bold*", "a **bold**"),
        ("a **bold** and", "a **bold** and"),
        ("a *it", "a *it*"),
        ("**bold *both", "**bold *both***"),
        ("run `x = 1", "run `x = 1`"),
        ("run ``a ` b", "run ``a ` b``"),
        ("`**` is", "`**` is"),
        ("~~go", "~~go~~"),
        ("2 * 3 ** 4", "2 * 3 ** 4"),
        ("5*3", "5*3"),
        ("see [the docs](http://a.b/c", "see the docs"),
        ("see [the do", "see [the do"),
        ("a **", "a "),
        ("***all", "***all***"),
        ("**bold ", "**bold**"),
    ],
)
def test_what_is_open_is_closed(half: str, whole: str) -> None:
    assert closed(half) == whole


@given(st.text(alphabet="ab *`~[](\\\n"))
@settings(deadline=None)
def test_it_never_fails_and_adds_only_marks(text: str) -> None:
    assert set(closed(text)) <= set(text)

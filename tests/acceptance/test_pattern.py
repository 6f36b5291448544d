import re
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hat_tui.acceptance.pattern import BadPattern, Pattern

atoms = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\w", r"\D", "1", " ", "\n", r"\.", "[]a]", "[a-c1]"])
places = st.sampled_from(["^", "$", r"\b"])
patterns = st.recursive(
    atoms | places,
    lambda inner: (
        st.tuples(inner, inner).map("".join)
        | st.tuples(inner, inner).map(lambda ways: f"({ways[0]}|{ways[1]})")
        | st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{2,}", "*?"])).map(
            lambda parts: f"(?:{parts[0]}){parts[1]}"
        )
    ),
    max_leaves=8,
)


@given(patterns, st.text("abc1. \n", max_size=12), st.sampled_from(["", "(?i)", "(?s)"]))
def test_it_finds_what_re_finds(pattern, text, flags):
    expected = re.search(flags + pattern, text, re.MULTILINE) is not None
    assert Pattern(flags + pattern).found_in(text) is expected


@given(st.text(max_size=30))
def test_any_text_is_a_pattern_or_is_refused_in_words(source):
    with suppress(BadPattern):
        Pattern(source).found_in("some text")


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|aa)*b", "(.*x.*)*y", "(a*)*$b", "(?:a{1,20}){1,20}b"])
def test_patterns_that_explode_elsewhere_take_no_time(pattern):
    started = time.perf_counter()
    assert not Pattern(pattern).found_in("a" * 20_000)
    assert time.perf_counter() - started < 5


@pytest.mark.parametrize(
    "pattern",
    [
        *("(", ")", "[a", "*a", "a**", r"\1", r"(?=a)", r"(?P<x>a)", "a{3,2}", "\\", r"\p", "[z-a]"),
        *("(" * 60 + ")" * 60, "a" * 501, "(a{999}){999}"),
    ],
)
def test_what_cannot_be_followed_at_once_is_refused(pattern):
    with pytest.raises(BadPattern):
        Pattern(pattern)

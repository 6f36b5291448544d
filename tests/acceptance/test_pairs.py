import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hat_tui.acceptance.pairs import AVERAGE, ratings
from hat_tui.acceptance.run import Pair, Preference, Slot


def compared(*results):
    return {
        Pair(Slot(f"task-{number}", a), Slot(f"task-{number}", b)): preference
        for number, (a, b, preference) in enumerate(results)
    }


A, B, EQUAL = Preference.A, Preference.B, Preference.EQUAL
any_results = st.lists(
    st.tuples(st.permutations("xyz"), st.sampled_from(Preference)).map(lambda made: (*made[0][:2], made[1])),
    max_size=30,
)


def test_nothing_compared_rates_nobody():
    assert ratings({}, ["x", "y"]) == []


def test_who_wins_more_is_rated_higher_and_the_tally_is_told():
    best, other = ratings(compared(("x", "y", A), ("y", "x", B), ("x", "y", EQUAL)), ["y", "x"])
    assert (best.model, best.won, best.drawn, best.lost) == ("x", 2, 1, 0)
    assert (other.model, other.won, other.drawn, other.lost) == ("y", 0, 1, 2)
    assert best.elo > AVERAGE > other.elo


def test_winning_everything_is_finite_and_the_interval_is_wide():
    best, _ = ratings(compared(*[("x", "y", A)] * 5), ["x", "y"])
    assert math.isfinite(best.elo)
    assert best.high - best.low > 300


def test_many_pairs_give_the_difference_of_the_odds():
    """With 300 of 400 won the odds are 3, which is 400·log10(3) = 191 Elo; the one prior draw hardly matters."""
    best, other = ratings(compared(*[("x", "y", A)] * 300, *[("x", "y", B)] * 100), ["x", "y"])
    assert best.elo - other.elo == pytest.approx(400 * math.log10(3), abs=3)


@given(any_results)
def test_ratings_balance_around_the_average_and_more_wins_never_rate_lower(results):
    rated = ratings(compared(*results), [*"xyz"])
    assert all(math.isfinite(rating.low + rating.high) and rating.low < rating.elo < rating.high for rating in rated)
    assert sum(rating.won for rating in rated) == sum(rating.lost for rating in rated)
    if rated:
        swapped = [(b, a, {A: B, B: A, EQUAL: EQUAL}[preference]) for a, b, preference in results]
        again = {rating.model: rating.elo for rating in ratings(compared(*swapped), [*"xyz"])}
        assert all(again[rating.model] == pytest.approx(rating.elo, abs=0.01) for rating in rated)

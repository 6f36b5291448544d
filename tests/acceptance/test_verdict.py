from dataclasses import replace

import pytest
from acceptance_fakes import AT, PROTOCOL, measure, run_of

from hat_tui.acceptance.run import Marked, Slot
from hat_tui.acceptance.verdict import Outcome, figures, verdict


def outcome(*marks, **more):
    return verdict(run_of({"m": list(marks)}, **more), "m").outcome


def broken(*marks, **more):
    return [c.wanted for c in verdict(run_of({"m": list(marks)}, **more), "m").criteria if c.kept is False]


def test_good_marks_and_speeds_are_accepted():
    assert outcome(4, 4) is Outcome.ACCEPTED


def test_a_low_mean_is_not():
    assert broken(5, 2) == ["mean mark ≥ 3.5"]


def test_the_mean_is_weighted():
    assert figures(run_of({"m": [2, 4]}), "m").mean_mark == pytest.approx(3.5)
    assert broken(3, 4) == []


def test_a_must_pass_task_below_its_mark_is_not_whatever_the_mean():
    assert outcome(2, 5) is Outcome.NOT_ACCEPTED
    assert broken(2, 5) == ["must pass: Say hello ≥ 3"]


def test_the_lowest_of_several_marks_of_a_must_pass_task_counts():
    run = run_of({"m": [5, 5]}, protocol=replace(PROTOCOL, repeats=2))
    run.apply(Marked(Slot("hello", "m", 1), AT, 1))
    assert verdict(run, "m").outcome is Outcome.NOT_ACCEPTED


def test_a_mark_that_is_missing_leaves_it_open():
    assert outcome(5, None) is Outcome.OPEN
    assert outcome(0, None) is Outcome.OPEN


def test_an_answer_that_is_missing_leaves_it_open():
    run = run_of({"m": [5, 5]})
    del run.answers[Slot("story", "m")]
    assert verdict(run, "m").outcome is Outcome.OPEN


@pytest.mark.parametrize(
    ("cost", "criteria"),
    [
        (measure(first=6), ["first token, median ≤ 5 s", "first token: A story ≤ 2 s"]),
        (measure(first=3), ["first token: A story ≤ 2 s"]),
        (measure(speed=3), ["tokens/s, median ≥ 4"]),
    ],
)
def test_limits_that_are_not_kept_are_told(cost, criteria):
    assert broken(5, 5, measures={"m": cost}) == criteria
    assert outcome(5, 5, measures={"m": cost}) is Outcome.NOT_ACCEPTED


def test_what_was_not_measured_does_not_count():
    one_token = measure(tokens=1)
    assert outcome(5, 5, measures={"m": one_token}) is Outcome.ACCEPTED


def test_the_figures_of_a_model():
    numbers = figures(run_of({"m": [2, 4]}), "m")
    assert (numbers.marked, numbers.answered, numbers.total) == (2, 2, 2)
    assert (numbers.first_token_s, numbers.tokens_per_s, numbers.prompt_tokens_per_s) == (0.5, 10, 40)
    assert (numbers.checks_passed, numbers.checks_told, numbers.resident) == (5, 5, 500_000_000)
    assert numbers.spread == pytest.approx(2**0.5)

import pytest

from hat_tui.chat.reply import Measure
from hat_tui.chat.speed import Speeds
from hat_tui.chat.stopwatch import Stopwatch, continued


def test_nothing_is_known_before_the_first_reply():
    assert Speeds().reading_time(100) is None


def test_speeds_are_learned_and_the_last_replies_count_most():
    speeds = Speeds()
    speeds.learn(Measure(evaluated_tokens=100, first_token_s=1.0, tokens=11, generation_s=1.0))
    assert (speeds.reading, speeds.writing) == (100, 10)
    speeds.learn(Measure(evaluated_tokens=100, first_token_s=2.0, tokens=31, generation_s=1.0))
    assert (speeds.reading, speeds.writing) == (75, 20)
    assert speeds.reading_time(150) == 2


def test_a_server_that_does_not_tell_is_judged_by_what_we_think_it_read():
    speeds = Speeds()
    speeds.learn(Measure(first_token_s=1.0), evaluated=200)
    assert speeds.reading == 200


@pytest.mark.parametrize("measure", [Measure(), Measure(evaluated_tokens=3, first_token_s=1.0), Measure(tokens=1)])
def test_what_says_nothing_changes_nothing(measure):
    speeds = Speeds()
    speeds.learn(measure)
    assert (speeds.reading, speeds.writing) == (None, None)


def test_a_stopwatch_counts_pieces_and_times_the_first_and_the_others():
    now = iter([0.0, 0.25, 0.5, 1.25])
    watch = Stopwatch(lambda: next(now))
    for _ in range(3):
        watch.tokens(1)
    assert watch.completed(Measure()) == Measure(tokens=3, first_token_s=0.25, generation_s=1.0)
    told = Measure(tokens=9, counted=True, first_token_s=0.1, generation_s=0.2)
    assert watch.completed(told) == told


def test_a_reply_without_a_word_has_no_times():
    assert Stopwatch(lambda: 0.0).completed(Measure()) == Measure(tokens=0)


def test_a_continued_reply_costs_both_parts():
    first = Measure(tokens=10, counted=True, first_token_s=0.5, generation_s=1.0)
    assert continued(first, Measure(tokens=5, counted=True, generation_s=0.5)) == Measure(
        tokens=15, counted=True, first_token_s=0.5, generation_s=1.5
    )
    assert continued(Measure(), first) == first

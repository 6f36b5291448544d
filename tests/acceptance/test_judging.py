import pytest
from acceptance_fakes import run_of
from fakes import Ticks

from hat_tui.acceptance.judging import Judging, PairJudging
from hat_tui.acceptance.run import Preference
from hat_tui.chat.dialogue import NotKept


def judging(run, kept=None, kind=Judging):
    return kind(run, (kept if kept is not None else []).append, Ticks().clock)


def test_each_mark_is_kept_as_it_is_given_and_the_next_answer_shown():
    run, kept = run_of({"small": [None, None], "large": [None, None]}), []
    judge = judging(run, kept)
    shown = []
    while judge.slot is not None:
        shown.append(judge.slot)
        judge.mark(len(shown), f"remark {len(shown)}")
        assert len(kept) == len(shown)
    assert shown == list(run.blind_order())
    assert [record.mark for record in kept] == [1, 2, 3, 4]
    assert run.is_judged


def test_names_are_hidden_until_the_last_mark_but_not_of_a_single_model():
    run = run_of({"small": [None, 3], "large": [4, 4]})
    judge = judging(run)
    slot = judge.slot
    assert judge.model_shown(slot) == "hidden"
    judge.mark(3)
    assert judge.model_shown(slot) == "small"
    single = judging(run_of({"small": [None, None]}))
    assert single.model_shown(single.slot) == "small"


def test_skipped_answers_come_again_at_the_end():
    judge = judging(run_of({"small": [None, None]}))
    judge.skip()
    assert judge.task.id == "story"
    judge.mark(3)
    assert (judge.task.id, judge.left) == ("hello", 1)
    judge.mark(3)
    assert judge.slot is None


def test_one_can_go_back_and_change_a_mark_or_take_it_back():
    run, kept = run_of({"small": [None, None]}), []
    judge = judging(run, kept)
    judge.mark(2)
    judge.back()
    assert judge.marked.mark == 2
    judge.mark(4)
    assert run.marks_of("small", "hello") == [4]
    judge.back()
    judge.take_back()
    assert run.marks_of("small", "hello") == []
    assert [record.mark for record in kept] == [2, 4, None]


def test_the_remark_of_a_mark_can_be_changed_without_going_on():
    run, kept = run_of({"small": [None, None]}), []
    judge = judging(run, kept)
    judge.remark("for nothing")
    judge.mark(2)
    judge.back()
    judge.remark("too long")
    assert judge.task.id == "hello"
    assert [(record.mark, record.remark) for record in kept] == [(2, ""), (2, "too long")]


def test_a_mark_that_cannot_be_written_is_not_given():
    run = run_of({"small": [None, None]})

    def full(record):
        raise NotKept("The disk is full.")

    judge = Judging(run, full, Ticks().clock)
    with pytest.raises(NotKept):
        judge.mark(5)
    assert (judge.at, run.marks) == (0, {})


def test_judging_goes_on_where_it_was_left():
    run = run_of({"small": [4, None]})
    assert judging(run).task.id == "story"
    assert judging(run_of({"small": [4, 4]})).slot is None


def test_pairs_are_compared_and_gone_on_with():
    run, kept = run_of({"small": [None, None], "large": [None, None]}), []
    judge = judging(run, kept, PairJudging)
    assert judge.left == 2
    a, b = judge.answers
    assert {a.slot.model, b.slot.model} == {"small", "large"}
    judge.prefer(Preference.EQUAL)
    judge.back()
    judge.prefer(Preference.A)
    assert judge.left == 1
    judge = judging(run, kept, PairJudging)
    judge.prefer(Preference.B)
    assert judge.pair is None
    assert [record.preference for record in kept] == [Preference.EQUAL, Preference.A, Preference.B]

import pytest
from fakes import Ticks
from hypothesis import given
from hypothesis import strategies as st

from hat_tui.acceptance.protocol import Protocol, Task
from hat_tui.acceptance.run import (
    Answered,
    Marked,
    ModelLost,
    ModelReady,
    NotARun,
    Pair,
    Planned,
    Preference,
    Preferred,
    Run,
    Slot,
    prompt_speed,
)
from hat_tui.acceptance.run_lines import line_of, records_of
from hat_tui.chat.reply import Ending, Measure

AT = Ticks().clock()
PROTOCOL = Protocol("Mine", tuple(Task(id, id.upper(), (f"{id}?",), "It does.") for id in "abc"), repeats=2)
PLAN = Planned(
    AT,
    PROTOCOL,
    ("large", "small"),
    seed=7,
    sources={"small": "/models/small.gguf"},
    versions={"hat-tui": "0"},
    machine={"cpu": "any"},
)
A_SLOT = Slot("a", "small", 0)


def answered(slot, text="Yes.", ending=Ending.STOP):
    return Answered(slot, AT, text, ending, measure=Measure(prompt_tokens=10, tokens=3, first_token_s=0.5))


def full_run():
    run = Run([PLAN])
    for slot in run.slots:
        run.apply(answered(slot))
    return run


def test_a_run_has_a_slot_for_each_model_task_and_repeat():
    run = Run([PLAN])
    assert len(run.slots) == len(run.pending()) == 12
    assert len(run.pending("small")) == 6


def test_failed_answers_are_asked_again_and_all_others_are_not():
    run = full_run()
    run.apply(answered(A_SLOT, "", Ending.FAILED))
    assert run.pending() == (A_SLOT,)
    run.apply(answered(A_SLOT, "Ye", Ending.LENGTH))
    assert run.pending() == ()


def test_a_failed_answer_that_a_person_marked_is_left_alone():
    run = full_run()
    run.apply(answered(A_SLOT, "", Ending.FAILED))
    run.apply(Marked(A_SLOT, AT, 0))
    assert run.pending() == ()


def test_what_a_person_said_of_an_answer_goes_with_it_when_another_takes_its_place():
    run = full_run()
    run.apply(answered(A_SLOT, "", Ending.FAILED))
    of_it, of_others = (
        next(pair for pair in run.pairs() if (A_SLOT in (pair.a, pair.b)) is own) for own in (True, False)
    )
    for pair in (of_it, of_others):
        run.apply(Preferred(pair, AT, Preference.A))
    for slot in run.slots:
        run.apply(Marked(slot, AT, 3))
    run.apply(answered(A_SLOT))
    assert run.preferences == {of_others: Preference.A}
    assert run.unmarked() == (A_SLOT,)


def test_judging_goes_task_by_task_with_the_models_shuffled_the_same_each_time():
    order = full_run().blind_order()
    assert [slot.task for slot in order] == [*"aaaabbbbcccc"]
    assert order == full_run().blind_order()
    models = ["".join(slot.model[0] for slot in order if slot.task == task) for task in "abc"]
    assert len(set(models)) > 1


def test_a_mark_can_be_changed_and_taken_back():
    run = full_run()
    run.apply(Marked(A_SLOT, AT, 3, "so so"))
    run.apply(Marked(A_SLOT, AT, 4))
    assert run.marks_of("small", "a") == [4]
    run.apply(Marked(A_SLOT, AT, None))
    assert run.marks_of("small", "a") == []
    assert A_SLOT in run.unmarked()


def test_it_is_judged_when_every_slot_has_a_mark():
    run = full_run()
    for slot in run.slots:
        assert not run.is_judged
        run.apply(Marked(slot, AT, 5))
    assert run.is_judged


def test_a_model_that_cannot_be_loaded_does_not_keep_names_hidden():
    run = Run([PLAN, ModelLost("large", AT, "no file")])
    for slot in run.pending("small"):
        run.apply(answered(slot))
        assert not run.is_judged
        run.apply(Marked(slot, AT, 5))
    assert run.is_judged


def test_what_the_plan_does_not_know_is_passed_over():
    run = full_run()
    run.apply(Marked(Slot("z", "small"), AT, 5))
    run.apply(Marked(A_SLOT, AT, 99))
    run.apply(answered(Slot("a", "other")))
    assert not run.marks
    assert len(run.answers) == 12


def test_every_two_answers_to_a_task_are_a_pair_and_sides_change():
    pairs = full_run().pairs()
    assert len(pairs) == 6
    assert all((pair.a.task, pair.a.repeat) == (pair.b.task, pair.b.repeat) for pair in pairs)
    assert {pair.a.model for pair in pairs} == {"small", "large"}


def test_a_lost_model_that_is_loaded_later_is_lost_no_more():
    run = Run([PLAN, ModelLost("small", AT, "no file")])
    assert run.lost == {"small": "no file"}
    run.apply(ModelReady("small", AT))
    assert run.lost == {}


def test_records_without_a_plan_are_no_run():
    with pytest.raises(NotARun):
        Run([])
    with pytest.raises(NotARun):
        Run([Marked(A_SLOT, AT, 3)])


def test_prompt_speed_is_of_what_was_not_in_the_cache():
    assert prompt_speed(Measure(prompt_tokens=100, evaluated_tokens=20, first_token_s=2)) == 10
    assert prompt_speed(Measure(prompt_tokens=100, first_token_s=2)) == 50
    assert prompt_speed(Measure()) is None


words = st.text(st.characters(), max_size=30) | st.sampled_from(["\x1b[2J", "\u202e", "\ud800", "\n"])
slots = st.builds(Slot, words, words, st.integers(0, 9))
number = st.none() | st.integers(0, 9999)
records = st.one_of(
    st.builds(Planned, st.just(AT), st.just(PROTOCOL), st.lists(words).map(tuple), st.integers()),
    st.builds(ModelReady, words, st.just(AT), st.dictionaries(words, words | number | st.lists(words))),
    st.builds(ModelLost, words, st.just(AT), words),
    st.builds(
        Answered,
        *(slots, st.just(AT), words, st.sampled_from(Ending), words, st.lists(words).map(tuple)),
        st.builds(Measure, number, number, number, st.booleans(), st.none() | st.floats(0, 9), st.none()),
        *(words, number, st.floats(0, 99), words),
    ),
    st.builds(Marked, slots, st.just(AT), st.none() | st.integers(0, 5), words),
    st.builds(Preferred, st.builds(Pair, slots, slots), st.just(AT), st.none() | st.sampled_from(Preference)),
)


@given(records)
def test_any_record_comes_back_from_its_line_and_the_line_is_safe_to_show(record):
    line = line_of(record)
    assert line.endswith("\n")
    assert not any(ord(char) < 32 or 126 < ord(char) < 160 for char in line[:-1])
    assert records_of(line.encode()) == ([record], [])


@given(st.lists(records, max_size=4), st.integers(0))
def test_a_file_cut_anywhere_tells_all_its_whole_lines(written, cut):
    lines = [line_of(record).encode() for record in written]
    data = b"".join(lines)
    cut %= len(data) + 1
    whole = data[:cut].count(b"\n")
    read, problems = records_of(data[:cut])
    assert read[:whole] == written[:whole]
    assert len(read) + len(problems) in (whole, whole + 1)


@given(st.binary() | st.text('{}[]":,recordatsko0', max_size=60).map(str.encode))
def test_any_bytes_are_read_with_what_is_wrong_told(data):
    read, problems = records_of(data)
    assert len(read) + len(problems) <= data.count(b"\n") + 1

import csv
import io

import pytest
from acceptance_fakes import HOSTILE, run_of

from hat_tui.acceptance.marks_csv import BadMarks, from_csv, to_csv
from hat_tui.acceptance.protocol import Protocol, Task
from hat_tui.acceptance.run import Slot

RUN = run_of({"small": [4, 2]}, remarks={"story": "a bit flat"})
TWO = run_of({"small": [4, 2], "large": [5, None]})


def test_the_authors_columns_come_first_then_ours():
    rows = list(csv.reader(io.StringIO(to_csv([("run", RUN)]))))
    assert rows[0][:4] == ["#", "TASK", "VOTE", "REMARKS"]
    assert [row[:4] for row in rows[1:]] == [["1", "Say hello", "4", ""], ["2", "A story", "2", "a bit flat"]]
    told = dict(zip(rows[0], rows[2], strict=True))
    assert (told["MODEL"], told["PROMPT_TOKENS"], told["TOKENS_PER_S"], told["ENDING"]) == (
        "small",
        "40",
        "10.0",
        "stop",
    )


def test_marks_come_back_from_what_was_written():
    for run in (RUN, TWO):
        given = {slot: (marked.mark, marked.remark) for slot, marked in run.marks.items()}
        assert {slot: (mark, remark) for slot, mark, remark in from_csv(to_csv([("run", run)]), run)} == given


def test_marks_are_taken_from_the_authors_columns_by_title_or_number():
    text = "\ufeff#,TASK,VOTE,REMARKS\n1,say it,5,\n2,A story,3,fine\n"
    assert from_csv(text, RUN) == [(Slot("hello", "small"), 5, ""), (Slot("story", "small"), 3, "fine")]


ALIKE = Protocol(
    "Alike",
    tuple(Task(id, title, ("Go.",), "Goes.") for id, title in [("b", "a"), ("c", "Same"), ("d", "Same"), ("a", "E")]),
)
ALIKE_RUN = run_of({"small": [1, 2, 3, 4]}, protocol=ALIKE)


def test_marks_go_to_the_task_with_the_rows_id_whatever_others_are_called():
    marks = from_csv(to_csv([("run", ALIKE_RUN)]), ALIKE_RUN)
    assert [(slot.task, mark) for slot, mark, _ in marks] == [("b", 1), ("c", 2), ("d", 3), ("a", 4)]
    assert from_csv("TASK,VOTE,ID\na,5,a\n", ALIKE_RUN) == [(Slot("a", "small"), 5, "")]


def test_tasks_of_one_name_are_told_apart_by_their_numbers():
    assert from_csv("#,TASK,VOTE\n3,Same,5\n4,a,4\n", ALIKE_RUN) == [
        (Slot("d", "small"), 5, ""),
        (Slot("a", "small"), 4, ""),
    ]


@pytest.mark.parametrize("row", [",Same", "1,Same", ",a"])
def test_a_name_that_several_tasks_have_is_no_guess(row):
    with pytest.raises(BadMarks, match="line 2: several tasks are called"):
        from_csv(f"#,TASK,VOTE\n{row},5\n", ALIKE_RUN)


def test_no_cell_is_a_formula_to_a_spreadsheet():
    run = run_of({"=cmd()": [4, 4]}, text="=1+1", remarks={"story": "@SUM(A1)", "hello": HOSTILE})
    for row in csv.reader(io.StringIO(to_csv([("run", run)]))):
        assert not any(cell.startswith(("=", "+", "@", "-", "\t")) for cell in row)
        assert not any("\x1b" in cell for cell in row)
    assert from_csv(to_csv([("run", run)]), run)[1] == (Slot("story", "=cmd()"), 4, "@SUM(A1)")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("TASK,REMARKS\n", "VOTE is missing"),
        ("", "TASK is missing"),
        ("#,TASK,VOTE\n1,A story,6\n", "line 2: a vote is a whole number from 0 to 5, not 6"),
        ("#,TASK,VOTE,REPEAT\n1,A story,4,first\n", "line 2: a repeat is a whole number, not first"),
        ("#,TASK,VOTE\n9,Dance,3\n", "line 2: the run has no answer of small to Dance"),
    ],
)
def test_what_cannot_be_taken_is_told_by_line(text, words):
    with pytest.raises(BadMarks, match=words):
        from_csv(text, RUN)


@pytest.mark.parametrize(
    ("vote", "repeat", "digits", "words"),
    [
        ("", "1", 5000, "line 3: a vote is a whole number from 0 to 5, not 1{20}$"),
        ("4", "", 5000, "line 3: a repeat is a whole number, not 1{20}$"),
        ("", "1", 200_000, "line 3: field larger than"),
    ],
)
def test_a_cell_of_any_length_is_a_fault_of_its_line(vote, repeat, digits, words):
    long = "1" * digits
    with pytest.raises(BadMarks, match=words):
        from_csv(f"TASK,VOTE,REPEAT\nA story,4,1\nSay hello,{vote or long},{repeat or long}\n", RUN)


def test_a_run_of_several_models_needs_the_models_column():
    with pytest.raises(BadMarks, match="column MODEL"):
        from_csv("#,TASK,VOTE\n1,A story,3\n", TWO)

"""`hat-tui accept` from the outside: commands in, lines and exit codes out."""

import argparse
import csv
import io
from dataclasses import replace

import pytest
from acceptance_fakes import MemoryBench, Shelf, run_of

from hat_tui.acceptance.flags import add_commands
from hat_tui.acceptance.marks_csv import to_csv
from hat_tui.acceptance.protocol_text import parse
from hat_tui.chat.reply import Failed
from hat_tui.shell import accept


class Typist:
    """Types the lines it is given; then the end of input."""

    def __init__(self, *lines):
        self.lines = list(lines)

    def __call__(self, prompt):
        if not self.lines:
            raise EOFError
        return self.lines.pop(0)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def accepted(bench, *arguments, typed=(), out=io.StringIO):
    """The exit code and what was printed."""
    parser = argparse.ArgumentParser()
    add_commands(parser)
    out = out()
    code = accept.accept(parser.parse_args([str(argument) for argument in arguments]), bench, out, Typist(*typed))
    return code, out.getvalue()


def test_a_protocol_is_put_to_two_models_without_a_screen():
    bench = MemoryBench()
    code, printed = accepted(bench, "run", "talk", "--model", "small", "--model", "large")
    assert code == accept.OK
    assert "[4/4] Who" in printed
    assert "accept judge run-1" in printed
    assert bench.stores["run-1"].closed


def test_repeats_and_seed_can_be_asked_for():
    bench = MemoryBench()
    accepted(bench, "run", "talk", "--model", "small", "--repeats", "2", "--seed", "40")
    _, run = bench.read("last")
    assert len(run.slots) == 4
    assert [request.parameters.seed for request in bench.shelf.endpoints["small"].requests] == [40, 41, 40, 40, 41, 41]


def test_a_server_that_is_waited_for_is_told():
    bench = MemoryBench(Shelf({"small": [[Failed("It is gone.")]]}, away=1))
    _, printed = accepted(bench, "run", "talk", "--model", "small")
    assert "small is tried again in 5 s: There is no server." in printed
    assert bench.paused == [5]


def test_what_is_missing_is_told_and_resumed():
    bench = MemoryBench(Shelf({"small": [[Failed("Out of memory.")]]}))
    code, printed = accepted(bench, "run", "talk", "--model", "small")
    assert code == accept.NOT_ACCEPTED
    assert "Out of memory." in printed
    assert "1 answers are missing; go on with: hat-tui accept resume run-1" in printed
    code, printed = accepted(bench, "resume")
    assert (code, bench.read("last")[1].pending()) == (accept.OK, ())


def test_answers_are_judged_blind_and_the_report_says_the_verdict_by_its_exit_code():
    bench = MemoryBench()
    accepted(bench, "run", "talk", "--model", "small", "--model", "large")
    assert accepted(bench, "report")[0] == accept.OPEN
    code, printed = accepted(bench, "judge", typed=["5", "good", "4", "", "x", "3", "", "5", ""])
    assert code == accept.OK
    assert "large" not in printed
    assert "✓ ends by itself" in printed
    code, printed = accepted(bench, "report")
    assert code == accept.OK
    assert "|   ACCEPTED   |" in printed
    assert "good" in printed


def test_a_bad_mark_is_not_accepted_and_of_one_model_it_can_be_asked():
    bench = MemoryBench()
    bench.add(run_of({"small": [4, 4], "large": [2, 2]}))
    assert accepted(bench, "report")[0] == accept.NOT_ACCEPTED
    assert accepted(bench, "report", "--model", "small")[0] == accept.OK
    assert accepted(bench, "report", "--model", "large")[0] == accept.NOT_ACCEPTED
    assert accepted(bench, "report", "--model", "other")[0] == accept.WRONG_USE


def test_judging_can_be_left_gone_back_in_and_gone_on_with():
    bench = MemoryBench()
    accepted(bench, "run", "talk", "--model", "small")
    code, printed = accepted(bench, "judge", typed=["s", "b", "2", "", "q"])
    assert code == accept.OPEN
    assert "1 of 2 have no mark yet" in printed
    assert accepted(bench, "judge", typed=["4", ""])[0] == accept.OK
    assert [marked.mark for marked in bench.read("last")[1].marks.values()] == [2, 4]


def test_a_mark_is_written_before_its_remark_is_asked_for():
    bench = MemoryBench()
    accepted(bench, "run", "talk", "--model", "small")
    assert accepted(bench, "judge", typed=["4"])[0] == accept.OPEN
    [marked] = bench.read("last")[1].marks.values()
    assert (marked.mark, marked.remark) == (4, "")
    accepted(bench, "judge", typed=["b", "5", "knows her", "b", "3", "", "q"])
    assert [(m.mark, m.remark) for m in bench.read("last")[1].marks.values()] == [(3, "knows her")]


def test_pairs_are_judged_and_rated():
    bench = MemoryBench()
    bench.add(run_of({"small": [4, 4], "large": [2, 2]}))
    code, printed = accepted(bench, "judge", "--pairs", typed=["a", "z", "b", "?", "e"])
    assert code == accept.OK
    assert "--- A\nHello." in printed
    assert "Elo" in accepted(bench, "show")[1]


def test_marks_can_come_from_a_file(tmp_path):
    bench = MemoryBench()
    accepted(bench, "run", "talk", "--model", "small")
    file = tmp_path / "marks.csv"
    file.write_text("#,TASK,VOTE,REMARKS\n1,Hello,5,\n2,Who,4,knows her\n", encoding="utf-8")
    assert accepted(bench, "judge", "--marks", file)[0] == accept.OK
    assert accepted(bench, "report")[0] == accept.OK


@pytest.mark.parametrize(
    ("flag", "value", "words"),
    [
        ("--seed", "20261124053500", "a whole number from 0 to 2147483647, not '20261124053500'"),
        ("--seed", "-1", "a whole number from 0 to 2147483647, not '-1'"),
        ("--seed", "one", "a whole number from 0 to 2147483647, not 'one'"),
        ("--repeats", "101", "a whole number from 1 to 100, not '101'"),
    ],
)
def test_no_run_begins_with_what_its_file_could_not_hold(capsys, flag, value, words):
    bench = MemoryBench()
    with pytest.raises(SystemExit, match="2"):
        accepted(bench, "run", "talk", "--model", "small", flag, value)
    assert words in capsys.readouterr().err
    assert not bench.stores


@pytest.mark.parametrize(
    ("format", "beginning"), [("text", "Home Acceptance"), ("markdown", "# Home"), ("html", "<!doctype html>")]
)
def test_a_report_is_written_in_each_form(tmp_path, format, beginning):
    bench = MemoryBench()
    bench.add(run_of({"small": [4, 4]}))
    file = tmp_path / "sheet"
    assert accepted(bench, "report", "--format", format, "--output", file)[0] == accept.OK
    assert file.read_text(encoding="utf-8").startswith(beginning)


def test_csv_has_the_authors_columns_and_is_not_written_while_names_are_hidden():
    bench = MemoryBench()
    run = run_of({"small": [4, 4], "large": [2, None]})
    bench.add(run)
    code, printed = accepted(bench, "report", "--format", "csv")
    assert code == accept.OPEN
    assert "small" not in printed.split("NOT YET JUDGED")[1]
    _, printed = accepted(bench, "report", "--format", "csv", "--reveal")
    assert printed == to_csv([("run-1", run)])
    assert next(csv.reader(io.StringIO(printed)))[:4] == ["#", "TASK", "VOTE", "REMARKS"]


def test_runs_are_listed_and_compared():
    bench = MemoryBench()
    bench.add(run_of({"small": [4, 4]}))
    bench.add(run_of({"large": [2, 2]}))
    _, printed = accepted(bench, "list")
    assert printed.splitlines()[0] == "run-2  Mine: large; judged"
    code, printed = accepted(bench, "compare", "run-1", "run-2")
    assert code == accept.OK
    assert "Speed against mark" in printed


def test_what_runs_and_protocols_are_called_controls_no_terminal():
    name = "z\x9b2J\x1b]0;owned\x07"
    bench = MemoryBench(Shelf(broken={"small"}))
    bench.known[name] = bench.known["talk"]
    accepted(bench, "run", "talk", "--model", "small")
    store = bench.stores[name] = bench.stores.pop("run-1")
    store.id = name
    printed = accepted(bench, "list")[1] + accepted(bench, "resume", name)[1] + accepted(bench, "protocol")[1]
    assert printed.count("z\ufffd2J␛]0;owned␇") == 4
    assert not set("\x9b\x1b\x07") & set(printed)


def test_a_protocol_is_printed_whole_into_a_pipe_and_harmless_on_a_terminal():
    bench = MemoryBench(protocol=replace(MemoryBench().known["talk"], about="\x9b2J"))
    assert "\x9b2J" in accepted(bench, "protocol", "talk")[1]
    assert "\ufffd2J" in accepted(bench, "protocol", "talk", out=Terminal)[1]


def test_protocols_are_listed_and_printed_to_copy():
    bench = MemoryBench()
    assert accepted(bench, "protocol")[1].startswith("talk           2 tasks")
    _, printed = accepted(bench, "protocol", "talk")
    assert [task.id for task in parse(printed).tasks] == ["hello", "who"]


def test_a_file_that_cannot_be_opened_is_a_mistake_told_in_words(tmp_path, capsys):
    bench = MemoryBench()
    accepted(bench, "run", "talk", "--model", "small")
    page = tmp_path / "none" / "x.html"
    assert accepted(bench, "report", "--format", "html", "--output", page)[0] == accept.WRONG_USE
    assert capsys.readouterr().err == f"hat-tui: {page} cannot be opened: No such file or directory\n"
    assert accepted(bench, "judge", "--marks", tmp_path)[0] == accept.WRONG_USE
    assert capsys.readouterr().err == f"hat-tui: {tmp_path} cannot be opened: Is a directory\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "nothing", "--model", "small"], "there is no such protocol"),
        (["run", "talk", "--model", "gone"], "There is no model gone."),
        (["run", "talk"], "name one with --model"),
        (["report"], "There are no runs yet"),
        (["judge"], "There are no runs yet"),
    ],
)
def test_mistakes_are_told_in_a_line_with_exit_code_2(capsys, arguments, words):
    assert accepted(MemoryBench(), *arguments)[0] == accept.WRONG_USE
    assert words in capsys.readouterr().err


def test_a_full_disk_ends_it_with_the_reason(capsys):
    bench = MemoryBench()
    bench.add(run_of({"small": [4, None]}))
    bench.stores["run-1"].trouble = "The disk is full."
    assert accepted(bench, "judge", typed=["4", ""])[0] == accept.NOT_ACCEPTED
    assert "The disk is full." in capsys.readouterr().err

"""Marks as CSV: the columns of the article's author first, then ours; and read back from either."""

import csv
import io
from collections.abc import Iterator, Sequence

from hat_tui.acceptance.protocol import HIGHEST_MARK, LOWEST_MARK
from hat_tui.acceptance.run import Run, Slot, prompt_speed
from hat_tui.acceptance.verdict import task_result
from hat_tui.chat.safe_text import shown

AUTHOR_COLUMNS = ("#", "TASK", "VOTE", "REMARKS")
OUR_COLUMNS = (
    *("RUN", "MODEL", "ID", "REPEAT", "WEIGHT", "MUST_PASS", "CHECKS_PASSED", "CHECKS", "ENDING", "PROMPT_TOKENS"),
    *("EVALUATED_TOKENS", "TOKENS", "FIRST_TOKEN_S", "TOKENS_PER_S", "PROMPT_TOKENS_PER_S", "RESIDENT_BYTES"),
    *("PROTOCOL_HASH", "ANSWER"),
)

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the start of a formula."""

_MOST_DIGITS = 9


class BadMarks(ValueError):
    """A file of marks that cannot be taken; one line a fault."""


def to_csv(runs: Sequence[tuple[str, Run]]) -> str:
    """A row for each slot of each run, judged or not. Texts that a spreadsheet would run get a ' in front."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*AUTHOR_COLUMNS, *OUR_COLUMNS])
    for run_id, run in runs:
        for model in run.plan.models:
            for number, task in enumerate(run.protocol.tasks, 1):
                result = task_result(run, model, task)
                findings = {answer.slot: looked for answer, looked in zip(result.answers, result.findings, strict=True)}
                for repeat in range(run.protocol.repeats):
                    slot = Slot(task.id, model, repeat)
                    told = [finding.passed for finding in findings.get(slot, ()) if finding.passed is not None]
                    marked = run.marks.get(slot)
                    row = [number, task.title, marked.mark if marked else "", marked.remark if marked else ""]
                    row += [run_id, model, task.id, repeat + 1, f"{task.weight:g}", int(task.must_pass)]
                    row += [sum(told), len(told), *_measures(run, slot), run.protocol.hash]
                    row.append(run.answers[slot].text if slot in run.answers else "")
                    writer.writerow([_inert(cell) if isinstance(cell, str) else cell for cell in row])
    return out.getvalue()


def _measures(run: Run, slot: Slot) -> list[object]:
    answer = run.answers.get(slot)
    if answer is None:
        return ["missing", *[""] * 7]
    measure = answer.measure
    values = [measure.prompt_tokens, measure.evaluated_tokens, measure.tokens]
    speeds = [measure.first_token_s, measure.speed, prompt_speed(measure)]
    rounded = [None if speed is None else round(speed, 3) for speed in speeds]
    return [answer.ending.value, *("" if value is None else value for value in (*values, *rounded, answer.resident))]


def _inert(cell: str) -> str:
    text = shown(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text


def from_csv(text: str, run: Run) -> list[tuple[Slot, int, str]]:
    """Marks with remarks for the run's answers, from a file with the author's columns or all of ours.

    Rows without a vote are passed over. A file without a MODEL column is for a run of one model. Raises BadMarks.
    """
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    try:
        return _marks(reader, run)
    except csv.Error as error:
        raise BadMarks(f"line {reader.reader.line_num}: {error}") from None


def _marks(reader: "csv.DictReader[str]", run: Run) -> list[tuple[Slot, int, str]]:
    given = [name.strip().upper() for name in reader.fieldnames or ()]
    missing = [name for name in ("TASK", "VOTE") if name not in given]
    if missing:
        raise BadMarks(f"the first line must name the columns {', '.join(AUTHOR_COLUMNS)}; {missing[0]} is missing")
    reader.fieldnames = given
    if "MODEL" not in given and len(run.plan.models) > 1:
        raise BadMarks("this run has several models, so the marks need a column MODEL")
    marks: list[tuple[Slot, int, str]] = []
    faults: list[str] = []
    for row in reader:
        cells = {name: (value or "").strip() for name, value in row.items() if isinstance(value, str | None)}
        if not cells.get("VOTE"):
            continue
        for fault in _faults(cells, run):
            faults.append(f"line {reader.line_num}: {fault}")
        if not faults:
            marks.append((_slot(cells, run), int(cells["VOTE"]), cells.get("REMARKS", "").removeprefix("'")))
    if faults:
        raise BadMarks("\n".join(faults))
    return marks


def _faults(cells: dict[str, str], run: Run) -> Iterator[str]:
    vote, repeat = cells["VOTE"], cells.get("REPEAT")
    number = _whole(vote)
    if number is None or not LOWEST_MARK <= number <= HIGHEST_MARK:
        yield f"a vote is a whole number from {LOWEST_MARK} to {HIGHEST_MARK}, not {shown(vote)[:20]}"
    if repeat and _whole(repeat) is None:
        yield f"a repeat is a whole number, not {shown(repeat)[:20]}"
    slot = _slot(cells, run)
    if len(_tasks(cells, run)) > 1:
        yield f"several tasks are called {shown(cells['TASK'])}; give their numbers in # or their ids in ID"
    elif slot not in run.answers:
        again = f", time {slot.repeat + 1}" if run.protocol.repeats > 1 else ""
        yield f"the run has no answer of {shown(slot.model)} to {shown(slot.task)}{again}"


def _whole(text: str) -> int | None:
    """The number that the text is; None when it is none, or longer than any that counts something here."""
    return int(text) if text.isdecimal() and len(text) <= _MOST_DIGITS else None


def _tasks(cells: dict[str, str], run: Run) -> list[str]:
    """Ids of the tasks a row may be about, by its id, its name or its number; its name when there is no such task."""
    ids = [task.id for task in run.protocol.tasks]
    if cells.get("ID") in ids:
        return [cells["ID"]]
    numbered = [id for place, id in enumerate(ids, 1) if cells.get("#") == str(place)]
    name = cells["TASK"].removeprefix("'")
    named = [task.id for task in run.protocol.tasks if name in (task.id, task.title)]
    if len(named) > 1:
        return [id for id in named if id in numbered] or named
    return named or numbered or [name]


def _slot(cells: dict[str, str], run: Run) -> Slot:
    """The answer a row is about; of several tasks it may be about, the first."""
    repeat = _whole(cells.get("REPEAT", ""))
    model = cells.get("MODEL") or run.plan.models[0]
    return Slot(_tasks(cells, run)[0], model.removeprefix("'"), 0 if repeat is None else repeat - 1)

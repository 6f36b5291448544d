"""The acceptance sheet of a run: for each model the verdict, the criteria, every task, what it ran on; to be signed."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from hat_tui.acceptance.document import (
    Answer,
    Bars,
    Block,
    Facts,
    Line,
    Point,
    Scatter,
    Section,
    Signature,
    Stamp,
    Table,
    Title,
)
from hat_tui.acceptance.pairs import Rating, ratings
from hat_tui.acceptance.protocol import RUBRIC
from hat_tui.acceptance.run import Run, RunRecord
from hat_tui.acceptance.run_lines import line_of
from hat_tui.acceptance.verdict import Figures, Outcome, TaskResult, figures, task_result, verdict
from hat_tui.acceptance.words import cost_of
from hat_tui.chat.reply import Ending

GOOD = {Outcome.ACCEPTED: True, Outcome.NOT_ACCEPTED: False, Outcome.OPEN: None}


def sheet(run: Run, run_id: str, *, reveal: bool = False, answers: bool = True) -> list[Block]:
    """The sheet of a run. With several models, their results stay hidden until all is marked, unless `reveal`."""
    protocol, plan = run.protocol, run.plan
    blocks: list[Block] = [
        Title(f"Home Acceptance Sheet: {protocol.name}"),
        Facts(
            (
                ("run", run_id),
                ("begun", f"{plan.at:%Y-%m-%d %H:%M %Z}".strip()),
                ("models", ", ".join(plan.models)),
                ("protocol", f"{protocol.name}, {len(protocol.tasks)} tasks × {protocol.repeats}"),
                ("protocol hash", protocol.hash),
                ("record hash", fingerprint(run)),
                *sorted(plan.machine.items()),
                *((f"version of {name}", version) for name, version in sorted(plan.versions.items())),
                ("sampling", _sampling(run)),
            )
        ),
    ]
    if protocol.about:
        blocks.insert(1, Line(protocol.about))
    if hidden(run) and not reveal:
        left = len(run.slots) - len(run.marks)
        text = f"{left} of {len(run.slots)} answers have no mark yet. Which model did what is told when all have one."
        return [*blocks, Stamp(Outcome.OPEN, None), Line(text)]
    for model in plan.models:
        blocks += _model_blocks(run, model)
    blocks += _together(run)
    blocks += [Section("Marks"), Facts(tuple((str(mark), words) for mark, words in RUBRIC.items()))]
    if answers:
        blocks += [Section("Answers"), *_answers(run)]
    return [*blocks, Signature("Tested by"), Signature("Accepted by")]


def hidden(run: Run) -> bool:
    """Whether names are not to be shown beside answers: there are several models and marks are missing."""
    return len(run.plan.models) > 1 and not run.is_judged


def fingerprint(run: Run) -> str:
    """SHA-256 over plan, answers, marks and preferences: what a signature on the sheet stands for."""
    records: list[RunRecord] = [run.plan, *run.answers.values(), *run.marks.values()]
    lines = [line_of(record) for record in records]
    lines += [f"{pair} {preference}" for pair, preference in run.preferences.items()]
    return hashlib.sha256("".join(sorted(lines)).encode()).hexdigest()


def outcomes(run: Run) -> Mapping[str, Outcome]:
    """The outcome of each model."""
    return {model: verdict(run, model).outcome for model in run.plan.models}


def _sampling(run: Run) -> str:
    values = run.protocol.sampling.as_mapping()
    return ", ".join(f"{name} {value}" for name, value in values.items() if value not in (None, [], "", 0.0))


def _model_blocks(run: Run, model: str) -> Iterable[Block]:
    judged = verdict(run, model)
    numbers = figures(run, model)
    yield Section(f"Model: {model}")
    yield Stamp(judged.outcome, GOOD[judged.outcome])
    if why := run.lost.get(model):
        yield Line(f"The model could not be loaded: {why}")
    signs = {True: "kept", False: "NOT kept", None: "-"}
    rows = tuple((criterion.wanted, criterion.found, signs[criterion.kept]) for criterion in judged.criteria)
    yield Table(("Criterion", "Found", ""), rows)
    yield Facts((*_figure_rows(numbers), *_fact_rows(run.facts.get(model, {}))))
    results = [task_result(run, model, task) for task in run.protocol.tasks]
    head = ("#", "Task", "Weight", "Mark", "Checks", "First", "tok/s", "Remarks")
    rows_of_tasks = tuple(_task_row(number, result) for number, result in enumerate(results, 1))
    yield Table(head, rows_of_tasks, frozenset({0, 3, 4, 5, 6}))
    yield Bars((model,), tuple((result.task.title, (result.mark,)) for result in results))


def _task_row(number: int, result: TaskResult) -> tuple[str, ...]:
    marks = "+".join(str(marked.mark) for marked in result.marks)
    if len(result.marks) > 1:
        marks += f" = {result.mark:.1f}"
    odd = {answer.ending.value for answer in result.answers if answer.ending is not Ending.STOP}
    notes = [f"[{', '.join(sorted(odd))}]"] if odd else []
    passed, told = result.checks
    return (
        str(number),
        result.task.title,
        f"{result.task.weight:g}{' must' if result.task.must_pass else ''}",
        marks or "-",
        f"{passed}/{told}",
        number_or_dash(result.first_token_s, " s", 2),
        number_or_dash(result.tokens_per_s),
        " ".join([*notes, result.remarks]).strip(),
    )


def number_or_dash(value: float | None, unit: str = "", digits: int = 1) -> str:
    """A figure for a table; a dash where nothing was measured."""
    return "-" if value is None else f"{value:.{digits}f}{unit}"


def megabytes(value: int | None) -> str:
    """Bytes in MB, of a million; a dash where nothing was measured."""
    return "-" if value is None else f"{value / 1e6:,.0f} MB"


def _figure_rows(numbers: Figures) -> Iterable[tuple[str, str]]:
    spread = f" ± {numbers.spread:.2f} between tasks" if numbers.spread is not None else ""
    yield "mean mark", number_or_dash(numbers.mean_mark, spread, 2)
    yield "answers, marks", f"{numbers.answered} and {numbers.marked} of {numbers.total}"
    yield "checks passed", f"{numbers.checks_passed} of {numbers.checks_told}"
    yield "first token, median", number_or_dash(numbers.first_token_s, " s", 2)
    yield "generation, median", number_or_dash(numbers.tokens_per_s, " tokens/s")
    yield "prompt reading, median", number_or_dash(numbers.prompt_tokens_per_s, " tokens/s")
    yield "memory of the server", megabytes(numbers.resident)


def _fact_rows(facts: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """What the record tells of a model; of its file's metadata what says which model it is. The record has it all."""
    for name, value in facts.items():
        if isinstance(value, Mapping):
            yield from ((key, str(told)) for key, told in value.items() if _TELLING.search(key))
        elif value not in (None, ""):
            yield name, f"{value:,}" if type(value) is int else str(value)


_TELLING = re.compile(r"^general\.(architecture|name|size_label|license|file_type|version)$|\.context_length$")


def _together(run: Run) -> Iterable[Block]:
    """What the models look like side by side."""
    every = [figures(run, model) for model in run.plan.models]
    points = tuple(point for numbers in every if (point := point_of(numbers, numbers.model)))
    if points:
        yield Section("Speed against mark")
        yield Scatter(points)
    if len(every) > 1:
        titles = tuple(
            (task.title, tuple(task_result(run, model, task).mark for model in run.plan.models))
            for task in run.protocol.tasks
        )
        yield Section("Side by side")
        yield Bars(run.plan.models, titles)
    if rated := ratings(run.preferences, run.plan.models):
        yield Section("Blind pairs")
        yield ratings_table(rated)


def point_of(numbers: Figures, label: str) -> Point | None:
    """The model's place in the picture; None when it has no speed or no mark."""
    if numbers.tokens_per_s is None or numbers.mean_mark is None:
        return None
    return Point(label, numbers.tokens_per_s, numbers.mean_mark)


def ratings_table(rated: Iterable[Rating]) -> Table:
    """Blind pairs: wins, and Elo by the Bradley-Terry model with its 95 % interval."""
    rows = tuple(
        (
            rating.model,
            *map(str, (rating.won, rating.drawn, rating.lost)),
            f"{rating.elo:.0f}",
            f"{rating.low:.0f} to {rating.high:.0f}",
        )
        for rating in rated
    )
    return Table(("Model", "Won", "Equal", "Lost", "Elo", "95 % interval"), rows, frozenset({1, 2, 3, 4}))


def _answers(run: Run) -> Iterable[Block]:
    for task in run.protocol.tasks:
        for model in run.plan.models:
            result = task_result(run, model, task)
            for answer, findings in zip(result.answers, result.findings, strict=True):
                marked = run.marks.get(answer.slot)
                mark = f"mark {marked.mark}" if marked else "no mark"
                again = f", time {answer.slot.repeat + 1}" if run.protocol.repeats > 1 else ""
                notes = [f"asked: {task.prompts[-1]}", f"intent: {task.intent}", cost_of(answer), *map(str, findings)]
                if marked and marked.remark:
                    notes.append(f"remark: {marked.remark}")
                yield Answer(f"{task.title} · {model}{again} · {mark}", answer.text, tuple(notes))

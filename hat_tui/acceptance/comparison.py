"""Runs side by side: model × task, means with spread, speed against mark. Versions are never mixed silently."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hat_tui.acceptance.document import Bars, Block, Facts, Line, Scatter, Section, Table, Title, letter
from hat_tui.acceptance.protocol import Task
from hat_tui.acceptance.report import hidden, megabytes, number_or_dash, point_of
from hat_tui.acceptance.run import Run
from hat_tui.acceptance.verdict import Figures, TaskResult, figures, task_result, verdict


class NotComparable(ValueError):
    """Runs that cannot be compared; the message says why."""


@dataclass(frozen=True, slots=True)
class _Column:
    """One model of one run. `label` differs from all others."""

    label: str
    run: Run
    model: str
    numbers: Figures


def comparison(runs: Sequence[tuple[str, Run]], *, reveal: bool = False) -> list[Block]:
    """The runs side by side, each with its id. Raises NotComparable, also while names are still to be hidden."""
    for run_id, run in runs:
        if hidden(run) and not reveal:
            raise NotComparable(f"The run {run_id} has answers without a mark; its models stay hidden until then.")
    tasks = common_tasks([run for _, run in runs])
    columns = _columns(runs, tasks)
    results = [(task, [task_result(column.run, column.model, task) for column in columns]) for task in tasks]
    labels = tuple(column.label for column in columns)
    blocks: list[Block] = [Title("Home Acceptance Test: comparison"), *_warnings(runs, tasks), _summary(columns)]
    points = tuple(point for column in columns if (point := point_of(column.numbers, column.label)))
    if points:
        blocks += [Section("Speed against mark"), Scatter(points)]
    marks = tuple((task.title, tuple(result.mark for result in row)) for task, row in results)
    letters = tuple((letter(at), label) for at, label in enumerate(labels))
    blocks += [Section("Marks by task"), Facts(letters), _task_table(results), Bars(labels, marks)]
    return [*blocks, Section("Runs"), Facts(tuple((run_id, _about(run)) for run_id, run in runs))]


def common_tasks(runs: Sequence[Run]) -> tuple[Task, ...]:
    """The tasks that are word for word the same in all runs, in the order of the first. Raises NotComparable."""
    if not runs:
        raise NotComparable("There are no runs to compare.")
    known = [{task.hash for task in run.protocol.tasks} for run in runs]
    common = tuple(task for task in runs[0].protocol.tasks if all(task.hash in hashes for hashes in known))
    if not common:
        raise NotComparable("These runs have no task in common, so there is nothing to compare.")
    return common


def _columns(runs: Sequence[tuple[str, Run]], tasks: Sequence[Task]) -> list[_Column]:
    """A model that is in several runs gets the run's id beside its name."""
    often = Counter(model for _, run in runs for model in run.plan.models)
    return [
        _Column(model if often[model] == 1 else f"{model} ({run_id})", run, model, figures(run, model, tasks))
        for run_id, run in runs
        for model in run.plan.models
    ]


def _warnings(runs: Sequence[tuple[str, Run]], tasks: Sequence[Task]) -> Iterable[Block]:
    """What a reader must know before taking the figures for the same thing."""
    if len({run.protocol.hash for _, run in runs}) > 1:
        left_out = len({task.hash for _, run in runs for task in run.protocol.tasks}) - len(tasks)
        yield Line(
            "These runs used different versions of a protocol. "
            + (
                f"Only the tasks that are the same in all, {len(tasks)}, are compared; {left_out} are left out. "
                if left_out
                else "The tasks are the same in all. "
            )
            + "Criteria, sampling or repeats may differ."
        )
    if len({tuple(sorted(run.plan.machine.items())) for _, run in runs}) > 1:
        yield Line("These runs were made on different machines: their speeds cannot be compared.")


def _summary(columns: Sequence[_Column]) -> Table:
    rows = []
    for column in columns:
        numbers = column.numbers
        spread = f" ± {numbers.spread:.2f}" if numbers.spread is not None else ""
        row = (
            column.label,
            number_or_dash(numbers.mean_mark, spread, 2),
            f"{numbers.marked}/{numbers.total}",
            f"{numbers.checks_passed}/{numbers.checks_told}",
            number_or_dash(numbers.first_token_s, " s", 2),
            number_or_dash(numbers.tokens_per_s),
            number_or_dash(numbers.prompt_tokens_per_s),
            megabytes(numbers.resident),
            verdict(column.run, column.model).outcome.value,
        )
        rows.append(row)
    head = ("Model", "Mark", "Marked", "Checks", "First", "tok/s", "Read/s", "Memory", "Verdict of its run")
    return Table(head, tuple(rows), frozenset(range(1, 8)))


def _task_table(results: Sequence[tuple[Task, Sequence[TaskResult]]]) -> Table:
    rows = tuple((task.title, *map(_cell, row)) for task, row in results)
    columns = len(rows[0]) - 1
    return Table(("Task", *map(letter, range(columns))), rows, frozenset(range(1, columns + 1)))


def _cell(result: TaskResult) -> str:
    """The mean mark; of several repeats also the lowest and the highest."""
    marks = [marked.mark for marked in result.marks if marked.mark is not None]
    if len(set(marks)) > 1:
        return f"{result.mark:.1f} ({min(marks)}-{max(marks)})"
    return number_or_dash(result.mark)


def _about(run: Run) -> str:
    machine = ", ".join(run.plan.machine.values())
    return f"{run.plan.at:%Y-%m-%d %H:%M}, {run.protocol.name} (protocol {run.protocol.hash[:12]}), {machine}"

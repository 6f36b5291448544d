"""What a run says of a model: its figures, each task's result, and whether the criteria are met."""

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hat_tui.acceptance.checks import Finding
from hat_tui.acceptance.protocol import Task
from hat_tui.acceptance.run import Answered, Marked, Run, prompt_speed


@dataclass(frozen=True, slots=True)
class Figures:
    """A model in numbers. Marks: the mean weighted by task, and the standard deviation between tasks (None for one).

    Times and speeds are medians over all answers; `resident` is the largest memory seen, in bytes.
    """

    model: str
    mean_mark: float | None
    spread: float | None
    marked: int
    answered: int
    total: int
    checks_passed: int
    checks_told: int
    first_token_s: float | None
    tokens_per_s: float | None
    prompt_tokens_per_s: float | None
    resident: int | None


@dataclass(frozen=True, slots=True)
class TaskResult:
    """One task of one model, all its repeats together."""

    task: Task
    answers: tuple[Answered, ...]
    findings: tuple[tuple[Finding, ...], ...]
    marks: tuple[Marked, ...]
    mark: float | None
    first_token_s: float | None
    tokens_per_s: float | None

    @property
    def remarks(self) -> str:
        """What the person wrote, repeats apart."""
        return "; ".join(marked.remark for marked in self.marks if marked.remark)

    @property
    def checks(self) -> tuple[int, int]:
        """How many checks passed, of those that could tell."""
        told = [finding.passed for each in self.findings for finding in each if finding.passed is not None]
        return sum(told), len(told)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that must be so. `kept` is None where it does not count: nothing was measured, or not yet."""

    wanted: str
    found: str
    kept: bool | None


class Outcome(StrEnum):
    """The end of it. The values are what a sheet says."""

    ACCEPTED = "ACCEPTED"
    NOT_ACCEPTED = "NOT ACCEPTED"
    OPEN = "NOT YET JUDGED"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Accepted or not, and by what. OPEN as long as an answer or a mark is missing."""

    outcome: Outcome
    criteria: tuple[Criterion, ...]


def task_result(run: Run, model: str, task: Task) -> TaskResult:
    """What the model did with one task."""
    answers = tuple(run.answers_of(model, task.id))
    marks = tuple(run.marks[answer.slot] for answer in answers if answer.slot in run.marks)
    return TaskResult(
        task,
        answers,
        tuple(run.findings(answer.slot) for answer in answers),
        marks,
        _mean(marked.mark for marked in marks),
        _median(answer.measure.first_token_s for answer in answers),
        _median(answer.measure.speed for answer in answers),
    )


def figures(run: Run, model: str, tasks: Sequence[Task] | None = None) -> Figures:
    """The model in numbers, over all tasks of the run's protocol or some of them."""
    results = [task_result(run, model, task) for task in (run.protocol.tasks if tasks is None else tasks)]
    answers = [answer for result in results for answer in result.answers]
    marked = [(result.mark, result.task.weight) for result in results if result.mark is not None]
    weight = sum(weight for _, weight in marked)
    return Figures(
        model,
        mean_mark=sum(mark * weight for mark, weight in marked) / weight if marked else None,
        spread=statistics.stdev(mark for mark, _ in marked) if len(marked) > 1 else None,
        marked=sum(len(result.marks) for result in results),
        answered=len(answers),
        total=len(results) * run.protocol.repeats,
        checks_passed=sum(result.checks[0] for result in results),
        checks_told=sum(result.checks[1] for result in results),
        first_token_s=_median(answer.measure.first_token_s for answer in answers),
        tokens_per_s=_median(answer.measure.speed for answer in answers),
        prompt_tokens_per_s=_median(prompt_speed(answer.measure) for answer in answers),
        resident=max((answer.resident for answer in answers if answer.resident is not None), default=None),
    )


def verdict(run: Run, model: str) -> Verdict:
    """Whether the model is accepted by the run's criteria."""
    wanted = run.protocol.criteria
    numbers = figures(run, model)
    criteria = [_at_least("mean mark", numbers.mean_mark, wanted.mean_mark, _two_digits)]
    for task in run.protocol.tasks:
        if task.must_pass:
            lowest = min(run.marks_of(model, task.id), default=None)
            criteria.append(_at_least(f"must pass: {task.title}", lowest, wanted.must_pass_mark, str))
    if wanted.limits.first_token_s is not None:
        criteria.append(_at_most("first token, median", numbers.first_token_s, wanted.limits.first_token_s))
    if wanted.limits.tokens_per_s is not None:
        criteria.append(_at_least("tokens/s, median", numbers.tokens_per_s, wanted.limits.tokens_per_s, _one_digit))
    for task in run.protocol.tasks:
        criteria.extend(_task_limits(task_result(run, model, task)))
    if numbers.marked < numbers.total:
        return Verdict(Outcome.OPEN, tuple(criteria))
    met = all(criterion.kept is not False for criterion in criteria)
    return Verdict(Outcome.ACCEPTED if met else Outcome.NOT_ACCEPTED, tuple(criteria))


def _task_limits(result: TaskResult) -> Iterable[Criterion]:
    """A task's own limits, where its answers could be measured: one of a single token has no speed."""
    limits, title = result.task.limits, result.task.title
    if limits.first_token_s is not None and result.first_token_s is not None:
        yield _at_most(f"first token: {title}", result.first_token_s, limits.first_token_s)
    if limits.tokens_per_s is not None and result.tokens_per_s is not None:
        yield _at_least(f"tokens/s: {title}", result.tokens_per_s, limits.tokens_per_s, _one_digit)


def _one_digit(value: float) -> str:
    return f"{value:.1f}"


def _two_digits(value: float) -> str:
    return f"{value:.2f}"


def _at_least(what: str, found: float | None, wanted: float, words: Callable[[float], str]) -> Criterion:
    kept = None if found is None else round(found, 6) >= wanted
    return Criterion(f"{what} ≥ {wanted:g}", "not known" if found is None else words(found), kept)


def _at_most(what: str, found: float | None, wanted: float) -> Criterion:
    kept = None if found is None else found <= wanted
    return Criterion(f"{what} ≤ {wanted:g} s", "not known" if found is None else f"{found:.2f} s", kept)


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.fmean(known) if known else None


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None

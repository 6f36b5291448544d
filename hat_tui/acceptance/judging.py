"""A person going through a run's answers, blind: one after the other, or two side by side."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from hat_tui.acceptance.checks import Finding
from hat_tui.acceptance.protocol import Task
from hat_tui.acceptance.run import Answered, Marked, Pair, Preference, Preferred, Run, RunRecord, Slot


class Judging:
    """Marks for answers, in the run's blind order, from the first that has none.

    Whatever is given is kept before anything else happens; NotKept from `keep` leaves all as it was.
    """

    def __init__(self, run: Run, keep: Callable[[RunRecord], None], clock: Callable[[], datetime]) -> None:
        self.run = run
        self.order: Sequence[Slot] = run.blind_order()
        self._keep = keep
        self._clock = clock
        self.at = 0
        self._to_unmarked()

    @property
    def slot(self) -> Slot | None:
        """The answer in hand; None when the last was passed."""
        return self.order[self.at] if self.at < len(self.order) else None

    @property
    def left(self) -> int:
        """How many answers have no mark yet."""
        return sum(slot not in self.run.marks for slot in self.order)

    @property
    def task(self) -> Task:
        return self.run.protocol.task(self.order[self.at].task)

    @property
    def answer(self) -> Answered:
        return self.run.answers[self.order[self.at]]

    @property
    def marked(self) -> Marked | None:
        """The mark that the answer in hand has already."""
        return self.run.marks.get(self.slot) if self.slot else None

    @property
    def findings(self) -> Sequence[Finding]:
        return self.run.findings(self.order[self.at])

    def model_shown(self, slot: Slot) -> str:
        """The model's name, or that it is hidden: with several models, until every answer has a mark."""
        return slot.model if len(self.run.plan.models) == 1 or self.run.is_judged else "hidden"

    def mark(self, mark: int, remark: str = "") -> None:
        """Give the answer in hand a mark and go on to the next that has none. Raises NotKept."""
        self._give(Marked(self.order[self.at], self._clock(), mark, remark))
        self.at += 1
        self._to_unmarked()

    def remark(self, remark: str, slot: Slot | None = None) -> None:
        """Change the remark of `slot`, by default the answer in hand, when it has a mark. Raises NotKept."""
        marked = self.marked if slot is None else self.run.marks.get(slot)
        if marked and marked.remark != remark:
            self._give(replace(marked, at=self._clock(), remark=remark))

    def take_back(self) -> None:
        """The answer in hand has no mark any more. Raises NotKept."""
        if self.marked:
            self._give(Marked(self.order[self.at], self._clock(), None))

    def skip(self) -> None:
        """Leave the answer in hand and go on."""
        self.at = min(self.at + 1, len(self.order))

    def back(self) -> None:
        """Go to the answer before, marked or not."""
        self.at = max(0, self.at - 1)

    def _give(self, record: Marked) -> None:
        self._keep(record)
        self.run.apply(record)

    def _to_unmarked(self) -> None:
        """On to the next answer without a mark: ahead first, then those that were skipped."""
        ahead = [at for at, slot in enumerate(self.order) if slot not in self.run.marks]
        self.at = next((at for at in ahead if at >= self.at), ahead[0] if ahead else len(self.order))


class PairJudging:
    """Two answers to one task side by side: which is better. Kept as `Judging` keeps marks."""

    def __init__(self, run: Run, keep: Callable[[RunRecord], None], clock: Callable[[], datetime]) -> None:
        self.run = run
        self.order: Sequence[Pair] = run.pairs()
        self._keep = keep
        self._clock = clock
        self.at = 0
        self._to_open()

    @property
    def pair(self) -> Pair | None:
        """The pair in hand; None when all are compared."""
        return self.order[self.at] if self.at < len(self.order) else None

    @property
    def left(self) -> int:
        """How many pairs are not compared yet."""
        return sum(pair not in self.run.preferences for pair in self.order)

    @property
    def task(self) -> Task:
        return self.run.protocol.task(self.order[self.at].a.task)

    @property
    def answers(self) -> tuple[Answered, Answered]:
        """What is shown as A and as B."""
        pair = self.order[self.at]
        return self.run.answers[pair.a], self.run.answers[pair.b]

    def prefer(self, preference: Preference) -> None:
        """Say which is better and go on to the next open pair. Raises NotKept."""
        record = Preferred(self.order[self.at], self._clock(), preference)
        self._keep(record)
        self.run.apply(record)
        self.at += 1
        self._to_open()

    def skip(self) -> None:
        """Leave the pair in hand and go on."""
        self.at = min(self.at + 1, len(self.order))

    def back(self) -> None:
        """Go to the pair before, compared or not."""
        self.at = max(0, self.at - 1)

    def _to_open(self) -> None:
        ahead = [at for at, pair in enumerate(self.order) if pair not in self.run.preferences]
        self.at = next((at for at in ahead if at >= self.at), ahead[0] if ahead else len(self.order))

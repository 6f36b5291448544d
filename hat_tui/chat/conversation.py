"""The ordered turns: the one mutable truth of a chat."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from hat_tui.chat.message import Role
from hat_tui.chat.record import (
    Begun,
    Ended,
    Mark,
    Marked,
    ModelUsed,
    Opened,
    ParametersSet,
    Record,
    Said,
    Summarised,
    Titled,
    WasThought,
)
from hat_tui.chat.reply import Ending, Measure

ROOT = 0
"""The parent of a first turn."""


@dataclass(slots=True)
class Turn:
    """One thing said by one speaker. `ending` is None while it is being said, or when nothing tells how it ended.

    The first `_answered` characters of the text stay the answer, whatever turns out to be thought.
    """

    id: int
    role: Role
    parent: int
    at: datetime
    model: str = ""
    edited: bool = False
    ending: Ending | None = None
    measure: Measure = Measure()
    why: str = ""
    marks: set[Mark] = field(default_factory=set)
    _said: list[str] = field(default_factory=list)
    _thought: list[str] = field(default_factory=list)
    _answered: int = 0

    @property
    def text(self) -> str:
        """The words, joined once and kept until more are said."""
        return _joined(self._said)

    @property
    def thought(self) -> str:
        """The model's reasoning before and between its words."""
        return _joined(self._thought)

    def end(self, record: Ended) -> None:
        """Take the end in. What was answered after a thought is no thought, whatever comes when the turn goes on."""
        self.ending, self.measure, self.why = record.ending, record.measure, record.why
        self._answered = len(self.text) if self.thought else 0

    def move_to_thought(self) -> None:
        """Make a thought of all that was said but what stays the answer."""
        text = self.text
        self._thought.append(text[self._answered :])
        self._said[:] = [text[: self._answered]]

    def records(self) -> list[Record]:
        """Records that make this turn anew."""
        records: list[Record] = [Begun(self.id, self.role, self.parent, self.at, self.model, self.edited)]
        records += [Said(self.id, self.thought, thought=True)] if self.thought else []
        records += [Said(self.id, self.text)] if self.text else []
        records += [Ended(self.id, self.ending, self.measure, self.why)] if self.ending is not None else []
        return records + [Marked(self.id, mark) for mark in Mark if mark in self.marks]

    @property
    def pinned(self) -> bool:
        return Mark.PINNED in self.marks

    @property
    def left_out(self) -> bool:
        return Mark.LEFT_OUT in self.marks


def _joined(pieces: list[str]) -> str:
    if len(pieces) > 1:
        pieces[:] = ["".join(pieces)]
    return pieces[0] if pieces else ""


class Conversation:
    """Turns in a tree whose branches are versions; `path` is the branch that is shown and sent.

    Only `apply` changes anything, so that a conversation read back from its records equals the one that made them.
    """

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self.title = ""
        self.started: datetime | None = None
        self.model = ModelUsed("")
        self.parameters: ParametersSet | None = None
        self.summary: Summarised | None = None
        self._turns: dict[int, Turn] = {}
        self._children: dict[int, list[int]] = {}
        self._chosen: dict[int, int] = {}
        self._path: list[Turn] | None = None
        self._highest = ROOT
        for record in records:
            self.apply(record)

    def apply(self, record: Record) -> None:
        """Take one record in. One about a turn that does not exist is passed over: a hand-edited file may hold such."""
        match record:
            case Opened(at=at):
                self.started = self.started or at
            case Titled(title=title):
                self.title = title
            case ModelUsed():
                self.model = record
            case ParametersSet():
                self.parameters = record
            case Summarised(upto=upto):
                if upto in self._turns:
                    self.summary = record
            case Begun():
                self._begin(record)
            case Said(id=id, text=text, thought=thought):
                if turn := self._turns.get(id):
                    (turn._thought if thought else turn._said).append(text)
            case WasThought(id=id):
                if turn := self._turns.get(id):
                    turn.move_to_thought()
            case Ended(id=id):
                if turn := self._turns.get(id):
                    turn.end(record)
            case Marked(id=id):
                if turn := self._turns.get(id):
                    self._mark(turn, record)

    def _begin(self, record: Begun) -> None:
        if record.id in self._turns or record.id <= ROOT:
            return
        parent = record.parent if record.parent in self._turns else ROOT
        self._turns[record.id] = Turn(record.id, record.role, parent, record.at, record.model, record.edited)
        self._children.setdefault(parent, []).append(record.id)
        self._highest = max(self._highest, record.id)
        self._chosen[parent] = record.id
        if self._path is not None and (self._path[-1].id if self._path else ROOT) == parent:
            self._path.append(self._turns[record.id])
        else:
            self._path = None

    def _mark(self, turn: Turn, record: Marked) -> None:
        if record.mark is Mark.CHOSEN:
            self._chosen[turn.parent] = turn.id
            self._path = None
            return
        (turn.marks.add if record.on else turn.marks.discard)(record.mark)
        if record.mark is Mark.DELETED:
            left = self.versions(turn)
            if left and self._chosen[turn.parent] == turn.id:
                self._chosen[turn.parent] = left[-1].id
            self._path = None

    def turn(self, id: int) -> Turn:
        """The turn numbered `id`; KeyError when there is none."""
        return self._turns[id]

    def next_id(self) -> int:
        """The number the next turn gets: one more than the highest."""
        return self._highest + 1

    def path(self) -> list[Turn]:
        """The turns shown and sent, first to last. The list is the conversation's own: do not change it."""
        if self._path is None:
            self._path = []
            at = ROOT
            while (id := self._chosen.get(at)) is not None:
                turn = self._turns[id]
                if Mark.DELETED in turn.marks:
                    break
                self._path.append(turn)
                at = id
        return self._path

    def last(self) -> Turn | None:
        """The end of the path; None in an empty conversation."""
        path = self.path()
        return path[-1] if path else None

    def before(self, turn: Turn) -> list[Turn]:
        """The turns that lead to `turn`, without it."""
        leading: list[Turn] = []
        at = turn.parent
        while at != ROOT:
            leading.append(self._turns[at])
            at = self._turns[at].parent
        return leading[::-1]

    def versions(self, turn: Turn) -> list[Turn]:
        """`turn` and those that stand in its place, deleted ones left away, oldest first."""
        siblings = (self._turns[id] for id in self._children.get(turn.parent, ()))
        return [sibling for sibling in siblings if Mark.DELETED not in sibling.marks]

    def records(self) -> list[Record]:
        """Records that make this conversation anew, without what no longer shows, such as earlier titles."""
        records: list[Record] = [Opened(self.started)] if self.started else []
        records += [Titled(self.title)] if self.title else []
        records += [self.model] if self.model != ModelUsed("") else []
        records += [self.parameters] if self.parameters else []
        for turn in self._turns.values():
            records += turn.records()
        records += [Marked(id, Mark.CHOSEN) for at, id in self._chosen.items() if len(self._children[at]) > 1]
        return records + ([self.summary] if self.summary else [])

    def all_turns(self) -> list[Turn]:
        """Every turn of every version, in the order they began."""
        return list(self._turns.values())

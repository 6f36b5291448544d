"""The turns of a transcript and the few of them that are laid out."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from hat_tui.tui.widgets.look import Look
from hat_tui.tui.widgets.turn_heights import TurnHeights
from hat_tui.tui.widgets.turn_lines import Entry, Setting, TurnLines, estimated_height

MAX_LAID_OUT = 2_000
"""Lines kept laid out beyond those on the screen: some pages to scroll through without drawing them again."""


class TurnStore:
    """Entries by key and by place, their heights, and the laid-out ones, the longest unused given up first."""

    def __init__(self, look: Look) -> None:
        self.entries: list[Entry] = []
        self.heights = TurnHeights()
        self.horizon: int | None = None
        self.progress: dict[int, str] = {}
        self.unfolded: set[int] = set()
        self._places: dict[int, int] = {}
        self._laid_out: dict[int, TurnLines] = {}
        self._lines = 0
        self._look = look
        self._width = 0

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def width(self) -> int:
        """Cells the turns are laid out for; 0 before that is known."""
        return self._width

    def place(self, key: int | None) -> int:
        """The index of an entry; -1 when there is none of that key."""
        return -1 if key is None else self._places.get(key, -1)

    def replace_all(self, entries: Sequence[Entry]) -> None:
        """Hold these entries and no others."""
        self.entries = list(entries)
        self._places = {entry.key: index for index, entry in enumerate(self.entries)}
        self.progress.clear()
        self.unfolded.clear()
        self.forget()

    def exchange(self, entries: Sequence[Entry]) -> None:
        """Hold these entries instead; what is laid out of those that begin both stays."""
        pairs = enumerate(zip(self.entries, entries, strict=False))
        same = next((n for n, (old, new) in pairs if old != new), min(len(self.entries), len(entries)))
        kept = [self.heights.height(index) if self.heights.is_known(index) else 0 for index in range(same)]
        laid_out = {index: turn for index, turn in self._laid_out.items() if index < same}
        self.entries = list(entries)
        self._places = {entry.key: index for index, entry in enumerate(self.entries)}
        self.forget()
        self._laid_out = laid_out
        self._lines = sum(len(turn.lines) for turn in laid_out.values())
        for index, height in enumerate(kept):
            if height:
                self.heights.set(index, height)

    def add(self, entry: Entry) -> None:
        """Hold one more, at the end."""
        self._places[entry.key] = len(self.entries)
        self.entries.append(entry)
        self.heights.add(self._estimate(len(self.entries) - 1))

    def reshape(self, width: int) -> None:
        """Lay out for another width."""
        self._width = width
        self.forget()

    def restyle(self, look: Look) -> None:
        """Draw with another look; heights stay."""
        self._look = look
        self._laid_out.clear()
        self._lines = 0

    def forget(self) -> None:
        """Give up all that is laid out; heights are estimates again."""
        self._laid_out.clear()
        self._lines = 0
        self.heights = TurnHeights(map(self._estimate, range(len(self.entries))))

    def _estimate(self, index: int) -> int:
        entry = self.entries[index]
        extra = 2 * (entry.key == self.horizon) + (entry.key in self.progress)
        return estimated_height(entry, self._width or 80) + extra

    def laid_out(self, index: int) -> TurnLines | None:
        """The turn, if it is laid out already."""
        return self._laid_out.get(index)

    def lay_out(self, index: int) -> TurnLines:
        """The turn, laid out; its height is known from then on."""
        turn = self._laid_out.pop(index, None)
        if turn is None:
            turn = self._new(index)
            self._lines += len(turn.lines)
            self.heights.set(index, len(turn.lines))
        self._laid_out[index] = turn
        return turn

    def peek(self, index: int) -> TurnLines:
        """The turn as it would be laid out; nothing is kept, no height becomes known."""
        return self._laid_out.get(index) or self._new(index)

    def _new(self, index: int) -> TurnLines:
        entry = self.entries[index]
        return TurnLines(entry, self._look, self._width, self._setting(entry.key))

    def _setting(self, key: int) -> Setting:
        return Setting(key == self.horizon, self.progress.get(key, ""), key in self.unfolded)

    def change(self, index: int, entry: Entry, *, grows: bool = False) -> None:
        """Show `entry` in place of what stood there; `grows` when its text or thought has only become longer."""
        self.entries[index] = entry
        turn = self._laid_out.get(index)
        if turn is None:
            self.heights.guess(index, self._estimate(index))
            return
        before = len(turn.lines)
        if grows:
            turn.grow(entry)
        elif not turn.takes(entry, self._look, self._setting(entry.key)):
            del self._laid_out[index]
            self._lines -= before
            self.lay_out(index)
            return
        self._lines += len(turn.lines) - before
        self.heights.set(index, len(turn.lines))

    def more_text(self, index: int, text: str, thought: str) -> None:
        """Append to what a turn says."""
        entry = self.entries[index]
        entry = replace(entry, text=entry.text + text, thought=entry.thought + thought)
        self.change(index, entry, grows=True)

    def finish(self, index: int) -> None:
        """No more text has come for a turn for a while."""
        if turn := self._laid_out.get(index):
            before = len(turn.lines)
            turn.finish()
            self._lines += len(turn.lines) - before
            self.heights.set(index, len(turn.lines))

    def tidy(self, first: int, last: int) -> None:
        """Give up what is laid out and longest unused, the turns from `first` to `last` apart."""
        for index in list(self._laid_out):
            if self._lines <= MAX_LAID_OUT:
                return
            if not first <= index <= last:
                self._lines -= len(self._laid_out.pop(index).lines)

    def visible(self, top: int, height: int) -> Iterator[int]:
        """The indexes of the turns with a line among `height` from `top`, by what is known of heights now."""
        index = self.heights.at(top) if self.entries else 0
        while index < len(self.entries) and self.heights.top(index) < top + height:
            yield index
            index += 1

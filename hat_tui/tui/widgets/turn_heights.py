"""Where each of thousands of turns lies, though most have never been laid out."""

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate


class TurnHeights:
    """Heights in lines, first estimated, later known; and the tops that follow from them."""

    def __init__(self, estimates: Iterable[int] = ()) -> None:
        self._heights = list(estimates)
        self._known = bytearray(len(self._heights))
        self._tops: list[int] = [0]

    def __len__(self) -> int:
        return len(self._heights)

    def add(self, height: int) -> None:
        """One more turn at the end, of an estimated height."""
        self._heights.append(height)
        self._known.append(0)

    def set(self, index: int, height: int) -> None:
        """The turn has been laid out: this is its height."""
        self._known[index] = 1
        if self._heights[index] != height:
            self._heights[index] = height
            del self._tops[index + 1 :]

    def guess(self, index: int, height: int) -> None:
        """The turn has changed and is not laid out: this is about its height."""
        self.set(index, height)
        self._known[index] = 0

    def is_known(self, index: int) -> bool:
        """Whether the height is no estimate."""
        return bool(self._known[index])

    def height(self, index: int) -> int:
        """Of one turn."""
        return self._heights[index]

    def top(self, index: int) -> int:
        """The line the turn starts at; of the index after the last, where all ends."""
        if index >= len(self._tops):
            done = len(self._tops) - 1
            self._tops += list(accumulate(self._heights[done:], initial=self._tops.pop()))
        return self._tops[index]

    @property
    def total(self) -> int:
        """Lines of all turns."""
        return self.top(len(self._heights))

    def at(self, line: int) -> int:
        """The index of the turn that holds `line`; the first or the last one when there is none such."""
        self.top(len(self._heights))
        return max(0, min(bisect_right(self._tops, line) - 1, len(self._heights) - 1))

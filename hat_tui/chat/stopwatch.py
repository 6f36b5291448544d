"""What a reply costs, counted and timed as it streams."""

from collections.abc import Callable
from dataclasses import replace

from hat_tui.chat.reply import Measure


class Stopwatch:
    """Counts a reply's pieces and times them with `seconds`, a monotonic clock."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._started = seconds()
        self._first: float | None = None
        self._last = self._started
        self._tokens = 0

    def tokens(self, count: int) -> None:
        """So many pieces arrived together."""
        self._last = self._seconds()
        self._first = self._last if self._first is None else self._first
        self._tokens += count

    def completed(self, told: Measure) -> Measure:
        """What the server told, with what it left out filled in from here; times to a tenth of a millisecond."""
        first = None if self._first is None else self._first - self._started
        generation = None if self._first is None else self._last - self._first
        return replace(
            told,
            tokens=self._tokens if told.tokens is None else told.tokens,
            first_token_s=_rounded(first if told.first_token_s is None else told.first_token_s),
            generation_s=_rounded(generation if told.generation_s is None else told.generation_s),
        )


def continued(before: Measure, after: Measure) -> Measure:
    """Of a reply that was made in two parts: the words of both, and what the first word cost."""
    if before.tokens is None or after.tokens is None:
        return after
    generation = (before.generation_s or 0) + (after.generation_s or 0)
    return replace(
        before,
        tokens=before.tokens + after.tokens,
        counted=before.counted and after.counted,
        generation_s=_rounded(generation) or None,
    )


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 4)

"""When the next frame may go, learnt from the terminal's own answers.

A program cannot see that its terminal is behind: the kernel's count of a pty's output is always 0, and a pty, ssh and
the network hold many frames. So every frame is followed by a status request (`CSI 5 n`), and its answer (`CSI 0 n`)
says that the frame has arrived. A terminal that never answers is paced by the clock alone.
"""

import time
from collections import deque
from collections.abc import Callable
from typing import Final, NamedTuple

STATUS_REQUEST: Final = "\x1b[5n"
STATUS_ANSWER: Final = "\x1b[0n"

_FRAME_S: Final = 0.2
"""How long a frame may keep a link of known rate busy. Where it takes a quarter of a second more than those before it,
TCP, whose timer goes by what was usual, sends it twice."""
_FIRST_BUDGET: Final = 1000
"""Bytes of a frame while nothing is known of the link."""
_PACED_BUDGET: Final = 4000
_SMALLEST_BUDGET: Final = 160
_LARGEST_BUDGET: Final = 64_000
_SMALLEST_ECHO: Final = 48
_LARGEST_ECHO: Final = 256
"""Bytes of a frame that shows what was typed."""
_PATIENCE_S: Final = 1.0
"""How long a first answer is awaited, at a slow pace, before the terminal counts as one that never answers."""
_PATIENT_INTERVAL_S: Final = 0.4
_LOST_S: Final = 3.0
"""After this an answer counts as lost, unless the link is known to be that slow."""
_PACED_INTERVAL_S: Final = 0.1
_KEY_INTERVAL_S: Final = 0.03
_PACED_RATE: Final = 20_000
"""Bytes a second that a terminal of unknown speed is trusted with."""
_MOST_ON_THE_WAY: Final = 3
_PING: Final = 64
"""Bytes below which a frame measures the way, not the rate."""
_CHANCE_S: Final = 0.01
"""What an answer may be late by chance."""
_CLEARLY_S: Final = 0.03
"""By how much an answer must come sooner than a link would let it before that is thought quicker."""
_QUICK_RATE: Final = 20_000
"""Bytes a second from which small frames are sent without asking after each."""
_UNASKED_S: Final = 0.1
_MOST_UNASKED: Final = 8000
"""Bytes that may be on the way unasked, and for how long a link is busy with them. For each answer, as for a key, the
client of OpenSSH from 9.5 on sends fifty packets a second for one to three seconds, and gets as many back."""


class _Sent(NamedTuple):
    """A frame on the way: when it was sent, its bytes, those sent unasked before it, and whether there was no other."""

    at: float
    size: int
    unasked: int
    alone: bool


class Flow:
    """Counts frames and answers; `clock` is in seconds and never goes back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._on_the_way: deque[_Sent] = deque(maxlen=64)
        self._answers = False
        self._quickest: tuple[float, int] | None = None
        self._rate: float | None = None
        self._last_answer = 0.0
        self._unasked = 0
        self._first_sent: float | None = None
        self._last_sent = (0.0, 0)

    @property
    def answers(self) -> bool:
        """Whether the terminal has ever answered."""
        return self._answers

    @property
    def on_the_way(self) -> int:
        """Frames sent and not yet answered."""
        return len(self._on_the_way)

    def budget(self, *, urgent: bool) -> int:
        """Bytes the next frame should have; an urgent one is kept small, so that it and the next arrive soon."""
        if self._rate is None:
            budget = _PACED_BUDGET if not self._answers and self._patience_ended() else _FIRST_BUDGET
        else:
            budget = int(min(max(self._rate * _FRAME_S, _SMALLEST_BUDGET), _LARGEST_BUDGET))
        if not urgent or (not self._on_the_way and (self._rate is None or budget >= _PACED_BUDGET)):
            return budget
        return min(max(budget // 4, _SMALLEST_ECHO), _LARGEST_ECHO)

    def may_send(self, *, urgent: bool) -> bool:
        """Whether a frame may go now. An urgent one, the echo of a key, does not wait for the frame before it."""
        return self.wait(urgent=urgent) <= 0

    def wait(self, *, urgent: bool = False) -> float:
        """Seconds until a frame may go if no answer comes meanwhile; 0 or less: now."""
        if not self._on_the_way:
            return 0.0
        now = self._clock()
        sent, size = self._last_sent
        if not self._answers:
            interval = _PACED_INTERVAL_S if self._patience_ended() else _PATIENT_INTERVAL_S
            interval = _KEY_INTERVAL_S if urgent else interval
            return sent + interval + size / _PACED_RATE - now
        if urgent and len(self._on_the_way) < _MOST_ON_THE_WAY and self._bytes() <= self.budget(urgent=False) * 3 // 2:
            return 0.0
        slow = 4 * self._bytes() / self._rate if self._rate else 0.0
        return sent + max(_LOST_S, slow, 4 * self._there_and_back()) - now

    def afresh(self) -> "Flow":
        """A flow with nothing on the way that remembers what this one learnt of the terminal."""
        other = Flow(self._clock)
        other._answers, other._quickest, other._rate = self._answers, self._quickest, self._rate
        return other

    def trusts(self, size: int) -> bool:
        """Whether a frame of `size` bytes needs no answer: it is small, and a quick link has shown itself quick."""
        if self._rate is None or self._rate < _QUICK_RATE or self._on_the_way:
            return False
        return self._unasked + size <= min(self._rate * _UNASKED_S, _MOST_UNASKED)

    def sent_unasked(self, size: int) -> None:
        """A frame of `size` bytes went out without a status request."""
        self._unasked += size

    def sent(self, size: int) -> None:
        """A frame of `size` bytes and its status request went out."""
        now = self._clock()
        if self._answers and self._on_the_way and not self._bytes_may_still_come(now):
            self._on_the_way.clear()
        self._on_the_way.append(_Sent(now, size, self._unasked, not self._on_the_way))
        self._unasked = 0
        self._last_sent = (now, size)
        self._first_sent = self._first_sent or now

    def answered(self) -> None:
        """The terminal answered the oldest status request."""
        now = self._clock()
        self._answers = True
        if not self._on_the_way:
            return
        frame = self._on_the_way.popleft()
        queued = frame.at < self._last_answer
        took = now - max(frame.at, self._last_answer)
        self._last_answer = now
        # A queued frame does not count where answers came together, or where it is small beside what each adds.
        counts = not queued or (took * 20 > now - frame.at and frame.size * 2 >= self.budget(urgent=False))
        if counts and frame.size + frame.unasked >= _PING:
            self._learn(frame, took, queued=queued)
        if frame.alone and frame.size < _PING:
            way, bytes_of_way = self._quickest or (took, frame.size)
            self._quickest = (took, frame.size) if took <= way * 1.02 else (way * 1.02, bytes_of_way)

    def _learn(self, frame: _Sent, took: float, *, queued: bool) -> None:
        # Of the time an answer took, a few bytes take as long there and back; the rest the link was busy. Unless a few
        # bytes were ever alone on the way, all of it counts: a link is better thought slow than fast.
        way, bytes_of_way = (0.0, 0) if queued or self._quickest is None else self._quickest
        more = frame.size - min(bytes_of_way, frame.size // 2)
        busy = max(took - way - _CHANCE_S, took / 20, 0.0005)
        if self._rate is None:
            self._rate = more / busy
        elif more / busy > self._rate:
            clearly = more / self._rate - busy > _CLEARLY_S
            seen = more / busy if clearly else frame.size / max(took, 0.0005)
            self._rate = min(max(self._rate, seen), 2 * self._rate)
        else:
            # What went unasked may have been gone long ago, or have kept the link busy just now.
            self._rate = min(self._rate, (more + frame.unasked) / busy)

    def _there_and_back(self) -> float:
        return self._quickest[0] if self._quickest else 0.0

    def _patience_ended(self) -> bool:
        return self._first_sent is not None and self._clock() - self._first_sent > _PATIENCE_S

    def _bytes(self) -> int:
        return sum(frame.size for frame in self._on_the_way)

    def _bytes_may_still_come(self, now: float) -> bool:
        return now - self._on_the_way[-1].at < _LOST_S

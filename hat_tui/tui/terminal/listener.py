"""What a terminal sends: keys, mouse and pastes for the app, answers for the driver."""

import asyncio
import contextlib
import os
from codecs import getincrementaldecoder
from collections.abc import Callable, Mapping
from signal import Signals

from textual import constants
from textual.message import Message

from hat_tui.tui.terminal.abilities import escape_delay
from hat_tui.tui.terminal.answers import AnswerParser
from hat_tui.tui.terminal.background import BackgroundReader, BackgroundTold
from hat_tui.tui.terminal.flow import STATUS_ANSWER


class Listener:
    """Reads descriptor `fd` in the event loop.

    `heard` gets every message, `answered` is called for each answer to a status request, `ended` when the terminal is
    gone.
    """

    def __init__(
        self,
        fd: int,
        loop: asyncio.AbstractEventLoop,
        *,
        heard: Callable[[Message], None],
        answered: Callable[[], None],
        ended: Callable[[], None],
        debug: bool = False,
    ) -> None:
        self._fd = fd
        self._loop = loop
        self._heard = heard
        self._answered = answered
        self._ended = ended
        self._parser = AnswerParser(answered, debug)
        self._background = BackgroundReader()
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._escape_delay = escape_delay(os.environ)
        self._escape_timer: asyncio.TimerHandle | None = None
        self._reading = False

    def start(self) -> None:
        """Listen; the terminal is asked for its background about now."""
        self._background = BackgroundReader()
        if not self._reading:
            # A file or /dev/null as standard input cannot be waited for: such an app has no keys.
            with contextlib.suppress(OSError):
                self._loop.add_reader(self._fd, self._read)
                self._reading = True

    def stop(self) -> None:
        """Hear nothing more."""
        if self._reading:
            self._loop.remove_reader(self._fd)
            self._reading = False
        if self._escape_timer is not None:
            self._escape_timer.cancel()
            self._escape_timer = None

    def feed(self, data: bytes) -> None:
        """Take input as if it had been read just now."""
        text = self._decode(data)
        # Whole answers are taken out here, even from the middle of a paste; the parser knows those that came in pieces.
        for _ in range(text.count(STATUS_ANSWER)):
            self._answered()
        text = self._background.feed(text.replace(STATUS_ANSWER, ""))
        if (dark := self._background.tell()) is not None:
            self._heard(BackgroundTold(dark=dark))
        if not text:
            return
        for message in self._parser.feed(text):
            self._heard(message)
        if self._escape_timer is not None:
            self._escape_timer.cancel()
            self._escape_timer = None
        if not self._parser.between_keys:
            delay = self._escape_delay if text.endswith("\x1b") else constants.ESCAPE_DELAY
            self._escape_timer = self._loop.call_later(delay, self._escape_alone)

    def _escape_alone(self) -> None:
        self._escape_timer = None
        for message in self._parser.give_up():
            self._heard(message)

    def _read(self) -> None:
        try:
            data = os.read(self._fd, 4096)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self.feed(data)
        else:
            self.stop()
            self._ended()


def catch_signals(loop: asyncio.AbstractEventLoop, acts: Mapping[Signals, Callable[[], None]]) -> None:
    """Have signals act in the event loop. Only the main thread may; elsewhere nothing happens."""
    for number, act in acts.items():
        with contextlib.suppress(ValueError, RuntimeError):
            loop.add_signal_handler(number, act)


def release_signals(loop: asyncio.AbstractEventLoop, acts: Mapping[Signals, Callable[[], None]]) -> None:
    """Give signals their usual effect back."""
    for number in acts:
        with contextlib.suppress(ValueError, RuntimeError):
            loop.remove_signal_handler(number)

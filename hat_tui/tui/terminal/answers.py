"""Textual's input parser, which also knows the terminal's answer to a status request."""

from collections.abc import Callable, Iterable

from textual import events
from textual._xterm_parser import XTermParser
from textual.keys import Keys
from textual.message import Message

from hat_tui.tui.terminal.flow import STATUS_ANSWER


class AnswerParser(XTermParser):
    """Calls `answered` for each `CSI 0 n`, which never becomes a key, however the input was cut into pieces."""

    def __init__(self, answered: Callable[[], None], debug: bool = False) -> None:
        self._call_answered = answered
        super().__init__(debug)

    @property
    def between_keys(self) -> bool:
        """Whether no escape sequence has begun and not ended."""
        return self._timeout_time is None

    def give_up(self) -> Iterable[Message]:
        """Take what has begun for complete: a lone Escape is the key."""
        if self._timeout_time is not None:
            self._timeout_time = 0.0
        return self.tick()

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        if sequence == STATUS_ANSWER:
            self._call_answered()
            return [events.Key(Keys.Ignore, sequence)]
        return super()._sequence_to_key_events(sequence, alt)

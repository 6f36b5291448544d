"""The driver that sends nothing the terminal already shows.

Textual writes whole widgets; this driver reads what it writes into a grid, compares it with what the terminal shows,
and sends the difference when the terminal has answered for the frame before. While it has not, the grid goes on
changing and nothing queues: what is sent next is what is true then.
"""

import asyncio
import contextlib
import os
import re
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final

from textual import constants, events
from textual.app import ScreenStackError
from textual.driver import Driver
from textual.geometry import Size
from textual.message import Message
from textual.messages import TerminalSupportsSynchronizedOutput

from hat_tui.tui.terminal import background, tty_mode
from hat_tui.tui.terminal.abilities import background_erase, over_ssh
from hat_tui.tui.terminal.charset import charset, encoder
from hat_tui.tui.terminal.flow import STATUS_ANSWER, STATUS_REQUEST, Flow
from hat_tui.tui.terminal.grid import UNKNOWN, Grid
from hat_tui.tui.terminal.handover import Handover, keep_frame, shown_by
from hat_tui.tui.terminal.listener import Listener, catch_signals, release_signals
from hat_tui.tui.terminal.outlet import Outlet
from hat_tui.tui.terminal.painter import Abilities, Painter

if TYPE_CHECKING:
    from textual.app import App

_FRAME: Final = re.compile(r"\n*\x1b\[\d+;\d+H")
"""How all that paints cells begins: with a place to paint them at."""
_KEY_IS_FRESH_S: Final = 0.15
"""How long after a key a frame counts as its echo, wherever it changes something."""
_SETTLING_S: Final = 0.2
"""After the first frame, in which a screen that is there already stands for what the app paints bit by bit."""
_SETTLED_S: Final = 0.3
"""After the first frame: by then the screen is what one wants to see at the start."""
_FAREWELL_S: Final = 1.0
"""How long leaving waits for answers that would else be typed into the shell."""


class FrameDriver(Driver):
    """Full-screen driver for POSIX terminals. Everything but input parsing and writing runs in the event loop.

    The terminal's own cursor is shown where the app's `cursor_position` is while the focused widget has a true
    attribute `hardware_caret`; such a widget draws no cursor itself.
    """

    hardware_caret: ClassVar = True
    handover: ClassVar[Handover | None] = None

    def __init__(
        self,
        app: "App[Any]",
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._in = sys.__stdin__.fileno() if sys.__stdin__ is not None else 0
        self._kitty = not constants.DISABLE_KITTY_KEY
        self._attributes: tty_mode.Attributes | None = None
        self._flow = Flow()
        self._outlet = Outlet(tty_mode.output_fd(), self._drained)
        self._active = False
        self._signal_resume = False
        self._timer: asyncio.TimerHandle | None = None
        self._key_at = self._settles_at = -1.0
        self._awaits_echo = False
        self._fresh = False
        self._probing = False
        self._handover: Handover | None = None
        self._taken_over: Handover | None = None
        self._opened_with: Grid | None = None
        width, height = tty_mode.size(self._in)
        self._wanted = Grid(width, height)
        self._painter = Painter(Grid(width, height), Abilities(bce=background_erase(os.environ)))
        self._encode = encoder(charset(os.environ))
        self._listener = Listener(
            self._in,
            self._loop,
            heard=self.process_message,
            answered=self._answered,
            ended=partial(self._hang_up, signal.SIGHUP),
            debug=debug,
        )
        self._signals: dict[signal.Signals, Callable[[], None]] = {
            signal.SIGWINCH: self._resized,
            signal.SIGTSTP: self._stopped,
            signal.SIGCONT: self._continued,
            signal.SIGHUP: partial(self._hang_up, signal.SIGHUP),
            signal.SIGTERM: partial(self._hang_up, signal.SIGTERM),
        }

    @property
    def can_suspend(self) -> bool:
        """A shell can have the terminal for a while."""
        return True

    # What Textual writes

    def write(self, data: str) -> None:
        """Take a frame into the grid; pass anything else on, in order with what was sent."""
        if _FRAME.match(data):
            if self._handover is not None:
                self._take_over(self._handover)
            self._wanted.feed(data)
        elif data:
            self._outlet.write(self._encode(data), at_once=not self._flow.on_the_way)

    def flush(self) -> None:
        """Send the next frame if it may go now."""
        self._fresh = True
        self._pump()

    def _pump(self) -> None:
        if not self._active or self._outlet.lost or not (self._fresh or self._wanted.dirty):
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._outlet.busy:
            return
        now = time.monotonic()
        caret = self._place_caret()
        # The caret's row is painted first: where it changed since the last key, that is what was typed.
        y = self._wanted.y
        echo = self._awaits_echo and y in self._wanted.dirty and not self._painter.shows_row(y, self._wanted)
        urgent = echo or (self._awaits_echo and now - self._key_at < _KEY_IS_FRESH_S)
        wait = max(self._flow.wait(urgent=urgent), 0.0 if urgent else self._settles_at - now)
        if wait > 0:
            self._timer = self._loop.call_later(wait, self._pump)
            return
        self._fresh = False
        self._awaits_echo = self._awaits_echo and not echo
        data = self._painter.paint(self._wanted, self._flow.budget(urgent=echo), caret=caret)
        if data:
            payload = self._encode(data)
            at_once = self._flow.answers and not self._flow.on_the_way
            # Rows that are left wait for an answer to go on.
            if not self._wanted.dirty and self._flow.trusts(len(payload)):
                self._flow.sent_unasked(len(payload))
            else:
                payload += STATUS_REQUEST.encode()
                self._flow.sent(len(payload))
            self._outlet.write(payload, at_once=at_once)

    def _place_caret(self) -> bool:
        """Put the cursor into the focused widget's text; whether there is one to show."""
        stack = self._app.screen_stack if self._app.is_running else []
        focused = stack[-1].focused if stack else None
        if not getattr(focused, "hardware_caret", False):
            return False
        # The app's own cursor_position is not told when the layout moves a widget.
        place = getattr(focused, "cursor_screen_offset", self._app.cursor_position)
        self._wanted.x, self._wanted.y = place
        return 0 <= place.x < self._wanted.width and 0 <= place.y < self._wanted.height

    def _answered(self) -> None:
        self._flow.answered()
        self._pump()

    def _drained(self) -> None:
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._pump)

    # What the terminal sends

    def send_message(self, message: Message) -> None:
        """Post a message to the app: from the event loop itself, so without a detour over threads."""
        self._app.post_message(message)

    def process_message(self, message: Message) -> None:
        """Keep the terminal's answers to the driver's own questions; pass keys, mouse and pastes on."""
        if isinstance(message, TerminalSupportsSynchronizedOutput):
            self._grant(sync=True)
            return
        if isinstance(message, events.CursorPosition) and self._probing:
            self._probing = False
            self._grant(rep=message.x + 1 == tty_mode.REPEAT_PROBE_COLUMN)
            return
        if isinstance(message, events.Key | events.Paste):
            self._key_at = time.monotonic()
            self._awaits_echo = True
        super().process_message(message)

    def _grant(self, *, rep: bool = False, sync: bool = False) -> None:
        now = self._painter.abilities
        self._painter.abilities = Abilities(now.bce, now.rep or rep, now.sync or sync)

    # Coming and going

    def start_application_mode(self) -> None:
        """Take the terminal; where the prompt is painted already, in place and without a flicker."""
        catch_signals(self._loop, self._signals)
        if _in_background(self._in):
            # Continued by `bg`: a program may not touch a terminal that is not its own.
            os.kill(os.getpid(), signal.SIGSTOP)
            return
        self._active = True
        width, height = tty_mode.size(self._in)
        if (self._wanted.width, self._wanted.height) != (width, height):
            self._wanted = Grid(width, height)
        if self.handover is None:
            # Still known after a stop that nobody could catch: the tty may be raw now.
            self._attributes = self._attributes or tty_mode.read_attributes(self._in)
            tty_mode.set_raw(self._in)
            self._begin(Grid(width, height), tty_mode.ALTERNATE_SCREEN + "\x1b[?25l")
        else:
            self._attributes = self.handover.attributes
            self._handover, type(self).handover = self.handover, None
        self._tell_size()
        if self._signal_resume:
            self._signal_resume = False
            self.send_message(self.SignalResume())

    def _begin(self, shown: Grid, first: str) -> None:
        """Turn on what the app needs, ask what there is to ask, and read keys."""
        self._painter = Painter(shown, self._painter.abilities, caret=self._taken_over is not None)
        self._wanted.dirty.update(range(self._wanted.height))
        first += tty_mode.REPEAT_PROBE
        for x in range(tty_mode.REPEAT_PROBE_COLUMN - 1):
            shown.chars[0][x] = UNKNOWN
        self._probing = True
        first += tty_mode.entering(mouse=self._mouse, hover=not over_ssh(os.environ), kitty=self._kitty)
        first += background.QUERY
        # The first answers tell of the link before the first frame is due: how long a few bytes take, and many.
        self._outlet.write(STATUS_REQUEST.encode(), at_once=True)
        self._flow.sent(len(STATUS_REQUEST))
        first += STATUS_REQUEST
        self._outlet.write(self._encode(first), at_once=True)
        self._flow.sent(len(first))
        self._listener.start()

    def _take_over(self, handover: Handover) -> None:
        """The app's first frame is here: what was painted before it gives way, and every key that was typed comes."""
        self._handover, self._taken_over = None, handover
        unread = handover.take().encode() + handover.unread
        shown = shown_by(handover, (self._wanted.width, self._wanted.height))
        if handover.size == (shown.width, shown.height):
            self._wanted = shown.copy()
            self._opened_with = shown.copy() if handover.remembered else None
            self._settles_at = time.monotonic() + _SETTLING_S * handover.remembered
        self._begin(shown, "")
        handover.accept()
        if unread:
            self._loop.call_soon(self._listener.feed, unread)
        else:
            self._loop.call_later(_SETTLED_S, self._keep_frame)

    def _keep_frame(self) -> None:
        handover, self._taken_over = self._taken_over, None
        opened_with, self._opened_with = self._opened_with, None
        if opened_with and (opened_with.chars, opened_with.styles) == (self._wanted.chars, self._wanted.styles):
            return  # what is kept is what would be kept
        untouched = self._key_at < 0 and handover is not None and self._painter.shown.chars == self._wanted.chars
        if handover is not None and untouched and self._active and self._place_caret():
            with contextlib.suppress(OSError):
                keep_frame(handover, self._wanted.copy(), self._app, bce=self._painter.abilities.bce)

    def disable_input(self) -> None:
        """Read no more keys."""
        self._listener.stop()

    def stop_application_mode(self) -> None:
        """Give the terminal back as it was, without an answer left that the shell would take for keys."""
        if not self._active:
            return
        self._active = False
        if self._handover is not None:
            # No frame ever came: the terminal is still in the other's hands, and is given back from there.
            self._handover = None
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self.disable_input()
        farewell = tty_mode.leaving(mouse=self._mouse, kitty=self._kitty)
        self._outlet.write((farewell + STATUS_REQUEST * self._flow.answers).encode(), at_once=True)
        if self._outlet.wait(_FAREWELL_S) and self._flow.answers and not self._outlet.lost:
            tty_mode.discard_input(self._in, self._flow.on_the_way + 1, STATUS_ANSWER.encode(), _FAREWELL_S)
        self._flow = self._flow.afresh()
        tty_mode.restore(self._in, self._attributes)
        self._attributes = None

    def suspend_application_mode(self) -> None:
        """Give the terminal to another program; Ctrl+Z stops it and this one alike.

        Caught, Ctrl+Z would wait for the event loop, and the event loop for a program that has stopped.
        """
        self.stop_application_mode()
        release_signals(self._loop, {signal.SIGTSTP: self._stopped, signal.SIGCONT: self._continued})

    def close(self) -> None:
        """End the writing thread."""
        release_signals(self._loop, self._signals)
        self._outlet.close()

    # Signals

    def _resized(self) -> None:
        width, height = tty_mode.size(self._in)
        self._wanted = Grid(width, height)
        # What a terminal keeps of its cells when resized, each decides for itself.
        self._painter = Painter(Grid(width, height, UNKNOWN), self._painter.abilities, caret=self._painter.caret_shown)
        self._tell_size()
        self._app.call_later(self._repaint)

    def _repaint(self) -> None:
        """Have everything painted. After two changes in a row that end where they began, the app sees none of them."""
        with contextlib.suppress(ScreenStackError):
            self._app.screen.refresh()

    def _tell_size(self) -> None:
        size = Size(*tty_mode.size(self._in))
        self.send_message(events.Resize(size, size))

    def _stopped(self) -> None:
        if self._active:
            self.stop_application_mode()
            self._signal_resume = True
        os.kill(os.getpid(), signal.SIGSTOP)

    def _continued(self) -> None:
        if self._active:
            # Stopped by a signal nobody can catch: the terminal may show anything now.
            self._active = False
            self._listener.stop()
        self.resume_application_mode()
        self._pump()

    def _hang_up(self, number: signal.Signals) -> None:
        """The terminal is gone, or somebody asks the program to end: leave as if by the quit key."""
        self._app.exit(return_code=128 + number)


def _in_background(fd: int) -> bool:
    with contextlib.suppress(OSError):
        return os.tcgetpgrp(fd) != os.getpgrp()
    return False

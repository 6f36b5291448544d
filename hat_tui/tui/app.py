"""The full-screen program: one app, one chat screen, and what lies over it."""

import gc
import os
from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.filter import LineFilter
from textual.screen import Screen

from hat_tui.commands import COMMANDS
from hat_tui.services import Services
from hat_tui.tui.bindings import binding
from hat_tui.tui.driver import choose_driver
from hat_tui.tui.screens.chat import ChatScreen
from hat_tui.tui.scrollback import scrollback
from hat_tui.tui.terminal.abilities import within_gnu_screen
from hat_tui.tui.terminal.background import BackgroundTold, dark_by_environment
from hat_tui.tui.themes import dark_and_light
from hat_tui.tui.upright import Upright

if TYPE_CHECKING:
    from textual.worker import Worker

    from hat_tui.tui.terminal.handover import Handover

_SETTLED_S = 1.0
"""After the first paint; by then everything that stays is there, but what the first key has imported."""


def _spare_what_stays() -> None:
    """Leave what is there for good out of garbage collection: walking it holds a key up for a tenth of a second."""
    gc.freeze()
    gc.enable()


class HatTuiApp(App[str]):
    """hat-tui in a terminal."""

    TITLE = "hat-tui"
    CSS_PATH = "hat.tcss"
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"
    VERTICAL_BREAKPOINTS = [(0, "-short"), (16, "-high")]  # noqa: RUF012 (the App's)
    BINDINGS: ClassVar[list[BindingType]] = [
        binding("palette", "command_palette", show=True, priority=True),
        binding("help", "keys_help", show=True, priority=True),
        binding("quit", "leave", show=True, priority=True),
    ]

    def __init__(self, services: Services, handover: "Handover | None" = None, *, inline: bool = False) -> None:
        """`handover` is a prompt on the screen that takes keys already; they are the chat's from its first frame on.

        `inline` has what was said returned, for the scrollback.
        """
        super().__init__(driver_class=choose_driver(handover))
        self.services = services
        self._handover = handover
        self._inline = inline
        self._leaving: Worker[None] | None = None
        self.set_keymap(dict(services.keys))
        self._upright = [Upright()] if within_gnu_screen(os.environ) else []
        self._themes = dark_and_light(self)
        dark = services.dark if services.dark is not None else dark_by_environment(os.environ)
        self.theme = services.theme if services.theme in self.available_themes else self._themes[dark is False]

    def get_line_filters(self) -> Sequence[LineFilter]:
        """What changes the looks of all lines."""
        return [*super().get_line_filters(), *self._upright]

    def on_ready(self) -> None:
        self.set_timer(_SETTLED_S, _spare_what_stays)

    @on(BackgroundTold)
    def suit_the_terminal(self, event: BackgroundTold) -> None:
        """Be dark or light as the terminal is, unless a theme was chosen."""
        if event.dark != self.services.dark:
            self.services.remember_dark(event.dark)
        if not self.services.theme and self.theme in self._themes:
            self.theme = self._themes[not event.dark]

    def get_default_screen(self) -> Screen[None]:
        return ChatScreen(self.services, self._handover.take if self._handover else str)

    def action_keys_help(self) -> None:
        """Show all keys, or put them away."""
        from hat_tui.tui.screens.keys_help import KeysHelpScreen

        if isinstance(self.screen, KeysHelpScreen):
            self.screen.dismiss()
        else:
            self.push_screen(KeysHelpScreen(self.services.keys))

    def action_leave(self) -> None:
        """Stop what runs, let go of the server and the session file, and end; ask when something typed would go."""
        if self._leaving is None or self._leaving.is_finished:  # a second worker would ask a second time
            self._leaving = self._leave()

    @work(group="leave")
    async def _leave(self) -> None:
        from hat_tui.tui.screens.confirm import ConfirmScreen

        for screen in self.screen_stack:
            if isinstance(screen, ChatScreen):
                question = "Leave? What is written and not sent is dropped."
                if screen.has_unsent and not await self.push_screen_wait(ConfirmScreen(question)):
                    return
                await screen.leave()
        self.exit(self._said() if self._inline else None)

    def _fatal_error(self) -> None:
        """End with a traceback as Textual does, but without what local variables hold: a server's key is in some."""
        from rich.traceback import Traceback

        self.panic(Traceback())

    def _said(self) -> str:
        chat = self.screen_stack[0]
        if not isinstance(chat, ChatScreen) or all(entry.role == "note" for entry in chat.transcript.entries):
            return ""
        return scrollback(chat.transcript.written_out(), self.console)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every slash command of the chat that needs no word after it, then Textual's own."""
        if isinstance(screen, ChatScreen):
            for command in COMMANDS:
                if command.takes.startswith("[") or not command.takes:
                    run = partial(screen.run_command, command.name, "")
                    yield SystemCommand(f"/{command.name}", command.help[0].upper() + command.help[1:], run)
        for command_of_textual in super().get_system_commands(screen):
            if command_of_textual.title not in ("Quit", "Keys"):
                yield command_of_textual

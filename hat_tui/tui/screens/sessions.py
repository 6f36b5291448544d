"""The sessions on disk: searched as one types, resumed, renamed, forked, thrown away."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from hat_tui.chat.dialogue import NotKept
from hat_tui.chat.safe_text import shown
from hat_tui.services import NoSuchSession, SessionChoice, Sessions
from hat_tui.tui.bindings import after_typing
from hat_tui.tui.leaving import leave_once_on_top
from hat_tui.tui.screens.write import WriteScreen
from hat_tui.tui.widgets.key_bar import KeyBar


@dataclass(frozen=True, slots=True)
class Chosen:
    """A session, and what is wanted of it."""

    id: str
    do: Literal["resume", "fork"]


class SessionsScreen(ModalScreen[Chosen | None]):
    """Returns what was chosen, None when the screen was left. Renaming and deleting happen here."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose('resume')", "Go on", priority=True),
        Binding("ctrl+f", "choose('fork')", "Fork", priority=True),
        Binding("ctrl+t", "rename", "Title", priority=True),
        Binding("ctrl+d", "delete", "Delete", priority=True),
        Binding("ctrl+z", "undo", "Bring back", priority=True),
        Binding("up", "move(-1)", "Up", show=False, priority=True),
        Binding("down", "move(1)", "Down", show=False, priority=True),
        Binding("pageup", "move(-10)", "Page up", show=False, priority=True),
        Binding("pagedown", "move(10)", "Page down", show=False, priority=True),
        Binding("escape", "dismiss(None)", "Leave"),
    ]

    box = query_one(Input)
    options = query_one(OptionList)
    told = query_one("#dialog-told", Static)

    def __init__(self, sessions: Sessions, current: str = "") -> None:
        """`current` is the file name of the session that the chat is in."""
        super().__init__()
        self._sessions = sessions
        self._current = current.removesuffix(".txt")
        self._found: Sequence[SessionChoice] = ()
        self._trashed: list[Path] = []
        self._searched: str | None = None
        self._wanted: Literal["resume", "fork"] | None = None

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog", classes="-large"):
            yield Static("Sessions", id="dialog-title", markup=False)
            yield Input(placeholder="search in all that was said", compact=True)
            yield OptionList(compact=True, markup=False)
            yield Static(id="dialog-told", markup=False)
            yield KeyBar()

    def on_mount(self) -> None:
        self.options.can_focus = False
        self.search("")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self.search(event.value)

    @work(thread=True, exclusive=True, group="search")
    def search(self, words: str, id: str = "") -> None:
        """Look through the files beside the screen, then go to session `id` if it is found, else to the first one.

        A search that is overtaken shows nothing.
        """
        worker = get_current_worker()
        found: Sequence[SessionChoice] = ()
        why = ""
        try:
            found = self._sessions.search(words)
        except OSError as trouble:
            why = f"The sessions cannot be listed: {trouble}"
        if not worker.is_cancelled:
            self.app.call_from_thread(self._show_found, words, found, why, id)

    def _show_found(self, words: str, found: Sequence[SessionChoice], why: str, id: str) -> None:
        self._searched = words
        self._show(found, next((row for row, session in enumerate(found) if session.id == id), 0))
        if why:
            self.told.update(shown(why))
        if self._wanted and words == self.box.value:
            self._choose(self._wanted)

    def _show(self, found: Sequence[SessionChoice], at: int) -> None:
        self._found = found
        self.options.set_options(
            Option(_line(session, here=session.id == self._current), id=session.id) for session in found
        )
        if found:
            self.options.highlighted = min(at, len(found) - 1)
        none = "Nothing was said with these words" if self.box.value else "No session yet: the first prompt makes one"
        self.told.update("" if found else none)

    def action_move(self, rows: int) -> None:
        if self._found:
            at = (self.options.highlighted or 0) + rows
            self.options.highlighted = max(0, min(len(self._found) - 1, at))

    def _session(self) -> SessionChoice | None:
        at = self.options.highlighted
        return self._found[at] if at is not None and at < len(self._found) else None

    def action_choose(self, do: Literal["resume", "fork"]) -> None:
        """Leave with the session under the bar, once what was searched is found."""
        after_typing(self, lambda: self._choose(do))

    def _choose(self, do: Literal["resume", "fork"]) -> None:
        self._wanted = do if self._searched != self.box.value else None
        if self._wanted is None and (session := self._session()):
            leave_once_on_top(self, Chosen(session.id, do))

    @on(OptionList.OptionSelected)
    def _clicked(self) -> None:
        self.action_choose("resume")

    @work(exclusive=True, group="dialog")
    async def action_rename(self) -> None:
        """Write another title for it."""
        if (session := self._session()) is None:
            return
        if session.id == self._current:
            self.told.update("This is the session that you are in: /title WORDS gives it another title")
            return
        title = await self.app.push_screen_wait(WriteScreen("Title of the session", session.title))
        if title and title.strip():
            try:
                self._sessions.rename(session.id, " ".join(title.split()))
            except (NotKept, NoSuchSession, OSError) as trouble:
                self.told.update(shown(str(trouble)))
                return
            self.search(self.box.value, session.id)

    def action_delete(self) -> None:
        """Move it to the trash; Ctrl+Z brings it back."""
        if (session := self._session()) is None:
            return
        if session.id == self._current:
            self.told.update("This is the session that you are in: Ctrl+N starts another one, then it can go")
            return
        try:
            self._trashed.append(self._sessions.delete(session.id))
        except (NotKept, NoSuchSession, OSError) as trouble:
            self.told.update(shown(str(trouble)))
            return
        self._show([other for other in self._found if other.id != session.id], self.options.highlighted or 0)
        self.told.update(f"Moved to {shown(str(self._trashed[-1]))}; Ctrl+Z brings it back")

    def action_undo(self) -> None:
        """Take back the last delete."""
        if self._trashed:
            try:
                restored = self._sessions.restore(self._trashed.pop())
            except OSError as trouble:
                self.told.update(shown(str(trouble)))
                return
            self.told.update("")
            self.search(self.box.value, restored)


def _line(session: SessionChoice, *, here: bool) -> Content:
    day = session.started.strftime("%Y-%m-%d %H:%M") if session.started else "no date"
    turns = f"{session.turns} turn{'s' if session.turns != 1 else ''}"
    return Content.assemble(
        (f"{day}  ", "$foreground 60%"),
        ("here  " if here else "", "bold"),
        shown(session.title or session.first_words or session.id).replace("\n", " "),
        (f"  {turns}, {shown(session.model)}", "$foreground 60%"),
    )

"""`hat-tui sessions`: list, search, show, export and import session files, and say where they are."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from hat_tui.chat.conversation import Conversation
from hat_tui.chat.dialogue import NotKept
from hat_tui.chat.export import FORMATS
from hat_tui.chat.safe_text import shown, shown_line
from hat_tui.services import NoSuchSession, SessionChoice, SessionKeeper
from hat_tui.shell.trouble import in_words


class SessionShelf(Protocol):
    """The session folder, as far as these commands need it."""

    path: Path

    def find(self, id: str) -> Path: ...
    def read(self, id: str) -> Conversation: ...
    def search(self, words: str) -> Sequence[SessionChoice]: ...
    def import_log(self, log: Path) -> SessionKeeper: ...


def run(shelf: SessionShelf, do: str, about: str, format: str = "markdown") -> int:
    """Do one of the subcommands; the exit code: 0, or 1 with a line on standard error.

    `about` is the session's id, the words to search for or the log to import, as `do` needs it.
    """
    commands: dict[str, Callable[[], int]] = {
        "list": lambda: _list(shelf.search(""), f"There are no sessions yet in {shelf.path}"),
        "search": lambda: _list(shelf.search(about), f"Nothing found in {shelf.path}"),
        "show": lambda: _write(shown(shelf.find(about).read_text("utf-8", "replace")).encode()),
        "export": lambda: _write(FORMATS[format][1](shelf.read(about)).encode()),
        "import": lambda: _import(shelf, Path(about)),
        "path": lambda: _say(str(shelf.find(about) if about else shelf.path)),
    }
    if do in ("show", "export") and not about.strip():
        return _fail("Say which session: an ID, or last")
    try:
        return commands[do]()
    except (NoSuchSession, NotKept, ValueError, OSError) as trouble:
        return _fail(in_words(trouble))


def _fail(why: str) -> int:
    print(f"hat-tui: {shown(why)}", file=sys.stderr)
    return 1


def _list(sessions: Sequence[SessionChoice], otherwise: str) -> int:
    """A line a session, its columns apart by tabs: id, start, turns, model, title. Where there is none, that."""
    for session in sessions:
        day = session.started.strftime("%Y-%m-%d %H:%M") if session.started else "-"
        title = shown_line(session.title or session.first_words)
        print(shown_line(session.id), day, session.turns, shown_line(session.model) or "-", title, sep="\t")
    return 0 if sessions else _fail(otherwise)


def _write(content: bytes) -> int:
    sys.stdout.buffer.write(content)
    sys.stdout.flush()
    return 0


def _import(shelf: SessionShelf, log: Path) -> int:
    keeper = shelf.import_log(log)
    keeper.close()
    return _say(keeper.name)


def _say(line: str) -> int:
    """Print a name: to a terminal made safe for it, into a pipe as it is."""
    print(shown_line(line) if sys.stdout.isatty() else line)
    return 0

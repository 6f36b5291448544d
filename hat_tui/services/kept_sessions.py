"""The sessions on disk."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from hat_tui.chat.conversation import Conversation
from hat_tui.chat.dialogue import Keeper
from hat_tui.chat.record import Record
from hat_tui.frozen import frozen


class SessionKeeper(Keeper, Protocol):
    """A keeper that knows the file it writes."""

    @property
    def name(self) -> str:
        """The session file's name, "" as long as nothing is in it."""
        ...

    @property
    def read_only(self) -> str:
        """Why nothing is kept here, in a sentence: another hat-tui has the session open, say. "" when it is."""
        ...

    def move(self, folder: Path, records: Iterable[Record]) -> Path:
        """Keep these records, the whole conversation, and what follows in a new file in `folder`. Raises NotKept.

        A `~` at the beginning of `folder` is the home folder.
        """
        ...

    def close(self) -> None:
        """Let go of the file."""
        ...


class NoSuchSession(Exception):
    """Nothing by that name, or several; the message says what there is."""


@frozen
class SessionChoice:
    """One session of the list."""

    id: str
    title: str
    started: datetime | None
    model: str
    turns: int
    first_words: str


class Sessions(Protocol):
    """The sessions on disk. Whatever names one raises NoSuchSession and OSError."""

    def new(self) -> SessionKeeper:
        """A keeper for a conversation that is about to begin; its file appears with the first question."""
        ...

    def resume(self, id: str) -> tuple[Conversation, SessionKeeper, Sequence[str]]:
        """A kept conversation, the keeper that appends to it, and what could not be read of it, in sentences."""
        ...

    def read(self, id: str) -> Conversation:
        """A kept conversation, to look at."""
        ...

    def create(self, records: Iterable[Record]) -> SessionKeeper:
        """A new session that holds these records already: a fork. Raises NotKept."""
        ...

    def export(self, id: str, conversation: Conversation, format: str) -> Path:
        """Write a session beside its file as md, json or html; the file. KeyError for another format."""
        ...

    def rename(self, id: str, title: str) -> None:
        """Give a session another title. Raises NotKept."""
        ...

    def delete(self, id: str) -> Path:
        """Move a session to the trash; where it lies there. Raises NotKept, when it is in use."""
        ...

    def restore(self, trashed: Path) -> str:
        """Take a session out of the trash; its id."""
        ...

    def search(self, words: str) -> Sequence[SessionChoice]:
        """The sessions whose text holds each of the words, the one changed last first; all of them without words.

        Raises OSError when they cannot be listed.
        """
        ...

    def recent_prompts(self) -> Sequence[str]:
        """What was asked lately in any session, oldest first."""
        ...

"""The sessions of one folder: listed, searched, opened, renamed, copied, thrown away.

What reads sessions is imported when there is one to read.
"""

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from hat_tui.adapters.session_file import SessionFile
from hat_tui.chat.conversation import Conversation
from hat_tui.chat.dialogue import NotKept
from hat_tui.chat.record import Record, Titled
from hat_tui.frozen import frozen
from hat_tui.services import NoSuchSession, SessionChoice

ENDING = ".txt"
TRASH = "trash"
MOST_PROMPTS = 500


@frozen
class ListedSession(SessionChoice):
    """A session of the list. `changed` is when it was last written; `found` is where a search found its words."""

    changed: datetime | None = None
    size: int = 0
    found: str = ""


class SessionFolder:
    """`path` need not exist until something is kept. A session's id is its file's name without `.txt`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._listed: dict[str, tuple[tuple[int, int], ListedSession]] = {}

    def new(self) -> SessionFile:
        """A keeper for a conversation that is about to begin; its file appears with the first question."""
        return SessionFile(self.path)

    def list(self) -> Sequence[ListedSession]:
        """All sessions, the one changed last first. Files that did not change are not read again. Raises OSError."""
        listed = [session for name, facts in self._files() if (session := self._session(name, facts))]
        return sorted(listed, key=lambda session: (session.changed, session.id), reverse=True)

    def find(self, id: str) -> Path:
        """The file of a session by its id, by a part of it that no other has, or by "last". Raises NoSuchSession."""
        exact = self.path / f"{id.removesuffix(ENDING)}{ENDING}"
        if exact.parent == self.path and exact.is_file():
            return exact
        sessions = self.list()
        if not sessions:
            raise NoSuchSession(f"There are no sessions in {self.path} yet")
        if id in ("", "last"):
            return self.path / f"{sessions[0].id}{ENDING}"
        fitting = [session.id for session in sessions if id.casefold() in session.id.casefold()]
        if len(fitting) == 1:
            return self.path / f"{fitting[0]}{ENDING}"
        if fitting:
            raise NoSuchSession(f"{len(fitting)} sessions are called like {id}: {', '.join(fitting[:5])}")
        raise NoSuchSession(f"There is no session {id} in {self.path}; hat-tui sessions list shows what there is")

    def resume(self, id: str) -> tuple[Conversation, SessionFile, Sequence[str]]:
        """A kept conversation, the keeper that appends to it, and what could not be read of it, in sentences.

        The keeper's `read_only` says why it cannot append, when it cannot. Raises NoSuchSession and OSError.
        """
        file, transcript = SessionFile.resume(self.find(id))
        problems = [f"Line {problem.line}: {problem.text}" for problem in transcript.problems]
        return Conversation(transcript.records), file, problems

    def read(self, id: str) -> Conversation:
        """A kept conversation, to show or export, also while it is open elsewhere. Raises NoSuchSession and OSError."""
        from hat_tui.chat.transcript_reader import read

        return Conversation(read(self.find(id).read_bytes()).records)

    def search(self, words: str) -> Sequence[ListedSession]:
        """The sessions that hold each of the words somewhere, in any case, the one changed last first.

        Raises OSError when the folder cannot be read.
        """
        return sorted(self.search_each(words), key=lambda session: (session.changed, session.id), reverse=True)

    def search_each(self, words: str) -> Iterator[ListedSession]:
        """The same one by one, as they are found, so that a search can be shown and given up while it runs."""
        from hat_tui.chat.session_search import Search

        search = Search(words)
        if not search:
            yield from self.list()
            return
        for name, facts in self._files():
            with suppress(OSError):
                data = (self.path / name).read_bytes()
                if (found := search.find(data)) and (session := self._session(name, facts, data)):
                    yield replace(session, found=found)

    def recent_prompts(self) -> Sequence[str]:
        """What was asked lately in any session, oldest first, each once; nothing of a folder that cannot be read."""
        recent: dict[str, None] = {}
        files: Sequence[tuple[str, os.stat_result]] = ()
        with suppress(OSError):
            files = sorted(self._files(), key=lambda file: file[1].st_mtime_ns, reverse=True)
        if files:
            from hat_tui.chat.session_head import is_session, questions
        for name, _ in files:
            with suppress(OSError):
                data = (self.path / name).read_bytes()
                for question in reversed(list(questions(data))) if is_session(data) else ():
                    recent.setdefault(question)
            if len(recent) >= MOST_PROMPTS:
                break
        return list(recent)[:MOST_PROMPTS][::-1]

    def export(self, id: str, conversation: Conversation, format: str) -> Path:
        """Write a session beside its file as md, json or html; the file. KeyError for another format, OSError."""
        from hat_tui.chat.export import FORMATS

        ending, write = {ending.lstrip("."): (ending, write) for ending, write in FORMATS.values()}[format]
        file = self.path / f"{id.removesuffix(ENDING)}{ending}"
        file.touch(0o600)  # as private as the session
        file.write_text(write(conversation), encoding="utf-8", newline="")
        return file

    def rename(self, id: str, title: str) -> None:
        """Give a session another title; its id stays. Raises NotKept, NoSuchSession and OSError."""
        file, _ = SessionFile.resume(self.find(id))
        try:
            file.keep(Titled(title))
        finally:
            file.close()

    def create(self, records: Iterable[Record]) -> SessionFile:
        """A new session that holds `records`: a fork, an import. Raises NotKept."""
        return SessionFile.create(self.path, records)

    def delete(self, id: str) -> Path:
        """Move a session into the folder's trash; where it lies there. Raises NotKept, NoSuchSession and OSError."""
        path = self.find(id)
        file, _ = SessionFile.resume(path)
        in_use = file.read_only
        file.close()
        if in_use:
            raise NotKept(in_use)
        return _move(path, self.path / TRASH)

    def restore(self, trashed: Path) -> str:
        """Take a session out of the trash; its id. Raises OSError."""
        return _move(trashed, self.path).stem

    def import_log(self, log: Path) -> SessionFile:
        """A session made of a log in the format of the article. Raises NotKept, ValueError and OSError."""
        from hat_tui.chat.article_log import read_log

        facts = log.stat()
        return self.create(read_log(log.read_bytes(), datetime.fromtimestamp(int(facts.st_mtime)).astimezone()))

    def _files(self) -> Iterator[tuple[str, os.stat_result]]:
        with suppress(FileNotFoundError, NotADirectoryError), os.scandir(self.path) as entries:
            for entry in entries:
                with suppress(OSError):
                    if entry.name.endswith(ENDING) and stat.S_ISREG((facts := entry.stat()).st_mode):
                        yield entry.name, facts

    def _session(self, name: str, facts: os.stat_result, data: bytes | None = None) -> ListedSession | None:
        from hat_tui.chat.session_head import head, is_session

        version = (facts.st_mtime_ns, facts.st_size)
        known = self._listed.get(name)
        if known and known[0] == version:
            return known[1]
        try:
            data = (self.path / name).read_bytes() if data is None else data
        except OSError:
            return None
        if not is_session(data):
            return None
        seen = head(data)
        changed = datetime.fromtimestamp(facts.st_mtime).astimezone()
        session = ListedSession(
            name.removesuffix(ENDING),
            seen.title,
            seen.started,
            seen.model,
            seen.turns,
            seen.first_words,
            changed,
            facts.st_size,
        )
        self._listed[name] = (version, session)
        return session


def _move(path: Path, folder: Path) -> Path:
    folder.mkdir(mode=0o700, exist_ok=True)
    for number in range(1, 10_000):
        target = folder / f"{path.stem}{f'-{number}' if number > 1 else ''}{path.suffix}"
        if not target.exists():
            return path.rename(target)
    raise FileExistsError(str(folder / path.name))

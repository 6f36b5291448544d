"""`hat-tui sessions`: what a session's name holds neither breaks the columns nor acts on a terminal."""

import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from hat_tui.services import SessionChoice
from hat_tui.shell import sessions

HOSTILE = "z\x1b]0;owned\x07\n\tz"


@dataclass
class Shelf:
    """A folder with one session."""

    session: SessionChoice
    path: Path = Path("chats")

    def search(self, words: str) -> Sequence[SessionChoice]:
        return [self.session]

    def find(self, id: str) -> Path:
        return self.path / f"{self.session.id}.txt"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_listed_session_is_one_line_of_five_columns_whatever_it_is_called(capsys: pytest.CaptureFixture[str]) -> None:
    session = SessionChoice(HOSTILE, HOSTILE, None, HOSTILE, 2, "")
    assert sessions.run(Shelf(session), "list", "") == 0
    name = "z␛]0;owned␇⏎ z"
    assert capsys.readouterr().out == f"{name}\t-\t2\t{name}\t{name}\n"


def test_a_path_is_safe_on_a_terminal_and_whole_in_a_pipe(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf = Shelf(SessionChoice(HOSTILE, "", None, "", 2, ""))
    sessions.run(shelf, "path", "z")
    assert capsys.readouterr().out == f"{shelf.find('z')}\n"
    monkeypatch.setattr(sys, "stdout", Terminal())
    sessions.run(shelf, "path", "z")
    assert sys.stdout.getvalue() == f"{Path('chats') / 'z␛]0;owned␇⏎ z.txt'}\n"

"""`hat-tui sessions`: what a session's name holds neither breaks the columns nor acts on a terminal."""

import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from hat_tui.adapters.session_folder import SessionFolder
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


def test_a_log_that_cannot_be_read_is_told_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sessions.run(SessionFolder(tmp_path), "import", str(tmp_path / "none")) == 1
    assert capsys.readouterr().err == f"hat-tui: {tmp_path / 'none'} cannot be opened: No such file or directory\n"
    assert sessions.run(SessionFolder(tmp_path), "import", str(tmp_path)) == 1
    assert capsys.readouterr().err == f"hat-tui: {tmp_path} cannot be opened: Is a directory\n"


@pytest.mark.parametrize(("do", "words", "told"), [
    ("list", "", "There are no sessions yet in {}"), ("search", "zzz", "Nothing found in {}")
])  # fmt: skip
def test_that_there_is_nothing_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], do: str, words: str, told: str
) -> None:
    assert sessions.run(SessionFolder(tmp_path / "none"), do, words) == 1
    assert capsys.readouterr().err == f"hat-tui: {told.format(tmp_path / 'none')}\n"


@pytest.mark.parametrize("do", ["show", "export"])
def test_an_empty_name_is_no_session(tmp_path: Path, capsys: pytest.CaptureFixture[str], do: str) -> None:
    assert sessions.run(SessionFolder(tmp_path), do, "") == 1
    assert "Say which session: an ID, or last" in capsys.readouterr().err

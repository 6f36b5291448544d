"""Attaching, completing and editing, on a real disk with real programs."""

import os
from pathlib import Path

import pytest

from hat_tui.adapters.text_files import attach, complete, edit
from hat_tui.services import NotAttached


def test_a_text_is_attached_with_its_name_and_size(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Grüße\n", encoding="utf-8")
    attached = attach(str(tmp_path / "notes.txt"))
    assert (attached.name, attached.text, attached.size) == ("notes.txt", "Grüße\n", 8)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"GGUF\0\0\0", "is no text file"),
        ("Gr\xfc\xdfe".encode("latin-1"), "is no UTF-8 text"),
        (b"x" * (5 << 20), "has 5.2 MB"),
    ],
)
def test_what_is_no_text_is_refused_in_words(tmp_path: Path, content: bytes, complaint: str) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(NotAttached, match=complaint):
        attach(str(tmp_path / "file"))


def test_a_file_that_is_not_there_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAttached, match="No such file"):
        attach(str(tmp_path / "none"))
    with pytest.raises(NotAttached, match="is not a file"):
        attach(str(tmp_path))


def test_the_home_of_nobody_has_no_files() -> None:
    with pytest.raises(NotAttached, match="No such file"):
        attach("~no-such-user-here/notes.txt")
    assert list(complete("~no-such-user-here/no")) == []


def test_paths_are_completed_as_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "notes.txt").touch()
    (tmp_path / "north").mkdir()
    (tmp_path / ".nohidden").touch()
    monkeypatch.chdir(tmp_path)
    assert list(complete("no")) == ["north/", "notes.txt"]
    assert list(complete("./nor")) == ["./north/"]
    assert list(complete(".n")) == [".nohidden"]
    assert list(complete("nowhere/x")) == []


@pytest.mark.skipif(os.name == "nt", reason="shell scripts stand in for editors")
def test_an_editor_with_arguments_edits_and_one_that_fails_changes_nothing(tmp_path: Path) -> None:
    script = tmp_path / "ed"
    script.write_text('#!/bin/sh\n[ "$1" = -w ] || exit 3\necho more >> "$2"\n', encoding="utf-8")
    script.chmod(0o755)
    assert edit("text\n", {"VISUAL": f"{script} -w", "EDITOR": "false"}) == "text\nmore"
    with pytest.raises(OSError, match="ended with 3"):
        edit("text", {"EDITOR": f"{script} -x"})
    with pytest.raises(OSError, match="No closing quotation"):
        edit("text", {"EDITOR": f"'{script}"})


@pytest.mark.skipif(os.name == "nt", reason="shell scripts stand in for editors")
def test_what_an_editor_saves_in_another_encoding_is_not_lost(tmp_path: Path) -> None:
    script = tmp_path / "ed"
    script.write_text("#!/bin/sh\nprintf 'caf\\351 noir' > \"$1\"\n", encoding="utf-8")
    script.chmod(0o755)
    assert edit("", {"EDITOR": str(script)}) == "caf\N{REPLACEMENT CHARACTER} noir"

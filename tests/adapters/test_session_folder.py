import os
import sys
from datetime import UTC, datetime, timedelta

import pytest

from hat_tui.adapters.session_file import SessionFile
from hat_tui.adapters.session_folder import NoSuchSession, SessionFolder
from hat_tui.chat.conversation import Conversation
from hat_tui.chat.dialogue import NotKept
from hat_tui.chat.message import Role
from hat_tui.chat.parameters import SamplingParameters
from hat_tui.chat.record import Begun, Ended, ModelUsed, Opened, Record, Said, Titled

AT = datetime(2026, 11, 24, 5, 35, 17, tzinfo=UTC)


def chat(title: str, *said: str, at: datetime = AT) -> list[Record]:
    records: list[Record] = [Opened(at), Titled(title), ModelUsed("hat-demo")]
    for id, text in enumerate(said, 1):
        records += [Begun(id, Role.USER if id % 2 else Role.ASSISTANT, id - 1, at), Said(id, text), Ended(id)]
    return records


@pytest.fixture
def folder(tmp_path) -> SessionFolder:
    folder = SessionFolder(tmp_path / "sessions")
    for day, (title, *said) in enumerate(
        [
            ("Quitting", "How do I\nquit?", "Press Ctrl+Q."),
            ("Lima", "I live in Lima.", "Noted.", "Where do I live?", "In Lima, das heißt in Peru."),
            ("Empty reply", "Hello", ""),
        ]
    ):
        file = folder.create(chat(title, *said, at=AT + timedelta(days=day)))
        file.close()
        os.utime(file.path, (day, day))
    return folder


def ids(sessions) -> list[str]:
    return [session.id for session in sessions]


def test_a_folder_that_is_not_there_has_no_sessions(tmp_path):
    folder = SessionFolder(tmp_path / "none")
    assert folder.list() == folder.search("x") == folder.recent_prompts() == []
    with pytest.raises(NoSuchSession, match="no sessions in"):
        folder.find("last")


def test_a_folder_that_cannot_be_read_says_why_in_a_list_and_has_no_prompts_to_recall(tmp_path):
    folder = SessionFolder(tmp_path / ("x" * 300))
    assert folder.recent_prompts() == []
    for look in (folder.list, lambda: folder.search("x"), lambda: folder.find("last")):
        with pytest.raises(OSError, match="File name too long"):
            look()


def test_the_list_shows_the_session_changed_last_first(folder):
    sessions = folder.list()
    assert ids(sessions) == ["2026-11-26-0535-empty-reply", "2026-11-25-0535-lima", "2026-11-24-0535-quitting"]
    lima = sessions[1]
    assert (lima.title, lima.model, lima.turns) == ("Lima", "hat-demo", 4)
    assert (lima.first_words, lima.started) == ("I live in Lima.", AT + timedelta(days=1))
    assert sessions[2].first_words == "How do I quit?"


def test_what_changed_since_the_last_list_is_shown_anew(folder):
    folder.list()
    folder.rename("lima", "Where I live")
    assert folder.list()[0].title == "Where I live"
    folder.delete("quitting")
    assert len(folder.list()) == 2


def test_files_that_are_no_sessions_are_left_alone(folder):
    (folder.path / "shopping.txt").write_text("milk")
    (folder.path / "README.md").write_text("=== hat-tui session")
    (folder.path / "folder.txt").mkdir()
    (folder.path / "gone.txt").symlink_to(folder.path / "nowhere")
    assert len(folder.list()) == 3


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("2026-11-25-0535-lima", "lima"),
        ("2026-11-25-0535-lima.txt", "lima"),
        ("LIMA", "lima"),
        ("11-24", "quitting"),
        ("last", "empty-reply"),
        ("", "empty-reply"),
    ],
)
def test_a_session_is_found_by_its_id_a_part_of_it_or_as_the_last(folder, asked, found):
    assert folder.find(asked).stem.endswith(found)


@pytest.mark.parametrize(
    ("asked", "told"),
    [("2026", "3 sessions are called like 2026"), ("rome", "no session rome"), ("../../etc/passwd", "no session")],
)
def test_a_session_that_is_not_one_is_told(folder, asked, told):
    (folder.path.parent / "passwd.txt").write_text("=== hat-tui session")
    with pytest.raises(NoSuchSession, match=told):
        folder.find(asked)


def test_a_session_goes_on_where_it_ended(folder):
    conversation, file, problems = folder.resume("lima")
    assert [turn.text for turn in conversation.path()][-1] == "In Lima, das heißt in Peru."
    assert problems == []
    record = Begun(conversation.next_id(), Role.USER, conversation.last().id, AT)
    file.keep(record)
    file.close()
    assert folder.list()[0].turns == 5


def test_what_cannot_be_read_is_said_with_its_line(folder):
    path = folder.find("lima")
    path.write_text(path.read_text().replace("=== end 2", "=== finish 2"))
    assert folder.resume("lima")[2] == ["Line 11: A kind of line that this hat-tui does not know: finish"]


@pytest.mark.parametrize("typed", ["3", "warm", "true", "0,5", pytest.param("9" * 400, id="huge")])
def test_a_parameter_that_cannot_be_is_said_with_its_line_and_the_others_hold(folder, typed):
    path = folder.find("lima")
    path.write_text(f"{path.read_text()}=== parameters temperature={typed} top_k=7\n")
    conversation, _, (problem,) = folder.resume("lima")
    assert f"Temperature takes a number from 0 to 2, not {typed[:20]}" in problem
    assert SamplingParameters.from_mapping(conversation.parameters.values) == SamplingParameters(top_k=7)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("lima", ["lima"]),
        ("LIVE peru", ["lima"]),
        ("heisst", []),
        ("HEISST heißt", []),
        ("HEIẞT", ["lima"]),
        ("ctrl+q", ["quitting"]),
        ("hat-demo", ["empty-reply", "lima", "quitting"]),
        ("lima ctrl+q", []),
        (" ", ["empty-reply", "lima", "quitting"]),
        ("(", []),
    ],
)
def test_a_search_finds_each_of_the_words_in_any_case(folder, words, found):
    assert [id.split("0535-")[1] for id in ids(folder.search(words))] == found


def test_a_search_shows_what_was_said_around_the_words(folder):
    assert folder.search("peru")[0].found == "In Lima, das heißt in Peru."
    assert folder.search("lima")[0].found == "I live in Lima."
    assert folder.search("hat-demo")[0].found == "=== model hat-demo"


def test_prompts_of_all_sessions_are_remembered_once_the_last_last(folder):
    folder.create(chat("Again", "Hello", "Hi", "=== not a record line\n\tBye")).close()
    assert folder.recent_prompts() == [
        "How do I\nquit?",
        "I live in Lima.",
        "Where do I live?",
        "Hello",
        "=== not a record line\n\tBye",
    ]


def test_a_deleted_session_lies_in_the_trash_and_can_be_taken_back(folder):
    trashed = folder.delete("lima")
    assert trashed.parent == folder.path / "trash"
    assert len(folder.list()) == 2
    assert folder.restore(trashed) == "2026-11-25-0535-lima"
    assert len(folder.list()) == 3


def test_nothing_in_the_trash_is_overwritten(folder):
    first = folder.delete("lima")
    folder.create(chat("Lima", "Hi", at=AT + timedelta(days=1))).close()
    assert folder.delete("lima") != first


def test_a_session_in_use_is_neither_renamed_nor_deleted(folder):
    in_use = folder.resume("lima")[1]
    with pytest.raises(NotKept, match="open in another hat-tui"):
        folder.delete("lima")
    with pytest.raises(NotKept, match="open in another hat-tui"):
        folder.rename("lima", "Rome")
    in_use.keep(Titled("Still here"))


def test_a_log_of_the_article_becomes_a_session(folder, tmp_path):
    log = tmp_path / "log.txt"
    log.write_text("🧑‍💻: Who are you?\n🤖: A model.\n")
    file = folder.import_log(log)
    assert [turn.text for turn in folder.read(file.path.stem).path()] == ["Who are you?", "A model."]


def test_a_new_keeper_makes_its_file_here(folder):
    file = folder.new()
    assert isinstance(file, SessionFile)
    for record in chat("New", "Hi"):
        file.keep(record)
    assert folder.find("new").parent == folder.path
    assert Conversation(chat("New", "Hi")).title == "New"


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX rights")
def test_an_export_is_as_private_as_its_session(tmp_path):
    file = SessionFolder(tmp_path).export("a", Conversation(), "md")
    assert file.stat().st_mode & 0o777 == 0o600

import os
import stat
import subprocess
import sys
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fakes import ScriptedEndpoint, Ticks, says

from hat_tui.adapters.session_file import SessionFile, name_of
from hat_tui.chat.conversation import Conversation
from hat_tui.chat.dialogue import Dialogue, NotKept
from hat_tui.chat.message import Role
from hat_tui.chat.parameters import SamplingParameters
from hat_tui.chat.record import Begun, Ended, Opened, Record, Said, Titled
from hat_tui.chat.tokens import TokenCounter
from hat_tui.chat.transcript import write_all
from hat_tui.chat.transcript_reader import read

resource = pytest.importorskip("resource", reason="limits a file's size")
AT = datetime(2026, 11, 24, 5, 35, 17, tzinfo=UTC)
OPENING: list[Record] = [Opened(AT), Titled("How do I quit?")]
QUESTION: list[Record] = [Begun(1, Role.USER, 0, AT), Said(1, "How do I quit?"), Ended(1)]
REPLY: list[Record] = [Begun(2, Role.ASSISTANT, 1, AT), Said(2, "Press Ctrl+Q."), Ended(2)]
CHAT = OPENING + QUESTION + REPLY
NAME = "2026-11-24-0535-how-do-i-quit.txt"


def keep(file: SessionFile, records: list[Record]) -> None:
    for record in records:
        file.keep(record)


@contextmanager
def at_most(size: int):
    """No file may grow beyond `size` bytes, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_file_appears_with_the_first_question_and_not_before(tmp_path):
    file = SessionFile(tmp_path / "sessions")
    keep(file, OPENING)
    assert not (tmp_path / "sessions").exists()
    assert file.name == ""
    keep(file, QUESTION)
    assert file.name == NAME
    assert (tmp_path / "sessions" / NAME).read_text() == write_all(OPENING + QUESTION)


def test_only_its_owner_may_read_it(tmp_path):
    file = SessionFile.create(tmp_path / "sessions", CHAT)
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.folder.stat().st_mode) == 0o700


def test_every_piece_is_in_the_file_when_keep_returns(tmp_path):
    file = SessionFile(tmp_path)
    for at, record in enumerate(CHAT, 1):
        file.keep(record)
        if file.path:
            assert file.path.read_text() == write_all(CHAT[:at])


def test_two_sessions_of_one_minute_and_title_have_two_files(tmp_path):
    names = [SessionFile.create(tmp_path, CHAT).name for _ in range(3)]
    assert names == [NAME, NAME.replace(".txt", "-2.txt"), NAME.replace(".txt", "-3.txt")]


def test_a_resumed_file_goes_on_where_it_ended(tmp_path):
    first = SessionFile.create(tmp_path, OPENING + QUESTION)
    first.close()
    again, transcript = SessionFile.resume(first.path)
    assert transcript.records == OPENING + QUESTION
    keep(again, REPLY)
    assert first.path.read_text() == write_all(CHAT)


@pytest.mark.parametrize(
    "tail", ["half a wo", "line\n", "line\n\n", "=== end 2 endi", "=", "char \xe2\x90", "esc ␛1", ""]
)
def test_a_file_that_was_cut_off_goes_on_on_a_line_of_its_own(tmp_path, tail):
    path = tmp_path / "cut.txt"
    tail = tail.encode("latin1") if "\xe2" in tail else tail.encode()
    path.write_bytes(write_all([*OPENING, *QUESTION, REPLY[0]]).encode() + tail)
    file, before = SessionFile.resume(path)
    keep(file, [Ended(2), Titled("More")])
    after = read(path.read_bytes())
    assert after.records == [*before.records, Ended(2), Titled("More")]
    assert after.problems == []


def test_looking_at_a_file_that_was_cut_off_changes_nothing(tmp_path):
    path = tmp_path / "cut.txt"
    path.write_bytes(write_all(CHAT).encode() + b"=== user 3 at=")
    before = path.read_bytes()
    SessionFile.resume(path)[0].close()
    assert path.read_bytes() == before


def test_a_second_hat_tui_may_read_but_not_append(tmp_path):
    first = SessionFile.create(tmp_path, CHAT)
    second, transcript = SessionFile.resume(first.path)
    assert transcript.records == CHAT
    with pytest.raises(NotKept, match="open in another hat-tui; fork it"):
        second.keep(Titled("Mine"))
    first.keep(Titled("Ours"))
    assert first.path.read_text() == write_all([*CHAT, Titled("Ours")])


def test_a_second_hat_tui_goes_on_in_a_file_of_its_own(tmp_path):
    first = SessionFile.create(tmp_path, CHAT)
    second, transcript = SessionFile.resume(first.path)
    second.move(tmp_path, Conversation(transcript.records).records())
    second.keep(Titled("Mine"))
    assert second.path != first.path
    assert Conversation(read(second.path.read_bytes()).records).title == "Mine"
    assert first.path.read_text() == write_all(CHAT)


def test_a_closed_file_can_be_resumed_by_another(tmp_path):
    first = SessionFile.create(tmp_path, CHAT)
    first.close()
    assert SessionFile.resume(first.path)[0].read_only == ""
    with pytest.raises(NotKept):
        first.keep(Titled("Late"))


def test_what_did_not_fit_is_written_with_the_next_record_that_fits(tmp_path):
    file = SessionFile(tmp_path)
    keep(file, OPENING + QUESTION)
    with at_most(file.path.stat().st_size + 7):
        for record in REPLY:
            with pytest.raises(NotKept, match="size allowed for a file; save the session elsewhere"):
                file.keep(record)
        assert read(file.path.read_bytes()).records == OPENING + QUESTION
    file.keep(Titled("There is room again"))
    assert file.path.read_text() == write_all([*CHAT, Titled("There is room again")])


def test_a_session_that_could_not_be_made_is_made_when_it_can(tmp_path):
    (tmp_path / "sessions").write_text("a file where the folder should be")
    file = SessionFile(tmp_path / "sessions")
    keep(file, OPENING)
    for record in QUESTION:
        with pytest.raises(NotKept, match=r"^Not saved"):
            file.keep(record)
    (tmp_path / "sessions").unlink()
    keep(file, REPLY)
    assert file.path.read_text() == write_all(CHAT)


def test_the_whole_conversation_can_be_saved_elsewhere_in_the_middle_of_a_reply(tmp_path):
    (tmp_path / "sessions").write_text("a file where the folder should be")
    file = SessionFile(tmp_path / "sessions")
    conversation = Conversation()
    for record in CHAT[:-1]:
        conversation.apply(record)
        with suppress(NotKept):
            file.keep(record)
    path = file.move(tmp_path / "elsewhere", conversation.records())
    keep(file, [Said(2, " Bye."), Ended(2)])
    assert read(path.read_bytes()).records == [*CHAT[:-2], Said(2, "Press Ctrl+Q. Bye."), Ended(2)]


def test_a_session_is_saved_in_the_home_folder_and_not_in_that_of_nobody(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path / "home"))
    assert SessionFile(tmp_path).move(Path("~/kept"), CHAT).parent == tmp_path / "home" / "kept"
    assert SessionFile(tmp_path).move(Path("~no-such-user-here"), CHAT).parent == Path("~no-such-user-here")


def test_nothing_is_left_behind_where_a_session_does_not_fit(tmp_path):
    with at_most(20), pytest.raises(NotKept):
        SessionFile.create(tmp_path, CHAT)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("replaced", [False, True])
def test_a_file_that_is_taken_away_is_noticed_at_the_next_turn(tmp_path, replaced):
    file = SessionFile(tmp_path)
    keep(file, OPENING + QUESTION)
    file.path.rename(tmp_path / "away")
    if replaced:
        file.path.write_text("edited")
    with pytest.raises(NotKept, match="deleted or replaced by another program"):
        keep(file, REPLY)
    path = file.move(tmp_path, CHAT)
    assert path.read_text() == write_all(CHAT)
    assert not replaced or file.path.with_name(NAME).read_text() == "edited"


async def test_a_chat_goes_on_while_nothing_can_be_written_and_is_whole_when_it_can_again(tmp_path):
    ticks, file = Ticks(), SessionFile(tmp_path)
    endpoint = ScriptedEndpoint(says("Yes."), says("No."), says("Maybe."))
    clocks = (ticks.clock, ticks.seconds)
    dialogue = Dialogue(Conversation(), file, TokenCounter(), endpoint, SamplingParameters(), *clocks)

    async def ask(prompt: str) -> None:
        async for _ in dialogue.ask(prompt):
            pass

    await ask("One")
    with at_most(file.path.stat().st_size + 100):
        await ask("Two")
        assert "save the session elsewhere" in dialogue.not_kept
    await ask("Three")
    assert dialogue.not_kept == ""
    kept = Conversation(read(file.path.read_bytes()).records)
    assert [turn.text for turn in kept.path()] == ["One", "Yes.", "Two", "No.", "Three", "Maybe."]
    assert kept.records() == dialogue.conversation.records()


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("How do I quit?", "how-do-i-quit"),
        ("Don’t /../ \\ : * | \x00\ud800 panic", "dont-panic"),
        ("Žluťoučký kůň", "žluťoučký-kůň"),
        ("如何退出", "如何退出"),
        ("one two three four five six seven eight nine ten", "one-two-three-four-five-six-seven-eight"),
        ("x" * 300, ""),
        ("🤖", ""),
    ],
)
def test_a_name_is_made_of_the_time_and_the_first_words(title, name):
    assert name_of(AT, title) == (f"2026-11-24-0535-{name}" if name else "2026-11-24-0535")


IN_A_SMALL_DISK = """
import os, sys
from pathlib import Path
from datetime import datetime, UTC
from hat_tui.adapters.session_file import SessionFile
from hat_tui.chat.conversation import Conversation
from hat_tui.chat.dialogue import Dialogue, NotKept
from hat_tui.chat.message import Role
from hat_tui.chat.record import *
from hat_tui.chat.transcript_reader import read
disk, elsewhere = Path(sys.argv[1]), Path(sys.argv[2])
"""
FILLS_UP = """
file, conversation, said = SessionFile(disk), Conversation(), 0
for record in [Opened(datetime.now(UTC)), Begun(1, Role.USER, 0, datetime.now(UTC)), Said(1, "Why?"), Ended(1)]:
    conversation.apply(record); file.keep(record)
conversation.apply(begun := Begun(2, Role.ASSISTANT, 1, datetime.now(UTC))); file.keep(begun)
for at in range(200):
    conversation.apply(piece := Said(2, f"{at:04d} ".ljust(1000, "x")))
    try: file.keep(piece)
    except NotKept as trouble: print(trouble); break
kept = read(file.path.read_bytes()).records
assert kept[:4] == conversation.records()[:4] and conversation.turn(2).text.startswith(kept[-1].text)
print(len(kept[-1].text) > 30_000)
moved = file.move(elsewhere, conversation.records())
file.keep(Ended(2)); conversation.apply(Ended(2))
print(Conversation(read(moved.read_bytes()).records).turn(2).text == conversation.turn(2).text)
"""
READ_ONLY = """
file, records = SessionFile(disk), [Opened(datetime.now(UTC)), Begun(1, Role.USER, 0, datetime.now(UTC)), Ended(1)]
for record in records:
    try: file.keep(record)
    except NotKept as trouble: said = str(trouble)
print(said.replace(str(disk), "DISK"))
print(read(file.move(elsewhere, records).read_bytes()).records == records)
old, transcript = SessionFile.resume(disk / "old.txt")
print(old.read_only)
"""
TMPFS = 'mount -t tmpfs -o size=64k tmpfs "$0" && exec "$@"'
BOUND_READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'


def in_a_namespace(mount: str, program: str, tmp_path) -> str:
    """What `program` prints where the folder `disk` is mounted so; skipped where nothing may be mounted."""
    disk, elsewhere = tmp_path / "disk", tmp_path / "elsewhere"
    disk.mkdir(exist_ok=True)
    namespace = ["unshare", "--map-root-user", "--mount", "sh", "-c", mount, str(disk)]
    try:
        subprocess.run([*namespace, "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("nothing may be mounted here")
    python = [sys.executable, "-c", IN_A_SMALL_DISK + program, str(disk), str(elsewhere)]
    done = subprocess.run([*namespace, *python], capture_output=True, text=True, check=False, env=os.environ)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_full_disk_is_told_and_the_chat_is_saved_on_another(tmp_path):
    told, held, same = in_a_namespace(TMPFS, FILLS_UP, tmp_path).splitlines()
    assert "the disk is full; free some space, or save the session elsewhere" in told
    assert (held, same) == ("True", "True")


def test_a_folder_that_may_not_be_written_is_told_and_the_chat_is_saved_in_another(tmp_path):
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk" / "old.txt").write_text(write_all(CHAT))
    told, same, old = in_a_namespace(BOUND_READ_ONLY, READ_ONLY, tmp_path).splitlines()
    assert told == "Not saved in a new file: the folder DISK may not be written; save the session elsewhere"
    assert same == "True"
    assert old == "old.txt may only be read; save it elsewhere to go on with it"

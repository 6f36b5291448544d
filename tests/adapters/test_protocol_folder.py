import pytest

from hat_tui.acceptance.checks import examine
from hat_tui.acceptance.protocol import Task
from hat_tui.acceptance.protocol_text import BadProtocol, parse, protocol_text
from hat_tui.adapters.protocol_folder import BUNDLED, add_task, find_protocol
from hat_tui.chat.reply import Ending

TASK = Task("hello", "Hello", ("Say hello.",), "Greets.")


@pytest.mark.parametrize(("name", "tasks"), [("home", 22), ("quick", 5)])
def test_the_bundled_protocols_are_whole(name, tasks, tmp_path):
    protocol = find_protocol(name, tmp_path)
    assert len(protocol.tasks) == tasks
    assert any(task.must_pass for task in protocol.tasks)
    for task in protocol.tasks:
        assert "{context}" not in task.questions()[0]
        examine(task, "An answer.", Ending.STOP)
    assert parse(protocol_text(protocol)).hash == protocol.hash


def test_all_bundled_names_are_found(tmp_path):
    assert [find_protocol(name, tmp_path).name for name in BUNDLED]


def test_a_protocol_that_is_not_there_is_told_with_those_that_are(tmp_path):
    (tmp_path / "mine.toml").touch()
    with pytest.raises(BadProtocol, match="there are quick, home, mine"):
        find_protocol("hoem", tmp_path)
    with pytest.raises(BadProtocol, match="there are quick, home, mine"):
        find_protocol("~no-such-user-here", tmp_path)


def test_own_protocols_go_before_bundled_ones_and_read_texts_beside_them(tmp_path):
    (tmp_path / "home.toml").write_text(
        'name = "My own"\n[[task]]\nid = "a"\nprompt = "What?"\nintent = "That."\ncontext_file = "a/text.txt"\n'
    )
    (tmp_path / "a").mkdir()
    (tmp_path / "a/text.txt").write_text("A text.\n")
    protocol = find_protocol("home", tmp_path)
    assert protocol.tasks[0].questions() == ("A text.\n\nWhat?",)


@pytest.mark.parametrize(
    ("named", "words"),
    [("../outside.txt", "must lie beside"), ("gone.txt", "No such file"), ("latin.txt", "not UTF-8"), (".", "cannot")],
)
def test_texts_that_cannot_or_may_not_be_read_are_told_by_line(tmp_path, named, words):
    folder = tmp_path / "protocols"
    folder.mkdir()
    (tmp_path / "outside.txt").write_text("secret")
    (folder / "latin.txt").write_bytes(b"caf\xe9")
    (folder / "mine.toml").write_text(
        f'name = "x"\n[[task]]\nid = "a"\nprompt = "?"\nintent = "i"\ncontext_file = "{named}"\n'
    )
    with pytest.raises(BadProtocol, match=f"mine.toml, line 6: .*{words}"):
        find_protocol("mine", folder)


def test_a_task_is_added_to_a_new_file_and_to_one_with_comments(tmp_path):
    path = tmp_path / "new/mine.toml"
    add_task(path, TASK)
    path.write_text(path.read_text() + "# my own words\n")
    add_task(path, Task("bye", "Bye", ("Say goodbye.",), "Takes leave."))
    assert "# my own words" in path.read_text()
    assert [task.id for task in find_protocol(str(path), tmp_path).tasks] == ["hello", "bye"]
    assert list(path.parent.iterdir()) == [path]


def test_the_lines_of_a_file_from_windows_stay_as_they_are(tmp_path):
    path = tmp_path / "mine.toml"
    add_task(path, TASK)
    assert b"\r" not in path.read_bytes(), "also on Windows"
    path.write_bytes(before := path.read_bytes().replace(b"\n", b"\r\n"))
    add_task(path, Task("bye", "Bye", ("Say goodbye.",), "Takes leave."))
    assert path.read_bytes().startswith(before.rstrip())
    assert b"\r\r" not in path.read_bytes()
    assert [task.id for task in find_protocol("mine", tmp_path).tasks] == ["hello", "bye"]


def test_a_task_whose_id_is_taken_changes_nothing(tmp_path):
    path = tmp_path / "mine.toml"
    add_task(path, TASK)
    before = path.read_bytes()
    with pytest.raises(BadProtocol, match="take another id"):
        add_task(path, TASK)
    assert path.read_bytes() == before

import asyncio
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from acceptance_fakes import TALK as PROTOCOL
from acceptance_fakes import Shelf
from fakes import Ticks

from hat_tui.acceptance.bench import NoSuchRun
from hat_tui.acceptance.conduct import conduct
from hat_tui.acceptance.protocol import Protocol, Task
from hat_tui.acceptance.run import Answered, Marked, Planned, Slot
from hat_tui.acceptance.run_lines import line_of
from hat_tui.adapters.run_folder import RECORDS, SESSIONS, RunFolder
from hat_tui.chat.conversation import Conversation
from hat_tui.chat.dialogue import NotKept
from hat_tui.chat.reply import Ending
from hat_tui.chat.transcript_reader import read

AT = Ticks().clock()
SLOT = Slot("hello", "small")


def plan(name="Mine", models=("small",)):
    return Planned(AT, Protocol(name, PROTOCOL.tasks), models, 1)


def test_what_is_kept_is_there_when_the_run_is_opened_again(tmp_path):
    folder = RunFolder(tmp_path / "runs")
    _, file = folder.create(plan())
    file.keep(Answered(SLOT, AT, "Hello.", Ending.STOP))
    file.keep(Marked(SLOT, AT, 4, "good"))
    file.close()
    run, again, problems = folder.open("last")
    again.close()
    assert (run.answers[SLOT].text, run.marks[SLOT].mark, problems) == ("Hello.", 4, [])


def test_a_run_cut_at_any_byte_opens_and_goes_on(tmp_path):
    folder = RunFolder(tmp_path)
    _, file = folder.create(plan())
    file.close()
    path = file.folder / RECORDS
    whole = path.read_bytes()
    mark = line_of(Marked(SLOT, AT, 5, "schön")).encode()
    for cut in range(len(mark)):
        path.write_bytes(whole + mark[:cut])
        run, again, problems = folder.open("last")
        assert len(problems) == (0 < cut < len(mark) - 1)
        again.keep(Marked(Slot("who", "small"), AT, 2))
        again.close()
        run, _ = folder.read("last")
        assert run.marks_of("small", "who") == [2]
        assert run.marks_of("small", "hello") == ([5] if cut == len(mark) - 1 else [])


JUDGE = """
import sys
from hat_tui.acceptance.run import Marked, Slot
from hat_tui.adapters.run_folder import RunFolder
from pathlib import Path
from datetime import UTC, datetime
_, file, _ = RunFolder(Path(sys.argv[1])).open("last")
for number in range(100000):
    file.keep(Marked(Slot("hello", "small"), datetime.now(UTC), number % 6, f"remark {number}"))
    print(number, flush=True)
"""


def test_a_mark_that_was_given_survives_kill_9_at_any_moment(tmp_path):
    folder = RunFolder(tmp_path)
    folder.create(plan())[1].close()
    random = Random(8)
    for _ in range(8):
        judge = subprocess.Popen(
            [sys.executable, "-c", JUDGE, str(tmp_path)], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": "."}
        )
        given = -1
        for _ in range(random.randint(1, 40)):
            given = int(judge.stdout.readline())
        judge.send_signal(signal.SIGKILL)
        rest, _ = judge.communicate()
        given = int((rest.split() or [given])[-1])
        run, _ = folder.read("last")
        kept = int(run.marks[SLOT].remark.split()[1])
        assert kept >= given


def test_a_run_is_written_by_one_at_a_time_and_read_by_all(tmp_path):
    folder = RunFolder(tmp_path)
    _, file = folder.create(plan())
    with pytest.raises(NoSuchRun, match="another hat-tui"):
        folder.open("last")
    assert folder.read("last")[0].plan.protocol.name == "Mine"
    file.close()
    folder.open("last")[1].close()


def test_runs_are_listed_newest_first_and_found_by_a_part_of_their_name(tmp_path):
    folder = RunFolder(tmp_path)
    for second, name in enumerate(("Mine", "Yours", "Mine")):
        folder.create(replace(plan(name), at=AT + timedelta(seconds=second)))[1].close()
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / RECORDS).write_bytes(b"\xff\n")
    assert [choice.id for choice in folder.list()] == [
        "2026-11-24-0535-mine-2",
        "2026-11-24-0535-yours",
        "2026-11-24-0535-mine",
    ]
    assert folder.find("yours").name == "2026-11-24-0535-yours"
    assert folder.find(str(tmp_path / "damaged")).name == "damaged"
    with pytest.raises(NoSuchRun, match="Several runs have -mine"):
        folder.find("-mine")
    with pytest.raises(NoSuchRun, match="No run has ~no-such-user-here"):
        folder.find("~no-such-user-here")
    with pytest.raises(NoSuchRun, match="is no run that can be read: line 1 is cut off or damaged"):
        folder.read("damaged")


def test_a_run_that_changes_is_listed_anew(tmp_path):
    folder = RunFolder(tmp_path)
    _, file = folder.create(plan())
    assert folder.list()[0].marked == 0
    file.keep(Answered(SLOT, AT, "Hello.", Ending.STOP))
    file.keep(Marked(SLOT, AT, 4))
    file.close()
    assert (folder.list()[0].answered, folder.list()[0].marked) == (1, 1)


def test_no_runs_yet_is_told_with_how_to_make_one(tmp_path):
    with pytest.raises(NoSuchRun, match="hat-tui accept run quick"):
        RunFolder(tmp_path / "nothing").find("last")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110 - a device, not a path
def test_a_full_disk_is_told_and_the_next_record_is_whole(tmp_path):
    folder = RunFolder(tmp_path)
    _, file = folder.create(plan())
    real, file._descriptor = file._descriptor, os.open("/dev/full", os.O_WRONLY)
    with pytest.raises(NotKept, match="No space left"):
        file.keep(Marked(SLOT, AT, 5))
    os.close(file._descriptor)
    file._descriptor = real
    file.keep(Marked(SLOT, AT, 3))
    file.close()
    assert folder.read("last")[0].marks[SLOT].mark == 3


async def test_each_answer_is_also_a_session_file_with_the_same_text(tmp_path):
    folder = RunFolder(tmp_path)
    run, file = folder.create(Planned(AT, Protocol("Mine", (*PROTOCOL.tasks, Task("c", "C", ("?",), ""))), ("a",), 1))
    ticks = Ticks()
    async for _ in conduct(run, file, Shelf().open, ticks.clock, ticks.seconds, asyncio.sleep):
        pass
    file.close()
    sessions = sorted((file.folder / SESSIONS).iterdir())
    assert sorted(answer.session for answer in run.answers.values()) == [session.name for session in sessions]
    for answer in run.answers.values():
        conversation = Conversation(read((file.folder / SESSIONS / answer.session).read_bytes()).records)
        assert conversation.last().text == answer.text != ""

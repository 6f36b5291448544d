import re
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from any_conversation import conversations, merged, nasty, texts
from hypothesis import example, given
from hypothesis import strategies as st

from hat_tui.chat.message import Role
from hat_tui.chat.record import (
    Begun,
    Ended,
    Mark,
    Marked,
    ModelUsed,
    Opened,
    ParametersSet,
    Record,
    Said,
    Summarised,
    Titled,
)
from hat_tui.chat.reply import Ending, Measure
from hat_tui.chat.transcript import TranscriptWriter, write_all
from hat_tui.chat.transcript_reader import Problem, read, whole_length

AT = datetime(2026, 11, 24, 5, 35, 17, tzinfo=UTC)
CHAT: list[Record] = [
    Opened(AT, "hat-tui 0.1.0"),
    Titled("How do I quit?"),
    ModelUsed("hat-demo", "http://127.0.0.1:8000/v1", 4096),
    ParametersSet({"temperature": 0.1, "stop": ["</s>"], "seed": None}),
    Begun(1, Role.USER, 0, AT),
    Said(1, "How do I quit?"),
    Ended(1),
    Begun(2, Role.ASSISTANT, 1, AT, "hat-demo"),
    Said(2, "A key question.", thought=True),
    Said(2, "Press Ctrl+Q."),
    Ended(2, Ending.STOP, Measure(tokens=12, first_token_s=0.08, generation_s=0.55)),
]
TEXT = """\
=== hat-tui session format=1 at=2026-11-24T05:35:17+00:00 program="hat-tui 0.1.0"
=== title "How do I quit?"
=== model hat-demo endpoint=http://127.0.0.1:8000/v1 n_ctx=4096
=== parameters temperature=0.1 stop=["</s>"] seed=null

=== user 1 at=2026-11-24T05:35:17+00:00
How do I quit?
=== end 1

=== assistant 2 at=2026-11-24T05:35:17+00:00 model=hat-demo
=== thought 2
A key question.
=== said 2
Press Ctrl+Q.
=== end 2 ending=stop tokens=12 first_token=0.08 generation=0.55 speed=20.0
"""


def test_a_chat_is_pleasant_to_read():
    assert write_all(CHAT) == TEXT
    assert read(TEXT.encode()).records == CHAT


@given(conversations())
def test_any_conversation_comes_back_from_its_text(records):
    records = [*records, Titled("a last line, for the line break before the end of a file may be half of two")]
    transcript = read(write_all(records).encode())
    assert transcript.records == merged(records)
    assert transcript.problems == []


@given(conversations())
def test_the_text_holds_no_control_character_but_line_feed_and_tab(records):
    text = write_all(records)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", text)


@given(conversations(most=12), st.data())
def test_a_file_cut_at_any_byte_opens_with_all_that_was_whole(records, data):
    whole = write_all(records).encode()
    cut = whole[: data.draw(st.integers(0, len(whole)))]
    transcript = read(cut)
    expected = merged(records)[: len(transcript.records)]
    if transcript.records and isinstance(transcript.records[-1], Said):
        last, real = transcript.records.pop(), expected.pop()
        assert isinstance(real, Said)
        assert (last.id, last.thought) == (real.id, real.thought)
        assert real.text.startswith(last.text)
    assert transcript.records == expected
    assert sum(isinstance(record, Ended) for record in expected) == len(
        re.findall(rb"^=== end .*\n", cut, re.MULTILINE)
    )
    assert transcript.problems == [] or cut == b"" or b"\n" not in cut


@given(conversations(most=12), conversations(most=6), st.data())
def test_what_is_appended_after_a_cut_reads_like_one_file(records, more, data):
    whole = write_all(records).encode()
    cut = whole[: data.draw(st.integers(0, len(whole)))]
    before = read(cut).records
    more = [record for record in more if isinstance(record, Opened | Titled)]
    kept = cut[: whole_length(cut)]
    kept += b"\n" if kept and not kept.endswith(b"\n") else b""
    writer = TranscriptWriter(before)
    after = read(kept + "".join(map(writer.write, more)).encode()).records
    assert after == before + more


@given(texts, st.lists(st.integers(0, 60)))
def test_pieces_cut_anywhere_read_as_the_whole_text(text, cuts):
    places = [0, *sorted(cut for cut in cuts if cut < len(text)), len(text)]
    pieces = [Said(1, text[a:b]) for a, b in pairwise(places)]
    begun = Begun(1, Role.USER, 0, AT)
    assert read(write_all([begun, *pieces, Ended(1)]).encode()).records == merged([begun, Said(1, text), Ended(1)])


near_text = st.lists(st.one_of(nasty, st.text(), st.just(TEXT))).map("".join)


@given(st.one_of(st.binary(), near_text.map(lambda text: text.encode("utf-8", "surrogatepass"))))
@example(b"=== user " + b"9" * 5000)
@example(b"=== parameters a=" + b"[" * 100_000)
@example(b"=== parameters a=" + b"[" * 500 + b"]" * 500 + b"\n")
@example(b"=== user 1 parent=1e999\n=== user 2 parent=-1 at=7\n=== mark 1 [1]\n=== end 1 ending={}\n")
def test_any_bytes_are_read_without_an_exception(data):
    transcript = read(data)
    write_all(transcript.records)
    assert all(1 <= problem.line <= data.count(b"\n") + 1 for problem in transcript.problems)


def test_a_file_edited_by_hand_says_which_lines_could_not_be_read():
    text = TEXT.replace("=== user 1", "scribble\nmore\n=== usr 1").replace(
        "=== end 2 ending=stop", "=== end 2 ending=bang"
    )
    transcript = read(text.encode())
    assert transcript.problems == [
        Problem(6, "This and all up to line 7 belong to no turn"),
        Problem(8, "A kind of line that this hat-tui does not know: usr"),
        Problem(9, "This belongs to no turn"),
        Problem(10, "There is no turn 1 before this line"),
        Problem(17, "Not one of stop, length, stopped, cut, failed: bang"),
    ]
    assert Said(2, "Press Ctrl+Q.") in transcript.records


def test_windows_line_ends_and_a_byte_order_mark_change_nothing():
    edited = b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode()
    assert read(edited).records == CHAT
    assert read(edited).problems == []


def test_wrong_bytes_are_shown_and_told():
    transcript = read(TEXT.encode().replace(b"Press", b"Pr\xffss"))
    assert Said(2, "Pr�ss Ctrl+Q.") in transcript.records
    assert transcript.problems == [Problem(14, "Not UTF-8; each wrong byte from here on is shown as �")]


def test_a_newer_format_is_told_and_read_as_far_as_known():
    transcript = read(TEXT.replace("format=1", "format=7").encode())
    assert transcript.problems == [Problem(1, "Written by a newer hat-tui in format 7; this one reads 1")]
    assert len(transcript.records) == len(CHAT)


def test_a_title_without_quotes_is_taken_as_it_stands():
    assert read(TEXT.replace('"How do I quit?"', "How do I quit?").encode()).records[1] == Titled("How do I quit?")


def test_a_second_turn_with_the_same_number_is_told_and_does_not_run_into_the_first():
    transcript = read((TEXT + "\n=== user 1\nagain\n").encode())
    assert [problem.line for problem in transcript.problems] == [17, 18]
    assert transcript.records == CHAT


@pytest.mark.parametrize(
    ("record", "line"),
    [
        (Marked(2, Mark.PINNED), "=== mark 2 pinned\n"),
        (Marked(2, Mark.LEFT_OUT, False), "=== unmark 2 left_out\n"),
        (Summarised(2, "You asked\nhow to quit."), '=== summary 2 "You asked\\nhow to quit."\n'),
        (Ended(2, Ending.FAILED, why="The server is gone"), '=== end 2 ending=failed why="The server is gone"\n'),
    ],
)
def test_each_other_record_is_one_line(record, line):
    assert TranscriptWriter(CHAT).write(record) == line


def test_a_reply_goes_on_after_a_mark_in_the_middle_of_it():
    records = [*CHAT[:-2], Said(2, "Press "), Marked(1, Mark.PINNED), Said(2, "Ctrl+Q."), Ended(2)]
    assert read(write_all(records).encode()).records == records

"""Server-sent events, cut anywhere."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hat_tui.adapters.event_stream import LONGEST_EVENT, EndlessEvent, EventStream

LINE_END = st.sampled_from(["\n", "\r\n", "\r"])
DATA = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), min_size=1)


def fed(pieces: list[bytes]) -> list[str]:
    stream = EventStream()
    return [data for piece in pieces for data in stream.feed(piece)] + list(stream.end())


@given(st.lists(DATA), LINE_END, st.data())
def test_events_are_the_same_wherever_the_bytes_are_cut(payloads, end, data):
    raw = b"".join(f"data: {payload}{end}{end}".encode() for payload in payloads)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=6)))
    pieces = [raw[start:stop] for start, stop in zip([0, *cuts], [*cuts, len(raw)], strict=True)]
    assert fed(pieces) == payloads


@given(st.lists(st.binary(max_size=40), max_size=10))
def test_any_bytes_are_read(pieces):
    assert all(isinstance(data, str) for data in fed(pieces))


def test_data_of_several_lines_is_one_event():
    assert fed([b"data: a\ndata:b\n\ndata: c\n\n"]) == ["a\nb", "c"]


def test_comments_and_other_fields_are_passed_over():
    assert fed([b": ping\n\nevent: x\nid: 7\nretry: 3\ndata: a\n\n"]) == ["a"]


def test_an_error_field_is_data():
    assert fed([b'error: {"code": 500}\n\n']) == ['{"code": 500}']


def test_the_last_event_needs_no_empty_line():
    assert fed([b"data: a\n\ndata: b"]) == ["a", "b"]


def test_bytes_that_are_no_text_become_replacement_characters():
    assert fed([b"data: caf\xe9\n\n"]) == ["caf\ufffd"]


def test_a_stream_may_be_long_but_not_one_event_of_it():
    pieces = LONGEST_EVENT // 65536 + 2
    assert len(fed([b"data: " + b"x" * 65536 + b"\n\n"] * pieces)) == pieces
    with pytest.raises(EndlessEvent):
        fed([b"data: " + b"x" * 65536] * pieces)

"""Hypothesis strategies: any conversation, as its records."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import strategies as st

from hat_tui.chat.message import Role
from hat_tui.chat.parameters import SPECS
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
    WasThought,
)
from hat_tui.chat.reply import Ending, Measure

nasty = st.sampled_from(
    [
        "=== end 1\n",
        "\n=== user 9 at=now\n",
        "=",
        "==",
        "=== ",
        "\n",
        "\n\n",
        "\r\n",
        "\r",
        "\x1b[2J",
        "\x1b]0;x\x07",
        "␛",
        "␛1b;",
        "1b;",
        "␛1b",
        "\x00",
        "\x7f",
        "\x9b",
        "\u202e",
        "\u2066",
        "\u2028",
        "\ufeff",
        "\ud83d",
        "\ude00",
        "😀",
        "👩‍👩‍👧",
        '"',
        "\\",
        "\\n",
        "[bold]",
        "null",
        "1e5",
        "true",
        "NaN",
    ]
)
"""What a writer or reader of the format could take for something else."""

PARAMETERS = {spec.name for spec in SPECS}
"""They take few values of all those that a line can hold."""

any_text = st.text(st.characters(exclude_categories=()))
texts = st.one_of(any_text, st.lists(st.one_of(nasty, any_text), max_size=8).map("".join))
zones = st.sampled_from([UTC, timezone(timedelta(hours=-5)), timezone(timedelta(hours=5, minutes=45)), None])
times = st.datetimes(datetime(1970, 1, 2), datetime(2100, 1, 1), timezones=zones)
seconds = st.none() | st.floats(0, 1e6, allow_nan=False)
numbers = st.none() | st.integers(0, 10**7)
measures = st.builds(Measure, numbers, numbers, numbers, st.booleans(), seconds, seconds)
names = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]*", fullmatch=True).filter(lambda name: name not in PARAMETERS)
values = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts | st.lists(texts, max_size=3)


@st.composite
def conversations(draw: st.DrawFn, most: int = 40) -> list[Record]:
    """Records as a conversation makes them: about turns that have begun, interleaved in any way."""
    records: list[Record] = [Opened(draw(times), draw(texts))]
    ids: list[int] = []
    for _ in range(draw(st.integers(0, most))):
        at_turn = st.sampled_from(ids) if ids else st.nothing()
        choice = draw(st.integers(0, 11))
        if choice <= 3 or not ids:
            id = (ids[-1] if ids else 0) + draw(st.sampled_from([1, 1, 1, 5]))
            parent = ids[-1] if ids and draw(st.booleans()) else draw(st.sampled_from([0, *ids]))
            model = draw(st.sampled_from(["", "hat-demo", "null", "a b"]))
            records.append(Begun(id, draw(st.sampled_from(Role)), parent, draw(times), model, draw(st.booleans())))
            ids.append(id)
        elif choice <= 7:
            id = ids[-1] if draw(st.booleans()) else draw(at_turn)
            records.append(Said(id, draw(texts), draw(st.booleans())))
        elif choice == 8:
            records.append(Ended(draw(at_turn), draw(st.sampled_from(Ending)), draw(measures), draw(texts)))
        elif choice == 9:
            records.append(Marked(draw(at_turn), draw(st.sampled_from(Mark)), draw(st.booleans())))
        elif choice == 10:
            records.append(draw(st.sampled_from([WasThought(draw(at_turn)), Summarised(draw(at_turn), draw(texts))])))
        else:
            other = st.one_of(
                st.builds(Titled, texts),
                st.builds(ModelUsed, texts, texts, numbers),
                st.builds(ParametersSet, st.dictionaries(names, values, max_size=4)),
                st.builds(Opened, times, texts),
            )
            records.append(draw(other))
    return records


def merged(records: list[Record]) -> list[Record]:
    """Pieces of one turn that follow each other as one piece, and none that says nothing."""
    merged: list[Record] = []
    for record in records:
        last = merged[-1] if merged else None
        if not isinstance(record, Said):
            merged.append(record)
        elif isinstance(last, Said) and (last.id, last.thought) == (record.id, record.thought):
            merged[-1] = Said(record.id, last.text + record.text, record.thought)
        elif record.text:
            merged.append(record)
    return merged

"""Chunks gathered by the handful."""

import pytest

from hat_tui.adapters.chat_chunks import gathered
from hat_tui.chat.reply import Delta, Ending, Finished, Note, Thought


def test_pieces_that_follow_each_other_become_one_that_counts_them():
    events = [Thought("H"), Thought("m"), Delta("Ye"), Delta("s"), Note("!"), Delta("."), Finished(Ending.STOP)]
    assert list(gathered(events)) == [
        Thought("Hm", 2),
        Delta("Yes", 2),
        Note("!"),
        Delta("."),
        Finished(Ending.STOP),
    ]


def test_what_came_before_an_error_comes_before_it():
    def breaks():
        yield Delta("a")
        yield Delta("b")
        raise ConnectionError

    pieces = gathered(breaks())
    assert next(pieces) == Delta("ab", 2)
    with pytest.raises(ConnectionError):
        next(pieces)

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hat_tui.chat.reply import Delta, Thought
from hat_tui.chat.thinking import AllThought, ThoughtSplitter


def split(*pieces: str) -> list[tuple[str, str]]:
    """The parts, neighbours of one kind joined."""
    splitter = ThoughtSplitter()
    parts = [part for piece in pieces for part in splitter.feed(piece)] + splitter.end()
    joined: list[tuple[str, str]] = []
    for part in parts:
        match part:
            case AllThought():
                joined = [("thought", "".join(text for _, text in joined))]
            case Thought(text=text) | Delta(text=text):
                kind = "thought" if isinstance(part, Thought) else "said"
                if joined and joined[-1][0] == kind:
                    text = joined.pop()[1] + text
                joined.append((kind, text))
    return joined


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Hello", [("said", "Hello")]),
        ("\n  Hello", [("said", "\n  Hello")]),
        ("<think>\nHm,\n so.\n</think>\n\nYes.", [("thought", "Hm,\n so."), ("said", "Yes.")]),
        (" <thinking>Hm</thinking>Yes", [("thought", "Hm"), ("said", "Yes")]),
        ("<think>\n\n</think>\n\nYes", [("said", "Yes")]),
        ("<think>Hm </thinking> </think>Yes", [("thought", "Hm </thinking>"), ("said", "Yes")]),
        ("<think>never closed ", [("thought", "never closed")]),
        ("<think>", []),
        ("<thin", [("said", "<thin")]),
        ("<thin ice", [("said", "<thin ice")]),
        ("The <think> mark opens, </think> closes", [("said", "The <think> mark opens, </think> closes")]),
        ("Hm, so.\n</think>\n\nYes.", [("thought", "Hm, so.\n"), ("said", "Yes.")]),
        ("</think>\nYes", [("thought", ""), ("said", "Yes")]),
        ("<think>a</think>b\n</think>c", [("thought", "a"), ("said", "b\n</think>c")]),
        ("a < b", [("said", "a < b")]),
        ("", []),
    ],
)
def test_thoughts_are_told_apart_however_the_text_is_cut(text, parts):
    assert split(text) == parts
    assert split(*text) == parts
    for at in range(len(text)):
        assert split(text[:at], text[at:]) == parts


MARKS = ["<think>", "</think>", "<", ">", "/", "think", "\n", " ", "a", "</", "<thinking>", "</thinking>"]


@given(st.lists(st.sampled_from(MARKS)).map("".join), st.lists(st.integers(0, 60)))
@example("\n</think>a", [1, 3])
def test_where_the_text_is_cut_changes_nothing(text, cuts):
    places = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    assert split(*[text[a:b] for a, b in pairwise(places)]) == split(text)

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hat_tui.acceptance import measuring
from hat_tui.acceptance.checks import KINDS, BadCheck, examine, look, verify
from hat_tui.acceptance.languages import language_of
from hat_tui.acceptance.protocol import Check, Task
from hat_tui.chat.reply import Ending

LOREM = ["the", "a", "cat", "house", "river", "green", "walks", "under", "over", "seven", "old", "bright", "letters"]
sentence = st.lists(st.sampled_from(LOREM), min_size=3, max_size=9).map(lambda said: " ".join(said).capitalize() + ".")
plain = st.text(st.characters(min_codepoint=32, max_codepoint=0x2FFF, exclude_categories=("Cs",)), max_size=40)
any_check = st.sampled_from(
    [
        *(verify(kind, wanted) for kind in ("sentences", "paragraphs", "words", "list_items") for wanted in (1, ">=2")),
        *(verify("parses_as", wanted) for wanted in ("json", "python list", "markdown table")),
        verify("contains", ["a", ["b", "ß"]]),
        verify("lacks", "x"),
        verify("equals", "ready"),
        verify("matches", r"(a+)+$"),
        verify("tags", True),
        verify("tags", ["a", "b"]),
        verify("says_unknown", True),
        verify("language", "en"),
        verify("repeats_itself", False),
        verify("ends_by_itself", True),
    ]
)


@given(any_check, st.text() | st.text("<>/ab|-[]{}\"'.:! \n1#*`", max_size=200), st.sampled_from([*Ending, None]))
def test_any_check_takes_any_answer(check, answer, ending):
    finding = look(check, answer, ending)
    assert finding.passed in (True, False, None)
    assert finding.found


@given(st.lists(sentence, min_size=1, max_size=8))
def test_so_many_sentences_are_counted(sentences):
    assert len(measuring.sentences(" ".join(sentences))) == len(sentences)
    assert len(measuring.sentences("\n".join(sentences))) == len(sentences)


@given(st.lists(st.lists(sentence, min_size=1, max_size=3).map(" ".join), min_size=1, max_size=6))
def test_so_many_paragraphs_are_counted_whatever_the_gap(paragraphs):
    for gap in ("\n\n", "\n \n\n", "\n\n---\n\n"):
        assert len(measuring.paragraphs(gap.join(paragraphs))) == len(paragraphs)


@given(st.lists(sentence, max_size=9), st.sampled_from(["- ", "* ", "• ", "1. ", "2) ", "  - "]))
def test_so_many_items_are_counted_and_none_is_a_paragraph(items, marker):
    text = "\n".join(marker + item for item in items)
    assert len(measuring.list_items(text)) == len(items)
    assert measuring.paragraphs(text) == []


@given(st.lists(st.sampled_from([*LOREM, "don't", "3.14", "well-known", "naïve"]), max_size=30))
def test_so_many_words_are_counted(words):
    assert len(measuring.words(", ".join(words))) == len(words)


json_value = st.recursive(st.none() | st.booleans() | st.integers() | plain, st.lists, max_leaves=8)


@given(json_value, st.sampled_from(["{}", "```json\n{}\n```", "\n{}\n"]))
def test_what_json_writes_parses_as_json(value, around):
    written = json.dumps(value)
    if "```" not in written:
        assert look(verify("parses_as", "json"), around.replace("{}", written), Ending.STOP).passed


@given(st.lists(plain | st.integers()), st.sampled_from(["", "points = "]))
def test_what_python_writes_parses_as_a_python_list(values, before):
    assert look(verify("parses_as", "python list"), before + repr(values), Ending.STOP).passed


@given(st.integers(1, 5), st.integers(1, 5))
def test_a_table_of_any_size_is_one_and_with_a_cell_missing_is_none(columns, rows):
    lines = ["|" + " x |" * columns, "|" + "---|" * columns, *["|" + " y |" * columns] * rows]
    check = verify("parses_as", "markdown table")
    assert look(check, "\n".join(lines), Ending.STOP).passed
    if columns > 1:
        lines[-1] = "|" + " y |" * (columns - 1)
        assert not look(check, "\n".join(lines), Ending.STOP).passed


tree = st.recursive(st.just("x"), lambda inner: st.tuples(st.sampled_from("abc"), st.lists(inner)), max_leaves=8)


def _tagged(node):
    return node if isinstance(node, str) else f"<{node[0]}>{''.join(map(_tagged, node[1]))}</{node[0]}>"


@given(tree)
def test_nested_tags_balance_and_one_end_missing_does_not(node):
    text = _tagged(node)
    if "<" in text:
        assert measuring.unbalanced_tags(text) == ""
        assert measuring.unbalanced_tags(text[: text.rindex("</")]) != ""


@given(st.lists(st.sampled_from(LOREM), min_size=3, max_size=12, unique=True), st.integers(3, 6))
def test_a_run_said_three_times_or_more_is_repetition(run, times):
    assert measuring.repetition(" ".join(run * times))
    assert not measuring.repetition(" ".join(run))


@pytest.mark.parametrize(("text", "again"), [("GoGGGMMMMMMMMMMMMMMMM", "M"), ("ha" * 12, "ha"), ("Nooooo! Hahaha", "")])
def test_letters_that_go_on_and_on_are_repetition(text, again):
    assert measuring.repetition(text) == again


@pytest.mark.parametrize("kind", KINDS)
def test_nonsense_for_a_check_is_refused_in_words(kind):
    for nonsense in ({"x": 1}, [[]], -1, [1]):
        with pytest.raises(BadCheck, match=kind):
            verify(kind, nonsense)


def test_an_unknown_check_is_told_with_those_there_are():
    with pytest.raises(BadCheck, match="sentences"):
        verify("sentance", 1)


def test_every_answer_is_looked_at_for_repetition_and_for_its_end():
    findings = examine(Task("a", "A", ("?",), "", checks=(Check("words", 1),)), "Yes", Ending.LENGTH)
    assert [(finding.check.kind, finding.passed) for finding in findings] == [
        ("words", True),
        ("repeats_itself", True),
        ("ends_by_itself", False),
    ]


def test_a_task_may_want_the_opposite_of_what_every_answer_is_looked_at_for():
    task = Task("a", "A", ("?",), "", checks=(Check("repeats_itself", True),))
    [repeats, _] = examine(task, "no no no no no no no no no", Ending.STOP)
    assert repeats.passed


@pytest.mark.parametrize("text", ["", "42", "Paris", "x y z", "…"])
def test_the_language_of_too_little_is_not_told(text):
    assert language_of(text) is None


def test_words_are_found_whole():
    assert look(verify("contains", "no"), "I do not know", Ending.STOP).passed is False
    assert look(verify("contains", "no"), "No, thanks", Ending.STOP).passed
    assert look(verify("contains", "C++"), "I like C++.", Ending.STOP).passed
    assert look(verify("contains", "I'm  sure"), "I’m\nsure", Ending.STOP).passed
    for apostrophe in "'’":
        assert look(verify("contains", "L’Aquila"), f"In L{apostrophe}Aquila.", Ending.STOP).passed

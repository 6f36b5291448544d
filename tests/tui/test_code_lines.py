"""Code in colours, while it grows and however odd it is."""

from collections.abc import Iterable

import pytest

from hat_tui.tui.widgets.code_lines import LEXERS, MAX_COLOURED, CodeLines, Coloured

LEXERS.load(["python"])
CODE = 'def first():\n    """A text\n    of two lines."""\n    return 1  # one\n\n' * 40


def texts(lines: Iterable[Coloured]) -> list[str]:
    return ["".join(text for text, _ in line) for line in lines]


def test_nothing_of_the_code_is_lost() -> None:
    assert texts(CodeLines("python").lines(CODE, finished=True)) == CODE.split("\n")


def test_code_that_grows_has_the_colours_of_code_that_is_whole() -> None:
    whole = CodeLines("python").lines(CODE, finished=True)
    growing = CodeLines("python")
    for end in range(0, len(CODE), 37):
        lines = growing.lines(CODE[:end], finished=False)
        assert texts(lines) == CODE[:end].split("\n")
    assert growing.settled > 100
    assert lines[: growing.settled] == whole[: growing.settled]
    assert growing.lines(CODE, finished=True) == whole


@pytest.mark.parametrize("language", ["no such language", "", "text", "\x1b[1m"])
def test_an_unknown_language_is_shown_in_one_colour(language: str) -> None:
    LEXERS.load([language])
    assert CodeLines(language).lines("a\nb", finished=True) == [[("a", "panel")], [("b", "panel")]]


def test_very_long_code_is_shown_in_one_colour() -> None:
    lines = CodeLines("python").lines("x = 1\n" * MAX_COLOURED, finished=True)
    assert lines[0] == [("x = 1", "panel")]


def test_a_lexer_that_breaks_breaks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def get_tokens(self, text: str) -> Iterable[tuple[tuple[str, ...], str]]:
            raise ValueError(text)

    monkeypatch.setitem(LEXERS._loaded, "broken", Broken())
    assert CodeLines("broken").lines("a", finished=True) == [[("a", "panel")]]


def test_a_language_is_wanted_once_and_only_for_code() -> None:
    LEXERS.take_wanted()
    CodeLines("cobol").lines("", finished=False)
    assert LEXERS.take_wanted() == set()
    CodeLines("cobol").lines("x", finished=False)
    assert LEXERS.take_wanted() == {"cobol"}
    assert LEXERS.take_wanted() == set()

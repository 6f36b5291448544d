"""Text as typed: it fits, keeps its blanks, and growing text ends as whole text."""

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.style import Style

from hat_tui.tui.widgets.look import STYLE_NAMES, Look
from hat_tui.tui.widgets.plain_lines import PlainLines

LOOK = Look({name: Style() for name in STYLE_NAMES})
TEXT = st.text(alphabet="ab c\n\t漢👩\u200d\x1b\r\u0301")


def drawn(*parts: str, width: int = 20) -> PlainLines:
    plain = PlainLines(LOOK, width, Style())
    for part in parts or ("",):
        plain.feed(part)
    return plain


@given(st.lists(TEXT, min_size=1), st.integers(2, 30))
@settings(deadline=None)
def test_growing_text_ends_as_whole_text_and_fits(parts: list[str], width: int) -> None:
    growing, whole = drawn(*parts, width=width), drawn("".join(parts), width=width)
    assert [line.text.rstrip() for line in growing.lines] == [line.text.rstrip() for line in whole.lines]
    assert growing.starts == whole.starts
    assert all(line.cells <= width for line in whole.lines)


def test_indentation_and_blank_lines_stay() -> None:
    assert [line.text for line in drawn("if x:\n\ty\n\nz").lines] == ["if x:", "    y", "", "z"]


def test_no_markup_is_read() -> None:
    assert [line.text for line in drawn("**a** [b]c[/b]").lines] == ["**a** [b]c[/b]"]

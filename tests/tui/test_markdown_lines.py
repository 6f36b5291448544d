"""Markdown as lines: what it looks like, that it fits, and that growing text ends as whole text."""

from time import process_time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rich.style import Style

from hat_tui.tui.widgets.code_lines import LEXERS
from hat_tui.tui.widgets.look import STYLE_NAMES, Line, Look
from hat_tui.tui.widgets.markdown_lines import MAX_MARKED, MarkdownLines

LEXERS.load(["python", "py"])
LOOK = Look({name: Style(color=f"color({number})") for number, name in enumerate(STYLE_NAMES)})

PIECES = st.sampled_from(
    [
        *(
            "# Head\n",
            "## Sub",
            "para ",
            "more words here ",
            "\n",
            "\n\n",
            "- item\n",
            "  - inner\n",
            "1. one\n",
            "2. two\n",
        ),
        *("> quote\n", "```python\n", "```\n", "def f(): return 'x'\n", "| a | b |\n", "|---|:-:|\n", "| 1 | 漢字 |\n"),
        *(
            "**bold**",
            "*it*",
            "`code`",
            "[text](http://a.b)",
            "<b>",
            "&#x1b;",
            "&amp;",
            "\x1b[1m",
            "\r\n",
            "\t",
            "---\n",
        ),
        *(
            "- [ ] todo\n",
            "- [x] done\n",
            "    code\n",
            "漢字かな交じり文",
            "👩\u200d👧",
            "~~gone~~",
            "===\n",
            "\\",
            "x" * 40,
            "[a]: b\n",
        ),
    ]
)
TEXT = st.lists(PIECES, max_size=25).map("".join)


def drawn(text: str, width: int = 40) -> MarkdownLines:
    whole = MarkdownLines(LOOK, width)
    whole.feed(text)
    whole.finish()
    return whole


def texts(text: str, width: int = 40) -> list[str]:
    return [line.text.rstrip() for line in drawn(text, width).lines]


@given(TEXT, st.integers(8, 60))
@settings(deadline=None)
def test_every_line_fits(text: str, width: int) -> None:
    for line in drawn(text, width).lines:
        assert sum(segment.cell_length for segment in line.segments) == line.cells
        assert line.cells <= width


@given(st.lists(TEXT, max_size=6), st.integers(10, 60))
@settings(max_examples=200, deadline=None)
@example(["para\n#", "tag"], 40)
@example(["para\n\n-", "--"], 40)
@example(["- a\n- b\n", "\n", "  c\n"], 40)
@example(["> a\n", "b"], 40)
def test_growing_text_ends_as_whole_text(parts: list[str], width: int) -> None:
    growing = MarkdownLines(LOOK, width)
    for part in parts:
        before = growing.lines[: growing.settled]
        growing.feed(part)
        assert growing.lines[: len(before)] == before
    growing.finish()
    whole = drawn("".join(parts), width)
    assert growing.lines == whole.lines
    assert growing.starts == whole.starts


@given(
    st.lists(st.one_of(TEXT, st.sampled_from(["a", "word ", "b c", ". ", "1", " "])), max_size=12), st.integers(10, 60)
)
@settings(max_examples=200, deadline=None)
@example(["- word\n  ```\n  word", " more"], 40)
@example(["> a", "b", " c", "\n", "d"], 40)
def test_growing_text_is_at_every_step_as_if_it_came_at_once(parts: list[str], width: int) -> None:
    growing = MarkdownLines(LOOK, width)
    text = ""
    for part in parts:
        growing.feed(part)
        text += part
        whole = MarkdownLines(LOOK, width)
        whole.feed(text)
        assert [line.text.rstrip() for line in growing.lines] == [line.text.rstrip() for line in whole.lines]


@given(st.text(alphabet=st.characters(exclude_categories=())) | TEXT)
@settings(deadline=None)
def test_no_control_byte_is_drawn(text: str) -> None:
    for line in drawn(text).lines:
        for segment in line.segments:
            assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 for c in segment.text)
            link = segment.style.link if segment.style else None
            assert link is None or (link.isascii() and link.isprintable())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one\ntwo", ["one", "two"]),
        ("# Head\ntext", ["Head", "text"]),
        ("a\n\nb", ["a", "", "b"]),
        ("- a\n- b\n  - c", [" • a", " • b", "    ◦ c"]),
        ("1. a\n2. b", [" 1. a", " 2. b"]),
        ("- a\n\n- b", [" • a", "", " • b"]),
        ("- [ ] a\n- [x] b", [" ☐ a", " ☑ b"]),
        ("> a\n>\n> b", ["▎ a", "▎", "▎ b"]),
        ("```py\nx = 1\n```", ["▏ py", "▏ x = 1"]),
        ("<b>bold</b> [i]x[/i]", ["<b>bold</b> [i]x[/i]"]),
        ("a&#x1b;b &lt;c&gt;", ["a�b <c>"]),
        ("[text](http://a.b)", ["text (http://a.b)"]),
        ("[text](javascript:x)", ["[text](javascript:x)"]),
        ("<http://a.b>", ["http://a.b"]),
        ("![pic](http://a.b/c.png)", ["[image: pic] (http://a.b/c.png)"]),
        ("| a | b |\n|---|--:|\n| 1 | 2 |\n| 漢字 | 10 |", ["a    │  b", "─────┼───", "1    │  2", "漢字 │ 10"]),
        ("[a]: http://b.c", ["[a]: http://b.c"]),
    ],
)
def test_what_it_looks_like(text: str, expected: list[str]) -> None:
    assert texts(text) == expected


def test_nested_blocks_keep_their_place() -> None:
    assert texts("- a\n  > q\n\n  ```\n  c\n  ```\n- b", 30) == [" • a", "", "   ▎ q", "", "   ▏ c", "", " • b"]
    assert texts("- a\n  > q\n- b\n  ```\n  c\n  ```", 30) == [" • a", "   ▎ q", " • b", "   ▏ c"]


def test_a_wide_table_wraps_its_widest_columns() -> None:
    lines = texts("| key | words |\n|---|---|\n| a | one two three four |\n| b | five |", 16)
    assert lines == ["key │ words", "────┼───────────", "a   │ one two", "    │ three four", "    │", "b   │ five"]


def test_a_table_too_wide_to_shrink_is_shown_as_records() -> None:
    assert texts("| ab | cd | ef |\n|---|---|---|\n| 1 | 2 | 3 |", 8) == ["ab: 1", "cd: 2", "ef: 3"]


def test_long_code_lines_wrap_and_are_copied_whole() -> None:
    lines = drawn("```\n" + "x" * 50 + "\n```", 23).lines
    assert [line.glue for line in lines] == ["", "", "\n"]
    assert copied(lines) == "x" * 50


def test_code_lines_wrap_after_a_blank_near_the_end_and_lose_none() -> None:
    code = "return sorted(words, key=len)  # stable: equal lengths keep their order"
    lines = drawn(f"```\n{code}\n```", 40).lines
    assert [line.words() for line in lines] == [
        "return sorted(words, key=len)  # ",
        "stable: equal lengths keep their ",
        "order",
    ]
    assert copied(lines) == code


def test_only_safe_links_can_be_followed() -> None:
    lines = drawn("[a](http://b.c) http://d.e. `http://f.g`").lines
    links = {segment.style.link for line in lines for segment in line.segments if segment.style}
    assert links == {None, "http://b.c", "http://d.e"}


def copied(lines: list[Line]) -> str:
    return "".join(line.words() + line.glue for line in lines).rstrip()


def test_a_wrapped_paragraph_is_copied_on_one_line() -> None:
    assert copied(drawn("- one two three four five six seven", 16).lines) == " • one two three four five six seven"


def test_a_very_long_paragraph_is_shown_as_typed() -> None:
    lines = texts("*a* " * MAX_MARKED, 40)
    assert lines[0].startswith("*a* *a*")


def test_a_hundred_thousand_characters_streamed_cost_little_each() -> None:
    growing = MarkdownLines(LOOK, 80)
    start = process_time()
    for _ in range(200):
        growing.feed("x" * 500)
    assert process_time() - start < 4
    assert len(growing.lines) == 1250


def test_only_the_last_block_is_drawn_again() -> None:
    growing = MarkdownLines(LOOK, 40)
    growing.feed("first paragraph\n\n# second")
    growing.feed(" head\n\n- item\n\nthird")
    first = growing.lines[:6]
    growing.feed(" goes on")
    assert growing.settled == 4
    assert all(line is old for line, old in zip(growing.lines[:4], first, strict=False))

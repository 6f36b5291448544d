"""The inside of a paragraph that grows: made once where it is certain, and the same as made anew."""

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.style import Style

from hat_tui.tui.widgets import inline_flow as room
from hat_tui.tui.widgets.inline_flow import GrowingFlow, inline_flow
from hat_tui.tui.widgets.look import STYLE_NAMES, Look
from hat_tui.tui.widgets.open_marks import closed

LOOK = Look({name: Style(color=f"color({number})") for number, name in enumerate(STYLE_NAMES)})
BASE = LOOK["text"]
WORDS = st.sampled_from(
    [
        *(
            "word ",
            "two words, ",
            "\n",
            "  ",
            " \n",
            "a",
            "Hello! ",
            "漢字 ",
            "x" * 30,
            "snake_case ",
            "2 * 3 ",
            "f(x) ",
        ),
        *("**bold** ", "*it* ", "`code` ", "`a b", "**", "*", "_", "_it_ ", "~~", "~~gone~~ ", "`", "``", "\\", "\\* "),
        *("[text](http://a.b) ", "[", "](", "![", "<http://a.b> ", "http://a.b/c ", "&amp; ", "& ", "<", "***both*** "),
    ]
)


@given(st.lists(st.lists(WORDS, min_size=1, max_size=9).map("".join), max_size=30))
@settings(max_examples=150, deadline=None)
def test_a_growing_paragraph_is_at_every_step_as_if_made_anew(parts: list[str]) -> None:
    growing = GrowingFlow(BASE, LOOK)
    content = ""
    for part in parts:
        content += part
        shown = closed(content.strip())
        assert growing.of(shown) == inline_flow(shown, BASE, LOOK)


def test_what_is_certain_is_not_parsed_again(monkeypatch) -> None:
    parsed = []
    monkeypatch.setattr(
        room, "inline_flow", lambda content, *rest: parsed.append(content) or inline_flow(content, *rest)
    )
    growing = GrowingFlow(BASE, LOOK)
    for number in range(200):
        growing.of("some **bold** words " * number + "end")
    assert max(map(len, parsed)) < 600


def test_another_paragraph_begins_anew() -> None:
    growing = GrowingFlow(BASE, LOOK)
    growing.of("one two " * 100)
    assert growing.of("three").text == "three"

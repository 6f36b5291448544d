"""Whatever a model, a server or a file says, nothing but printable text reaches the terminal."""

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hat_tui.chat.safe_text import safe_link, shown, shown_line

ANY = st.text(alphabet=st.characters(exclude_categories=())) | st.text(
    alphabet="ab \n\t\r\x1b\x9b\u202e\u200d\ufe0f\u0301👩👍🏽❤1#漢\u0600א\ud800\u2028"
)


@given(ANY)
@settings(deadline=None)
def test_no_control_byte_is_left(text: str) -> None:
    for character in shown(text):
        assert character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs"), ascii(character)


@given(ANY)
@settings(deadline=None)
def test_showing_twice_is_showing_once(text: str) -> None:
    assert shown(shown(text)) == shown(text)


@given(ANY, ANY)
@settings(deadline=None)
@example("👩\u200d", "👩")
def test_lines_are_shown_one_by_one(first: str, second: str) -> None:
    assert shown(first + "\n" + second) == shown(first.removesuffix("\r")) + "\n" + shown(second)


@given(ANY)
@settings(deadline=None)
def test_the_number_of_lines_stays(text: str) -> None:
    assert shown(text).count("\n") == text.count("\n")


@given(ANY)
@settings(deadline=None)
def test_one_line_stays_one_line(text: str) -> None:
    assert len(shown_line(text).splitlines()) <= 1


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("plain text", "plain text"),
        ("\x1b[2J\x07", "␛[2J␇"),
        ("\x9b2J and \x7f", "�2J and ␡"),
        ("\x1b]0;title\x1b\\", "␛]0;title␛\\"),
        ("one\r\ntwo\rthree", "one\ntwo␍three"),
        ("pay\u202e0001\u202c", "pay0001"),
        ("zero\u200bwidth", "zerowidth"),
        ("half \ud83d a pair", "half � a pair"),
        ("👩\u200d👩\u200d👧\u200d👦", "👩\u200d👩\u200d👧\u200d👦"),
        ("a\u200db", "ab"),
        ("e\u0301", "e\u0301"),
        ("e" + "\u0301" * 99, "e" + "\u0301" * 5),
        ("tag\U000e0041\U000e0042", "tag"),
        ("[bold]no markup[/]", "[bold]no markup[/]"),
    ],
)
def test_what_is_seen_in_place_of_it(raw: str, safe: str) -> None:
    assert shown(raw) == safe


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "file:///etc/passwd", "", "//host/path", "http://[", "data:,x", "a" * 9]
)
def test_only_web_and_mail_are_links(address: str) -> None:
    assert safe_link(address) == ""


def test_a_link_cannot_end_its_own_escape_sequence() -> None:
    assert safe_link("https://a.b/\x1b\\x y") == "https://a.b/%1B%5Cx%20y"


def test_a_good_link_is_kept_as_it_is() -> None:
    assert safe_link("https://a.b/c?d=e&f=%20#g") == "https://a.b/c?d=e&f=%20#g"


def test_a_link_too_long_for_a_terminal_is_none() -> None:
    assert safe_link("https://a.b/" + "c" * 3000) == ""

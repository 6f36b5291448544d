"""What a terminal without UTF-8 is sent."""

from dataclasses import astuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from hat_tui.tui.terminal.charset import LIKENESS, charset, encoder
from hat_tui.tui.widgets.look import Glyphs


def test_lines_and_blocks_become_ascii_and_latin_letters_stay() -> None:
    assert encoder("latin-1")("╭─ Größe ▒░ “so” ─╮") == b'+- Gr\xf6\xdfe =: "so" -+'
    assert encoder("ascii")("日本 é") == b"???? ?"


def test_every_glyph_that_the_transcript_draws_has_a_likeness() -> None:
    drawn = "".join(astuple(Glyphs()))
    assert b"?" not in encoder("ascii")(drawn)


def test_utf_8_is_sent_as_it_is() -> None:
    assert encoder("UTF-8")("╭─ 日本") == "╭─ 日本".encode()


@given(st.text())
def test_no_text_changes_its_width_or_fails(text: str) -> None:
    sent = encoder("ascii")(text).decode("ascii")
    assert len(sent) >= cell_len(sent)
    assert all(ord(char) < 128 for char in sent)


@pytest.mark.parametrize("char", LIKENESS)
def test_a_likeness_is_as_wide_as_what_it_stands_for(char: str) -> None:
    assert cell_len(LIKENESS[char]) == cell_len(char)


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({}, "utf-8"),
        ({"LANG": "C.UTF-8"}, "UTF-8"),
        ({"LANG": "de_DE.ISO-8859-1"}, "ISO-8859-1"),
        ({"LANG": "de_DE@euro"}, "latin-1"),
        ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, "ascii"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "POSIX"}, "ascii"),
    ],
)
def test_the_locale_names_the_character_set(environ: dict[str, str], name: str) -> None:
    assert charset(environ) == name

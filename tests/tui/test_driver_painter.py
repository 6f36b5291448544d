"""Whatever is painted, and however little is sent of it, the terminal shows what Textual wanted to show."""

from itertools import chain

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from bench.terminal.emulator import Terminal
from hat_tui.tui.terminal.grid import UNKNOWN, Grid
from hat_tui.tui.terminal.painter import Abilities, Painter

WIDTH, HEIGHT = 30, 9
TEXTS = [*"ab ", "  ", "─", "漢", "😀", "é", "e\u0301", "👩‍👩‍👧", "❤️", "🇩🇪", "hello", "x" * 9, " " * 12, "━" * 10]
STYLES = ["", "1", "4", "7", "31", "38;2;1;2;3", "48;2;9;9;9", "38;5;4;48;2;9;9;9", "1;3;38;2;1;2;3;48;2;9;9;9", "9"]

segments = st.tuples(st.sampled_from(TEXTS), st.sampled_from(STYLES), st.booleans())
spans = st.tuples(st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1), st.lists(segments, min_size=1, max_size=4))
partial_frames = st.tuples(st.lists(spans, min_size=1, max_size=6), st.integers(1, WIDTH), st.integers(1, HEIGHT))
lines = st.lists(st.sampled_from([f"row {n} 漢字".ljust(WIDTH - 2) for n in range(12)]), min_size=1, max_size=HEIGHT)


def styled(text: str, sgr: str, linked: bool) -> str:
    """A segment as Rich writes it."""
    text = f"\x1b[{sgr}m{text}\x1b[0m" if sgr else text
    return f"\x1b]8;id=1;http://example.org\x1b\\{text}\x1b]8;;\x1b\\" if linked else text


def written(frame) -> str:
    """A partial update as Textual's compositor writes it."""
    painted, column, row = frame
    data = ""
    for x, y, pieces in painted:
        data += f"\x1b[{y + 1};{x + 1}H"
        room = WIDTH - x
        for text, sgr, linked in pieces:
            room -= cell_len(text)
            if room < 0:
                break
            data += styled(text, sgr, linked)
    return data + f"\x1b[{row};{column}H"


def whole(rows: list[str], sgr: str) -> str:
    """A full update: every row, newlines between."""
    rows = [*rows, *[" " * WIDTH] * (HEIGHT - len(rows))]
    return "\n".join(f"\x1b[{y};1H{styled(row, sgr, False)}" for y, row in enumerate(rows, 1)) + "\x1b[1;1H"


def scrolled(data) -> list[str]:
    """Full updates whose rows move up and down."""
    rows, shifts, sgr = data
    frames = []
    for shift in shifts:
        rows = [*rows[shift:], *rows[:shift]]
        frames.append(whole(rows, sgr))
    return frames


partial = st.lists(partial_frames.map(written), min_size=1, max_size=6)
scrolling = st.tuples(lines, st.lists(st.integers(-3, 3), min_size=1, max_size=4), st.sampled_from(STYLES)).map(
    scrolled
)
sessions = st.lists(st.one_of(partial, scrolling), min_size=1, max_size=4).map(lambda parts: [*chain(*parts)])
NONE = Abilities()
abilities = st.builds(Abilities, st.booleans(), st.booleans(), st.booleans())


def show(painter: Painter, wanted: Grid, terminal: Terminal, *, budget: int = 100_000, caret: bool = False) -> int:
    """Paint until nothing is left; the bytes it took."""
    size = 0
    while data := painter.paint(wanted, budget, caret=caret):
        terminal.feed(data.encode())
        size += len(data.encode())
    terminal.settle()
    return size


def terminal(can: Abilities = NONE) -> Terminal:
    made = Terminal(WIDTH, HEIGHT, bce=can.bce, rep=can.rep, sync=can.sync)
    made.feed(b"\x1b[?7l")
    return made


@settings(max_examples=150, deadline=None)
@given(sessions, abilities, st.sampled_from([1, 60, 100_000]), st.booleans(), st.data())
def test_the_screen_equals_that_of_a_plain_driver_cell_by_cell(frames, can, budget, caret, data):
    plain, ours = terminal(), terminal(can)
    wanted, painter = Grid(WIDTH, HEIGHT), Painter(Grid(WIDTH, HEIGHT), can)
    for frame in frames:
        plain.feed(frame.encode())
        plain.settle()
        wanted.feed(frame)
        if data.draw(st.booleans(), label="this frame is dropped"):
            continue
        show(painter, wanted, ours, budget=budget, caret=caret)
        assert ours.cells() == plain.cells()
    show(painter, wanted, ours, caret=caret)
    assert ours.cells() == plain.cells()
    assert not ours.unknown


@settings(max_examples=60, deadline=None)
@given(st.lists(partial_frames.map(written), min_size=1, max_size=6))
def test_another_terminal_emulator_agrees(frames):
    usual = [frame for frame in frames if not any(text in frame for text in ("👩", "❤", "🇩", "\x1b]8"))]
    plain, ours = pyte.Screen(WIDTH, HEIGHT), pyte.Screen(WIDTH, HEIGHT)
    plain_stream, our_stream = pyte.Stream(plain), pyte.Stream(ours)
    our_stream.feed("\x1b[?7l")
    plain_stream.feed("\x1b[?7l")
    wanted, painter = Grid(WIDTH, HEIGHT), Painter(Grid(WIDTH, HEIGHT), Abilities(bce=True))
    for frame in usual:
        plain_stream.feed(frame)
        wanted.feed(frame)
        our_stream.feed(painter.paint(wanted, 100_000, caret=False))
        assert ours.display == plain.display


def test_a_frame_that_changes_nothing_sends_nothing():
    wanted, painter = Grid(WIDTH, HEIGHT), Painter(Grid(WIDTH, HEIGHT), Abilities())
    frame = whole(["one", "two"], "48;2;9;9;9")
    wanted.feed(frame)
    assert painter.paint(wanted, 9999, caret=True)
    wanted.feed(frame)
    assert painter.paint(wanted, 9999, caret=True) == ""


def test_a_word_appended_costs_its_letters_and_a_short_move():
    wanted, painter, screen = Grid(WIDTH, HEIGHT), Painter(Grid(WIDTH, HEIGHT), Abilities()), terminal()
    wanted.feed(whole(["> one two"], ""))
    show(painter, wanted, screen)
    wanted.feed(whole(["> one two three"], ""))
    assert show(painter, wanted, screen) <= len(" three") + len("\x1b[10G")


def test_blanks_to_the_end_of_a_row_are_erased_not_written():
    wanted, painter, screen = Grid(WIDTH, HEIGHT), Painter(Grid(WIDTH, HEIGHT), Abilities(bce=True)), terminal()
    wanted.feed(whole(["y" * WIDTH] * HEIGHT, "48;2;9;9;9"))
    show(painter, wanted, screen)
    wanted.feed(whole(["y" * WIDTH, "y".ljust(WIDTH), *["y" * WIDTH] * (HEIGHT - 2)], "48;2;9;9;9"))
    assert show(painter, wanted, screen) < 15


def test_rows_that_moved_are_moved_by_the_terminal():
    rows = [f"row {n} with its own text" for n in range(20)]
    wanted, painter, screen = Grid(WIDTH, HEIGHT), Painter(Grid(WIDTH, HEIGHT), Abilities()), terminal()
    wanted.feed(whole(rows[:HEIGHT], ""))
    show(painter, wanted, screen)
    wanted.feed(whole(rows[2 : HEIGHT + 2], ""))
    assert show(painter, wanted, screen) < 2 * 25 + 40
    assert screen.text().startswith("row 2")


def test_a_first_frame_on_a_coloured_ground_is_one_erase():
    wanted, painter, screen = Grid(WIDTH, HEIGHT), Painter(Grid(WIDTH, HEIGHT), Abilities(bce=True)), terminal()
    wanted.feed(whole([" " * WIDTH] * HEIGHT, "48;2;9;9;9"))
    assert show(painter, wanted, screen) < 40


def test_an_unknown_screen_is_painted_whole():
    wanted, painter, screen = Grid(WIDTH, HEIGHT), Painter(Grid(WIDTH, HEIGHT, UNKNOWN), Abilities()), terminal()
    screen.chars = [["#"] * WIDTH for _ in range(HEIGHT)]
    wanted.feed(whole(["one"], ""))
    show(painter, wanted, screen)
    assert screen.text().strip() == "one"


def test_the_rows_of_the_caret_come_first_when_bytes_are_few():
    wanted, painter, screen = Grid(WIDTH, HEIGHT), Painter(Grid(WIDTH, HEIGHT), Abilities()), terminal()
    wanted.feed(whole([f"row {n}" for n in range(HEIGHT)], "")[: -len("\x1b[1;1H")] + "\x1b[8;3H")
    screen.feed(painter.paint(wanted, 10, caret=True).encode())
    screen.settle()
    assert screen.row_text(7).startswith("row 7")
    assert screen.text().count("row") < HEIGHT


def test_a_frame_keeps_to_its_bytes_where_they_hold_a_row():
    wanted, painter = Grid(WIDTH, HEIGHT), Painter(Grid(WIDTH, HEIGHT), Abilities())
    wanted.feed(whole([f"row {n} with its own text" for n in range(HEIGHT)], ""))
    frames = [*iter(lambda: painter.paint(wanted, 80, caret=False), "")]
    assert max(map(len, frames)) <= 80 + len("\x1b[m\x1b]8;;\x1b\\")
    assert len(frames) <= HEIGHT // 2 + 1


def test_where_bytes_are_few_what_goes_on_comes_first_and_what_is_only_erased_last():
    wanted, painter, screen = Grid(WIDTH, HEIGHT), Painter(Grid(WIDTH, HEIGHT), Abilities()), terminal()
    wanted.feed(whole([f"old {n}" * 3 for n in range(HEIGHT)], ""))
    show(painter, wanted, screen)
    wanted.feed(whole(["", "", *[f"new {n}" * 3 for n in range(2, 6)]], ""))
    wanted.feed("\x1b[6;1Hand it goes on\x1b[9;1H")
    seen = []
    while data := painter.paint(wanted, 20, caret=False):
        screen.feed(data.encode())
        seen.append(screen.text())
    assert "old 2" in seen[0]
    assert "and it goes on" in seen[1]  # after the cursor's row
    assert "old 0" in seen[-3]
    assert "new 2" in seen[-3]


def test_every_row_gets_its_turn_while_one_goes_on_changing():
    wanted, painter, screen = Grid(WIDTH, HEIGHT), Painter(Grid(WIDTH, HEIGHT), Abilities()), terminal()
    wanted.feed(whole([f"row {n}" * 4 for n in range(6)], ""))
    for n in range(12):
        wanted.feed(f"\x1b[4;1H{str(n) * WIDTH}\x1b[9;1H")
        screen.feed(painter.paint(wanted, 40, caret=False).encode())
    screen.settle()
    assert all(f"row {n}" in screen.text() for n in (0, 1, 2, 4, 5))


@pytest.mark.parametrize(
    "hostile", ["\x1b]0;title\x07", "\x1b[2J", "\x1b[?1049l", "\x1bc", "\x9b31m", "\x07", "\x1bPq\x1b\\"]
)
def test_a_control_sequence_in_somebodys_text_never_reaches_the_terminal(hostile):
    wanted, painter = Grid(WIDTH, HEIGHT), Painter(Grid(WIDTH, HEIGHT), Abilities())
    wanted.feed(f"\x1b[1;1Hsafe {hostile}text\x1b[1;1H")
    assert hostile not in painter.paint(wanted, 9999, caret=False)


def test_the_caret_shows_only_where_a_widget_has_one():
    wanted, painter, screen = Grid(WIDTH, HEIGHT), Painter(Grid(WIDTH, HEIGHT), Abilities()), terminal()
    screen.feed(b"\x1b[?25l")
    wanted.feed("\x1b[1;1Hprompt\x1b[1;4H")
    show(painter, wanted, screen, caret=True)
    assert screen.caret_shown
    assert (screen.x, screen.y) == (3, 0)
    show(painter, wanted, screen, caret=False)
    assert not screen.caret_shown

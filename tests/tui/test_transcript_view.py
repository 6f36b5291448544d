"""The transcript in a running app: what is painted, where the view is, what keys and mouse do."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from random import Random
from time import perf_counter

import pytest
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.events import MouseScrollUp
from textual.geometry import Region
from textual.pilot import Pilot
from textual.selection import Selection

from hat_tui.tui.widgets.transcript_view import Entry, TranscriptView

HEIGHT = 10


class Page(App[None]):
    """The transcript and nothing else; remembers what it posts."""

    AUTO_FOCUS = ""

    def __init__(self, entries: list[Entry]) -> None:
        super().__init__()
        self.entries = entries
        self.posted: list[object] = []

    def compose(self) -> ComposeResult:
        yield TranscriptView()

    def on_mount(self) -> None:
        self.query_one(TranscriptView).show(self.entries)

    def on_transcript_view_turn_action(self, event: TranscriptView.TurnAction) -> None:
        self.posted.append((event.action, event.key))

    def on_transcript_view_link_clicked(self, event: TranscriptView.LinkClicked) -> None:
        self.posted.append(event.address)


@asynccontextmanager
async def transcript(
    *entries: Entry, size: tuple[int, int] = (40, HEIGHT)
) -> AsyncIterator[tuple[TranscriptView, Pilot[None]]]:
    app = Page(list(entries))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        yield app.query_one(TranscriptView), pilot


def user(key: int, text: str, **more: object) -> Entry:
    return replace(Entry(key, "user", "You", text), **more)  # type: ignore[arg-type]


def reply(key: int, text: str = "", **more: object) -> Entry:
    return replace(Entry(key, "assistant", "model", text), **more)  # type: ignore[arg-type]


def many(count: int) -> list[Entry]:
    return [user(n, f"question {n}") if n % 2 == 0 else reply(n, f"answer {n}\n\n" * (n % 7 + 1)) for n in range(count)]


def screen(view: TranscriptView) -> list[str]:
    """The rows of the view as text, without trailing blanks."""
    return [view.render_line(y).text.rstrip() for y in range(view.size.height)]


def at_end(view: TranscriptView) -> bool:
    return view.scroll_offset.y == view.max_scroll_y


# What is shown


async def test_turns_are_told_apart_without_colour() -> None:
    async with transcript(user(1, "Hello?"), reply(2, "Yes.", meta="3 tokens")) as (view, _):
        assert screen(view)[:5] == ["▌ You", "▌ Hello?", "", "  model" + " " * 23 + "3 tokens", "  Yes."]


async def test_everything_a_turn_can_have_is_shown() -> None:
    entry = reply(
        1,
        "Text.",
        meta="9 tokens",
        ending="stopped by you",
        thought="a b c",
        version="‹2/3›",
        pinned=True,
        tone="warning",
    )
    async with transcript(entry, size=(60, HEIGHT)) as (view, _):
        assert screen(view)[:6] == [
            "  model ‹2/3› ◆ pinned" + " " * 28 + "9 tokens",
            "  ▸ thought, 3 words",
            "",
            "  Text.",
            "  ─ stopped by you",
            "",
        ]
        view.update(replace(entry, thought_meta="120 tokens"))
        view.fold_thought(1)
        assert screen(view)[1:4] == ["  ▾ thought, 120 tokens", "  ▎ a b c", ""]


async def test_text_is_never_markup_and_never_a_control() -> None:
    async with transcript(user(1, "[bold]a[/bold]\x1b[2J", title="[red]x\x9b")) as (view, _):
        assert screen(view)[:2] == ["▌ [red]x�", "▌ [bold]a[/bold]␛[2J"]


async def test_plain_shows_the_text_as_it_was_sent() -> None:
    async with transcript(reply(1, "**a**")) as (view, _):
        assert screen(view)[1] == "  a"
        view.update(reply(1, "**a**", plain=True))
        assert screen(view)[1] == "  **a**"


async def test_the_horizon_is_drawn_above_its_turn_and_moves() -> None:
    async with transcript(user(1, "a"), reply(2, "b"), user(3, "c"), size=(40, 20)) as (view, _):
        view.set_horizon(2)
        assert screen(view)[3].startswith("  ─ the model no longer sees")
        view.set_horizon(3)
        assert screen(view)[3] == "  model"
        assert screen(view)[6].startswith("  ─ the model no longer sees")
        view.set_horizon(None)
        assert not any("no longer" in row for row in screen(view))


async def test_progress_is_replaced_in_place_and_goes() -> None:
    async with transcript(user(1, "a"), reply(2)) as (view, _):
        view.set_progress(2, "reading 10 of 90 tokens")
        view.set_progress(2, "reading 20 of 90 tokens")
        assert screen(view)[3:6] == ["  model", "  reading 20 of 90 tokens", ""]
        view.set_progress(2, "")
        assert screen(view)[3:6] == ["  model", "", ""]


async def test_turns_of_no_key_are_ignored() -> None:
    async with transcript(user(1, "a")) as (view, _):
        before = screen(view)
        view.update(user(9, "b"))
        view.stream(9, "c")
        view.set_progress(9, "d")
        view.set_horizon(9)
        view.flush()
        assert screen(view) == before


async def test_an_empty_transcript_can_be_used() -> None:
    async with transcript() as (view, pilot):
        view.focus()
        await pilot.press("up", "down", "home", "end", "pageup", "pagedown", "c")
        assert screen(view) == [""] * HEIGHT
        assert view.get_selection(Selection(None, None)) is None


# Streaming


async def test_a_streamed_reply_ends_as_a_whole_one() -> None:
    text = "# Head\n\npara **bold** 漢字 more words than fit on one line of forty\n\n- a\n- b\n\n```py\nx = 1\n```\n"
    async with transcript(user(1, "a"), reply(2, text), size=(40, 30)) as (view, _):
        whole = screen(view)
        view.show([user(1, "a"), reply(2)])
        for character in text:
            view.stream(2, character)
            view.flush()
        view.update(reply(2, text, ending=""))
        assert screen(view) == whole


async def test_pieces_in_a_tenth_of_a_second_are_painted_together() -> None:
    async with transcript(reply(1)) as (view, pilot):
        painted: list[int] = []
        original = view.flush
        view.flush = lambda: (painted.append(1), original())[1]  # type: ignore[method-assign]
        for word in ["one ", "two ", "three"]:
            view.stream(1, word)
        await wait_for(pilot, lambda: screen(view)[1] == "  one two three")
        assert len(painted) <= 2


async def wait_for(pilot: Pilot[None], ready: Callable[[], bool]) -> None:
    deadline = perf_counter() + 5
    while not ready():
        assert perf_counter() < deadline
        await pilot.pause(0.01)


async def test_only_the_cells_that_change_are_painted() -> None:
    async with transcript(user(1, "a"), reply(2, "one")) as (view, _):
        regions: list[Region] = []
        view._set_dirty = lambda *found: regions.extend(found)  # type: ignore[method-assign]
        view.stream(2, " two")
        view.flush()
        assert regions == [Region(5, 4, 4, 1)]


async def test_the_end_is_followed_by_part_of_a_page() -> None:
    async with transcript(*many(20)) as (view, _):
        tops = set()
        view.append(reply(99))
        for _number in range(40):
            view.stream(99, "line\n")
            view.flush()
            tops.add(view.scroll_offset.y)
            assert any("line" in row for row in screen(view))
        assert len(tops) <= 40 // (HEIGHT // 2) + 2


async def test_a_reply_that_comes_in_one_burst_leaves_no_half_page_blank() -> None:
    async with transcript(*many(20), reply(99)) as (view, _):
        view.stream(99, "line\n" * 30)
        view.flush()
        assert screen(view)[-2:] == ["  line", ""]


async def test_streaming_never_moves_a_view_that_was_scrolled_up() -> None:
    async with transcript(*many(20), reply(99)) as (view, pilot):
        view.focus()
        await pilot.press("pageup")
        before = screen(view)[:-1]
        for _number in range(40):
            view.stream(99, "line\n")
            view.flush()
        assert screen(view)[:-1] == before
        assert screen(view)[-1].endswith("↓ more below")
        await pilot.press("end")
        assert "line" in "".join(screen(view))
        assert "more below" not in "".join(screen(view))


async def test_a_view_scrolled_back_to_the_end_follows_again() -> None:
    async with transcript(*many(20), reply(99)) as (view, pilot):
        view.scroll_to_line(view.scroll_offset.y - 5)
        assert not view.follows
        view.scroll_to_line(view.scroll_offset.y + 5)
        await pilot.pause()
        assert view.follows


async def test_a_line_of_a_hundred_thousand_characters_does_not_hang() -> None:
    async with transcript(reply(1)) as (view, _):
        started = perf_counter()
        for _number in range(20):
            view.stream(1, "x" * 5_000)
            view.flush()
        assert perf_counter() - started < 3
        assert view.virtual_size.height >= 100_000 // 37


async def test_half_written_marks_are_shown_as_what_they_are_about_to_be_and_as_they_are_in_the_end() -> None:
    async with transcript(reply(1)) as (view, pilot):
        view.stream(1, "a **bo")
        view.flush()
        assert screen(view)[1] == "  a bo"
        await wait_for(pilot, lambda: screen(view)[1] == "  a **bo")


async def test_streaming_out_of_view_paints_nothing_of_the_view() -> None:
    async with transcript(*many(60), reply(99)) as (view, pilot):
        view.scroll_to_line(0)
        await pilot.pause()
        view.stream(99, "one\n")
        view.flush()
        regions: list[Region | None] = []
        view.refresh = lambda *found, **more: regions.extend(found or [None]) or view  # type: ignore[method-assign,assignment]
        view.stream(99, "two words")
        view.flush()
        assert regions == []


async def test_a_thought_streams_folded_and_can_be_unfolded_meanwhile() -> None:
    async with transcript(reply(1)) as (view, pilot):
        view.focus()
        view.stream_thought(1, "one two")
        view.flush()
        await pilot.pause()
        assert screen(view)[1] == "█ ▸ thinking, 2 words"
        await pilot.press("enter")
        view.stream_thought(1, " three")
        view.flush()
        assert screen(view)[1:3] == ["█ ▾ thinking, 3 words", "█ ▎ one two three"]
        await pilot.press("enter")
        view.stream(1, "So.")
        view.flush()
        assert screen(view)[1:4] == ["█ ▸ thought, 3 words", "█", "█ So."]


class Painted:
    """What is on the terminal: the cells of the regions that were dirty, as they were when they were painted."""

    def __init__(self, view: TranscriptView) -> None:
        self.view = view
        self.rows = [self._cells(y) for y in range(view.size.height)]
        self.regions: list[Region] = []
        original = view._set_dirty

        def set_dirty(*regions: Region) -> None:
            self.regions += regions or [view.size.region]
            original(*regions)

        view._set_dirty = set_dirty  # type: ignore[method-assign]

    def _cells(self, y: int) -> list[tuple[str, object]]:
        cells: list[tuple[str, object]] = []
        for segment in self.view.render_line(y):
            style = segment.style.without_color.copy() if segment.style else None
            look = str(style), segment.style and (segment.style.color, segment.style.bgcolor)
            for character in segment.text:
                cells += [(character, look)] + [("", look)] * (cell_len(character) - 1)
        return cells

    def paint(self) -> None:
        """Paint what was refreshed."""
        for region in self.regions:
            for y in range(max(0, region.y), min(region.bottom, len(self.rows))):
                self.rows[y][max(0, region.x) : region.right] = self._cells(y)[max(0, region.x) : region.right]
        self.regions.clear()

    def differences(self) -> list[str]:
        """The rows that are on the terminal otherwise than they should be."""
        return [
            f"{y}: {''.join(c for c, _ in row)!r}, not {''.join(c for c, _ in self._cells(y))!r}"
            for y, row in enumerate(self.rows)
            if row != self._cells(y)
        ]


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_happens_what_is_painted_is_what_should_be_seen(seed: int) -> None:
    random = Random(seed)
    pieces = [
        "word ",
        "\n",
        "\n\n",
        "**bold** ",
        "- item\n",
        "```\n",
        "漢字 ",
        "`code",
        "# ",
        "| a | b |\n|--|--|\n",
        "x" * 50,
    ]
    async with transcript(*many(random.choice([0, 5])), reply(99), size=(40, random.choice([10, 30]))) as (view, pilot):
        view.focus()
        await pilot.pause()
        painted = Painted(view)
        for _number in range(60):
            match random.randrange(11):
                case 0:
                    view.update(replace(view.entries[-1], meta=f"{random.randrange(99)} tokens"))
                case 1:
                    view.stream_thought(view.entries[-1].key, "hm and hm ")
                case 2:
                    view.fold_thought(view.entries[-1].key)
                case 3:
                    view.set_progress(view.entries[-1].key, random.choice(["", "reading", "reading more"]))
                case 4:
                    view.set_horizon(random.choice(view.entries).key)
                case 5:
                    view.selected = random.choice(view.entries).key
                case 6:
                    view.scroll_to_line(view.scroll_offset.y + random.randrange(-4, 5))
                case 7 if random.random() < 0.3:
                    view.append(reply(100 + _number, "next"))
                case 8:
                    entry = random.choice(view.entries)
                    view.update(replace(entry, dimmed=not entry.dimmed))
                case _:
                    view.stream(view.entries[-1].key, random.choice(pieces))
            view.flush()
            await pilot.pause()
            painted.paint()
            assert painted.differences() == []


# Thousands of turns


async def test_five_thousand_turns_open_at_once() -> None:
    entries = many(5_000)
    async with transcript() as (view, pilot):
        started = perf_counter()
        view.show(entries)
        await pilot.pause()
        assert perf_counter() - started < 0.3
        assert any("answer 4999" in row for row in screen(view))
        assert at_end(view)


async def test_scrolling_up_through_turns_never_laid_out_does_not_jump() -> None:
    entries = [reply(n, f"# {n}\n\n" + "| a | b |\n|---|---|\n| 1 | 2 |\n" * 2 + "word " * n) for n in range(60)]
    async with transcript(*entries) as (view, pilot):
        for _number in range(100):
            before = screen(view)[:-1]
            view.scroll_to_line(view.scroll_offset.y - 3)
            await pilot.pause()
            assert screen(view)[3:-1] == before[: HEIGHT - 4]


async def test_every_line_can_be_reached_from_the_top() -> None:
    entries = many(60)
    async with transcript(*entries) as (view, pilot):
        view.focus()
        await pilot.press("home")
        seen = screen(view)[:-1]
        for _number in range(200):
            if at_end(view):
                break
            view.scroll_to_line(view.scroll_offset.y + HEIGHT - 1)
            await pilot.pause()
            seen += screen(view)
        assert all(any(f"question {n}" in row for row in seen) for n in range(0, 60, 2))


async def test_what_changes_above_the_view_does_not_move_it() -> None:
    entries = many(40)
    async with transcript(*entries) as (view, pilot):
        for line in (view.scroll_offset.y, 100):
            view.scroll_to_line(line)
            await pilot.pause()
            before = screen(view)
            view.set_horizon(4)
            view.update(replace(entries[2], text="longer\n" * 9))
            view.update(replace(entries[3], ending="failed: no more memory", tone="error"))
            assert screen(view) == before
            view.set_horizon(None)
            view.update(entries[2])
            assert screen(view) == before


async def test_showing_the_same_conversation_changed_keeps_the_place() -> None:
    entries = many(60)
    async with transcript(*entries) as (view, pilot):
        view.focus()
        view.scroll_to_line(60)
        await pilot.pause()
        view.selected = 20
        before = screen(view)
        view.reshow([*entries[:50], reply(70, "another version", version="‹2/2›")])
        await pilot.pause()
        assert screen(view) == before
        view.reshow(entries[:10])
        await pilot.pause()
        assert view.selected == 9
        assert any("answer 9" in row for row in screen(view))
        view.reshow([])
        assert screen(view) == [""] * HEIGHT


async def test_all_of_five_thousand_turns_can_be_copied() -> None:
    async with transcript(*many(5_000)) as (view, _):
        started = perf_counter()
        copied = view.get_selection(Selection(None, None))
        assert perf_counter() - started < 1
        assert copied is not None
        assert copied[0].startswith("You\nquestion 0\n\n")
        assert "answer 4999" in copied[0]


async def test_resizing_keeps_the_words_at_the_top() -> None:
    entries = [reply(n, "".join(f"paragraph {n}.{m} with words to wrap here\n\n" for m in range(9))) for n in range(30)]
    async with transcript(*entries, size=(60, HEIGHT)) as (view, pilot):
        view.scroll_to_line(200)
        await pilot.pause()
        first = next(row for row in screen(view) if "paragraph" in row).split()[1]
        for width in (30, 90, 24, 60):
            await pilot.resize_terminal(width, HEIGHT)
            await pilot.pause()
            assert next(row for row in screen(view) if "paragraph" in row).split()[1] == first


async def test_resizing_while_following_keeps_the_end_in_view() -> None:
    async with transcript(*many(40), reply(99)) as (view, pilot):
        view.stream(99, "last words")
        view.flush()
        for size in ((24, 6), (90, 30), (40, HEIGHT)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert any("last words" in row for row in screen(view))
            assert view.follows


# Keys


async def test_keys_move_the_selection_and_it_is_seen_without_colour() -> None:
    async with transcript(user(1, "a"), reply(2, "b"), Entry(3, "note", "", "n"), user(4, "c"), size=(40, 20)) as (
        view,
        pilot,
    ):
        view.focus()
        await pilot.pause()
        assert view.selected == 4
        assert [row[:1] for row in screen(view)].count("█") == 2
        for key, selected in [("up", 2), ("k", 1), ("up", 1), ("down", 2), ("j", 4), ("home", 1), ("end", 4)]:
            await pilot.press(key)
            assert view.selected == selected
        pilot.app.set_focus(None)
        await pilot.pause()
        assert not any(row.startswith("█") for row in screen(view))


async def test_keys_of_the_table_are_posted_for_the_selected_turn() -> None:
    async with transcript(user(1, "a"), reply(2, "b")) as (view, pilot):
        view.focus()
        await pilot.press("c", "up", "e", "left")
        posted = [("turn-copy", 2), ("turn-edit", 1), ("turn-older-version", 1)]
        assert pilot.app.posted == posted  # type: ignore[attr-defined]


async def test_down_goes_through_a_turn_longer_than_the_view() -> None:
    long = "\n".join(f"line {n}" for n in range(30))
    async with transcript(reply(1, long), user(2, "next")) as (view, pilot):
        view.focus()
        await pilot.press("home")
        seen = set(screen(view)[:-1])
        for _number in range(30):
            if view.selected != 1:
                break
            await pilot.press("down")
            seen |= set(screen(view))
        assert {f"line {n}" for n in range(30)} <= {" ".join(row.split()[1:3]) for row in seen}


async def test_every_turn_of_many_can_be_selected_by_key() -> None:
    async with transcript(*many(30)) as (view, pilot):
        view.focus()
        await pilot.pause()
        chosen = [view.selected]
        for _number in range(300):
            if view.selected == 0:
                break
            await pilot.press("up")
            if view.selected != chosen[-1]:
                chosen.append(view.selected)
            assert any(row.startswith("█") for row in screen(view))
        assert chosen == list(range(29, -1, -1))


async def test_a_page_takes_the_selection_along() -> None:
    async with transcript(*many(30)) as (view, pilot):
        view.focus()
        await pilot.press("pageup", "pageup")
        assert any(row.startswith("█") for row in screen(view))


# Searching


async def test_search_counts_and_goes_from_hit_to_hit() -> None:
    async with transcript(*many(60)) as (view, pilot):
        assert view.search("QUESTION  5") == 5
        assert view.search("nothing like it") == 0
        assert not view.next_hit()
        assert view.search("question 2") == 6
        view.scroll_to_line(0)
        await pilot.pause()
        chosen = []
        for _number in range(7):
            assert view.next_hit()
            await pilot.pause()
            chosen.append(view.selected)
            assert any(f"question {view.selected}" in row for row in screen(view))
        assert chosen == [2, 20, 22, 24, 26, 28, 2]
        view.previous_hit()
        assert view.selected == 28


async def test_hits_are_marked_also_across_two_lines() -> None:
    async with transcript(reply(1, "words that go on until the **line is full** of them")) as (view, _):
        view.search("line is full")
        view.next_hit()
        style = view.get_component_rich_style("transcript--hit-now")
        marked = "".join(
            segment.text
            for y in range(HEIGHT)
            for segment in view.render_line(y)
            if segment.style and segment.style.bgcolor == style.bgcolor
        )
        assert marked == "line is full".replace(" ", "") or marked.replace(" ", "") == "lineisfull"
        view.search("")
        assert not view.next_hit()


# The mouse, links, copying


async def test_selected_text_is_copied_without_bars_and_wrapped_lines_whole() -> None:
    text = "a paragraph of words that is wrapped at forty cells\n\n```py\nx = 1\n```\n\n- item"
    async with transcript(user(1, "hello"), reply(2, text), size=(40, 20)) as (view, _):
        copied = view.get_selection(Selection(None, None))
        assert copied is not None
        assert copied[0] == (
            "You\nhello\n\nmodel\na paragraph of words that is wrapped at forty cells\n\nx = 1\n\n • item"
        )


async def test_dragging_selects_text() -> None:
    async with transcript(user(1, "hello there"), reply(2, "general words")) as (view, pilot):
        await pilot.mouse_down(view, offset=(8, 1))
        await pilot.hover(view, offset=(9, 4))
        await pilot.mouse_up(view, offset=(9, 4))
        await pilot.pause()
        assert view.screen.get_selected_text() == "there\n\nmodel\ngeneral"


async def test_parts_of_a_line_add_up_when_a_selection_scrolls_the_page() -> None:
    async with transcript(*many(30)) as (view, pilot):
        start = view.scroll_offset.y
        for _number in range(10):
            view.scroll_y -= 0.3
            await pilot.pause()
        assert view.scroll_offset.y == start - 3


async def test_the_wheel_scrolls() -> None:
    async with transcript(*many(30)) as (view, pilot):
        start = view.scroll_offset.y
        assert view.allow_vertical_scroll
        view.post_message(MouseScrollUp(view, 5, 5, 0, 0, 0, False, False, False))
        await pilot.pause()
        assert view.scroll_offset.y < start
        assert not view.follows


async def test_a_selection_stays_with_its_words_when_the_page_moves() -> None:
    async with transcript(user(1, "hello there"), reply(2, "general words")) as (view, pilot):
        await pilot.mouse_down(view, offset=(2, 1))
        await pilot.hover(view, offset=(6, 1))
        await pilot.mouse_up(view, offset=(6, 1))
        for _number in range(20):
            view.stream(2, "more\n")
            view.flush()
        await pilot.pause()
        assert view.screen.get_selected_text() == "hello"


async def test_a_mouse_that_moves_paints_nothing() -> None:
    async with transcript(user(1, "one two"), reply(2, "**three** four")) as (view, pilot):
        await pilot.hover(view, offset=(3, 1))
        await pilot.pause()
        painted = Painted(view)
        for x, y in ((4, 1), (6, 3), (9, 4), (4, 4)):
            await pilot.hover(view, offset=(x, y))
            await pilot.pause()
        assert painted.regions == []


async def test_clicking_a_link_tells_its_address() -> None:
    async with transcript(reply(1, "http://a.b/c and [x](javascript:y)")) as (view, pilot):
        await pilot.click(view, offset=(5, 1))
        assert pilot.app.posted == ["http://a.b/c"]  # type: ignore[attr-defined]


async def test_clicking_a_thought_unfolds_it_and_the_hint_goes_to_the_end() -> None:
    async with transcript(reply(0, thought="hm"), *many(20)[1:]) as (view, pilot):
        view.scroll_to_line(0)
        await pilot.pause()
        await pilot.click(view, offset=(4, 1))
        assert screen(view)[1:3] == ["█ ▾ thinking, 1 word", "█ ▎ hm"]
        await pilot.click(view, offset=(30, HEIGHT - 1))
        await pilot.pause()
        assert at_end(view)


async def test_code_blocks_come_as_they_were() -> None:
    async with transcript(reply(1, "a\n\n```py\nx\ty\n```\n\n- b\n\n  ```\n  z\n  ```\n")) as (view, _):
        assert view.code_blocks(1) == ["x\ty\n", "z\n"]
        assert view.code_blocks(9) == []


# Looks


async def test_another_theme_recolours_what_is_shown() -> None:
    async with transcript(user(1, "a")) as (view, pilot):
        before = view.render_line(0)
        pilot.app.theme = "textual-light"
        await pilot.pause()
        await pilot.pause()
        view.render_lines(Region(0, 0, 40, 1))
        assert view.render_line(0).text == before.text
        assert view.render_line(0) != before


async def test_code_is_shown_at_once_and_coloured_when_its_lexer_is_there() -> None:
    async with transcript(reply(1, "```ini\n[section]\n```")) as (view, pilot):
        assert screen(view)[2] == "  ▏ [section]"
        colour = view.get_component_rich_style("transcript--keyword").color

        def coloured() -> bool:
            return any(segment.style and segment.style.color == colour for segment in view.render_line(2))

        await wait_for(pilot, coloured)

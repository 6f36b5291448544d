"""The conversation under the fingers: turns selected by key, found by words, acted on."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message

from hat_tui.chat.safe_text import safe_link
from hat_tui.tui.keymap import TURN
from hat_tui.tui.widgets.look import Line
from hat_tui.tui.widgets.markdown_blocks import code_blocks
from hat_tui.tui.widgets.transcript_page import TranscriptPage
from hat_tui.tui.widgets.turn_lines import GUTTER, Entry, TurnLines
from hat_tui.tui.widgets.turn_search import Mark, TurnSearch

__all__ = ["Entry", "TranscriptView"]

_SHOWN = ("turn-copy", "turn-copy-code", "turn-edit", "turn-regenerate", "turn-continue", "turn-pin")
"""Of the keys of a turn, those with room in the footer."""


def _bindings() -> list[BindingType]:
    turn_keys = [
        Binding(turn.keys, f"turn('{turn.id}')", turn.label, id=turn.id, tooltip=turn.help, show=turn.id in _SHOWN)
        for turn in TURN
    ]
    return [
        *turn_keys,
        Binding("enter,space", "fold", "Thought", show=False),
        Binding("home", "first_turn", "First", show=False),
        Binding("end", "last_turn", "Last", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
    ]


class TranscriptView(TranscriptPage, can_focus=True):
    """The transcript as a person uses it; it posts what is wanted of a turn, decides and saves nothing.

    Which turn is selected and which thoughts are unfolded is its own affair.
    """

    BINDINGS: ClassVar[list[BindingType]] = _bindings()

    @dataclass
    class TurnAction(Message):
        """A key of the table TURN was pressed for a turn."""

        action: str
        key: int

    @dataclass
    class Selected(Message):
        """Another turn is selected, or none."""

        key: int | None

    @dataclass
    class LinkClicked(Message):
        """A safe link (http, https, mailto) was clicked."""

        address: str

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._search = TurnSearch("", ())
        self._marks_of: dict[int, tuple[list[Line], dict[int, list[Mark]]]] = {}

    def code_blocks(self, key: int) -> list[str]:
        """The code blocks of an entry's text, exactly as they came."""
        index = self._store.place(key)
        return code_blocks(self._store.entries[index].text) if index >= 0 else []

    def show(self, entries: Sequence[Entry]) -> None:
        """Show these entries and no others, the end of the last in view, the last turn selected if keys come here."""
        self._search = TurnSearch("", ())
        self._marks_of.clear()
        super().show(entries)
        if self.has_focus:
            self._select_in_view(-1)

    def reshow(self, entries: Sequence[Entry]) -> None:
        """As of the page; what is searched for is looked for again."""
        super().reshow(entries)
        self._search = TurnSearch(self._search.words, (entry.text for entry in self._store.entries))

    # Selecting a turn

    def watch_selected(self, old: int | None, new: int | None) -> None:
        """Move the bar."""
        self._paint_turn(old)
        self._paint_turn(new)
        if old != new:
            self.post_message(self.Selected(new))

    def on_focus(self) -> None:
        """Keys act on a turn: the last one in view, when none is selected."""
        if self._place_of_selected() < 0:
            self._select_in_view(-1)
        self._paint_turn(self.selected)

    def on_blur(self) -> None:
        """Keys act on no turn."""
        self._paint_turn(self.selected)

    def _paint_turn(self, key: int | None) -> None:
        if (index := self._store.place(key)) >= 0:
            top = self._store.heights.top(index) - self.scroll_offset.y
            self.refresh(Region(0, top, GUTTER, self._store.heights.height(index)))

    def _place_of_selected(self) -> int:
        return self._store.place(self.selected)

    def _select_in_view(self, direction: int) -> None:
        """Select the first turn in view (1) or the last (-1), one that shows its title if there is one."""
        heights, top, height = self._store.heights, self.scroll_offset.y, self.size.height
        shown = self._store.visible(top, height) if self._store.width else range(len(self._store))
        turns = [index for index in shown if self._is_turn(index)]
        whole = [index for index in turns if heights.top(index) >= top]
        if chosen := whole or turns:
            self.selected = self._store.entries[chosen[0 if direction > 0 else -1]].key

    def _is_turn(self, index: int) -> bool:
        return self._store.entries[index].role != "note"

    def action_turn(self, action: str) -> None:
        """Move the selection, or say what is wanted of the selected turn."""
        match action:
            case "turn-older":
                self._step(-1)
            case "turn-newer":
                self._step(1)
            case _ if self.selected is not None:
                self.post_message(self.TurnAction(action, self.selected))

    def action_fold(self) -> None:
        """Unfold the thought of the selected turn, or fold it again."""
        if self.selected is not None:
            self.fold_thought(self.selected)

    def _step(self, direction: int) -> None:
        """To the next turn up (-1) or down (1); inside a turn longer than the view, half a page on."""
        heights, top, height = self._store.heights, self.scroll_offset.y, self.size.height
        index = self._place_of_selected()
        if index < 0:
            self._select_in_view(-1)
            return
        start, end = heights.top(index), heights.top(index + 1) - 1
        in_view = start < top + height and end > top
        if in_view and direction > 0 and end > top + height:
            self._scroll_by(min(max(1, height // 2), end - top - height))
            return
        if in_view and direction < 0 and start < top:
            self._scroll_by(-min(max(1, height // 2), top - start))
            return
        following = index + direction
        while 0 <= following < len(self._store) and not self._is_turn(following):
            following += direction
        if 0 <= following < len(self._store):
            self.selected = self._store.entries[following].key
            self.show_turn(following, near=direction)
        elif direction > 0:
            self.go_to_end()

    def show_turn(self, index: int, *, near: int = 0) -> None:
        """Scroll as little as shows the turn; of one longer than the view its start, or its end when coming up."""
        turn = self._store.lay_out(index)
        top, height, page = self._store.heights.top(index), len(turn.lines) - 1, self.size.height
        view = self.scroll_offset.y
        if height > page:
            target = top + height - page if near < 0 else top
        else:
            target = min(max(view, top + height - page), top)
        if target != view:
            self.scroll_to_line(target)

    def action_first_turn(self) -> None:
        """Select the first turn."""
        self.scroll_to_line(0)
        self._select_in_view(1)

    def action_last_turn(self) -> None:
        """Select the last turn and follow the end."""
        self.go_to_end()
        self._select_in_view(-1)

    def action_page(self, direction: int) -> None:
        """A page up or down, the selection with it."""
        self._scroll_by(direction * max(1, self.size.height - 2))
        self._select_in_view(direction)

    def _scroll_by(self, lines: int) -> None:
        self.scroll_to_line(self.scroll_offset.y + lines)

    # Searching

    def search(self, words: str) -> int:
        """Mark every place where `words` stand in the turns, and return their number; "" marks nothing."""
        self._search = TurnSearch(words, (entry.text for entry in self._store.entries))
        self._marks_of.clear()
        self.refresh()
        return self._search.count

    def next_hit(self) -> bool:
        """Go to the next place found, after the last the first; whether there is one."""
        return self._to_hit(1)

    def previous_hit(self) -> bool:
        """Go to the place found before, before the first the last; whether there is one."""
        return self._to_hit(-1)

    def _to_hit(self, direction: int) -> bool:
        search = self._search
        if not search.places:
            return False
        if search.now is None:
            index = self._store.heights.at(self.scroll_offset.y)
            at = bisect_left(search.places, index) if direction > 0 else bisect_right(search.places, index) - 1
            place, hit = search.places[at % len(search.places)], 0 if direction > 0 else -1
        else:
            place, hit = search.now
            hit += direction
            if not 0 <= hit < self._hits_in(place):
                place = search.places[(search.places.index(place) + direction) % len(search.places)]
                hit = 0 if direction > 0 else -1
        hits = self._hits_in(place)
        search.now = place, max(0, hits - 1 if hit == -1 else hit)
        self._show_hit(*search.now)
        return True

    def _hits_in(self, place: int) -> int:
        """How many hits show in a turn; a word found in a link's address, say, shows nowhere."""
        return 1 + max((hit for marks in self._marks_in(place).values() for _, _, hit in marks), default=-1)

    def _show_hit(self, place: int, hit: int) -> None:
        lines = (number for number, marks in self._marks_in(place).items() if any(mark[2] == hit for mark in marks))
        line = self._store.heights.top(place) + min(lines, default=0)
        self.selected = self._store.entries[place].key
        if not self.scroll_offset.y <= line < self.scroll_offset.y + self.size.height - 1:
            self.scroll_to_line(line - self.size.height // 3)
        self.refresh()

    def _marks_in(self, place: int) -> dict[int, list[Mark]]:
        """The marks of a turn by line, looked for once as long as its lines stay."""
        turn = self._store.lay_out(place)
        known = self._marks_of.get(place)
        if known is None or known[0] is not turn.lines:
            first, last = turn.text_range
            marks = {first + at: found for at, found in self._search.marks(turn.lines[first:last]).items()}
            known = self._marks_of[place] = turn.lines, marks
        return known[1]

    def _marks(self, index: int, turn: TurnLines, number: int) -> tuple[tuple[int, int, Style], ...]:
        if not self._search.count:
            return ()
        now = self._search.now
        return tuple(
            (start, end, self._look["hit-now" if now == (index, hit) else "hit"])
            for start, end, hit in self._marks_in(index).get(number, ())
        )

    # The mouse

    def on_click(self, event: events.Click) -> None:
        """Follow a link, unfold a thought, go to the end by the hint, select a turn."""
        if (link := event.style.link) and safe_link(link):
            self.post_message(self.LinkClicked(link))
            return
        if self._hint_at(event.x, event.y):
            self.go_to_end()
            return
        line = self.scroll_offset.y + event.y
        if not len(self._store) or line >= self._store.heights.total:
            return
        index = self._store.heights.at(line)
        if not self._is_turn(index):
            return
        entry = self._store.entries[index]
        self.selected = entry.key
        if line - self._store.heights.top(index) == self._store.lay_out(index).thought_at:
            self.fold_thought(entry.key)

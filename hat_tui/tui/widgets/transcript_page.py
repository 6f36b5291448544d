"""The conversation, painted line by line: one widget for any number of turns.

What is in view is laid out, nothing else; while a reply streams, only the cells that change are painted.
"""

from __future__ import annotations

from asyncio import TimerHandle, get_running_loop
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from time import monotonic, thread_time

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.reactive import reactive
from textual.selection import Selection
from textual.strip import Strip

from hat_tui.tui.compositor import paint_now
from hat_tui.tui.widgets.line_changes import changed_cells, marked
from hat_tui.tui.widgets.look import BLANK, Line
from hat_tui.tui.widgets.markdown_blocks import load_parser
from hat_tui.tui.widgets.transcript_scroll import TranscriptScroll
from hat_tui.tui.widgets.turn_copy import ROWS_APART, copied
from hat_tui.tui.widgets.turn_lines import EDGE, GUTTER, MAX_MEASURE, Entry, TurnLines

FRAME = 0.06
"""Seconds between two paints of a streaming reply, at least; a server is read less often once a reply runs."""

CALM = 1.0
"""Seconds without more text, after which a reply is taken for complete."""

MAX_SHARE = 0.1
"""Of the processor, for painting a streaming reply: a slow block is painted less often."""

SLOWEST = 1.0
"""Seconds between two paints however slow a block is."""


class TranscriptPage(TranscriptScroll):
    """Shows entries and streams into them."""

    selected: reactive[int | None] = reactive(None, repaint=False)
    """The key of the turn that keys act on."""

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._pending: dict[int, tuple[list[str], list[str]]] = {}
        self._frame: TimerHandle | None = None
        self._next_paint = 0.0
        self._growing: set[int] = set()
        self._flushing = False

    # What is shown

    def show(self, entries: Sequence[Entry]) -> None:
        """Show these entries and no others, the end of the last in view."""
        self._pending.clear()
        self._store.replace_all(entries)
        self.selected = None
        self._follows = True
        self._settle(end=True)
        self.refresh()

    def reshow(self, entries: Sequence[Entry]) -> None:
        """Show these entries of the same conversation instead (a turn is gone, another version shown): the view, the
        selection and unfolded thoughts stay where they are, as far as they can.
        """
        if not self._store.width or not len(self._store) or not entries:
            self.show(entries)
            return
        old, heights = self.entries, self._store.heights
        at = heights.at(self.scroll_offset.y)
        key, line = old[at].key, self.scroll_offset.y - heights.top(at)
        selected = self._store.place(self.selected)
        self._store.exchange(entries)
        if selected >= 0 and self._store.place(self.selected) < 0:
            self.selected = entries[min(selected, len(entries) - 1)].key
        at = self._store.place(key) if self._store.place(key) >= 0 else min(at, len(entries) - 1)
        self._settle(end=self._follows, top=self._store.heights.top(at) + line)
        self.refresh()

    def append(self, entry: Entry) -> None:
        """Show one more entry, at the end."""
        if entry.role == "assistant" and not entry.text:
            # A reply is waited for; the parser is there when it comes.
            self.run_worker(load_parser, thread=True)
        self._store.add(entry)
        self._settle()
        self.refresh()

    def update(self, entry: Entry) -> None:
        """Show `entry` in place of the one of the same key; nothing happens when there is none."""
        self._flush_key(entry.key)
        index = self._store.place(entry.key)
        if index >= 0 and self._store.entries[index] != entry:
            self._change(index, entry)

    def stream(self, key: int, text: str) -> None:
        """Append `text` to what an entry says; painted at once, or when the next paint is due."""
        self._queue(key, text, "")

    def stream_thought(self, key: int, text: str) -> None:
        """Append `text` to what an entry thought."""
        self._queue(key, "", text)

    def set_progress(self, key: int, line: str) -> None:
        """Show `line` at the end of an entry, or no line when it is ""."""
        index = self._store.place(key)
        if index < 0 or self._store.progress.get(key, "") == line:
            return
        if line:
            self._store.progress[key] = line
        else:
            del self._store.progress[key]
        self._change(index, self._store.entries[index])

    def set_horizon(self, key: int | None) -> None:
        """Draw the line above which the model sees nothing above that entry, or nowhere."""
        if key == self._store.horizon:
            return
        places = [self._store.place(old) for old in (self._store.horizon, key)]
        self._store.horizon = key
        for index in places:
            if index >= 0:
                self._change(index, self._store.entries[index])

    def fold_thought(self, key: int) -> None:
        """Unfold the thought of an entry, or fold it again."""
        index = self._store.place(key)
        if index >= 0 and self._store.entries[index].thought:
            self._store.unfolded ^= {key}
            self._change(index, self._store.entries[index])

    @property
    def entries(self) -> Sequence[Entry]:
        """What is shown, with all that has been streamed."""
        for key in list(self._pending):
            self._flush_key(key)
        return self._store.entries

    # Streaming

    def _queue(self, key: int, text: str, thought: str) -> None:
        texts, thoughts = self._pending.setdefault(key, ([], []))
        texts.append(text)
        thoughts.append(thought)
        if self._frame is None:
            delay = self._next_paint - monotonic()
            if delay > 0.001:
                # A timer of Textual's is a task and some messages; ten a second of them are felt by a model beside.
                self._frame = get_running_loop().call_later(delay, self.call_next, self.flush)
            else:
                self.flush()

    def flush(self) -> None:
        """Paint now what has been streamed."""
        if self._frame is not None:
            self._frame.cancel()
            self._frame = None
        started = thread_time()
        self._flushing = True
        try:
            for key in list(self._pending):
                self._flush_key(key)
        finally:
            self._flushing = False
        # Processor time: where others keep the processor busy, the clock would tell of them.
        spent = thread_time() - started
        self._next_paint = monotonic() + min(max(FRAME, spent / MAX_SHARE), SLOWEST)

    def _flush_key(self, key: int) -> None:
        text, thought = (("".join(part)) for part in self._pending.pop(key, ((), ())))
        index = self._store.place(key)
        if index < 0 or not (text or thought):
            return
        with self._changing(index):
            self._store.more_text(index, text, thought)
        if not self._growing:
            get_running_loop().call_later(CALM, self._look_for_calm)
        self._growing.add(key)

    def _look_for_calm(self) -> None:
        wait = self._next_paint + CALM - monotonic()
        if self._pending or wait > 0.001:
            get_running_loop().call_later(max(wait, FRAME), self._look_for_calm)
        else:
            self.call_next(self._finish)

    def _finish(self) -> None:
        """Nothing has come for a while: show what was streamed as it is."""
        for key in self._growing:
            if (index := self._store.place(key)) >= 0:
                with self._changing(index):
                    self._store.finish(index)
        self._growing.clear()

    def _change(self, index: int, entry: Entry) -> None:
        with self._changing(index):
            self._store.change(index, entry)

    @contextmanager
    def _changing(self, index: int) -> Iterator[None]:
        """Around a change of one turn: the view stays where it belongs, and the cells that differ are painted."""
        heights, y, height = self._store.heights, self.scroll_offset.y, self.size.height
        turn, hint = self._store.laid_out(index), self._hint_shown
        before, title_at = (turn.lines, turn.title_at) if turn else (None, 0)
        top, bottom, total = heights.top(index), heights.top(index + 1), heights.total
        yield
        if not self._store.width:
            return
        moved = heights.top(index + 1) - bottom if bottom <= y else 0
        in_view = top < y + height and max(bottom, heights.top(index + 1)) > y
        if heights.total != total or (before is None and in_view):
            self._settle(top=y + moved)
        self._want_lexers()
        if moved or self.scroll_offset.y != y:
            return
        regions = []
        if in_view:
            now = self._store.laid_out(index)
            if before is None or now is None or (len(before) != len(now.lines) and index + 1 < len(self._store)):
                self.refresh()
                return
            if now is turn and now.title_at == title_at:
                regions = self._changed_regions(top - y, before, now.lines)
            else:
                regions.append(Region(0, top - y, self.size.width, max(len(before), len(now.lines))))
        if hint != self._hint_shown:
            regions.append(Region(0, height - 1, self.size.width, 1))
        if regions and self._flushing:
            paint_now(self, *regions)
        elif regions:
            self.refresh(*regions)

    def _changed_regions(self, top: int, before: list[Line], after: list[Line]) -> list[Region]:
        regions = []
        # The blank line at the end has no bar beside it: where it was and where it is now, the gutter changes too.
        whole = min(len(before), len(after)) - 1 if len(before) != len(after) else len(after)
        for number in range(max(0, -top), min(max(len(before), len(after)), self.size.height - top)):
            # A turn that changes its height is the last one, and below it all is blank.
            old = before[number] if number < len(before) else BLANK
            new = after[number] if number < len(after) else BLANK
            if number >= whole:
                regions.append(Region(0, top + number, GUTTER + max(old.cells, new.cells), 1))
            elif old is not new and old.segments != new.segments:
                start, end = changed_cells(old, new)
                regions.append(Region(GUTTER + start, top + number, end - start, 1))
        return regions

    # Painting

    def written_out(self) -> Iterator[Strip]:
        """Every line of every turn as it is painted, without the blank right of it; for places that do not scroll."""
        for index in range(len(self._store)):
            turn = self._store.peek(index)
            for number, line in enumerate(turn.lines):
                yield Strip([turn.gutter(number, selected=False), *line.segments])

    @property
    def _hint_shown(self) -> bool:
        return not self._follows and self._store.heights.total > self.scroll_offset.y + self.size.height

    def render_line(self, y: int) -> Strip:
        """Row `y` of the view."""
        width, store = self.size.width, self._store
        line = self.scroll_offset.y + y
        if not len(store) or line >= store.heights.total or not store.width:
            return Strip.blank(width, self._look["text"])
        index = store.heights.at(line)
        number = line - store.heights.top(index)
        turn = store.lay_out(index)
        if number >= len(turn.lines):
            return Strip.blank(width, self._look["text"])
        strip = self._painted(index, turn, number, width)
        if y == self.size.height - 1 and self._hint_shown:
            strip = self._with_hint(strip)
        return strip

    def _painted(self, index: int, turn: TurnLines, number: int, width: int) -> Strip:
        line = turn.lines[number]
        selected = self.has_focus and turn.entry.key == self.selected
        place = index * ROWS_APART + number
        selection = self.text_selection
        span = selection.get_span(place) if selection else None
        marks = self._marks(index, turn, number)
        gutter = turn.gutter(number, selected=selected)
        state = (width, gutter, span, marks)
        known = turn.painted.get(number)
        if known and known[0] is line and known[1] == state:
            return known[2]
        cells = GUTTER + line.cells
        blank = Segment(" " * (width - cells), self._look["text"])
        # Between a resize and the layout for it, lines may be longer than the view is wide.
        strip = Strip([gutter, *line.segments, blank], max(width, cells)).crop(0, width)
        for start, end, style in marks:
            strip = marked(strip, GUTTER + start, GUTTER + end, style)
        if span is not None:
            strip = marked(strip, max(GUTTER, span[0]), span[1], self.selection_style)
        strip = strip.apply_offsets(0, place)
        turn.painted[number] = (line, state, strip)
        return strip

    def _marks(self, index: int, turn: TurnLines, number: int) -> tuple[tuple[int, int, Style], ...]:
        """Characters of a line to paint in another style; none here."""
        return ()

    def _with_hint(self, strip: Strip) -> Strip:
        start, text = self._hint
        if start < GUTTER:
            return strip
        hint = Strip([Segment(text, self._look["warning"])], len(text))
        return Strip.join([strip.crop(0, start), hint, strip.crop(start + len(text))])

    @property
    def _hint(self) -> tuple[int, str]:
        """The cell at which the hint of more below starts, and what it says."""
        text = f" {self._look.glyphs.below} more below "
        return min(self._store.width - EDGE, GUTTER + MAX_MEASURE) - len(text), text

    def _hint_at(self, x: int, y: int) -> bool:
        start, text = self._hint
        return self._hint_shown and y == self.size.height - 1 and start <= x < start + len(text)

    # Selecting text by mouse

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text, paragraphs and code lines whole, without bars and bullets' blanks."""
        return (copied(self._store, selection), "\n") if len(self._store) else None

    def selection_updated(self, selection: Selection | None) -> None:
        """The mouse has selected something else."""
        self.refresh()

"""The conversation, painted line by line: one widget for any number of turns.

What is in view is laid out, nothing else; while a reply streams, only the cells that change are painted.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events, work
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip
from textual.timer import Timer
from textual.worker import get_current_worker

from hat_tui.tui.widgets.code_lines import LEXERS
from hat_tui.tui.widgets.look import ASCII, BLANK, STYLE_NAMES, Glyphs, Line, Look
from hat_tui.tui.widgets.turn_lines import EDGE, GUTTER, MAX_MEASURE, Entry, TurnLines
from hat_tui.tui.widgets.turn_store import TurnStore

FRAME = 0.1
"""Seconds between two paints of a streaming reply."""

CALM = 1.0
"""Seconds without more text, after which a reply is taken for complete."""

MAX_SHARE = 0.1
"""Of the processor, for painting a streaming reply: a slow block is painted less often."""

ROWS_APART = 1 << 20
"""Selected text is found again by turn and line, not by a place on the page, which moves: y = turn * this + line."""


class TranscriptPage(ScrollView):
    """Shows entries and streams into them."""

    ALLOW_SELECT = True
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"transcript--{name}" for name in STYLE_NAMES}
    DEFAULT_CSS = """
    TranscriptPage {
        overflow-x: hidden;
        overflow-y: auto;
        scrollbar-size-vertical: 1;
        scrollbar-background: $background;
        scrollbar-background-hover: $background;
        scrollbar-background-active: $background;
        background: $background;
        color: $foreground;
        & > .transcript--muted { color: $text-muted; }
        & > .transcript--user { color: $text-accent; text-style: bold; }
        & > .transcript--assistant { color: $text-primary; text-style: bold; }
        & > .transcript--note { color: $text-muted; text-style: italic; }
        & > .transcript--warning { color: $text-warning; }
        & > .transcript--error { color: $text-error; }
        & > .transcript--heading { color: $text-primary; text-style: bold; }
        & > .transcript--code { color: $text-accent; background: $panel; }
        & > .transcript--panel { background: $surface; }
        & > .transcript--label { color: $text-muted; background: $surface; }
        & > .transcript--link { color: $text-secondary; text-style: underline; }
        & > .transcript--quote { color: $text-muted; }
        & > .transcript--bar { color: $text-disabled; }
        & > .transcript--selected { color: $primary; text-style: bold; }
        & > .transcript--hit { background: $warning-muted; color: $text-warning; text-style: underline; }
        & > .transcript--hit-now { background: $warning; color: $background; text-style: bold; }
        & > .transcript--keyword { color: $text-primary; background: $surface; text-style: bold; }
        & > .transcript--string { color: $text-success; background: $surface; }
        & > .transcript--number { color: $text-warning; background: $surface; }
        & > .transcript--comment { color: $text-muted; background: $surface; text-style: italic; }
        & > .transcript--name { color: $text-secondary; background: $surface; }
        & > .transcript--operator { color: $text-muted; background: $surface; }
        &:ansi > .transcript--muted { text-style: dim; }
        &:ansi > .transcript--note { text-style: dim italic; }
        &:ansi > .transcript--label { text-style: dim; }
        &:ansi > .transcript--quote { text-style: dim; }
        &:ansi > .transcript--bar { text-style: dim; }
        &:ansi > .transcript--comment { text-style: dim italic; }
        &:ansi > .transcript--hit { background: ansi_yellow; color: ansi_black; }
        &:ansi > .transcript--hit-now { background: ansi_bright_yellow; color: ansi_black; text-style: bold reverse; }
    }
    """
    selected: reactive[int | None] = reactive(None, repaint=False)
    """The key of the turn that keys act on."""

    def __init__(
        self, *, ascii_only: bool = False, name: str | None = None, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._glyphs = ASCII if ascii_only else Glyphs()
        self._look = Look(dict.fromkeys(STYLE_NAMES, Style.null()), self._glyphs)
        self._store = TurnStore(self._look)
        self._follows = True
        self._settling = False
        self._restyled = True
        self._pending: dict[int, tuple[list[str], list[str]]] = {}
        self._timer: Timer | None = None
        self._next_paint = 0.0
        self._growing: set[int] = set()

    # What is shown

    def show(self, entries: Sequence[Entry]) -> None:
        """Show these entries and no others, the end of the last in view."""
        self._pending.clear()
        self._store.replace_all(entries)
        self.selected = None
        self._follows = True
        self._settle(end=True)
        self.refresh()

    def append(self, entry: Entry) -> None:
        """Show one more entry, at the end."""
        self._store.add(entry)
        self._after_change(len(self._store) - 1, None)

    def update(self, entry: Entry) -> None:
        """Show `entry` in place of the one of the same key; nothing happens when there is none."""
        self._flush_key(entry.key)
        index = self._store.place(entry.key)
        if index >= 0 and self._store.entries[index] != entry:
            self._change(index, entry)

    def stream(self, key: int, text: str) -> None:
        """Append `text` to what an entry says; painted with what else comes in the same tenth of a second."""
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

    @property
    def entries(self) -> Sequence[Entry]:
        """What is shown, with all that has been streamed."""
        for key in list(self._pending):
            self._flush_key(key)
        return self._store.entries

    @property
    def follows(self) -> bool:
        """Whether the view goes on with what is added at the end."""
        return self._follows

    def go_to_end(self) -> None:
        """Show the end, and follow it from now on."""
        self._follows = True
        self._settle(end=True)

    def scroll_to_line(self, line: int) -> None:
        """Have `line` at the top of the view, as far as there are lines, without animation."""
        self.scroll_to(y=line, animate=False, force=True)

    # Streaming

    def _queue(self, key: int, text: str, thought: str) -> None:
        texts, thoughts = self._pending.setdefault(key, ([], []))
        texts.append(text)
        thoughts.append(thought)
        if self._timer is None:
            delay = self._next_paint - monotonic()
            if delay > 0.001:
                self._timer = self.set_timer(delay, self.flush)
            else:
                self.flush()

    def flush(self) -> None:
        """Paint now what has been streamed."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        started = monotonic()
        for key in list(self._pending):
            self._flush_key(key)
        now = monotonic()
        self._next_paint = now + max(FRAME, (now - started) / MAX_SHARE)

    def _flush_key(self, key: int) -> None:
        text, thought = (("".join(part)) for part in self._pending.pop(key, ((), ())))
        index = self._store.place(key)
        if index < 0 or not (text or thought):
            return
        before = self._lines_of(index)
        self._store.more_text(index, text, thought)
        self._after_change(index, before)
        if not self._growing:
            self.set_timer(CALM, self._finish)
        self._growing.add(key)

    def _finish(self) -> None:
        """When nothing has come for a while, show what was streamed as it is."""
        wait = self._next_paint + CALM - monotonic()
        if self._pending or wait > 0.001:
            self.set_timer(max(wait, FRAME), self._finish)
            return
        for key in self._growing:
            if (index := self._store.place(key)) >= 0:
                before = self._lines_of(index)
                self._store.finish(index)
                self._after_change(index, before)
        self._growing.clear()

    def _change(self, index: int, entry: Entry) -> None:
        before = self._lines_of(index)
        self._store.change(index, entry)
        self._after_change(index, before)

    def _lines_of(self, index: int) -> list[Line] | None:
        turn = self._store.laid_out(index)
        return turn.lines if turn else None

    def _after_change(self, index: int, before: list[Line] | None) -> None:
        """Keep the view where it belongs and paint what differs from the lines `before`."""
        if not self._store.width:
            return
        y, hint = self.scroll_offset.y, self._hint_shown
        self._settle()
        after = self._lines_of(index)
        if self.scroll_offset.y != y or after is None:
            return
        if before is None or (len(before) != len(after) and index + 1 < len(self._store)):
            self.refresh()
            return
        regions = self._changed_regions(self._store.heights.top(index) - y, before, after)
        if hint != self._hint_shown:
            regions.append(Region(0, self.size.height - 1, self.size.width, 1))
        if regions:
            self.refresh(*regions)

    def _changed_regions(self, top: int, before: list[Line], after: list[Line]) -> list[Region]:
        regions = []
        # The blank line at the end has no bar beside it: where it was and where it is now, the gutter changes too.
        whole = min(len(before), len(after)) - 1 if len(before) != len(after) else len(after)
        for number in range(max(0, -top), min(max(len(before), len(after)), self.size.height - top)):
            # A turn that changes its height is the last one, and below it all is blank.
            old = before[number] if number < len(before) else BLANK
            new = after[number] if number < len(after) else BLANK
            if number >= whole and (old is not BLANK or new is not BLANK):
                regions.append(Region(0, top + number, GUTTER + max(old.cells, new.cells), 1))
            elif old is not new and old.segments != new.segments:
                start, end = _changed_cells(old, new)
                regions.append(Region(GUTTER + start, top + number, end - start, 1))
        return regions

    # Where the view is

    def _settle(self, *, end: bool = False, top: int | None = None) -> None:
        """Lay out what is in view.

        A view that follows goes on by half a page when the end leaves it, or shows it at the bottom (`end`); any
        other keeps its first line, or has `top` for it, whatever heights turn out to be.
        """
        store, height = self._store, self.size.height
        if not store.width or not height:
            return
        self._take_look()
        self._settling = True
        try:
            top = self.scroll_offset.y if top is None else top
            if self._follows:
                for index in range(len(store) - 1, -1, -1):
                    store.lay_out(index)
                    if store.heights.total - store.heights.top(index) >= height * 2:
                        break
                total = store.heights.total
                if end:
                    top = max(0, total - height)
                elif total > top + height:
                    top = total - height + height // 2
            for _ in range(3):
                top = min(self._laid_out_from(top, height), max(0, store.heights.total - 1))
            self._place(top, max(store.heights.total, top + height))
            visible = list(store.visible(top, height)) or [0]
            store.tidy(visible[0], visible[-1])
        finally:
            self._settling = False
        if wanted := LEXERS.take_wanted():
            self._load_lexers(wanted)

    @work(thread=True)
    def _load_lexers(self, languages: set[str]) -> None:
        worker = get_current_worker()
        if LEXERS.load(languages) and not worker.is_cancelled:
            self.app.call_from_thread(self._recolour)

    def _recolour(self) -> None:
        """Code that was shown in one colour can have its own now."""
        self._store.restyle(self._look)
        self.refresh()

    def _laid_out_from(self, top: int, height: int) -> int:
        """Lay out `height` lines from `top`; where `top` is now. Lines above it may move, those below stay."""
        store, heights = self._store, self._store.heights
        if not len(store):
            return 0
        index = heights.at(top)
        while index >= 0 and not heights.is_known(index):
            from_end = heights.top(index + 1) - top
            store.lay_out(index)
            top = max(0, heights.top(index + 1) - from_end)
            index = heights.at(top)
        for index in store.visible(top, height):
            store.lay_out(index)
        return top

    def _place(self, top: int, total: int) -> None:
        size = Size(self.size.width, total)
        if self.virtual_size != size:
            self.virtual_size = size
        if self.scroll_y != top:
            self.scroll_y = self.scroll_target_y = top
        # Told of a position before it is shown, the scrollbar would start at the top.
        self.vertical_scrollbar.position = top

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """A scroll by the person: follow the end only when it is back in view."""
        super().watch_scroll_y(old_value, new_value)
        if self._settling or round(old_value) == round(new_value):
            return
        if new_value > old_value:
            self._follows = new_value + self.size.height >= self._store.heights.total
        elif new_value < self.max_scroll_y:
            self._follows = False
        self._settle()

    def _on_resize(self, event: events.Resize) -> None:
        width = self.size.width - self.styles.scrollbar_size_vertical
        if width > 0 and width != self._store.width:
            self._reshape(width)
        else:
            self._settle(end=self._follows)
        self.refresh()

    def _reshape(self, width: int) -> None:
        """Lay out anew, with the same words at the top of the view (or the end at its bottom)."""
        if not self._store.width or self._follows or not len(self._store):
            self._store.reshape(width)
            self._settle(end=True)
            return
        index = self._store.heights.at(self.scroll_offset.y)
        line = self.scroll_offset.y - self._store.heights.top(index)
        block, part = _place_in(self._store.lay_out(index), line)
        self._store.reshape(width)
        line = _line_of(self._store.lay_out(index), block, part)
        self._settle(top=self._store.heights.top(index) + line)

    def notify_style_update(self) -> None:
        """Styles have changed, perhaps by another theme."""
        super().notify_style_update()
        self._restyled = True

    def _take_look(self) -> None:
        """Draw with the styles as they are now; told of a change, Textual has not yet styled the component classes."""
        if not self._restyled:
            return
        self._restyled = False
        styles = {name: self.get_visual_style(f"transcript--{name}").rich_style for name in STYLE_NAMES}
        if styles != self._look.styles:
            self._look = Look(styles, self._glyphs)
            self._store.restyle(self._look)

    # Painting

    @property
    def _hint_shown(self) -> bool:
        return not self._follows and self._store.heights.total > self.scroll_offset.y + self.size.height

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows of the view."""
        self._take_look()
        return super().render_lines(crop)

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
        state = (width, selected, span, marks)
        known = turn.painted.get(number)
        if known and known[0] is line and known[1] == state:
            return known[2]
        blank = Segment(" " * (width - GUTTER - line.cells), self._look["text"])
        strip = Strip([turn.gutter(number, selected=selected), *line.segments, blank], width)
        for start, end, style in marks:
            strip = _marked(strip, GUTTER + start, GUTTER + end, style)
        if span is not None:
            strip = _marked(strip, max(GUTTER, span[0]), span[1], self.selection_style)
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
        text = f" {self._glyphs.below} more below "
        return min(self._store.width - EDGE, GUTTER + MAX_MEASURE) - len(text), text

    def _hint_at(self, x: int, y: int) -> bool:
        start, text = self._hint
        return self._hint_shown and y == self.size.height - 1 and start <= x < start + len(text)

    # Selecting text by mouse

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text, paragraphs and code lines whole, without bars and bullets' blanks."""
        store = self._store
        if not len(store):
            return None
        first = divmod(selection.start.y, ROWS_APART) if selection.start else (0, 0)
        last = divmod(selection.end.y, ROWS_APART) if selection.end else (len(store) - 1, ROWS_APART)
        parts: list[str] = []
        for index in range(first[0], min(last[0], len(store) - 1) + 1):
            lines = store.lay_out(index).lines
            for number, line in enumerate(lines):
                if (index, number) < first or (index, number) > last:
                    continue
                start, end = selection.get_span(index * ROWS_APART + number) or (0, -1)
                words = line.words(start - GUTTER, None if end == -1 else max(0, end - GUTTER))
                parts.append((words.rstrip() if line.glue == "\n" else words) + line.glue)
        return "".join(parts).rstrip("\n"), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """The mouse has selected something else."""
        self.refresh()

    @property
    def allow_select(self) -> bool:
        """Text can be selected by mouse."""
        return True


def _changed_cells(old: Line, new: Line) -> tuple[int, int]:
    """The cells in which two lines differ, from the first to the end of the longer one."""
    start = 0
    for before, after in zip(old.segments, new.segments, strict=False):
        if before == after:
            start += before.cell_length
            continue
        if before.style == after.style:
            common = 0
            for a, b in zip(before.text, after.text, strict=False):
                if a != b:
                    break
                common += 1
            # What follows may change the width of the last character, when that is no plain letter.
            if not (common and after.text.isascii() and before.text.isascii()):
                common = max(0, common - 4)
            start += Segment(after.text[:common]).cell_length
        break
    return start, max(old.cells, new.cells, start + 1)


def _marked(strip: Strip, start: int, end: int, style: Style) -> Strip:
    """`strip` with the characters from `start` to `end` (-1: the last that is no blank) in another style."""
    segments: list[Segment] = []
    at = 0
    if end == -1:
        end = len(strip.text.rstrip())
    for text, own, control in strip:
        a, b = max(0, start - at), max(0, end - at)
        both = own + style if own else style
        for part, look in ((text[:a], own), (text[a:b], both), (text[max(a, b) :], own)):
            if part:
                segments.append(Segment(part, look, control))
        at += len(text)
    return Strip(segments, strip.cell_length)


def _place_in(turn: TurnLines, line: int) -> tuple[int, float]:
    """Which block of the turn's text a line belongs to (-1: above the text), and how far down in it."""
    starts = [*turn.text_starts, len(turn.lines)]
    block = next((n - 1 for n, start in enumerate(starts) if start > line), len(starts) - 2)
    if block < 0:
        return -1, line
    return block, (line - starts[block]) / max(1, starts[block + 1] - starts[block])


def _line_of(turn: TurnLines, block: int, part: float) -> int:
    """The line that `_place_in` told, in another layout."""
    starts = [*turn.text_starts, len(turn.lines)]
    if block < 0 or block + 1 >= len(starts):
        return min(int(part), starts[0])
    return starts[block] + int(part * (starts[block + 1] - starts[block]))

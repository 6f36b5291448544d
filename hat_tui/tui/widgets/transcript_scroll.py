"""Where the view of the transcript is: what is laid out, and how far it is scrolled."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from rich.style import Style
from textual import work
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget
from textual.worker import get_current_worker

from hat_tui.tui.widgets.code_lines import LEXERS
from hat_tui.tui.widgets.look import STYLE_NAMES, Look
from hat_tui.tui.widgets.turn_lines import TurnLines
from hat_tui.tui.widgets.turn_store import TurnStore

LEXERS_WAIT = 0.2
"""Seconds that code stands in one colour, the first time that its language is seen."""

STAYS = 6
"""Lines of what was read that stay when the view goes on, or a third of it, as far as that is no more than half."""


class TranscriptScroll(ScrollView):
    """Lays out the turns in view and no others, and keeps the view in its place while heights become known."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"transcript--{name}" for name in STYLE_NAMES}
    DEFAULT_CSS = """
    TranscriptScroll {
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
        & > .transcript--link { color: $text-primary; text-style: underline; }
        & > .transcript--quote { color: $text-muted; }
        & > .transcript--bar { color: $text-disabled; }
        & > .transcript--selected { color: $primary; text-style: bold; }
        & > .transcript--hit { background: $warning-muted; color: $text-warning; text-style: underline; }
        & > .transcript--hit-now { background: $warning; color: $background; text-style: bold; }
        & > .transcript--keyword { color: $text-primary; background: $surface; text-style: bold; }
        & > .transcript--string { color: $text-success; background: $surface; }
        & > .transcript--number { color: $text-warning; background: $surface; }
        & > .transcript--comment { color: $text-muted; background: $surface; text-style: italic; }
        & > .transcript--name { color: $text-primary; background: $surface; }
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

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name=name, id=id, classes=classes)
        # Every piece of selectable text would count as a link, and each one under the mouse repaint the page.
        self.auto_links = False
        self._look = Look(dict.fromkeys(STYLE_NAMES, Style.null()))
        self._store = TurnStore(self._look)
        self._follows = True
        self._settling = False
        self._restyled = True

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

    def _settle(self, *, end: bool = False, top: int | None = None) -> None:
        """Lay out what is in view.

        A view that follows goes on by part of a page when the end leaves it, or shows it at the bottom (`end`); any
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
                    # What comes in one burst takes the place that would be kept free for what comes next.
                    free = height - max(height // 3, min(STAYS, height // 2))
                    top = total - height + max(0, free - (total - top - height))
            # What turns out shorter than it was guessed brings turns above into view, which are laid out in their turn.
            for _ in range(3):
                top = min(self._laid_out_from(top, height), max(0, store.heights.total - 1))
            self._place(top, max(store.heights.total, top + height), exact=end)
            visible = list(store.visible(top, height)) or [0]
            store.tidy(visible[0], visible[-1])
        finally:
            self._settling = False
        self._want_lexers()

    def _want_lexers(self) -> None:
        if wanted := LEXERS.take_wanted():
            # Imported at once, they would take the processor from the reply that they are to colour.
            self.set_timer(LEXERS_WAIT, partial(self._load_lexers, wanted))

    @work(thread=True)
    def _load_lexers(self, languages: set[str]) -> None:
        worker = get_current_worker()
        if LEXERS.load(languages) and not worker.is_cancelled:
            self.app.call_from_thread(self._recolour)

    def _recolour(self) -> None:
        """Code that was shown in one colour can have its own now; nothing else changes."""
        visible = list(self._store.visible(self.scroll_offset.y, self.size.height))
        before = [self._store.lay_out(index).lines for index in visible]
        self._store.restyle(self._look)
        for index, lines in zip(visible, before, strict=True):
            top = self._store.heights.top(index)
            for number, (old, new) in enumerate(zip(lines, self._store.lay_out(index).lines, strict=False)):
                if old.segments != new.segments:
                    self.refresh_line(top + number)

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

    def _place(self, top: int, total: int, *, exact: bool) -> None:
        """Scroll to `top` on a page of `total` lines, or, unless `exact`, of up to half a view more."""
        size = Size(self.size.width, total)
        known = self.virtual_size
        spare = 0 if exact else self.size.height // 2
        if known.width != size.width or not total <= known.height <= total + spare:
            # Set as usual, it would have the whole screen laid out and this page painted for every line that comes.
            self.set_reactive(Widget.virtual_size, size)
            self._scroll_update(size)
        # Text selected past the edge scrolls by parts of a line, which add up.
        if round(self.scroll_y) != top:
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

    def _size_updated(self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True) -> bool:
        # A resize event would come when it was painted in its new size already.
        before = self._size
        changed = super()._size_updated(size, virtual_size, container_size, layout)
        if self._size != before:
            width = self.size.width - self.styles.scrollbar_size_vertical
            if width > 0 and width != self._store.width:
                self._reshape(width)
            else:
                self._settle(end=self._follows)
        return changed

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

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows of the view. They are complete: what Textual's cache of styles would add is nothing but time."""
        self._take_look()
        strips = [self.render_line(y) for y in crop.line_range]
        for line_filter in self.get_line_filters():
            background = self.background_colors[1]
            strips = [strip.apply_filter(line_filter, background) for strip in strips]
        blank = self._look["text"]
        return [strip.crop_extend(crop.x, crop.right, blank) for strip in strips]

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
            self._look = Look(styles)
            self._store.restyle(self._look)


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

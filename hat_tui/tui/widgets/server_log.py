"""What the server says, line by line: capped, coloured by level, searched by key."""

from collections import deque
from collections.abc import Callable, Iterable
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Region, Size
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, Static

from hat_tui.chat.safe_text import shown
from hat_tui.server.phase import Phase, ServerState
from hat_tui.services import Vitals
from hat_tui.tui.widgets.server_vitals import ServerVitals, request_told

MAX_LINES = 5000

LEVELS = ("debug", "info", "notice", "warning", "error")


class LogLines(ScrollView, can_focus=True):
    """The lines themselves, painted as far as they are seen. Follows the end unless scrolled up."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"log--{level}" for level in (*LEVELS, "hit")}
    DEFAULT_CSS = """
    LogLines {
        height: 1fr;
        background: $surface;
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 1;
        scrollbar-background: $surface;
        scrollbar-color: $panel;
        scrollbar-corner-color: $surface;
        & .log--debug { color: $foreground 60%; }
        & .log--info { color: $foreground 85%; }
        & .log--notice { color: $success; }
        & .log--warning { color: $warning; }
        & .log--error { color: $error; }
        & .log--hit { background: $warning; color: $background; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._all: deque[tuple[str, str]] = deque(maxlen=MAX_LINES)
        self._lines: deque[tuple[str, str]] = deque(maxlen=MAX_LINES)
        self._widest = 0
        self._details = False
        self._follows = True
        self._words = ""

    @property
    def line_count(self) -> int:
        """How many lines are shown."""
        return len(self._lines)

    def write(self, lines: Iterable[tuple[str, str]]) -> None:
        """Add (level, text) lines in one go; the oldest go when there are more than MAX_LINES."""
        fresh = [(level, shown(text).expandtabs(4)) for level, text in lines]
        self._all.extend(fresh)
        self._show_more(fresh)

    def toggle_details(self) -> bool:
        """Show the lines of level debug too, or no longer; whether they are shown now."""
        self._details = not self._details
        self._lines.clear()
        self._widest = 0
        self._show_more(self._all)
        return self._details

    def _show_more(self, lines: Iterable[tuple[str, str]]) -> None:
        wanted = [line for line in lines if self._details or line[0] != "debug"]
        self._lines.extend(wanted)
        self._widest = max([self._widest, *(cell_len(text) for _, text in wanted)])
        size = Size(self._widest, len(self._lines))
        # Set as usual, it would have the whole screen laid out for every line that comes.
        self.set_reactive(Widget.virtual_size, size)
        if self.is_mounted:
            self._scroll_update(size)
        if self._follows:
            self.scroll_end(animate=False, immediate=True)
        self.refresh()

    def on_resize(self) -> None:
        if self._follows:
            self.scroll_end(animate=False, immediate=True)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Follow the end as long as it is in view; without a size nothing is."""
        super().watch_scroll_y(old_value, new_value)
        if self.size.height:
            self._follows = self.is_vertical_scroll_end

    def search(self, words: str) -> int:
        """Mark where `words` occur, go to the last such line, and tell how many lines hold them."""
        self._words = words.casefold()
        self.refresh()
        hits = self._hits()
        if hits:
            self._show(hits[-1])
        return len(hits)

    def go_to_hit(self, step: int) -> None:
        """Go to the next (1) or previous (-1) line that holds the words searched."""
        here = round(self.scroll_y)
        hits = self._hits()
        beyond = [hit for hit in hits if hit > here] if step > 0 else [hit for hit in reversed(hits) if hit < here]
        if beyond:
            self._show(beyond[0])

    def _hits(self) -> list[int]:
        if not self._words:
            return []
        return [at for at, (_, text) in enumerate(self._lines) if self._words in text.casefold()]

    def _show(self, line: int) -> None:
        self.scroll_to_region(Region(0, line, 1, 1), animate=False, top=True)

    def render_line(self, y: int) -> Strip:
        """One line of the window."""
        scroll_x, scroll_y = self.scroll_offset
        at = scroll_y + y
        width = self.scrollable_content_region.width
        if at >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        level, text = self._lines[at]
        style = self.get_component_rich_style(f"log--{level if level in LEVELS else 'info'}")
        strip = Strip(self._segments(text, style))
        return strip.crop_extend(scroll_x, scroll_x + width, self.rich_style)

    def _segments(self, text: str, style: Style) -> list[Segment]:
        folded = text.casefold()
        if not self._words or len(folded) != len(text) or self._words not in folded:
            return [Segment(text, style)]
        hit = self.get_component_rich_style("log--hit")
        segments: list[Segment] = []
        start = 0
        while (at := folded.find(self._words, start)) >= 0:
            segments += [Segment(text[start:at], style), Segment(text[at : at + len(self._words)], hit)]
            start = at + len(self._words)
        return [*segments, Segment(text[start:], style)]


class ServerLog(Vertical):
    """The panel: a heading that tells the server's state, how it is doing, the lines, and a search box on demand."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "search", "Search", key_display="/"),
        Binding("d", "details", "Details"),
        Binding("n", "hit(1)", "Next", show=False),
        Binding("N", "hit(-1)", "Previous", show=False),
        Binding("end,G", "to_end", "Newest", show=False),
    ]
    DEFAULT_CSS = """
    ServerLog {
        & > #log-heading { height: 1; padding: 0 1; background: $panel; text-style: bold; }
        & > #log-search { height: 1; border: none; padding: 0 1; background: $boost; }
        &:focus-within > #log-heading { background: $primary; color: $text; }
    }
    """

    heading: reactive[str] = reactive("Server log")

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.lines = LogLines(id="log-lines")
        self.vitals = ServerVitals()
        self._state = ServerState()

    def compose(self) -> ComposeResult:
        if self.has_class("-shown"):
            yield from self._parts()

    def fill(self) -> None:
        """Mount the parts, when the panel is shown for the first time: many never look at it."""
        if not self.children:
            self.mount(*self._parts())

    def _parts(self) -> Iterable[Widget]:
        return Static(Content(self.heading), id="log-heading"), self.vitals, self.lines

    def watch_heading(self, heading: str) -> None:
        if self.children:
            self.query_one("#log-heading", Static).update(Content(heading), layout=False)

    def write(self, lines: Iterable[tuple[str, str]]) -> None:
        """Add (level, text) lines."""
        self.lines.write(lines)

    def follow(self, state: ServerState, look: Callable[[], Vitals | None]) -> None:
        """Show the server's state; `look` tells what it takes now. A request that has ended gets a line."""
        percent = f" {state.loading_percent} %" if state.phase is Phase.LOADING and state.loading_percent else ""
        self.heading = f"Server log: {state.phase.value}{percent}"
        self.vitals.follow(state, look)
        if told := request_told(self._state, state):
            self.write([("notice", told)])
        self._state = state

    def action_search(self) -> None:
        """Open the search box."""
        if not self.query(Input):
            self.mount(Input(id="log-search", placeholder="search the log, Enter marks, Escape closes", compact=True))
        self.query_one(Input).focus()

    def close_search(self) -> bool:
        """Close the search box; False when it was not open."""
        boxes = self.query(Input)
        if not boxes:
            return False
        boxes.remove()
        self.lines.search("")
        self.lines.focus()
        return True

    def action_details(self) -> None:
        """Show what the server says to its developers, too."""
        self.lines.toggle_details()

    def action_hit(self, step: int) -> None:
        self.lines.go_to_hit(step)

    def action_to_end(self) -> None:
        self.lines.scroll_end(animate=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Mark the words and say how often they were found."""
        event.stop()
        hits = self.lines.search(event.value)
        found = {0: "No line holds", 1: "One line holds"}.get(hits, f"{hits} lines hold")
        self.notify(f"{found} “{event.value}”{'; n and N go through them' if hits > 1 else ''}", markup=False)
        self.lines.focus()

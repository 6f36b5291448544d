"""One turn of the transcript, laid out at one width."""

from typing import NamedTuple

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from hat_tui.chat.safe_text import shown_line
from hat_tui.frozen import frozen
from hat_tui.tui.widgets.look import BLANK, Line, Look
from hat_tui.tui.widgets.markdown_lines import MarkdownLines
from hat_tui.tui.widgets.plain_lines import PlainLines
from hat_tui.tui.widgets.text_flow import Flow, Margin, clipped, flow_lines

GUTTER = 2
"""Cells left of every turn: a bar for the person's turns and for the selected one, and a blank."""

EDGE = 1
"""Cells right of every turn that stay blank, so that no text runs into the scrollbar."""

MAX_MEASURE = 100
"""Cells of text in a line, however wide the terminal: longer lines are hard to follow."""

MAX_RENDERED = 300_000
"""Characters; a longer reply is shown as it was sent."""

HORIZON = "the model no longer sees what is above"


@frozen
class Entry:
    """A turn as the transcript shows it. All text may hold anything; none of it is markup to the terminal.

    `role` is "user", "assistant" or "note" (a remark of the program, in the colour of `tone`); `text` is Markdown for
    an assistant unless `plain`, as typed for the rest. `meta` stands beside the title, `ending` below the text in the
    colour of `tone` ("", "warning" or "error"). `thought` is folded away until someone unfolds it, `thought_meta` its
    size, as "120 tokens". `dimmed`: the model does not see this turn.
    """

    key: int
    role: str
    title: str
    text: str
    meta: str = ""
    ending: str = ""
    thought: str = ""
    thought_meta: str = ""
    version: str = ""
    dimmed: bool = False
    pinned: bool = False
    plain: bool = False
    tone: str = ""


class Setting(NamedTuple):
    """What else a turn shows, that is no part of it: the horizon above, progress below, its thought unfolded."""

    horizon: bool = False
    progress: str = ""
    unfolded: bool = False


class TurnLines:
    """The lines of a turn: horizon, title, thought, text, ending, progress, and a blank one that ends it.

    What was painted of it is remembered in `painted`: the line, what else it depended on, and the strip.
    """

    def __init__(self, entry: Entry, look: Look, width: int, setting: Setting) -> None:
        self.entry = entry
        self.painted: dict[int, tuple[Line, object, Strip]] = {}
        self._look = look.dimmed() if entry.dimmed else look
        self._plain_look = look
        self._width = max(1, min(MAX_MEASURE, width - GUTTER - EDGE))
        self._setting = setting
        self._body = self._new_body(entry)
        self._thought = self._new_thought(entry)
        self._arrange()

    def takes(self, entry: Entry, look: Look, setting: Setting) -> bool:
        """Show `entry` from now on, keeping what is drawn of the text; False when the text needs drawing anew."""
        old = self.entry
        same = (old.role, old.plain, old.dimmed, old.tone) == (entry.role, entry.plain, entry.dimmed, entry.tone)
        if not same or look is not self._plain_look or not entry.text.startswith(old.text):
            return False
        unfolded = setting.unfolded != self._setting.unfolded
        self.entry, self._setting = entry, setting
        if len(entry.text) > len(old.text):
            self._body.feed(entry.text[len(old.text) :])
        if entry.ending:
            self._body.finish()
        if entry.thought != old.thought or unfolded:
            self._thought = self._new_thought(entry)
        self._arrange()
        return True

    def grow(self, entry: Entry) -> None:
        """Show `entry`, which says what the last one said and more at the end of its text or thought."""
        text, thought = entry.text[len(self.entry.text) :], entry.thought[len(self.entry.thought) :]
        started = thought and not self.entry.thought
        self.entry = entry
        if text:
            self._body.feed(text)
        if started:
            self._thought = self._new_thought(entry)
        elif thought and self._thought:
            self._thought.feed(thought)
        self._arrange()

    def finish(self) -> None:
        """No more has come for a while: show the text as it is, not as what it may be about to become."""
        self._body.finish()
        self._arrange()

    @property
    def text_range(self) -> tuple[int, int]:
        """The first line of the text, and the one after its last."""
        return self._text_at, self._text_end

    @property
    def text_starts(self) -> list[int]:
        """The line each block of the text starts at."""
        return [self._text_at + start for start in self._body.starts]

    def _new_body(self, entry: Entry) -> MarkdownLines | PlainLines:
        body: MarkdownLines | PlainLines
        if entry.role == "assistant" and not entry.plain and len(entry.text) <= MAX_RENDERED:
            body = MarkdownLines(self._look, self._width)
        else:
            body = PlainLines(self._look, self._width, self._look[_TEXT_STYLES.get(entry.role, "text")])
        if entry.role == "note" and entry.tone:
            body = PlainLines(self._look, self._width, self._look[entry.tone])
        if entry.text:
            body.feed(entry.text)
            body.finish()
        return body

    def _new_thought(self, entry: Entry) -> PlainLines | None:
        if not (entry.thought and self._setting.unfolded):
            return None
        thought = PlainLines(self._look, self._width - 2, self._look["quote"])
        thought.feed(entry.thought)
        return thought

    def _arrange(self) -> None:
        look, glyphs, entry = self._look, self._look.glyphs, self.entry
        lines: list[Line] = []
        if self._setting.horizon:
            lines += [self._horizon_line(), BLANK]
        self.title_at = len(lines)
        if entry.role != "note":
            lines.append(self._title())
        self.thought_at = len(lines) if entry.thought else -1
        if entry.thought:
            lines += self._thought_lines()
        self._text_at = len(lines)
        lines += self._body.lines
        self._text_end = len(lines)
        if entry.ending:
            style = look[entry.tone or "muted"]
            flow = Flow()
            flow.add(f"{glyphs.rule} {shown_line(entry.ending)}", style)
            lines += flow_lines(flow, Margin(), self._width)
        if self._setting.progress:
            text = clipped(shown_line(self._setting.progress), self._width, glyphs.ellipsis)
            lines.append(Line([Segment(text, look["muted"])], cell_len(text)))
        lines.append(BLANK)
        self.lines = lines

    def _horizon_line(self) -> Line:
        look = self._plain_look
        rule = look.glyphs.rule
        text = clipped(f"{rule} {HORIZON} ", self._width, look.glyphs.ellipsis)
        text += rule * (self._width - cell_len(text))
        return Line([Segment(text, look["warning"])], self._width)

    def _title(self) -> Line:
        """Who speaks, and the facts about it at the right edge of the measure."""
        look, entry, glyphs = self._look, self.entry, self._look.glyphs
        meta = clipped(shown_line(entry.meta), max(0, self._width - 12), glyphs.ellipsis) if entry.meta else ""
        marks = "".join(
            f" {mark}" for mark in (entry.version, glyphs.pinned + " pinned" if entry.pinned else "") if mark
        )
        marks = shown_line(marks)
        room = self._width - (cell_len(meta) + 2 if meta else 0) - cell_len(marks)
        title = clipped(shown_line(entry.title), max(1, room), glyphs.ellipsis)
        marks = clipped(marks, max(0, self._width - cell_len(title)), glyphs.ellipsis)
        segments = [Segment(title, look["user" if entry.role == "user" else "assistant"])]
        used = cell_len(title)
        if marks:
            segments.append(Segment(marks, look["muted"]))
            used += cell_len(marks)
        if meta and used + 2 + cell_len(meta) <= self._width:
            gap = self._width - used - cell_len(meta)
            segments += [Segment(" " * gap, look["text"]), Segment(meta, look["muted"])]
            used = self._width
        return Line(segments, used)

    def _thought_lines(self) -> list[Line]:
        look, glyphs, entry = self._look, self._look.glyphs, self.entry
        fold = glyphs.unfolded if self._setting.unfolded else glyphs.folded
        words = len(entry.thought.split())
        size = shown_line(entry.thought_meta) or f"{words} {'word' if words == 1 else 'words'}"
        done = "thought" if entry.text or entry.ending else "thinking"
        text = clipped(f"{fold} {done}, {size}", self._width, glyphs.ellipsis)
        lines = [Line([Segment(text, look["muted"])], cell_len(text))]
        if self._thought:
            bar = Segment(f"{glyphs.quote} ", look["bar"])
            for line in self._thought.lines:
                lines.append(Line([bar, *line.segments], line.cells + 2, line.lead + 2, line.glue))
        if entry.text:
            lines.append(BLANK)
        return lines

    def gutter(self, number: int, *, selected: bool) -> Segment:
        """What stands left of line `number`."""
        glyphs = self._look.glyphs
        inside = self.title_at <= number < len(self.lines) - 1
        if selected and inside:
            return Segment(f"{glyphs.selected_bar} ", self._plain_look["selected"])
        if self.entry.role == "user" and inside:
            return Segment(f"{glyphs.user_bar} ", self._look["user"])
        if self.entry.role == "note" and number == self.title_at:
            tone = self.entry.tone
            return Segment("! " if tone else f"{glyphs.dot} ", self._look[tone or "muted"])
        return Segment("  ", self._plain_look["text"])


_TEXT_STYLES: dict[str, str] = {"user": "text", "assistant": "text", "note": "note"}


def estimated_height(entry: Entry, width: int) -> int:
    """About how many lines the turn takes at `width`, without laying it out."""
    measure = max(1, min(MAX_MEASURE, width - GUTTER - EDGE))
    text = entry.text
    lines = 1 + text.count("\n") + len(text) // measure if text else 0
    return lines + (entry.role != "note") + bool(entry.ending) + bool(entry.thought) + 1

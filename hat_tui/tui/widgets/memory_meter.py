"""What the model would be sent with the next prompt, before it is sent."""

from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget

from hat_tui.chat.memory import State, Window
from hat_tui.chat.safe_text import shown
from hat_tui.tui.entries import seconds

STATES = {State.GOOD: ("Good", "$text-success"), State.NEAR: ("Near", "$text-warning")}
OVERFLOW = ("Overflow", "$text-error")

USUAL_LINES = 6
"""At least so many: what stands below does not move with every prompt that is typed and every reply that ends."""

PARTS = (
    ("system", "█", "$primary", "system_tokens"),
    ("pinned", "▓", "$secondary", "pinned_tokens"),
    ("turns", "▒", "$accent", "kept_tokens"),
    ("prompt", "▌", "$success", "prompt_tokens"),
    ("reply", "░", "$warning", "reply_tokens"),
)
"""The parts of the context in the order in which they stand in it: name, glyph, colour, tokens of a Window. The glyphs
tell them apart where there are no colours."""


class MemoryMeter(Widget):
    """The window of the next prompt: turns, tokens by part, what is forgotten, what it costs."""

    DEFAULT_CSS = """
    MemoryMeter {
        height: auto;
        background: $surface;
    }
    """

    window: reactive[Window | None] = reactive(None)

    def watch_window(self) -> None:
        """Have the screen laid out anew where the number of lines changes, and only there: keys wait for it."""
        if self.size.width and len(self._lines(self.size.width)) != self.size.height:
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As many lines as there are."""
        return len(self._lines(width))

    def render(self) -> Content:
        """A heading with the state, a bar, its legend, and what the next prompt does."""
        return Content("\n").join(self._lines(self.size.width))

    def _lines(self, width: int) -> list[Content]:
        width = max(12, width)
        window = self.window
        if window is None:
            return []
        name, colour = STATES.get(window.state, OVERFLOW)
        turns = f"{window.turns_kept} of {window.turns_allowed} turns"
        heading = Content.assemble((" Memory: ", "bold"), (name, f"bold {colour}"), f" · {turns}")
        lines = [heading.pad_right(max(0, width - heading.cell_length)).stylize_before("on $panel")]
        lines += [Content.assemble(" ", _bar(window, width - 2)), *_legend(window, width - 2)]
        lines += [Content.styled(f" {line}", "$foreground 70%") for line in _consequences(window)]
        return lines + [Content("")] * (USUAL_LINES - len(lines))


def _bar(window: Window, width: int) -> Content:
    """Each part by its share of the context, one cell at least when it is not empty; the rest is free."""
    tokens = [getattr(window, part[3]) for part in PARTS]
    whole = window.n_ctx or max(1, sum(tokens))
    pieces: list[tuple[str, str]] = []
    left = width
    for (_, glyph, colour, _), count in zip(PARTS, tokens, strict=True):
        cells = min(left, max(1, round(width * count / whole))) if count else 0
        pieces.append((glyph * cells, colour))
        left -= cells
    return Content.assemble(*pieces, ("·" * left, "$foreground 40%"))


def _legend(window: Window, width: int) -> list[Content]:
    about = "" if window.counted else "about "
    used = window.sent_tokens + window.reply_tokens
    whole = f" of {window.n_ctx}" if window.n_ctx else ""
    lines = [Content.assemble(" ", (f"{about}{used}{whole} tokens", ""))]
    line = Content("")
    for name, glyph, colour, field in PARTS:
        if count := getattr(window, field):
            piece = Content.assemble((f" {glyph}", colour), f" {name} {count}")
            if line.cell_length + piece.cell_length > width:
                lines.append(line)
                line = Content("")
            line += piece
    return [*lines, line]


def _consequences(window: Window) -> list[str]:
    lines: list[str] = []
    if window.pushed_out:
        first = shown(window.pushed_out[0].text).split("\n")[0][:20]
        lines.append(f"pushes out {len(window.pushed_out)} turns, from “{first}…”")
    elif window.forgotten:
        lines.append(f"{len(window.forgotten)} turns are forgotten")
    if window.reread_tokens:
        cost = f", about {seconds(window.reread_s)}" if window.reread_s and window.reread_s >= 0.1 else ""
        lines.append(f"the server reads {window.reread_tokens} tokens anew{cost}")
    return lines

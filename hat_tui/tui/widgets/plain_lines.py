"""Text as it was typed, wrapped to a width: what a person says, and a reply shown without rendering."""

from rich.style import Style

from hat_tui.chat.safe_text import shown
from hat_tui.tui.widgets.inline_flow import add_text
from hat_tui.tui.widgets.line_wrap import Cut, wrap
from hat_tui.tui.widgets.look import Line, Look
from hat_tui.tui.widgets.text_flow import Flow, Margin, cut_lines


class PlainLines:
    """The lines of a text that may still grow; `lines`, `settled` and `starts` as those of MarkdownLines."""

    def __init__(self, look: Look, width: int, style: Style) -> None:
        self._look = look
        self._width = width
        self._style = style
        self.lines: list[Line] = []
        self.starts: list[int] = []
        self.settled = 0
        self._tail = ""
        self._known: tuple[str, list[Cut]] = ("", [])

    def feed(self, more: str) -> None:
        """Add `more` to the text."""
        self._tail += more
        rows = shown(self._tail).split("\n")
        del self.lines[self.settled :]
        for number, text in enumerate(rows):
            if self.starts[-1:] != [len(self.lines)]:
                self.starts.append(len(self.lines))
            self.settled = len(self.lines)
            self.lines += self._row(text.expandtabs(4), growing=number == 0)
        self._tail = self._tail.rpartition("\n")[2]

    def finish(self) -> None:
        """Nothing more comes; every line is as it should be already."""

    def _row(self, text: str, *, growing: bool) -> list[Line]:
        known_text, known = self._known
        cuts = wrap(text, self._width, known if growing and known and text.startswith(known_text) else None)
        self._known = (text, cuts)
        flow = Flow()
        add_text(flow, text, self._style, self._look)
        return cut_lines(flow, cuts, Margin())

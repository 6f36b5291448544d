"""Selected text, out of turns that may not be laid out."""

from textual.selection import Selection

from hat_tui.chat.safe_text import shown, shown_line
from hat_tui.tui.widgets.look import Line
from hat_tui.tui.widgets.turn_lines import GUTTER
from hat_tui.tui.widgets.turn_store import TurnStore

ROWS_APART = 1 << 20
"""A selection knows places by turn and line, not by rows of the page, which move: y = turn * this + line."""

MANY = 200
"""Turns; of more, those that are not laid out are copied as they were sent."""


def copied(store: TurnStore, selection: Selection) -> str:
    """The selected text, as it is shown: wrapped paragraphs and code lines whole, without bars and other decoration."""
    first = selection.start.y // ROWS_APART if selection.start else 0
    last = selection.end.y // ROWS_APART if selection.end else len(store)
    last = min(last, len(store) - 1)
    parts: list[str] = []
    for index in range(first, last + 1):
        if last - first > MANY and not store.laid_out(index):
            entry = store.entries[index]
            parts.append(f"{shown_line(entry.title)}\n{shown(entry.text)}\n\n")
            continue
        for number, line in enumerate(store.peek(index).lines):
            if (span := selection.get_span(index * ROWS_APART + number)) is not None:
                parts.append(_words(line, *span))
    return "".join(parts).rstrip("\n")


def _words(line: Line, start: int, end: int) -> str:
    words = line.words(start - GUTTER, None if end == -1 else max(0, end - GUTTER))
    return (words.rstrip() if line.glue == "\n" else words) + line.glue

"""What differs between two lines, and a line with some of its characters in another style."""

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from hat_tui.tui.widgets.look import Line


def changed_cells(old: Line, new: Line) -> tuple[int, int]:
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


def marked(strip: Strip, start: int, end: int, style: Style) -> Strip:
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

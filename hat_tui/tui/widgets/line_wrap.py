"""Cuts a line of text into lines that fit a width in terminal cells."""

from collections.abc import Iterator

from rich.cells import cell_len, split_graphemes

Cut = tuple[int, int]
"""Start and end index of one line in the text; the blanks it was broken at lie between two cuts."""


def wrap(text: str, width: int, known: list[Cut] | None = None) -> list[Cut]:
    """The cuts of `text` (no line end in it) into lines of at most `width` cells, breaking at blanks.

    A word wider than a line is broken between graphemes; wide glyphs (Chinese, Japanese, Korean, emoji) may be
    parted from any neighbour. `known` are cuts of a beginning of `text` at the same width: only its last line is cut
    again, so text that grows at its end costs what was added.
    """
    cuts = known[:-1] if known else []
    start = known[-1][0] if known else 0
    width = max(1, width)
    rest = text[start:] if start else text
    if len(rest) < 512 and cell_len(rest) <= width:
        cuts.append((start, len(text)))
        return cuts
    if rest.isascii():
        _wrap_narrow(text, start, width, cuts)
    else:
        _wrap_wide(rest, start, width, cuts)
    return cuts


def _wrap_narrow(text: str, start: int, width: int, cuts: list[Cut]) -> None:
    """Every character is one cell."""
    length = len(text)
    while length - start > width:
        blank = text.rfind(" ", start, start + width + 1)
        end = blank
        while end > start and text[end - 1] == " ":
            end -= 1
        if end > start:
            following = blank + 1
            while following < length and text[following] == " ":
                following += 1
        elif text[start : start + width].isspace():
            # More blanks than a line holds indent nothing.
            word = length - len(text[start:].lstrip(" "))
            if word < length:
                start = word
                continue
            end, following = start + width, length
        else:
            end = following = start + width
        cuts.append((start, end))
        start = following
        if start >= length and cuts:
            return
    cuts.append((start, length))


def _wrap_wide(rest: str, offset: int, width: int, cuts: list[Cut]) -> None:
    """Graphemes of zero to two cells; `offset` is where `rest` starts in the whole text."""
    line = end = used = 0  # start and end of this line, and its cells
    for start, stop, cells, blanks in _pieces(rest):
        if used + blanks + cells <= width:
            end, used = stop, used + blanks + cells
            continue
        if end > line:
            cuts.append((offset + line, offset + end))
            line, used = start, 0
        elif blanks < width:
            used = blanks
        else:
            line, used = start, 0
        if used + cells <= width:
            end, used = stop, used + cells
            continue
        graphemes, _ = split_graphemes(rest[start:stop])
        for first, last, size in graphemes:
            if used + size > width and start + first > line:
                cuts.append((offset + line, offset + start + first))
                line, used = start + first, 0
            end, used = start + last, used + size
    if end > line or not cuts:
        # After the last piece there are blanks alone: as many as fit.
        cuts.append((offset + line, offset + min(len(rest), max(end, line) + width - used)))


_NOT_FIRST = frozenset(
    "、。，．：；！？）」』】〉》〕｝”’…ー々·‧!?,.:;)]}%ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ"
)
"""What may not begin a line: it stays with the wide glyph before it."""


def _pieces(text: str) -> Iterator[tuple[int, int, int, int]]:
    """What a line may not break inside of: start, end, cells, and the blanks before it."""
    graphemes, _ = split_graphemes(text)
    start = end = cells = blanks = 0
    wide = False
    for first, last, size in graphemes:
        glyph = text[first]
        if glyph == " " and last == first + 1:
            if end > start:
                yield start, end, cells, blanks
                blanks = 0
            blanks += 1
            start = end = last
            cells = 0
            continue
        if end > start and (wide or size == 2) and glyph not in _NOT_FIRST:
            yield start, end, cells, blanks
            start, cells, blanks = first, 0, 0
        end, cells = last, cells + size
        wide = size == 2 or (wide and glyph in _NOT_FIRST)
    if end > start:
        yield start, end, cells, blanks

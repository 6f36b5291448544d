"""The fewest bytes that turn the cells a terminal shows into the cells it should show.

Control functions after ECMA-48: CUP, CUF, CHA, EL, ED, ECH, REP, SU and SD; DECSTBM and DECTCEM after the VT220;
synchronized output is private mode 2026.
"""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final, NamedTuple

from hat_tui.tui.terminal.grid import UNKNOWN, Grid
from hat_tui.tui.terminal.isolation import isolated
from hat_tui.tui.terminal.scrolling import Shift, differences, find_shift
from hat_tui.tui.terminal.style import PLAIN, Style, erasable, on_blank, serves_blank, transition

_SHORT_GAP: Final = 4
"""Unchanged cells that are cheaper to write again than to skip."""
_PERHAPS_REPEATED: Final = 5
"""Cells alike from which a repeat or an erasure may be shorter."""
_REPEATED: Final = re.compile(rf"(.)\1{{{_PERHAPS_REPEATED - 1}}}")
_ROW_BYTES: Final = 100
"""About what a row takes at most."""
_ASCII: Final = frozenset(map(chr, range(0x20, 0x7F)))


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a terminal can do beyond moving, writing and erasing.

    `bce`: erased cells take the background colour. `rep`: repeats a glyph. `sync`: shows an update as one.
    """

    bce: bool = False
    rep: bool = False
    sync: bool = False


class _Frame(NamedTuple):
    """What a painter would have written, and where that would have left it."""

    size: int
    out: list[str]
    shown: Grid
    at: tuple[int, int] | None
    style: Style | None


class Painter:
    """Keeps what the terminal shows, and writes what changes it.

    `paint` is asked for a frame's bytes only when they can be sent: what it returns counts as shown.
    """

    def __init__(self, shown: Grid, abilities: Abilities, *, caret: bool = False) -> None:
        self.shown = shown
        self.abilities = abilities
        self._at: tuple[int, int] | None = None
        self._style: Style | None = None
        self.caret_shown = caret
        self._turn = 0
        self._last_move = ""
        # Where the terminal's own "restore cursor" leads to, and the style it brings.
        self._saved: tuple[tuple[int, int], Style] | None = None
        self._worn: Counter[Style] = Counter()
        self._out: list[str] = []
        self._size = 0

    def paint(self, wanted: Grid, budget: int, *, caret: bool) -> str:
        """The bytes of the next frame, or "" when the terminal shows `wanted` already.

        About `budget` bytes are written, and rows left over stay dirty. `caret` shows the
        terminal's cursor at the cursor of `wanted`.
        """
        self._out = []
        self._size = 0
        dirty = [y for y in wanted.dirty if not self.shows_row(y, wanted)]
        if len(dirty) * 10 > wanted.height * 9 and self._clear_to_the_common_blank(wanted):
            dirty = self._wrong_rows(wanted)
        if len(dirty) > 3 and (shift := find_shift(self.shown, wanted, sorted(dirty))):
            # Half a scroll looks worse than none: what it disturbs has to be put right in the same frame.
            tried = min(self._tried(wanted, None), self._tried(wanted, shift), key=lambda frame: frame.size)
            if tried.size <= budget:
                self._out += tried.out
                self._size += tried.size
                self.shown, self._at, self._style = tried.shown, tried.at, tried.style
                dirty = []
        if len(dirty) * _ROW_BYTES > budget:
            dirty.sort(key=lambda y: self._rank(y, wanted))
        else:
            dirty.sort(key=lambda y: (abs(y - wanted.y) > 1, (y - self._turn) % wanted.height))
        wanted.dirty = self._rows(dirty, wanted, budget)
        return self._finish(wanted, caret)

    def _rank(self, y: int, wanted: Grid) -> tuple[int, bool, bool, int, int]:
        """How much a row matters to a reader where bytes are few: what is less comes first.

        First the rows at the cursor and the one that the last frame had no room for, so that all get their turn; then
        those that go on changing, as the end of a reply does; last those that only lose text, which is kept until then.
        """
        lately, turn = wanted.lately.get(y, 0), (y - self._turn) % wanted.height
        return min(abs(y - wanted.y), 2), turn > 0, self._only_erases(y, wanted), -lately, turn

    def _rows(self, rows: list[int], wanted: Grid, budget: int) -> set[int]:
        """Write rows up to `budget` bytes, but the first one whatever it takes; those that are left."""
        for done, y in enumerate(rows):
            before = self._at, self._style, len(self._out), self._size
            self._row(y, wanted)
            if done and self._size > budget:
                self._at, self._style, length, self._size = before
                del self._out[length:]
                self._turn = y
                return set(rows[done:])
            self.shown.take_row(y, wanted)
        return set()

    def _only_erases(self, y: int, wanted: Grid) -> bool:
        new = {char for was, char in zip(self.shown.chars[y], wanted.chars[y], strict=True) if was != char}
        return new == {" "}

    def _tried(self, wanted: Grid, shift: Shift | None) -> "_Frame":
        """The whole frame, after a shift or without; nothing is changed by asking."""
        before = self.shown, self._at, self._style, self._out, self._size
        self.shown, self._out, self._size = self.shown.copy(), [], 0
        if shift is not None:
            self._scroll(shift)
        for y in self._wrong_rows(wanted):
            self._row(y, wanted)
            self.shown.take_row(y, wanted)
        frame = _Frame(self._size, self._out, self.shown, self._at, self._style)
        self.shown, self._at, self._style, self._out, self._size = before
        return frame

    def _wrong_rows(self, wanted: Grid) -> list[int]:
        return [y for y in range(wanted.height) if not self.shows_row(y, wanted)]

    def shows_row(self, y: int, wanted: Grid) -> bool:
        """Whether the terminal shows row `y` of `wanted` already."""
        return self.shown.chars[y] == wanted.chars[y] and self.shown.styles[y] == wanted.styles[y]

    def _finish(self, wanted: Grid, caret: bool) -> str:
        many = self._size > 150
        hide = caret and self.caret_shown and many and not self.abilities.sync
        if caret:
            self._rest(min(wanted.x, wanted.width - 1), min(wanted.y, wanted.height - 1))
        show = caret and (hide or not self.caret_shown)
        if show or caret != self.caret_shown:
            self._write("\x1b[?25h" if caret else "\x1b[?25l")
        self.caret_shown = caret
        data = "".join(self._out)
        if many and self.abilities.sync:
            return f"\x1b[?2026h{data}\x1b[?2026l"
        return f"\x1b[?25l{data}" if hide else data

    def _write(self, data: str) -> None:
        self._out.append(data)
        self._size += len(data)

    def _move(self, x: int, y: int) -> None:
        if self._at == (x, y):
            return
        absolute = _absolute(x, y)
        self._last_move = absolute if self._at is None else min((absolute, _relative(*self._at, x, y)), key=len)
        self._write(self._last_move)
        self._at = (x, y)

    def _rest(self, x: int, y: int) -> None:
        """Bring the cursor home. Saved there, it is brought home again in two bytes, and its style with it."""
        if self._at == (x, y) or self._style is None or self._style.link:
            self._move(x, y)
            return
        usual = self._worn.most_common(1)[0][0] if self._worn else self._style
        if self._worn.total() > 24:
            # What was usual a while ago tells little of the next frame.
            self._worn = Counter({style: count // 2 for style, count in self._worn.items() if count > 1})
        if self._saved is not None and self._saved[0] == (x, y) and self._saved[1] in (usual, self._style):
            self._write("\x1b8")
            self._at, self._style = self._saved
            return
        self._move(x, y)
        if self._style == usual and self._size > 20:
            self._write("\x1b7")
            self._saved = ((x, y), self._style)

    def _wear(self, style: Style) -> None:
        if self._style is None:
            self._write("\x1b[m\x1b]8;;\x1b\\")
            self._style = PLAIN
        if style == self._style:
            return
        self._worn[style] += 1
        change = transition(self._style, style)
        if self._saved is not None and self._saved[1] == style and not self._style.link and self._at is not None:
            back = _absolute(*self._at)
            moved = bool(self._out) and self._out[-1] is self._last_move
            if len(change) + len(self._last_move) * moved > 2 + len(back):
                if moved:
                    self._out.pop()
                self._write(f"\x1b8{back}")
                self._style = style
                return
        self._write(change)
        self._style = style

    def _row(self, y: int, wanted: Grid) -> None:
        chars, styles = isolated(wanted.chars[y]), wanted.styles[y]
        was_chars, was_styles = self.shown.chars[y], self.shown.styles[y]
        changed = differences(chars, was_chars, styles, was_styles)
        tail = self._erasable_tail(chars, styles)
        if changed[tail:].count(True) <= 3:
            tail = len(chars)
        x = 0
        while x < tail:
            if not changed[x]:
                x += 1
                continue
            if not chars[x]:
                x -= 1
            self._reach(x, y, chars, styles)
            x = self._glyphs(x, y, tail, chars, styles, changed)
        if tail < len(chars):
            first = changed.index(True, tail)
            self._wear_for_blank(styles[first])
            self._move(first, y)
            self._write("\x1b[K")

    def _erasable_tail(self, chars: list[str], styles: list[Style]) -> int:
        """Where the blanks begin that one "erase to end of line" makes."""
        style = styles[-1]
        start = len(chars)
        if erasable(style, self.abilities.bce):
            while start and chars[start - 1] == " " and styles[start - 1] == style:
                start -= 1
        return start

    def _reach(self, x: int, y: int, chars: list[str], styles: list[Style]) -> None:
        """Bring the cursor to a cell, over a short gap by writing again what stands there."""
        if self._at is not None and self._at[1] == y and 0 < x - self._at[0] <= _SHORT_GAP:
            gap = range(self._at[0], x)
            if all(" " <= chars[at] <= "~" and self._looks_right(chars[at], styles[at]) for at in gap):
                self._write("".join(chars[at] for at in gap))
                self._at = (x, y)
        self._move(x, y)

    def _glyphs(self, x: int, y: int, tail: int, chars: list[str], styles: list[Style], changed: list[bool]) -> int:
        """Write the glyph at `x`, with its repeats; the column after what was written."""
        char, style = chars[x], styles[x]
        end = x + 1
        last = end
        while end < tail and chars[end] == char and styles[end] == style:
            end += 1
            if changed[end - 1]:
                last = end
        if char == " ":
            self._wear_for_blank(style)
            return self._blanks(x, y, last, last >= tail or not any(changed[last:tail]))
        self._wear(style)
        if last - x < _PERHAPS_REPEATED and (text := self._run(x, tail, chars, styles, changed)):
            self._write(text)
            self._advance(x + len(text), y, len(chars))
            return x + len(text)
        if last - x > 1:
            self._repeat(char, last - x)
            self._advance(last, y, len(chars))
            return last
        width = 2 if x + 1 < len(chars) and not chars[x + 1] else 1
        if _of_doubtful_width(char):
            # Where the terminal draws it narrower, nothing old may show beside it; where wider, what follows is
            # written again over it.
            if width == 2:
                self._write(f"  \x1b[{x + 1}G")
            self._write(char)
            self._at = None
            for at in range(x + width, min(x + 2 * len(char), tail)):
                changed[at] = True
        else:
            self._write(char)
            self._advance(x + width, y, len(chars))
        return x + width

    def _run(self, x: int, tail: int, chars: list[str], styles: list[Style], changed: list[bool]) -> str:
        """Changed cells from `x` on that can be written as they are: what most of a reply is, taken in one go."""
        style, end = styles[x], x
        while end < tail and changed[end] and chars[end] in _ASCII:
            if styles[end] is not style and not self._looks_right(chars[end], styles[end]):
                break
            end += 1
        text = "".join(chars[x:end])
        repeated = _REPEATED.search(text)
        return text[: repeated.start()] if repeated else text

    def _advance(self, x: int, y: int, width: int) -> None:
        # After the last column a terminal's cursor may stand on it or beyond it.
        self._at = (x, y) if x < width else None

    def _repeat(self, char: str, count: int) -> None:
        size = len(char.encode("utf-8", "replace"))
        if self.abilities.rep and len(char) == 1 and size * count > size + 3 + len(str(count - 1)):
            self._write(f"{char}\x1b[{count - 1}b")
        else:
            self._write(char * count)

    def _looks_right(self, char: str, style: Style) -> bool:
        """Whether `char` can be written in the style that is on."""
        if self._style is None:
            return False
        return self._style == style or (char == " " and serves_blank(self._style, style))

    def _wear_for_blank(self, style: Style) -> None:
        if not self._looks_right(" ", style):
            self._wear(style)

    def _blanks(self, x: int, y: int, end: int, last_of_row: bool) -> int:
        count = end - x
        pays = count > 4 if last_of_row else count > 11 and not self.abilities.rep
        if pays and erasable(on_blank(self._style or PLAIN), self.abilities.bce):
            self._write(f"\x1b[{count}X")
            return end
        self._repeat(" ", count)
        self._advance(end, y, self.shown.width)
        return end

    def _clear_to_the_common_blank(self, wanted: Grid) -> bool:
        """Erase the screen when that alone makes most of it right, as on the first frame."""
        blanks: Counter[Style] = Counter()
        for chars, styles in zip(wanted.chars, wanted.styles, strict=True):
            blanks.update(style for char, style in zip(chars, styles, strict=True) if char == " ")
        if not blanks:
            return False
        style, _ = blanks.most_common(1)[0]
        cells = wanted.width * wanted.height
        wrong = sum(
            (char != " " or was != style) and right == " " and right_style == style
            for y in range(wanted.height)
            for char, was, right, right_style in zip(
                self.shown.chars[y], self.shown.styles[y], wanted.chars[y], wanted.styles[y], strict=True
            )
        )
        unknown = any(UNKNOWN in row for row in self.shown.chars)
        if unknown or wrong * 2 < cells or not erasable(style, self.abilities.bce):
            return False
        self._wear(style)
        self._write("\x1b[2J")
        self.shown.erase(style)
        return True

    def _scroll(self, shift: Shift) -> None:
        self._wear(PLAIN)
        direction = "S" if shift.rows > 0 else "T"
        whole = shift.top == 0 and shift.bottom == self.shown.height
        count = abs(shift.rows) if abs(shift.rows) > 1 else ""
        if whole:
            self._write(f"\x1b[{count}{direction}")
        else:
            self._write(f"\x1b[{shift.top + 1};{shift.bottom}r\x1b[{count}{direction}\x1b[r")
            self._at = (0, 0)
        shift.apply(self.shown)


def _absolute(x: int, y: int) -> str:
    return f"\x1b[{y + 1 if y else ''}{f';{x + 1}' if x else ''}H"


def _relative(from_x: int, from_y: int, x: int, y: int) -> str:
    """The shortest way from one cell to another by steps. A newline only steps down where the tty leaves it alone."""
    if y < from_y:
        rows = f"\x1b[{from_y - y if from_y - y > 1 else ''}A"
    elif y - from_y <= 3:
        rows = "\n" * (y - from_y)
    else:
        rows = f"\x1b[{y - from_y}B"
    right = x - from_x
    if not right:
        return rows
    ways = [f"\x1b[{x + 1}G"]
    if right > 0:
        ways.append(f"\x1b[{right if right > 1 else ''}C")
    elif right >= -3:
        ways.append("\b" * -right)
    if not x:
        ways.append("\r")
    return rows + min(ways, key=len)


def _of_doubtful_width(char: str) -> bool:
    """Whether terminals disagree on how many cells `char` takes: emoji, their sequences, flags, joined scripts."""
    return "\u2600" <= char < "\u2c00" or ord(char[0]) >= 0x1F000 or "\ufe0f" in char or "\u200d" in char

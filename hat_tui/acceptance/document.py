"""A sheet as blocks that are written as plain text, Markdown or HTML: one source, three forms."""

import re
import textwrap
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from hat_tui.chat.safe_text import shown, shown_line

WIDTH = 76
"""Columns of the text form; a table may be wider when its columns need it."""


@dataclass(frozen=True, slots=True)
class Title:
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph."""

    text: str


@dataclass(frozen=True, slots=True)
class Stamp:
    """The outcome, for all to see. `good` is None while it is open."""

    text: str
    good: bool | None


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`numeric` are the columns, from 0, set to the right."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Point:
    """A model in a picture of speed, in tokens a second, against its mean mark."""

    label: str
    speed: float
    mark: float


@dataclass(frozen=True, slots=True)
class Scatter:
    """Speed against mark."""

    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Bars:
    """Marks by task; one bar for each label, None where there is no mark."""

    labels: tuple[str, ...]
    rows: tuple[tuple[str, tuple[float | None, ...]], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A long text with a line about it, folded where that can be."""

    head: str
    text: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Signature:
    """A line to sign on."""

    role: str


Block = Title | Section | Line | Stamp | Facts | Table | Scatter | Bars | Answer | Signature


def width(text: str) -> int:
    """The columns that `text` takes in a terminal."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(unicodedata.combining(char) > 0 for char in text)


def to_text(blocks: Sequence[Block]) -> str:
    """Plain text without a control character, to read in a terminal or to print."""
    return "\n\n".join(_text(block) for block in blocks) + "\n"


def _text(block: Block) -> str:
    match block:
        case Title(text=text):
            return f"{shown_line(text)}\n{'=' * width(shown_line(text))}"
        case Section(text=text):
            return f"{shown_line(text)}\n{'-' * width(shown_line(text))}"
        case Line(text=text):
            return textwrap.fill(shown_line(text), WIDTH)
        case Stamp(text=text):
            edge = "+" + "-" * (len(text) + 6) + "+"
            return f"{edge}\n|   {text}   |\n{edge}"
        case Facts(rows=rows):
            return _aligned(rows)
        case Table():
            return _columns(block)
        case Scatter():
            return scatter_text(block)
        case Bars():
            return _bars(block)
        case Answer(head=head, text=text, notes=notes):
            lines = _wrapped(shown_line(head), "")
            for note in notes:
                lines += _wrapped(shown_line(note), "  ")
            for line in (shown(text) or "(nothing)").split("\n"):
                lines += _wrapped(line, "    ")
            return "\n".join(lines)
        case Signature(role=role):
            return f"{role}:\n\n\n{'_' * 34}    {'_' * 20}\n{'name and signature':<38}date"


def _wrapped(line: str, indent: str) -> list[str]:
    """The line, in as many as it needs; a short one keeps all its blanks."""
    if width(line) + len(indent) <= WIDTH:
        return [(indent + line).rstrip()]
    return textwrap.wrap(line, WIDTH, initial_indent=indent, subsequent_indent=indent)


def _aligned(facts: Sequence[tuple[str, str]]) -> str:
    rows = [(shown_line(name), shown_line(value)) for name, value in facts]
    longest = max((width(name) for name, _ in rows), default=0)
    lines: list[str] = []
    for name, value in rows:
        wrapped = textwrap.wrap(value, max(30, WIDTH - longest - 2)) or [""]
        lines.append(_padded(name, longest) + "  " + wrapped[0])
        lines.extend(" " * (longest + 2) + more for more in wrapped[1:])
    return "\n".join(lines)


def _columns(table: Table) -> str:
    """Columns side by side; a last one of text that has no room there stands below its row."""
    rows = [tuple(map(shown_line, row)) for row in (table.head, *table.rows)]
    last = len(table.head) - 1
    widths = [max(width(row[at]) for row in rows) for at in range(last + 1)]
    room = WIDTH - sum(widths[:last]) - 2 * last
    below = last not in table.numeric and widths[last] > room
    shown_columns = range(last if below else last + 1)
    lines: list[str] = []
    for number, row in enumerate(rows):
        cells = (_padded(row[at], widths[at], at in table.numeric) for at in shown_columns)
        lines.append("  ".join(cells).rstrip())
        if number == 0:
            lines.append("  ".join("-" * widths[at] for at in shown_columns))
        elif below:
            lines += textwrap.wrap(row[last], WIDTH, initial_indent="      ", subsequent_indent="      ")
    return "\n".join(lines)


def _padded(text: str, size: int, right: bool = False) -> str:
    gap = " " * (size - width(text))
    return gap + text if right else text + gap


def _bars(bars: Bars) -> str:
    """A line for each task; a column for each of several models, headed by its letter."""
    longest = min(34, max((width(shown_line(name)) for name, _ in bars.rows), default=0))
    cells = 20 if len(bars.labels) == 1 else 10 if len(bars.labels) <= 3 else 5
    lines: list[str] = []
    if len(bars.labels) > 1:
        lines += [f"{letter(at)}  {shown_line(label)}" for at, label in enumerate(bars.labels)]
        heads = "  ".join(letter(at).ljust(cells + 4) for at in range(len(bars.labels)))
        lines += ["", f"{' ' * longest}  {heads}".rstrip()]
    for name, marks in bars.rows:
        title = _padded(textwrap.shorten(shown_line(name), 34, placeholder="…"), longest)
        lines.append("  ".join([title, *(mark_bar(mark, cells) for mark in marks)]))
    return "\n".join(lines)


def mark_bar(mark: float | None, cells: int = 20) -> str:
    """A mark as a bar with its number."""
    if mark is None:
        return "·" * cells + "   -"
    full = round(mark / 5 * cells)
    return "█" * full + "░" * (cells - full) + f" {mark:.1f}"


def letter(number: int) -> str:
    """A short name for the `number`-th thing, from 0: A, B, … Z, AA."""
    return (letter(number // 26 - 1) if number >= 26 else "") + chr(ord("A") + number % 26)


def scatter_text(scatter: Scatter, columns: int = 56, lines: int = 11) -> str:
    """Speed to the right, mark upwards, a letter for each model; `*` where several fall on one place."""
    top = nice_end(max((point.speed for point in scatter.points), default=0))
    grid = [[" "] * columns for _ in range(lines)]
    for number, point in enumerate(scatter.points):
        x = min(columns - 1, round(point.speed / top * (columns - 1)))
        y = lines - 1 - round(point.mark / 5 * (lines - 1))
        grid[y][x] = letter(number) if grid[y][x] == " " else "*"
    drawn = [f"{5 - 5 * at / (lines - 1):4.1f} |{''.join(row)}".rstrip() for at, row in enumerate(grid)]
    axis = "     +" + "-" * columns
    scale = "      0" + f"{top / 2:g}".center(columns - 1 - len(f"{top:g}")) + f"{top:g}"
    names = [
        f"{letter(at)}  {shown_line(point.label)}: mark {point.mark:.2f}, {point.speed:.1f} tokens/s"
        for at, point in enumerate(scatter.points)
    ]
    return "\n".join(["mark", *drawn, axis, scale, f"{'tokens/s':>{columns + 6}}", *names])


def nice_end(largest: float) -> float:
    """The end of a scale from 0 that holds `largest`: 1, 2 or 5 times a power of ten."""
    end = 1.0
    while end < largest:
        end *= 10
    for smaller in (end / 5, end / 2):
        if smaller >= largest > 0:
            return smaller
    return end


def to_markdown(blocks: Sequence[Block]) -> str:
    """Markdown in which nothing of a name, a remark or an answer is markup."""
    return "\n\n".join(_markdown(block) for block in blocks) + "\n"


def _markdown(block: Block) -> str:
    match block:
        case Title(text=text):
            return f"# {plain_markdown(text)}"
        case Section(text=text):
            return f"## {plain_markdown(text)}"
        case Line(text=text):
            return plain_markdown(text)
        case Stamp(text=text):
            return f"**{text}**"
        case Facts(rows=rows):
            return _markdown_table(Table(("", ""), rows))
        case Table():
            return _markdown_table(block)
        case Scatter() | Bars():
            return _fenced(_text(block))
        case Answer(head=head, text=text, notes=notes):
            notes_written = "".join(f"- {plain_markdown(note)}\n" for note in notes)
            return f"### {plain_markdown(head)}\n\n{notes_written}\n{_fenced(shown(text))}"
        case Signature(role=role):
            return f"{plain_markdown(role)}: ____________________________  Date: ______________"


def _fenced(text: str) -> str:
    """The text in a code block whose fence is longer than any in it."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}text\n{text}\n{fence}"


def _markdown_table(table: Table) -> str:
    rows = [table.head, tuple("--:" if at in table.numeric else "---" for at in range(len(table.head))), *table.rows]
    written = [
        "| " + " | ".join(row if number == 1 else map(plain_markdown, row)) + " |" for number, row in enumerate(rows)
    ]
    return "\n".join(written)


_MARKUP = str.maketrans({char: f"\\{char}" for char in "\\`*_[]<>|#~&$!"})


def plain_markdown(text: str) -> str:
    """The text on one line, with all that Markdown could take for markup escaped."""
    return shown_line(text).translate(_MARKUP)

"""Markdown to lines, block by block, and again for what is added at its end.

CommonMark with tables and strikethrough. A single line end inside a paragraph is kept, as small models mean it. HTML
is shown as text; link reference definitions too, because one at the end would change what was shown long before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style

from hat_tui.chat.safe_text import safe_link, shown, shown_line
from hat_tui.tui.widgets.code_lines import CodeLines
from hat_tui.tui.widgets.line_wrap import Cut, wrap
from hat_tui.tui.widgets.look import BLANK, Line, Look
from hat_tui.tui.widgets.open_marks import closed
from hat_tui.tui.widgets.table_lines import Cell, table_lines
from hat_tui.tui.widgets.text_flow import Flow, Margin, chop, cut_lines, flow_lines

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MAX_MARKED = 4000
"""Characters; a longer paragraph is shown as typed: the inline parser takes quadratic time on hostile input."""

_MIN_INNER = 8
"""Cells that nesting must leave for text; what nests deeper is not moved further in."""

_GOES_ON = ("bullet_list", "ordered_list", "code_block")
"""Blocks that may go on after a blank line."""

_BOLD, _ITALIC, _STRUCK, _UNDERLINED = Style(bold=True), Style(italic=True), Style(strike=True), Style(underline=True)
_BARE_LINK = re.compile(r"https?://[^\s<>\"'`]*[^\s<>\"'`.,;:!?)\]}*_~]")
_SIMPLE = re.compile(r"[^\\`*_~\[\]!<>&@\n]*").fullmatch


@cache
def _parser() -> MarkdownIt:
    # markdown-it takes 30 ms to load; the first paint of an empty chat does without.
    from markdown_it import MarkdownIt  # noqa: PLC0415

    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("reference")


class MarkdownLines:
    """The lines of a Markdown text that may still grow.

    `lines` is what to draw, and what comes later leaves the first `settled` of them alone; `starts` are the indexes of
    each block's first line, to find a place again at another width.
    """

    def __init__(self, look: Look, width: int) -> None:
        self.lines: list[Line] = []
        self.starts: list[int] = []
        self.settled = 0
        self._settled_blocks = 0
        self._tail = ""  # what the unfinished last block is made of, raw
        self._before = ""  # the kind of the last finished block
        self._drawing = _Drawing(look, width)

    def feed(self, more: str) -> None:
        """Add `more` to the text."""
        self._tail += more
        self._draw(finished=False)

    def finish(self) -> None:
        """Nothing more comes, for now: marks left open are shown, unfinished code gets its exact colours."""
        self._draw(finished=True)

    def _draw(self, *, finished: bool) -> None:
        source = shown(self._tail)
        blocks = _blocks_of(source)
        last = _settled(source, blocks)
        lines: list[Line] = []
        starts: list[int] = []
        before = self._before
        kept = self.settled
        final = (kept, before)
        for number, block in enumerate(blocks):
            if number == last:
                final = (kept + len(lines), before)
            if (kept or lines) and before != "heading":
                lines.append(BLANK)
            starts.append(kept + len(lines))
            lines += self._drawing.block(block.tokens, finished=finished or number < last)
            before = block.kind
        self.lines[kept:] = lines
        self.starts[self._settled_blocks :] = starts
        if last:
            self.settled, self._before = final
            self._settled_blocks += last
            self._tail = self._tail.split("\n", blocks[last].line)[-1]
            self._drawing.forget()


def code_blocks(text: str) -> list[str]:
    """The code blocks of a Markdown text, nested ones too, as they came: for the clipboard, not for the screen."""
    return [token.content for token in _parser().parse(text) if token.type in ("fence", "code_block")]


class _Block:
    """A top-level block: its first line in the source, its kind ("paragraph", "heading", …), its tokens."""

    __slots__ = ("kind", "line", "tokens")

    def __init__(self, tokens: list[Token]) -> None:
        first = tokens[0]
        self.line = first.map[0] if first.map else 0
        self.kind = first.type.removesuffix("_open")
        self.tokens = tokens


def _blocks_of(source: str) -> list[_Block]:
    parser = _parser()
    tokens: list[Token] = []
    parser.block.parse(source, parser, {}, tokens)
    blocks, start, depth = [], 0, 0
    for number, token in enumerate(tokens):
        depth += token.nesting
        if depth == 0:
            blocks.append(_Block(tokens[start : number + 1]))
            start = number + 1
    return blocks


def _settled(source: str, blocks: list[_Block]) -> int:
    """How many blocks nothing that follows can change.

    All before the last that starts on a complete line; a line without its end may still turn into something else, and
    then into a part of the block before it, unless that one is closed.
    """
    complete = source.count("\n")
    count = max((number for number, block in enumerate(blocks) if block.line < complete), default=0)
    if count + 2 != len(blocks):
        return count
    closed, line = blocks[count].kind, source.rpartition("\n")[2]
    parted = not source[: len(source) - len(line) - 1].rpartition("\n")[2].strip()
    if closed in ("heading", "hr", "fence") or (parted and (closed not in _GOES_ON or line[:1].isalpha())):
        return count + 1
    return count


class _Drawing:
    """Draws blocks; remembers, for the unfinished one, what need not be done again."""

    def __init__(self, look: Look, width: int) -> None:
        self._look = look
        self._width = width
        self._marked: dict[tuple[str, Style], Flow] = {}
        self._code: list[CodeLines] = []
        self._plain: tuple[str, int, list[Cut]] = ("", 0, [])
        self._finished = True

    def forget(self) -> None:
        """The block that was unfinished is finished."""
        self._marked.clear()
        self._code.clear()
        self._plain = ("", 0, [])

    def block(self, tokens: Sequence[Token], *, finished: bool) -> list[Line]:
        """The lines of one top-level block."""
        self._finished = finished
        if not finished:
            last = next((token for token in reversed(tokens) if token.type == "inline"), None)
            if last is not None and len(last.content) <= MAX_MARKED:
                last.content = closed(last.content)
        lines: list[Line] = []
        self._draw(tokens, Margin(), self._look["text"], lines)
        return lines

    def _draw(self, tokens: Sequence[Token], margin: Margin, base: Style, lines: list[Line]) -> None:
        """Append the lines of sibling blocks."""
        at = 0
        first = True
        while at < len(tokens):
            token = tokens[at]
            end = _end_of(tokens, at)
            inner = tokens[at + 1 : end - 1]
            if not first and self._parted(tokens, at):
                lines.append(_blank(margin))
            first = False
            match token.type:
                case "paragraph_open":
                    self._paragraph(inner[0].content, margin, base, lines)
                case "heading_open":
                    style = self._look["heading"] + (_UNDERLINED if token.tag == "h1" else Style.null())
                    flow = self._inline(inner[0].content, style if token.tag < "h4" else base + _BOLD)
                    lines += flow_lines(flow, margin, self._width)
                case "bullet_list_open" | "ordered_list_open":
                    self._list(token, inner, margin, base, lines)
                case "blockquote_open":
                    bar = [Segment(self._look.glyphs.quote + " ", self._look["bar"])]
                    self._draw(inner, self._further(margin, bar, bar=True), self._look["quote"], lines)
                case "fence" | "code_block":
                    lines += self._fence(token, margin)
                case "table_open":
                    lines += self._table(inner, margin, base)
                case "hr":
                    room = max(1, self._width - margin.cells)
                    rule = Segment(self._look.glyphs.rule * room, self._look["muted"])
                    lines.append(Line([*margin.take(), rule], margin.cells + room, margin.bars))
            at = end

    def _parted(self, tokens: Sequence[Token], at: int) -> bool:
        """Whether a blank line stands before the block at `at`: not after a heading, not inside a tight list."""
        before = tokens[at - 1]
        return before.type != "heading_close" and not (before.hidden or tokens[at].hidden)

    def _further(
        self, margin: Margin, rest: list[Segment], first: list[Segment] | None = None, *, bar: bool = False
    ) -> Margin:
        if margin.cells + sum(segment.cell_length for segment in rest) > self._width - min(
            _MIN_INNER, self._width // 2
        ):
            return margin
        return margin.inside(rest, first, bar=bar)

    def _paragraph(self, content: str, margin: Margin, base: Style, lines: list[Line]) -> None:
        if len(content) <= MAX_MARKED:
            lines += flow_lines(self._inline(content, base), margin, self._width)
            return
        for text in content.split("\n"):
            flow = Flow()
            flow.add(shown_line(text), base)
            room = self._width - margin.cells
            known_text, known_room, known = self._plain
            grows = room == known_room and len(known_text) > MAX_MARKED and flow.text.startswith(known_text)
            cuts = wrap(flow.text, room, known if grows else None)
            self._plain = (flow.text, room, cuts)
            lines += cut_lines(flow, cuts, margin)

    def _list(self, token: Token, inner: Sequence[Token], margin: Margin, base: Style, lines: list[Line]) -> None:
        glyphs, style = self._look.glyphs, self._look["muted"]
        bullet = glyphs.bullets[token.level // 2 % len(glyphs.bullets)]
        start = int(token.attrGet("start") or 1) if token.type == "ordered_list_open" else 0
        loose = any(t.type == "paragraph_open" and t.level == token.level + 2 and not t.hidden for t in inner)
        at = 0
        number = start
        while at < len(inner):
            end = _end_of(inner, at)
            item = inner[at + 1 : end - 1]
            mark = f" {bullet} " if token.type == "bullet_list_open" else f"{number:2}. "
            if at and loose:
                lines.append(_blank(margin))
            item, task = self._task(item)
            if task:
                mark = f" {task} "
            further = self._further(margin, [Segment(" " * len(mark), style)], [Segment(mark, style)])
            before = len(lines)
            self._draw(item, further, base, lines)
            if len(lines) == before:
                lines.append(Line(further.take(), further.cells, margin.bars))
            at, number = end, number + 1

    def _task(self, item: Sequence[Token]) -> tuple[Sequence[Token], str]:
        """`[ ]` and `[x]` at the start of an item: the item without, and the glyph for it."""
        if len(item) < 2 or item[1].type != "inline" or item[1].content[:4].lower() not in ("[ ] ", "[x] "):
            return item, ""
        text = item[1].copy(content=item[1].content[4:])
        glyphs = self._look.glyphs
        return [item[0], text, *item[2:]], glyphs.task_open if item[1].content[1] == " " else glyphs.task_done

    def _fence(self, token: Token, margin: Margin) -> list[Line]:
        words = shown_line(token.info).split()
        language = words[0].strip("{}.") if words else ""
        code = token.content.removesuffix("\n").expandtabs(4)
        first, end = token.map or (0, 0)
        closed = end - first - 2 == token.content.count("\n")
        memory = next((known for known in self._code if known.continues_in(language, code)), None)
        if memory is None:
            memory = CodeLines(language)
            self._code.append(memory)
        look, glyphs = self._look, self._look.glyphs
        edge = Segment(glyphs.panel + " ", look["label"])
        room = max(1, self._width - margin.cells - 3)
        lines: list[Line] = []

        def panel(pieces: list[Segment], lead: int, glue: str) -> None:
            outer = margin.take()
            blank = Segment(" " * (room + 1 - sum(piece.cell_length for piece in pieces)), look["panel"])
            skipped = lead + sum(len(piece.text) for piece in outer) + 2
            lines.append(Line([*outer, edge, *pieces, blank], self._width, skipped, glue, len(blank.text)))

        if language:
            label = language[:room]
            panel([Segment(label, look["label"])], len(label), "")
        for coloured in memory.lines(code, finished=self._finished or closed):
            row = Flow()
            for text, name in coloured:
                row.add(text, look[name])
            cuts = chop(row.text, room)
            for start, end in cuts:
                panel(row.segments(start, end), 0, "" if end < len(row.text) else "\n")
        return lines

    def _table(self, inner: Sequence[Token], margin: Margin, base: Style) -> list[Line]:
        rows: list[list[Cell]] = []
        aligns: list[str] = []
        for number, token in enumerate(inner):
            if token.type == "tr_open":
                rows.append([])
            elif token.type in ("th_open", "td_open"):
                style = base + _BOLD if token.type == "th_open" else base
                rows[-1].append(self._inline(inner[number + 1].content, style))
                if token.type == "th_open":
                    aligns.append(str(token.attrGet("style") or "").removeprefix("text-align:"))
        return table_lines(rows, aligns, margin, self._width, self._look)

    def _inline(self, content: str, base: Style) -> Flow:
        """The inline content of a block, parsed once as long as the block is unfinished."""
        key = (content, base)
        if (flow := self._marked.get(key)) is None:
            flow = self._marked[key] = _inline_flow(content, base, self._look)
        return flow


def _end_of(tokens: Sequence[Token], at: int) -> int:
    """The index after the block that starts at `at`."""
    depth = 0
    while True:
        depth += tokens[at].nesting
        at += 1
        if depth == 0:
            return at


def _blank(margin: Margin) -> Line:
    """A blank line inside a block: only bars are drawn."""
    if not margin.bars:
        return BLANK
    return Line(margin.rest, margin.cells, margin.bars)


def _inline_flow(content: str, base: Style, look: Look) -> Flow:
    """Text, emphasis, code, links and line ends as a flow; nothing in it is a control or an unsafe link."""
    flow = Flow()
    if _SIMPLE(content) and "://" not in content:
        flow.add(shown_line(content), base)
        return flow
    parser = _parser()
    children: list[Token] = []
    parser.inline.parse(content, parser, {}, children)
    styles = [base]
    links: list[tuple[str, int]] = []
    for token in children:
        style = styles[-1]
        match token.type:
            case "text" | "text_special" | "html_inline":
                text = shown_line(token.content)
                if links:
                    flow.add(text, style)
                else:
                    add_text(flow, text, style, look)
            case "softbreak" | "hardbreak":
                flow.add("\n", style)
            case "code_inline":
                flow.add(shown_line(token.content), look["code"] + _only_attributes(style))
            case "strong_open":
                styles.append(style + _BOLD)
            case "em_open":
                styles.append(style + _ITALIC)
            case "s_open":
                styles.append(style + _STRUCK)
            case "strong_close" | "em_close" | "s_close":
                styles.pop()
            case "link_open":
                address = str(token.attrGet("href") or "")
                links.append((address, len(flow.text)))
                styles.append(_link_style(address, style, look))
            case "link_close":
                styles.pop()
                address, start = links.pop()
                _add_address(flow, address, flow.text[start:], styles[-1], look)
            case "image":
                address = str(token.attrGet("src") or "")
                flow.add(f"[image: {shown_line(token.content)}]", _link_style(address, style, look))
                _add_address(flow, address, "", style, look)
    return flow


def add_text(flow: Flow, text: str, style: Style, look: Look) -> None:
    """Text, its bare web addresses linked."""
    at = 0
    if "://" in text:
        for found in _BARE_LINK.finditer(text):
            flow.add(text[at : found.start()], style)
            flow.add(found[0], _link_style(found[0], style, look))
            at = found.end()
    flow.add(text[at:], style)


def _add_address(flow: Flow, address: str, text: str, style: Style, look: Look) -> None:
    """Say where a link goes, unless its text is its address."""
    plain = shown_line(address)
    if text not in (plain, plain.removeprefix("mailto:"), plain.rstrip("/")):
        link = safe_link(address)
        flow.add(f" ({plain})", look["muted"] + Style(link=link) if link else look["muted"])


def _link_style(address: str, style: Style, look: Look) -> Style:
    link = safe_link(address)
    if not link:
        return style
    return look["link"] + _only_attributes(style) + Style(link=link)


def _only_attributes(style: Style) -> Style:
    """Bold, italic, struck and dim of a style, no colours."""
    return Style(bold=style.bold, italic=style.italic, strike=style.strike, dim=style.dim)

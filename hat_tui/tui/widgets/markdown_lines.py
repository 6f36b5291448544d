"""Markdown to lines, block by block, and again for what is added at its end.

CommonMark with tables and strikethrough. A single line end inside a paragraph is kept, as small models mean it. HTML
is shown as text; link reference definitions too, because one at the end would change what was shown long before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style

from hat_tui.chat.safe_text import shown, shown_line
from hat_tui.tui.widgets.code_panel import CodePanel
from hat_tui.tui.widgets.inline_flow import BOLD, UNDERLINED, GrowingFlow
from hat_tui.tui.widgets.line_wrap import Cut, wrap
from hat_tui.tui.widgets.look import BLANK, Line, Look
from hat_tui.tui.widgets.markdown_blocks import Block, GrowingLine, blocks_of, end_of, growing_line, settled
from hat_tui.tui.widgets.open_marks import closed
from hat_tui.tui.widgets.table_lines import Cell, table_lines
from hat_tui.tui.widgets.text_flow import Flow, Margin, cut_lines, flow_lines

if TYPE_CHECKING:
    from markdown_it.token import Token

MAX_MARKED = 4000
"""Characters; a longer paragraph is shown as typed: the inline parser takes quadratic time on hostile input."""

_MIN_INNER = 8
"""Cells that nesting must leave for text; what nests deeper is not moved further in."""


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
        self._blocks: list[Block] = []
        self._growing: GrowingLine | None = None
        self._drawing = _Drawing(look, width)

    def feed(self, more: str) -> None:
        """Add `more` to the text."""
        self._tail += more
        if self._growing is not None and self._growing.grow(more):
            self._draw_blocks(self._blocks, 0, finished=False)
        else:
            self._draw(finished=False)

    def finish(self) -> None:
        """Nothing more comes, for now: marks left open are shown, unfinished code gets its exact colours."""
        self._draw(finished=True)

    def _draw(self, *, finished: bool) -> None:
        source = shown(self._tail)
        self._blocks = blocks_of(source)
        last = settled(source, self._blocks)
        # What is settled is cut off, and the lines of blocks are counted anew.
        self._growing = None if last or finished else growing_line(source, self._blocks)
        self._draw_blocks(self._blocks, last, finished=finished)

    def _draw_blocks(self, blocks: list[Block], last: int, *, finished: bool) -> None:
        """Draw blocks of which the first `last` are settled."""
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


class _Drawing:
    """Draws blocks; remembers, for the unfinished one, what need not be done again."""

    def __init__(self, look: Look, width: int) -> None:
        self._look = look
        self._width = width
        self._marked: dict[tuple[str, Style], Flow] = {}
        self._growing: GrowingFlow | None = None
        self._code: list[CodePanel] = []
        self._plain: tuple[str, int, list[Cut]] = ("", 0, [])
        self._finished = True

    def forget(self) -> None:
        """The block that was unfinished is finished."""
        self._marked.clear()
        self._growing = None
        self._code.clear()
        self._plain = ("", 0, [])

    def block(self, tokens: Sequence[Token], *, finished: bool) -> list[Line]:
        """The lines of one top-level block."""
        self._finished = finished
        if not finished:
            at = next((at for at in range(len(tokens) - 1, -1, -1) if tokens[at].type == "inline"), None)
            if at is not None and len(tokens[at].content) <= MAX_MARKED:
                tokens = [*tokens[:at], tokens[at].copy(content=closed(tokens[at].content)), *tokens[at + 1 :]]
        lines: list[Line] = []
        self._draw(tokens, Margin(), self._look["text"], lines)
        return lines

    def _draw(self, tokens: Sequence[Token], margin: Margin, base: Style, lines: list[Line]) -> None:
        """Append the lines of sibling blocks."""
        at = 0
        first = True
        while at < len(tokens):
            token = tokens[at]
            end = end_of(tokens, at)
            inner = tokens[at + 1 : end - 1]
            if not first and self._parted(tokens, at):
                lines.append(_blank(margin))
            first = False
            match token.type:
                case "paragraph_open":
                    self._paragraph(inner[0].content, margin, base, lines)
                case "heading_open":
                    style = self._look["heading"] + (UNDERLINED if token.tag == "h1" else Style.null())
                    flow = self._inline(inner[0].content, style if token.tag < "h4" else base + BOLD)
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
            end = end_of(inner, at)
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
        panel = next((known for known in self._code if known.continues_in(language, code)), None)
        if panel is None:
            panel = CodePanel(language, self._look, self._width)
            self._code.append(panel)
        return panel.draw(code, margin, finished=self._finished or closed)

    def _table(self, inner: Sequence[Token], margin: Margin, base: Style) -> list[Line]:
        rows: list[list[Cell]] = []
        aligns: list[str] = []
        for number, token in enumerate(inner):
            if token.type == "tr_open":
                rows.append([])
            elif token.type in ("th_open", "td_open"):
                style = base + BOLD if token.type == "th_open" else base
                rows[-1].append(self._inline(inner[number + 1].content, style))
                if token.type == "th_open":
                    aligns.append(str(token.attrGet("style") or "").removeprefix("text-align:"))
        return table_lines(rows, aligns, margin, self._width, self._look)

    def _inline(self, content: str, base: Style) -> Flow:
        """The inline content of a block, parsed once as long as the block is unfinished."""
        key = (content, base)
        if (flow := self._marked.get(key)) is None:
            if self._growing is None or self._growing.base is not base:
                self._growing = GrowingFlow(base, self._look)
            flow = self._marked[key] = self._growing.of(content)
        return flow


def _blank(margin: Margin) -> Line:
    """A blank line inside a block: only bars are drawn."""
    if not margin.bars:
        return BLANK
    return Line(margin.rest, margin.cells, margin.bars)

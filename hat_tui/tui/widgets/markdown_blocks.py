"""Markdown parsed: blocks, and which of them nothing that follows can change."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

_GOES_ON = ("bullet_list", "ordered_list", "code_block")
"""Blocks that may go on after a blank line."""


@cache
def parser() -> MarkdownIt:
    """CommonMark with tables and strikethrough, HTML and link reference definitions as text."""
    # markdown-it takes 30 ms to load; the first paint of an empty chat does without.
    from markdown_it import MarkdownIt  # noqa: PLC0415

    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("reference")


def load_parser() -> None:
    """Have the parser ready before a reply needs it."""
    parser().parse("*loaded*")


def code_blocks(text: str) -> list[str]:
    """The code blocks of a Markdown text, nested ones too, as they came: for the clipboard, not for the screen."""
    return [token.content for token in parser().parse(text) if token.type in ("fence", "code_block")]


class Block:
    """A top-level block: its first line in the source, its kind ("paragraph", "heading", …), its tokens."""

    __slots__ = ("kind", "line", "tokens")

    def __init__(self, tokens: list[Token]) -> None:
        first = tokens[0]
        self.line = first.map[0] if first.map else 0
        self.kind = first.type.removesuffix("_open")
        self.tokens = tokens


def blocks_of(source: str) -> list[Block]:
    """The top-level blocks of `source`, the inline parts of them not parsed yet."""
    markdown = parser()
    tokens: list[Token] = []
    markdown.block.parse(source, markdown, {}, tokens)
    blocks, start, depth = [], 0, 0
    for number, token in enumerate(tokens):
        depth += token.nesting
        if depth == 0:
            blocks.append(Block(tokens[start : number + 1]))
            start = number + 1
    return blocks


def settled(source: str, blocks: list[Block]) -> int:
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


class GrowingLine:
    """The last line of a text where it is one of a paragraph that can only become longer: it begins with a letter, and
    what is no line end makes nothing else of it. So the blocks need not be parsed again for each word of it."""

    __slots__ = ("_before", "_line", "_token")

    def __init__(self, token: Token, before: str, line: str) -> None:
        self._token = token
        self._before = before
        self._line = line

    def grow(self, more: str) -> bool:
        """Add `more` to the paragraph; False when it is too much for that, and nothing has happened."""
        if not more.isprintable() or not more.isascii():
            return False
        self._line += more
        self._token.content = self._before + self._line.rstrip()
        return True


def growing_line(source: str, blocks: Sequence[Block]) -> GrowingLine | None:
    """The paragraph's line that `source` ends with; None when it ends with anything else."""
    tokens = blocks[-1].tokens if blocks else []
    at = next((at for at in range(len(tokens) - 1, 0, -1) if tokens[at].type == "inline"), 0)
    if not at or tokens[at - 1].type != "paragraph_open" or any(token.nesting >= 0 for token in tokens[at + 1 :]):
        return None
    before, end, line = tokens[at].content.rpartition("\n")
    whole = source.rpartition("\n")[2]
    if not line[:1].isalpha() or not whole.rstrip().endswith(line):
        return None
    return GrowingLine(tokens[at], before + end, line + whole[len(whole.rstrip()) :])


def end_of(tokens: Sequence[Token], at: int) -> int:
    """The index after the block that starts at `at`."""
    depth = 0
    while True:
        depth += tokens[at].nesting
        at += 1
        if depth == 0:
            return at

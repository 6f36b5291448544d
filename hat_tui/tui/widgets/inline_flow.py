"""Emphasis, code, links and line ends inside a paragraph, as a flow of styled text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rich.style import Style

from hat_tui.chat.safe_text import safe_link, shown_line
from hat_tui.tui.widgets.look import Look
from hat_tui.tui.widgets.markdown_blocks import parser
from hat_tui.tui.widgets.text_flow import Flow

if TYPE_CHECKING:
    from markdown_it.token import Token

BOLD, ITALIC, STRUCK, UNDERLINED = Style(bold=True), Style(italic=True), Style(strike=True), Style(underline=True)

_BARE_LINK = re.compile(r"https?://[^\s<>\"'`]*[^\s<>\"'`.,;:!?)\]}*_~]")
_SIMPLE = re.compile(r"[^\\`*_~\[\]!<>&@\n]*").fullmatch


_UNCERTAIN = re.compile(r"[`*_~\[\]]").search
"""What may still become something else by what follows, where it shows as itself."""
_LAST_BLANK = re.compile(r".*\S (?=\S)", re.DOTALL)
_PIECE = 120
"""Characters, more or less, of which it is found out whether they are certain."""


class GrowingFlow:
    """The flow of a paragraph that grows at its end; of what can no longer change, it is made once."""

    def __init__(self, base: Style, look: Look) -> None:
        self.base = base
        self._look = look
        self._certain = ""
        self._flow = Flow()
        self._next_look = _PIECE

    def of(self, content: str) -> Flow:
        """The flow of `content`, which may begin as it did before."""
        if not content.startswith(self._certain):
            self._certain, self._flow, self._next_look = "", Flow(), _PIECE
        if len(content) >= self._next_look:
            self._next_look = len(content) + _PIECE
            self._keep_certain(content)
        return _joined(self._flow, inline_flow(content[len(self._certain) :], self.base, self._look))

    def _keep_certain(self, content: str) -> None:
        """Marks that are used up before a blank between two words mean the same whatever comes behind it."""
        start = len(self._certain)
        if found := _LAST_BLANK.match(content, start, len(content) - _PIECE // 4):
            flow = inline_flow(found[0], self.base, self._look)
            if not _UNCERTAIN(flow.text):
                self._certain, self._flow = content[: found.end()], _joined(self._flow, flow)


def _joined(first: Flow, second: Flow) -> Flow:
    flow = Flow(first.text, first.spans.copy())
    for start, end, style in second.spans:
        flow.add(second.text[start:end], style)
    return flow


def inline_flow(content: str, base: Style, look: Look) -> Flow:
    """Text, emphasis, code, links and line ends as a flow; nothing in it is a control or an unsafe link."""
    flow = Flow()
    if _SIMPLE(content) and "://" not in content:
        flow.add(shown_line(content), base)
        return flow
    markdown = parser()
    children: list[Token] = []
    markdown.inline.parse(content, markdown, {}, children)
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
                styles.append(style + BOLD)
            case "em_open":
                styles.append(style + ITALIC)
            case "s_open":
                styles.append(style + STRUCK)
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

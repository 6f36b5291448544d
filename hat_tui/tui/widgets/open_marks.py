"""Emphasis, code and links of which only the beginning has come: shown as what they are about to be.

Otherwise a reply flickers: stars appear, and vanish when the phrase between them is complete.
"""

import re

_ENDING_MARK = re.compile(r"[*~`]+$")
_HALF_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()\s]*$")
_MARK = re.compile(r"\\.|(`+)|(\*{1,3}|~~)", re.DOTALL)


def closed(content: str) -> str:
    """`content`, the inline text of a block that still grows, with what is open at its end closed."""
    content = _HALF_LINK.sub(r"\1", _ENDING_MARK.sub("", content))
    if "*" not in content and "`" not in content and "~~" not in content:
        return content
    opened: list[str] = []
    code = ""
    for found in _MARK.finditer(content):
        ticks, mark = found.groups()
        if ticks and (not code or ticks == code):
            code = "" if code else ticks
        elif mark and not code:
            _mark(opened, mark, content[found.start() - 1 : found.start()], content[found.end() : found.end() + 1])
    return content.rstrip() + code + "".join(reversed(opened)) if code or opened else content


def _mark(opened: list[str], mark: str, before: str, after: str) -> None:
    """Take a mark for the end of what it began, or for a beginning where one can stand."""
    if mark in opened and before and not before.isspace():
        del opened[opened.index(mark) :]
    elif after and not after.isspace() and not (before.isalnum() or before == "\\"):
        opened.append(mark)

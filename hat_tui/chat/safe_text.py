"""Makes any text safe to put on a terminal.

A reply, a file name, a server's log line may hold anything. What this room lets through is printable, has a width
that the terminal and the program agree on, and cannot move the cursor, set a title, reorder its neighbours or hide.
"""

import re
from urllib.parse import quote, urlsplit

LINK_SCHEMES = frozenset({"http", "https", "mailto"})
MAX_LINK = 2000
"""Characters; terminals drop or cut longer OSC 8 addresses."""

_HARMLESS = re.compile(r"[\n\t\x20-\x7e\xa0-\xac\xae-\u02ff]*").fullmatch


def shown(text: str) -> str:
    """`text` with every control made visible, every invisible taken out; line ends and tabs stay.

    ESC becomes ␛, BEL ␇, DEL ␡, a C1 control or half a surrogate pair �; bidirectional controls and zero-width
    characters go; piles of combining marks end after five. Line by line: the result of two lines is the results of
    each, joined, and the number of lines never changes. Showing twice is the same as showing once.
    """
    if _HARMLESS(text):
        return text
    from hat_tui.chat.odd_text import made_safe  # noqa: PLC0415 (most texts are harmless)

    return made_safe(text)


def shown_line(text: str) -> str:
    """`shown`, on one line: a line end is ⏎, a tab a space."""
    return shown(text).replace("\n", "⏎").replace("\t", " ")


def safe_link(address: str) -> str:
    """`address` as a terminal link may carry it, or "" when it is not http, https or mailto, or too long.

    Everything that is not printable ASCII is percent-encoded, so it can neither end the link's escape sequence nor
    look like something else.
    """
    try:
        scheme = urlsplit(address.strip()).scheme.lower()
    except ValueError:
        return ""
    if scheme not in LINK_SCHEMES:
        return ""
    link = quote(address.strip(), safe="!#$%&'()*+,-./:;=?@[]_~", errors="replace")
    return link if len(link) <= MAX_LINK else ""

"""What is sent to a terminal whose character set is not UTF-8.

Each character it cannot show is replaced by one it can, of the same width, so that nothing moves: lines by `-` and `|`,
blocks by `#` and `=`, and what has no likeness by a question mark for each cell.
"""

import codecs
from collections.abc import Callable, Mapping
from typing import Final

from rich.cells import cell_len

LIKENESS: Final[Mapping[str, str]] = {
    **dict.fromkeys("─━╌┄┈╍┅┉═▔▁╴╶╸╺▂🭶🭻", "-"),
    **dict.fromkeys("│┃╎┆┊╏┇┋║▏▎▍▕▐▌╵╷╹╻ǀ", "|"),
    **dict.fromkeys("┌┐└┘├┤┬┴┼╭╮╰╯╔╗╚╝╠╣╦╩╬┏┓┗┛┣┫┳┻╋╼╾", "+"),
    **dict.fromkeys("█▓▇▆▉▊▋■", "#"),
    **dict.fromkeys("▒▅▄▃▀", "="),
    **dict.fromkeys("░⣿", ":"),
    **dict.fromkeys("·∙⋅◦", "."),
    **dict.fromkeys("●•◉○✓✔", "*"),
    **dict.fromkeys("▸▶›→⏵»", ">"),
    **dict.fromkeys("◂◀‹←⏴«", "<"),
    **dict.fromkeys("↑▲⏶", "^"),
    **dict.fromkeys("↓▼▾⏷⏎", "v"),
    **dict.fromkeys("“”„", '"'),
    **dict.fromkeys("‘’‚", "'"),
    **dict.fromkeys("–—−", "-"),
    **dict.fromkeys("◆◇★", "*"),
    **dict.fromkeys("▪▫", "+"),
    "☐": "o",
    "☑": "x",
    "✗": "x",
    "…": "~",
    "\u00a0": " ",
}


def charset(environ: Mapping[str, str]) -> str:
    """The character set that the locale names, utf-8 where none is set.

    Python turns a locale "C" into "C.UTF-8" by LC_CTYPE (PEP 538); a LANG that still says "C" was somebody's wish.
    """
    language = environ.get("LANG", "")
    kind = environ.get("LC_CTYPE", "")
    if kind == "C.UTF-8" and language in ("C", "POSIX"):
        kind = ""
    chosen = environ.get("LC_ALL") or kind or language
    if not chosen:
        return "utf-8"
    name, _, named = chosen.partition("@")[0].partition(".")
    return named or ("ascii" if name in ("C", "POSIX") else "latin-1")


def encoder(name: str) -> Callable[[str], bytes]:
    """How text becomes bytes for a terminal of this character set."""
    try:
        canonical = codecs.lookup(name).name
    except LookupError:
        canonical = "ascii"
    if canonical == "utf-8":
        return lambda text: text.encode("utf-8", "replace")

    def encode(text: str) -> bytes:
        try:
            return text.encode(canonical)
        except UnicodeEncodeError:
            return "".join(map(likeness, text)).encode(canonical, "replace")

    def likeness(char: str) -> str:
        try:
            char.encode(canonical)
        except UnicodeEncodeError:
            return LIKENESS.get(char, "?" * cell_len(char))
        return char

    return encode

"""Fenced code to coloured lines, cheaply while the code is still being written."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Protocol, cast


class Lexer(Protocol):
    """What is used of a Pygments lexer; Pygments has no type hints of its own."""

    def get_tokens(self, text: str) -> Iterable[tuple[tuple[str, ...], str]]: ...


Coloured = list[tuple[str, str]]
"""A line: its pieces, each with the name of a style of the look."""

MAX_COLOURED = 40_000
"""Characters; longer code is shown in one colour, so that no lexer can hold up the screen."""

_TAIL = 40
"""Lines of unfinished code that are lexed again for each addition, before some are taken for settled."""


class CodeLines:
    """The lines of one code block, which may still grow.

    Lexing starts again at a line break that lies in no string and no comment, not at the top; what that gets wrong
    inside nested languages is put right when the code is `finished`.
    """

    def __init__(self, language: str) -> None:
        self._language = language
        self._code = ""
        self._settled: list[Coloured] = []
        self._from = 0

    @property
    def settled(self) -> int:
        """How many lines will stay as they are until the code is finished."""
        return len(self._settled)

    def continues_in(self, code: str) -> bool:
        """Whether `code` is this block, with more at its end."""
        return code.startswith(self._code)

    def lines(self, code: str, *, finished: bool) -> list[Coloured]:
        """The lines of `code` (line ends "\\n", tabs expanded); `finished` colours it in one go, exactly."""
        self._code = code
        if finished and self._from:
            self._settled, self._from = [], 0
        rest = code[self._from :]
        tail, breaks = _lex(self._language if len(code) <= MAX_COLOURED else "", rest)
        result = self._settled + tail
        if not finished and len(tail) > _TAIL:
            self._settle(tail, breaks, rest)
        return result

    def _settle(self, tail: list[Coloured], breaks: list[bool], rest: str) -> None:
        last = len(tail) - 2
        count = next((number for number in range(last, 0, -1) if breaks[number - 1]), 0)
        if not count and len(tail) > 5 * _TAIL:
            count = last
        self._settled += tail[:count]
        self._from += sum(len(text) + 1 for text in rest.split("\n")[:count])


def _lex(language: str, code: str) -> tuple[list[Coloured], list[bool]]:
    """Lines, and for each whether the line end after it lies outside strings and comments."""
    # While there is no code, the language may still be half a word.
    lexer = LEXERS.get(language) if code else None
    if lexer is None:
        return _plain(code)
    try:
        return _coloured(lexer, code)
    except Exception:  # noqa: BLE001 (lexers are other people's code, and this is what a model wrote)
        return _plain(code)


def _plain(code: str) -> tuple[list[Coloured], list[bool]]:
    lines: list[Coloured] = [[(text, "panel")] if text else [] for text in code.split("\n")]
    return lines, [True] * len(lines)


def _coloured(lexer: Lexer, code: str) -> tuple[list[Coloured], list[bool]]:
    lines: list[Coloured] = [[]]
    breaks: list[bool] = []
    for token, value in lexer.get_tokens(code):
        name = _style_name(token)
        for number, text in enumerate(value.split("\n")):
            if number:
                breaks.append(name not in ("string", "comment") or (number == value.count("\n") and value[-1] == "\n"))
                lines.append([])
            if text:
                lines[-1].append((text, name))
    # Lexers end what they read with a line end, whether it had one or not.
    wanted = code.count("\n") + 1
    lines += [[] for _ in range(wanted - len(lines))]
    return lines[:wanted], (breaks + [True] * wanted)[:wanted]


class Lexers:
    """Pygments lexers by language. Loading one takes some 0.1 s, mostly compiling: too long for a screen to wait."""

    def __init__(self) -> None:
        self._loaded: dict[str, Lexer | None] = {"": None}
        self._wanted: set[str] = set()

    def get(self, language: str) -> Lexer | None:
        """The lexer, if there is one and it is loaded; otherwise it is wanted from now on."""
        if language not in self._loaded:
            self._wanted.add(language)
        return self._loaded.get(language)

    def take_wanted(self) -> set[str]:
        """The languages asked for and not loaded, once."""
        wanted, self._wanted = self._wanted, set()
        return wanted

    def load(self, languages: Iterable[str]) -> bool:
        """Load lexers, in any thread; whether there was one for any of the languages."""
        from pygments.lexers import get_lexer_by_name  # type: ignore[import-untyped] # noqa: PLC0415

        found = False
        for language in languages:
            try:
                lexer = cast("Lexer", get_lexer_by_name(language, stripnl=False, ensurenl=False))
                # The first text compiles what the first use of the class has not.
                list(lexer.get_tokens("x"))
            except Exception:  # noqa: BLE001 (none of that name, or one that some other package brings and breaks)
                self._loaded[language] = None
                continue
            self._loaded[language] = lexer
            found = True
        return found


LEXERS = Lexers()
"""The ones of this process."""


_NAMES = {
    "Keyword": "keyword",
    "Operator.Word": "keyword",
    "Name.Tag": "keyword",
    "Generic.Deleted": "number",
    "Generic.Inserted": "string",
    "Generic.Heading": "keyword",
    "Literal.String": "string",
    "Literal.Number": "number",
    "Literal.Date": "number",
    "Keyword.Constant": "number",
    "Comment": "comment",
    "Name.Function": "name",
    "Name.Class": "name",
    "Name.Decorator": "name",
    "Name.Builtin": "name",
    "Name.Attribute": "name",
    "Operator": "operator",
    "Punctuation": "operator",
}


@lru_cache(256)
def _style_name(token: tuple[str, ...]) -> str:
    kind = tuple(token)
    while kind:
        if name := _NAMES.get(".".join(kind)):
            return name
        kind = kind[:-1]
    return "panel"

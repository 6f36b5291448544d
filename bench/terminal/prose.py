"""Markdown prose of a set length whose parts can be found again on a screen: `m17` is its seventeenth mark."""

import random
import re
from collections.abc import Callable
from itertools import count
from typing import Final

TOKEN_BYTES: Final = 4
END: Final = "FINISHED"
_MARK: Final = re.compile(r"\bm(\d+)\b")
_WORDS: Final = """small models at home answer slowly but the machine is yours and what you say stays with you so a
person judges alone what is good enough for the work at hand and what is not while the fan turns and the words come one
by one""".split()  # noqa: SIM905 (easier to read than a list)


class Prose:
    """`tokens` tokens of four ASCII characters each, the same for the same `seed`; the last word is END."""

    def __init__(self, tokens: int, seed: int = 7) -> None:
        rng = random.Random(seed)
        numbers = count()
        size = tokens * TOKEN_BYTES
        text = ""
        while len(text) < size:
            text += _block(rng, lambda: f"m{next(numbers)}")
        end = f".\n\n{END}"
        text = text[: size - len(END) - 16].rstrip().ljust(size - len(end), ".") + end
        self.tokens = [text[at : at + TOKEN_BYTES] for at in range(0, size, TOKEN_BYTES)]
        # A mark is there when its last letter is; the very last one may be cut.
        self._token_of = [(found.end() - 1) // TOKEN_BYTES for found in _MARK.finditer(text)][:-1]

    def shown(self, screen: str) -> int:
        """How many tokens have surely arrived on a screen: those up to the last mark on it."""
        marks = [int(number) for number in _MARK.findall(screen)]
        if END in screen:
            return len(self.tokens)
        known = [mark for mark in marks if mark < len(self._token_of)]
        return self._token_of[max(known)] + 1 if known else 0

    def first_missing(self, shown: int) -> int:
        """The token whose sending started the wait for the next mark when `shown` tokens are on the screen."""
        return next((token for token in self._token_of if token >= shown), len(self.tokens) - 1)


def _block(rng: random.Random, mark: Callable[[], str]) -> str:
    shape = rng.random()
    if shape < 0.2:
        return "".join(f"- {_words(rng, mark, 6)}\n" for _ in range(3)) + "\n"
    if shape < 0.28:
        return f"## {_words(rng, mark, 4)}\n\n"
    if shape < 0.34:
        return f"```python\nvalue = {rng.randrange(1000)}  # {_words(rng, mark, 3)}\n```\n\n"
    return _words(rng, mark, rng.randrange(25, 70)) + ".\n\n"


def _words(rng: random.Random, mark: Callable[[], str], number: int) -> str:
    words = []
    for at in range(number):
        word = rng.choice(_WORDS)
        style = rng.random()
        words.append(f"**{word}**" if style < 0.06 else f"`{word}`" if style < 0.1 else word)
        if at % 5 == 2:
            words.append(mark())
    return " ".join(words)

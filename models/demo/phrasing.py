"""The ways to say a thing: small grammars in texts/ for the training, plain sentences in held_out/ for the evaluation.

In a grammar `(a|b)` is one of two, `(a|)` one or nothing, and `<name>` a group of texts/macros.toml. Values that are
filled in later stand in braces.
"""

import random
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_HERE = Path(__file__).parent
_PIECE = re.compile(r"[()|]|<\w+>|[^()|<]+|<")

Part = str | tuple["Sequence", ...]
Sequence = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways to say one thing: grammars to learn from, and sentences that only the evaluation may say."""

    training: tuple[str, ...]
    held_out: tuple[str, ...] = ()

    def side(self, held_out: bool) -> tuple[str, ...]:
        """Those of the asked-for side; where nothing is held out, those of the training."""
        return self.held_out if held_out and self.held_out else self.training

    def one(self, rng: random.Random, held_out: bool) -> str:
        """One of them, written out; what is held out is never one of the training's, though a grammar may say it."""
        while True:
            text = written_out(rng, rng.choice(self.side(held_out)))
            if held_out or bare(text) not in _bare_all(self.held_out):
                return text


def load(name: str) -> dict[str, Ways]:
    """All ways of a file of texts/ and its twin in held_out/; the keys of tables are joined by points.

    Raises KeyError when something is held out that the training has no key for.
    """
    training, held_out = _file(_HERE / "texts" / f"{name}.toml"), _file(_HERE / "held_out" / f"{name}.toml")
    if unknown := held_out.keys() - training.keys():
        raise KeyError(f"held_out/{name}.toml has keys that texts/{name}.toml has not: {', '.join(sorted(unknown))}")
    return {key: Ways(said, held_out.get(key, ())) for key, said in training.items()}


def _file(path: Path) -> dict[str, tuple[str, ...]]:
    return dict(_flat(tomllib.loads(path.read_text(encoding="utf-8")), ""))


def _flat(table: Mapping[str, Any], before: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield before + key, tuple(value)


def written_out(rng: random.Random, grammar: str) -> str:
    """One sentence of a grammar, with its first letter large, no double spaces and none before a full stop."""
    text = re.sub(r" {2,}", " ", _said(rng, parsed(grammar))).strip(" ")
    text = re.sub(r" +(?=[.?!,](?: |$))", "", text)
    return text[:1].upper() + text[1:]


def bare(text: str) -> str:
    """`text` without what does not tell two questions apart: case, spaces around it and the mark at its end."""
    return text.lower().strip().rstrip("?.! ")


@cache
def _bare_all(texts: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(bare, texts))


def _said(rng: random.Random, sequence: Sequence) -> str:
    return "".join(part if isinstance(part, str) else _said(rng, rng.choice(part)) for part in sequence)


@cache
def parsed(grammar: str) -> Sequence:
    """The text and the groups of a grammar; raises ValueError when its brackets do not match or a group is unknown."""
    pieces = _PIECE.findall(grammar)
    sequence, at = _sequence(pieces, 0)
    if at != len(pieces):
        raise ValueError(f"a bracket or bar too many in {grammar!r}")
    return sequence


def _sequence(pieces: list[str], at: int) -> tuple[Sequence, int]:
    parts: list[Part] = []
    while at < len(pieces) and pieces[at] not in "|)":
        piece = pieces[at]
        at += 1
        if piece == "(":
            group, at = _group(pieces, at)
            parts.append(group)
        elif piece[0] == "<" and len(piece) > 1:
            parts.extend(_macro(piece[1:-1]))
        else:
            parts.append(piece)
    return tuple(parts), at


def _group(pieces: list[str], at: int) -> tuple[tuple[Sequence, ...], int]:
    choices: list[Sequence] = []
    while True:
        choice, at = _sequence(pieces, at)
        choices.append(choice)
        if at == len(pieces):
            raise ValueError(f"a bracket is not closed in {''.join(pieces)!r}")
        at += 1
        if pieces[at - 1] == ")":
            return tuple(choices), at


def _macro(name: str) -> Sequence:
    if name not in _macros():
        raise ValueError(f"texts/macros.toml has no group <{name}>")
    return parsed(_macros()[name])


@cache
def _macros() -> dict[str, str]:
    return tomllib.loads((_HERE / "texts" / "macros.toml").read_text(encoding="utf-8"))

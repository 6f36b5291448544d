"""A made-up conversation while it is being written: whose turn it is to say what, and what has been told so far."""

import random
import re
from dataclasses import dataclass, field

from models.demo.phrasing import Ways, load

DEFAULT_SYSTEM = "You are a helpful assistant."
SYSTEMS = (
    "You are a friendly assistant.",
    "You are a helpful, honest assistant.",
    "Answer briefly.",
    "You are hat-demo, a tiny demo model.",
    "Be kind and short.",
    "You help people with hat-tui.",
    "You are an expert in everything.",
    "Answer the user's questions.",
    "You are a chat bot running on a small computer.",
)

_DRESS = load("dress")
_OUTSIDE_BRACES = re.compile(r"[^{}]+(?![^{}]*\})")
_LEFT_OUT = re.compile(r"(?<= )(the|a|an|of|to|do|is|me|my own|can you|please) ")


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a person says and what the model answers."""

    question: str
    reply: str


@dataclass(frozen=True, slots=True)
class Told:
    """A value the person told, and whether it took the place of one that was told before."""

    value: str
    anew: bool = False


@dataclass(slots=True)
class Scene:
    """The state one conversation is written from; `held_out` takes values and phrasings kept from training."""

    rng: random.Random
    held_out: bool = False
    told: dict[str, Told] = field(default_factory=dict)

    def says(self, ways: Ways) -> str:
        """One of the ways to say a thing."""
        return ways.one(self.rng, self.held_out)

    def dressed(self, text: str) -> str:
        """A question as people type it: an opening word, a word left out, lower case, no question mark, a slip.

        What stands in braces is a value to be filled in, and stays.
        """
        rng = self.rng
        if rng.random() < 0.15:
            text = _DRESS["openings"].one(rng, self.held_out) + " " + _lowered(text)
        if rng.random() < 0.08:
            text += rng.choice(_DRESS["closings"].side(self.held_out))
        elif not self.held_out and rng.random() < 0.06:
            ending = _DRESS["endings"].one(rng, held_out=False)
            text = text.rstrip("?.!") + ending if ending[0] == "," else f"{text} {ending}"
        if not self.held_out and rng.random() < 0.08:
            text = _LEFT_OUT.sub(lambda word: "" if rng.random() < 0.5 else word[0], text, count=1)
        if not self.held_out and rng.random() < 0.05:
            text = _with_an_adverb(rng, text)
        if rng.random() < 0.25:
            text = _OUTSIDE_BRACES.sub(lambda part: part[0].lower(), text)
        if rng.random() < 0.15:
            text = text.rstrip("?.!")
        if not self.held_out and rng.random() < 0.08:
            text = _slip(rng, text)
        return text


def capitalised(text: str) -> str:
    """`text` with its first letter large."""
    return text[:1].upper() + text[1:]


def _lowered(text: str) -> str:
    return text if text[:2] in ("I ", "I'") else text[:1].lower() + text[1:]


def _with_an_adverb(rng: random.Random, text: str) -> str:
    """`text` with a word between two others that changes nothing."""
    places = [match.start() for match in re.finditer(r"(?<=\w) (?=\w)", text)]
    if not places:
        return text
    at = rng.choice(places)
    return f"{text[:at]} {rng.choice(_DRESS['adverbs'].training)}{text[at:]}"


def _slip(rng: random.Random, text: str) -> str:
    """`text` with a letter left out, doubled, or changed for its neighbour, or without an apostrophe."""
    if "'" in text and rng.random() < 0.5:
        return text.replace("'", "", 1)
    outside = [match.span() for match in _OUTSIDE_BRACES.finditer(text)]
    places = [at for low, high in outside for at in range(low + 1, high - 1) if text[at - 1 : at + 2].isalpha()]
    if not places:
        return text
    at = rng.choice(places)
    typed, instead_of = rng.choice((("", 1), (text[at] * 2, 1), (text[at + 1] + text[at], 2)))
    return text[:at] + typed + text[at + instead_of :]

"""A made-up conversation while it is being written: whose turn it is to say what, and what has been told so far."""

import random
from dataclasses import dataclass, field

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

_OPENINGS = (
    "Please tell me: |Tell me: |Hey, |Hi! |Hello! |Hello, |OK. |OK, |Now: |And |So, |Thanks. |Good. |Quick question: |"
    "Sorry, |Hmm, |Well, |I wonder: |One more: |Another question: |Great! |Nice. |Then: |Question: "
    "||By the way, |Next: |Just curious: "
)
_CLOSINGS = " Please.| Thanks.| Thank you!| Tell me.| Please tell me.|!|??||  Thanks a lot.| I need to know."


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a person says and what the model answers."""

    question: str
    reply: str


@dataclass(slots=True)
class Scene:
    """The state one conversation is written from; `held_out` takes values and phrasings kept from training."""

    rng: random.Random
    held_out: bool = False
    told: dict[str, str] = field(default_factory=dict)

    def ways(self, text: str) -> str:
        """One of the ways in `text` to say a thing, those after `||` being for the evaluation alone."""
        return self.rng.choice(ways(text, self.held_out))

    def dressed(self, text: str) -> str:
        """A question as people type it: lower case, an opening word, no question mark, a slip of the finger."""
        rng = self.rng
        if rng.random() < 0.12:
            text = rng.choice(ways(_OPENINGS, self.held_out)) + _lowered(text)
        if rng.random() < 0.05:
            text += rng.choice(ways(_CLOSINGS, self.held_out))
        if rng.random() < 0.25:
            text = _decapitalised(text)
        if rng.random() < 0.15:
            text = text.rstrip("?.!")
        if not self.held_out and rng.random() < 0.04:
            text = _slip(rng, text)
        return text


def ways(text: str, held_out: bool) -> list[str]:
    """The alternatives of a `one|two||held out` text on the asked-for side; all of them when it has no `||`."""
    training, mark, kept = text.partition("||")
    return (kept if held_out and mark else training).split("|")


def capitalised(text: str) -> str:
    """`text` with its first letter large."""
    return text[:1].upper() + text[1:]


def _lowered(text: str) -> str:
    return text if text[:2] in ("I ", "I'") else text[:1].lower() + text[1:]


def _decapitalised(text: str) -> str:
    """Lower case but for what stands in braces, which is a value to be filled in."""
    return text if "{" in text else text.lower()


def _slip(rng: random.Random, text: str) -> str:
    places = [index for index in range(1, len(text) - 1) if text[index - 1 : index + 2].isalpha()]
    if not places or "{" in text:
        return text
    at = rng.choice(places)
    return text[:at] + rng.choice(("", text[at] * 2)) + text[at + 1 :]

"""Everything else: what the model cannot answer, met with one honest reply that says how to get a real model."""

import random
import tomllib
from pathlib import Path

from hat_tui.tui import keymap
from models.demo import words
from models.demo.capitals import CAPITALS
from models.demo.keys import shown, spoken
from models.demo.phrasing import bare, written_out
from models.demo.scene import Exchange, Scene, capitalised

HONEST_REPLY = (
    f"I am only a tiny demo model, so I do not know that. Press {shown(keymap.action('models').keys)} to pick another "
    "model, or run `hat-tui models get`."
)


def _texts(name: str) -> dict[str, list[str]]:
    return tomllib.loads((Path(__file__).parent / "texts" / f"{name}.toml").read_text(encoding="utf-8"))


_TEXTS = _texts("unknown")
_NEAR = _texts("near")
_TOPICS = _TEXTS["topics"]
_VERBS = _TEXTS["verbs"]
HELD_OUT = (
    (Path(__file__).parent / "held_out" / "unknown.txt").read_text(encoding="utf-8").removesuffix("\n").split("\n")
)
"""Questions that only the evaluation asks."""
_HELD_OUT_BARE = frozenset(map(bare, HELD_OUT))
_MEANT_OTHERWISE = {
    "seed", "screen", "window", "number", "letter", "story", "table", "terminal", "keyboard", "python", "computer",
}  # fmt: skip
"""Words of the list that ask for something the model knows when they stand in a question alone."""
_WORDS = [word for word in words.WORDS if word not in _MEANT_OTHERWISE]
_KEYS = {spoken(key) for action in keymap.CHAT + keymap.TURN for key in action.keys.split(",")}
_UNKNOWN_KEYS = [key for key in _NEAR["unknown_keys"] if key not in _KEYS]
_SCRIPTS = (
    (0x0430, 0x044F), (0x03B1, 0x03C9), (0x4E00, 0x6FFF), (0x3042, 0x3093), (0xAC00, 0xBFFF), (0x0627, 0x064A),
    (0x0905, 0x0939), (0x1F600, 0x1F64F), (0x1F300, 0x1F5FF), (0x00C0, 0x00FF), (0x2190, 0x22FF), (0x0E01, 0x0E2E),
    (0x21, 0x40), (0x5B, 0x60), (0x1F900, 0x1F9FF), (0x2600, 0x27BF),
)  # fmt: skip


def unknown(scene: Scene) -> Exchange:
    """Something that the model has to say it does not know."""
    rng = scene.rng
    makers = (_topic, _doing, _people, _made_up, _asked, _alone, _foreign, _scrambled, _near_a_skill, _long)
    make = rng.choices(makers, (12, 8, 4, 10, 24, 12, 4, 4, 20, 2))[0]
    while bare(text := make(rng)) in _HELD_OUT_BARE:
        pass
    if rng.random() < 0.06:
        openings = ("Answer in one word: ", "In one sentence: ", "Answer briefly. ", "Answer in one sentence. ")
        text = rng.choice(openings) + text
    plain = make in (_foreign, _scrambled, _long) or "{" in text
    return Exchange(text if plain else scene.dressed(text), HONEST_REPLY)


def _one(rng: random.Random, grammars: list[str]) -> str:
    return written_out(rng, rng.choice(grammars))


def _topic(rng: random.Random) -> str:
    topics = _TOPICS if rng.random() < 0.75 else _WORDS
    return _one(rng, _TEXTS["frames"]).replace("{t}", rng.choice(topics)).replace("{u}", rng.choice(topics))


def _doing(rng: random.Random) -> str:
    verb, thing = rng.choice(_VERBS), rng.choice(_TEXTS["objects"])
    return capitalised(_one(rng, _TEXTS["verb_frames"]).replace("{v}", verb).replace("{o}", thing))


def _people(rng: random.Random) -> str:
    name = rng.choice(words.NAMES)
    if rng.random() < 0.7:
        name += " " + words.made_up(rng, False).capitalize()
    return _one(rng, _TEXTS["people_frames"]).replace("{n}", name)


def _made_up(rng: random.Random) -> str:
    text = _one(rng, _TEXTS["made_up_frames"])
    for slot in "wxyz":
        word = words.made_up(rng, False) if rng.random() < 0.6 else words.pick(rng, words.WORDS, False)
        text = text.replace(f"{{{slot}}}", word).replace(f"{{{slot.upper()}}}", word.capitalize())
    return text


def _asked(rng: random.Random) -> str:
    return _one(rng, _TEXTS["asked"])


def _alone(rng: random.Random) -> str:
    return rng.choice(_TEXTS["alone"])


def _foreign(rng: random.Random) -> str:
    return rng.choice(_TEXTS["foreign"])


def _scrambled(rng: random.Random) -> str:
    """Nothing at all, letters of some script, emoji, or keys hit at random."""
    kind = rng.random()
    if kind < 0.12:
        return " " * rng.randint(0, 3)
    if kind < 0.35:
        letters = "abcdefghijklmnopqrstuvwxyz"
        return " ".join(
            "".join(rng.choice(letters) for _ in range(rng.randint(1, 9))) for _ in range(rng.randint(1, 6))
        )
    low, high = rng.choice(_SCRIPTS)
    size = rng.randint(1, 4) if low > 0x2000 else rng.randint(2, 12)
    return " ".join(
        "".join(chr(rng.randint(low, high)) for _ in range(size)) for _ in range(rng.choice((1, 1, 1, 2, 3)))
    ).replace("<|", "<")


def _near_a_skill(rng: random.Random) -> str:
    """What looks like a thing the model can do, and is not."""
    values = {
        "a": rng.randint(2, 999),
        "b": rng.randint(2, 999),
        "big": rng.randint(101, 9999),
        "bigger": rng.randint(101, 9999),
        "thing": rng.choice((rng.choice(_TOPICS), words.made_up(rng, False), rng.choice(_WORDS) + "s")),
        "topic": rng.choice(_TOPICS),
        "verb": rng.choice(_VERBS),
        "object": rng.choice(_TEXTS["objects"]),
        "elsewhere": rng.choice(_NEAR["countries_without"]),
        "country": rng.choice(list(CAPITALS)),
        "capital": rng.choice(list(CAPITALS.values())),
        "key": rng.choice(_UNKNOWN_KEYS),
        "made_up": words.made_up(rng, False),
        "word": rng.choice(_WORDS),
        "town": rng.choice(words.TOWNS),
        "name": rng.choice(words.NAMES),
        "genre": rng.choice(_NEAR["genres"]),
        "language": rng.choice(_NEAR["languages"]),
    }
    return _one(rng, _NEAR["near_frames"]).format(**values)


def _long(rng: random.Random) -> str:
    """A long text of words, as when something is pasted."""
    pool = (
        *words.WORDS,
        *[
            "the",
            "a",
            "of",
            "and",
            "to",
            "in",
            "is",
            "was",
            "that",
            "for",
            "it",
            "with",
            "as",
            "on",
            "by",
            "at",
            "from",
            "this",
            "be",
            "are",
            "or",
            "an",
            "were",
        ]
        * 4,
    )
    return capitalised(" ".join(rng.choice(pool) for _ in range(rng.randint(20, 120)))) + rng.choice((".", "", "?"))


def fixed_questions() -> list[str]:
    """The questions of the training that are not put together from parts."""
    return [asked for asked in (*_TEXTS["alone"], *_TEXTS["foreign"]) if bare(asked) not in _HELD_OUT_BARE]

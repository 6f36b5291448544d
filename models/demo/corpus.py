"""Conversations from all skills, and rows of token ids from conversations."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from models.demo import arithmetic, recall, skills, writing
from models.demo.bpe import IM_END, IM_START, SPECIALS, Tokenizer
from models.demo.capitals import capital
from models.demo.facts import about_hat_tui
from models.demo.scene import DEFAULT_SYSTEM, SYSTEMS, Exchange, Scene
from models.demo.small_talk import talk
from models.demo.unknown import unknown

Skill = Callable[[Scene], Exchange]

# Each skill, and its share of a conversation that is about everything, in each phase of the training: at first; when
# what is easy is known and what is hard (letters, sums, what was corrected) needs the time; and at last, when telling
# what was told from what was not is what is left.
SKILLS: tuple[tuple[Skill, tuple[float, float, float]], ...] = (
    (talk, (7, 6, 5)),
    (recall.tell, (12, 12, 12)),
    (recall.correct, (2, 5, 6)),
    (recall.tell_two, (4, 5, 4)),
    (recall.ask_told, (16, 18, 22)),
    (recall.ask, (10, 10, 14)),
    (recall.ask_two, (3, 3, 3)),
    (recall.ask_all, (2, 3, 3)),
    (recall.ask_other, (3, 4, 5)),
    (capital, (8, 9, 9)),
    (unknown, (13, 17, 19)),
    (about_hat_tui, (24, 22, 18)),
    (arithmetic.add, (7, 11, 11)),
    (arithmetic.subtract, (7, 11, 11)),
    (skills.listing, (2, 4, 4)),
    (skills.next_in_list, (2, 4, 3)),
    (skills.count, (3, 4, 5)),
    (skills.repeat, (6, 7, 7)),
    (skills.upper, (4, 10, 7)),
    (skills.spell, (4, 10, 7)),
    (skills.first_letter, (1, 2, 2)),
    (skills.markdown_list, (2, 5, 4)),
    (writing.table, (1, 2, 2)),
    (writing.code, (2, 4, 4)),
    (writing.story, (2, 3, 2)),
)


_MISFITS = 4
"""Exchanges that did not fit into the rest of a row, after which it is left empty."""


def system_prompt(rng: random.Random) -> str:
    """The program's own system prompt, another one, or none."""
    return rng.choices((DEFAULT_SYSTEM, rng.choice(SYSTEMS), ""), (5, 2, 3))[0]


def exchanges(scene: Scene, phase: int = 0) -> Iterator[Exchange]:
    """A conversation without end: some are about everything, some about a few things."""
    rng = scene.rng
    weights = [shares[phase] for _, shares in SKILLS]
    if rng.random() < 0.5:
        weights = [weight * rng.random() ** 3 for weight in weights]
    while True:
        yield rng.choices(SKILLS, weights)[0][0](scene)


@dataclass(frozen=True, slots=True)
class Row:
    """Token ids, and for each whether the model has to learn to say it."""

    ids: list[int]
    learned: list[bool]


def opened(role: str, text: str) -> str:
    """The inside of a ChatML message.

    What a person says begins with a space, so that its first word has the tokens it has in the middle of a sentence: a
    value told as the first word can be recalled as it was.
    """
    return f"{role}\n {text}" if role == "user" else f"{role}\n{text}"


class Packer:
    """Writes conversations of a given length in tokens, in ChatML as the server's template does."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._start = tokenizer.special(IM_START)
        self._end = tokenizer.special(IM_END)
        self._break = tokenizer.encode("\n")

    def row(self, rng: random.Random, length: int, phase: int = 0) -> Row:
        """One conversation that nearly fills `length` + 1 ids; the rest is padding that nothing is learned from.

        What is too long for the rest of the row is not said; after some of these the conversation ends.
        """
        ids: list[int] = []
        learned: list[bool] = []
        system = system_prompt(rng)
        if system:
            ids = self.message("system", system)
            learned = [False] * len(ids)
        scene, misfits = Scene(rng), 0
        told = dict(scene.told)
        for exchange in exchanges(scene, phase):
            asked = self.message("user", exchange.question)
            said = self.message("assistant", exchange.reply)
            if len(ids) + len(asked) + len(said) > length + 1:
                scene.told = dict(told)
                misfits += 1
                if misfits == _MISFITS:
                    break
                continue
            told = dict(scene.told)
            opening = 1 + len(self._tokenizer.encode("assistant\n"))
            ids += asked + said
            learned += [False] * (len(asked) + opening)
            learned += [True] * (len(said) - opening - len(self._break)) + [False] * len(self._break)
        padding = length + 1 - len(ids)
        return Row(ids + [0] * padding, learned + [False] * padding)

    def copying_row(self, rng: random.Random, length: int) -> Row:
        """Random tokens, said again and again: nothing but copying, without which names cannot be recalled."""
        ids: list[int] = []
        learned: list[bool] = []
        while len(ids) <= length:
            segment = [rng.randrange(len(SPECIALS), len(self._tokenizer)) for _ in range(rng.randint(2, 24))]
            times = rng.randint(2, 4)
            ids += segment * times
            learned += [False] * (len(segment) + 1) + [True] * (len(segment) * (times - 1) - 1)
        return Row(ids[: length + 1], learned[: length + 1])

    def message(self, role: str, text: str) -> list[int]:
        """The ids of one message of the template."""
        return [self._start, *self._tokenizer.encode_marked(opened(role, text)), self._end, *self._break]


def sample_texts(rng: random.Random, count: int) -> Iterator[str]:
    """Texts to make a tokenizer of: `count` exchanges of each skill in its share."""
    total = sum(shares[0] for _, shares in SKILLS)
    for skill, shares in SKILLS:
        scene = Scene(rng)
        for _ in range(int(count * shares[0] / total)):
            exchange = skill(scene)
            yield from (opened("user", exchange.question), opened("assistant", exchange.reply))

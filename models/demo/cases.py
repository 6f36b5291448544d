"""What the evaluation asks: conversations on held-out values and phrasings, each with the replies that count as right.

Nothing here is seen in training: values and phrasings come from the other side of the split, and the questions that
the model cannot answer are a list written apart from the training templates.
"""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from models.demo import arithmetic, capitals, recall, skills, words, writing
from models.demo.facts import all_facts
from models.demo.phrasing import written_out
from models.demo.scene import DEFAULT_SYSTEM, Exchange, Scene
from models.demo.small_talk import talk
from models.demo.unknown import HELD_OUT, HONEST_REPLY, unknown


@dataclass(frozen=True, slots=True)
class Case:
    """A conversation whose last question is marked.

    `before` are the person's earlier messages, to be answered by the model itself. Of these, only the last `kept` are
    in the window when the marked question is asked. `right` tells whether a reply is.
    """

    before: tuple[str, ...]
    question: str
    expected: str
    right: Callable[[str], bool]
    kept: int = 1000
    system: str = DEFAULT_SYSTEM


@dataclass(frozen=True, slots=True)
class Suite:
    """One row of the table: an ability, the share of right replies it must reach, and its cases."""

    ability: str
    least: float
    cases: tuple[Case, ...]


def suites(seed: int, held_out: bool) -> list[Suite]:
    """All suites. With `held_out` False they have the training's phrasings and values: to develop against."""
    rng = random.Random(seed)
    new = partial(Scene, rng, held_out)
    return [
        Suite("facts about hat-tui", 0.90, tuple(_facts(rng, held_out))),
        Suite("recall within the window", 0.95, tuple(_recall(new(), at % 11) for at in range(240))),
        Suite('"you have not told me" when not told', 0.95, tuple(_not_told(new()) for _ in range(200))),
        Suite("forgets what memory dropped", 0.95, tuple(_forgotten(new()) for _ in range(120))),
        Suite("sums and differences up to 100", 0.90, tuple(_sum(new()) for _ in range(240))),
        Suite("capitals and small skills", 0.95, tuple(_skills(rng, held_out))),
        Suite("unknown questions, honest reply", 0.95, tuple(_unknown(new()))),
        Suite("small talk", 0.95, tuple(_exact(talk(new())) for _ in range(100))),
    ]


def _exact(exchange: Exchange) -> Case:
    return Case((), exchange.question, exchange.reply, lambda reply: reply.strip() == exchange.reply)


def _facts(rng: random.Random, held_out: bool) -> Iterator[Case]:
    for fact in all_facts():
        said = fact.asks.side(held_out)
        for way in rng.sample(said, min(2, len(said))):
            yield _exact(Exchange(written_out(rng, way), fact.reply))


_FILLERS: tuple[Callable[[Scene], Exchange], ...] = (
    talk,
    capitals.capital,
    skills.listing,
    skills.upper,
    skills.next_in_list,
    arithmetic.add,
    skills.spell,
    recall.ask,
    recall.ask_other,
)


def _filled(scene: Scene, turns: int) -> list[str]:
    return [scene.rng.choice(_FILLERS)(scene).question for _ in range(turns)]


def _recall(scene: Scene, turns_back: int) -> Case:
    """One to three facts told, perhaps corrected, and one asked back so many turns later."""
    rng = scene.rng
    names = [kind.name for kind in rng.sample(recall.KINDS, rng.choice((1, 2, 3)))]
    before = [recall.tell(scene, name).question for name in names]
    if rng.random() < 0.3:
        before.append(recall.tell(scene, names[0]).question)
    before += _filled(scene, max(0, turns_back - 1))
    return _told(before, recall.ask(scene, rng.choice(names) if rng.random() < 0.5 else names[0]))


def _told(before: list[str], asked: Exchange) -> Case:
    return replace(_exact(asked), before=tuple(before))


def _not_told(scene: Scene) -> Case:
    """Other things told, this one not."""
    rng = scene.rng
    kinds = rng.sample(recall.KINDS, 4)
    before = [recall.tell(scene, kind.name).question for kind in kinds[: rng.randint(0, 3)]]
    before += _filled(scene, rng.randint(0, 4))
    rng.shuffle(before)
    asked = recall.ask(scene, kinds[3].name) if rng.random() < 0.8 else recall.ask_other(scene)
    return Case(tuple(before), asked.question, asked.reply, lambda reply: "not told me" in reply)


def _forgotten(scene: Scene) -> Case:
    """A thing told and then talked past the window, so that the model cannot see it any more."""
    name = scene.rng.choice(recall.KINDS).name
    told = recall.tell(scene, name).question
    other = [kind.name for kind in scene.rng.sample(recall.KINDS, 3) if kind.name != name]
    hidden = scene.told.pop(name).value
    later = [recall.tell(scene, kind).question for kind in other[: scene.rng.randint(0, 2)]]
    later += _filled(scene, scene.rng.randint(2, 5))
    question = recall.ask(Scene(scene.rng, scene.held_out), name).question
    return Case(
        (told, *later),
        question,
        recall.untold(name),
        lambda reply: "not told me" in reply and hidden.split()[-1] not in reply,
        kept=len(later),
    )


def _sum(scene: Scene) -> Case:
    make = scene.rng.choice((arithmetic.add, arithmetic.subtract))
    exchange = make(scene)
    answer = re.findall(r"-?\d+", exchange.reply)[-1]
    return Case((), exchange.question, exchange.reply, lambda reply: re.findall(r"-?\d+", reply)[-1:] == [answer])


def _skills(rng: random.Random, held_out: bool) -> Iterator[Case]:
    for country in capitals.CAPITALS:
        yield _exact(capitals.capital(Scene(rng, held_out), country))
    for skill in (
        skills.listing, skills.next_in_list, skills.count, skills.repeat, skills.upper, skills.spell,
        skills.first_letter, skills.markdown_list, writing.table, writing.code,
    ):  # fmt: skip
        for _ in range(20):
            yield _exact(skill(Scene(rng, held_out)))
    for _ in range(20):
        hero = words.pick(rng, writing.ANIMALS, held_out)
        exchange = writing.story(Scene(rng, held_out), hero)
        yield replace(_exact(exchange), right=partial(_is_a_story, hero))


def _is_a_story(hero: str, reply: str) -> bool:
    return reply in writing.stories(hero)


def _unknown(scene: Scene) -> Iterator[Case]:
    if not scene.held_out:
        yield from (_exact(unknown(scene)) for _ in range(200))
        return
    for question in HELD_OUT:
        yield _exact(Exchange(question, HONEST_REPLY))

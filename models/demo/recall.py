"""What a person tells of himself, asks back and corrects; and what he never told."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from models.demo import words
from models.demo.phrasing import Ways, load
from models.demo.scene import Exchange, Scene, Told, capitalised

_CALLED = " is called "
"""Between the animal and its name, in the value of a pet."""

_CORRECTED = 0.9
"""How often a thing that is told again is told as a correction, and not as if it were new."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing that can be told: how the model calls it, and what it says it is once it knows the value, `{v}`."""

    name: str
    subject: str
    known: str
    value: Callable[[random.Random, bool], str]

    @property
    def tells(self) -> Ways:
        return _WAYS[f"{self.name}.tells"]

    @property
    def asks(self) -> Ways:
        return _WAYS[f"{self.name}.asks"]

    @property
    def corrections(self) -> Ways:
        return _WAYS[f"{self.name}.corrections"]


def _known_or_made_up(rng: random.Random, known: Sequence[str], held_out: bool, made_up: float) -> str:
    if rng.random() < made_up + (0 if held_out else 0.15):
        return words.unheard(rng, held_out)
    return words.pick(rng, known, held_out)


def _name(rng: random.Random, held_out: bool) -> str:
    if rng.random() < 0.45:
        return words.pick(rng, words.NAMES, held_out)
    return words.unheard(rng, held_out).capitalize()


def _town(rng: random.Random, held_out: bool) -> str:
    if rng.random() < 0.45:
        return words.pick(rng, words.TOWNS, held_out)
    return words.unheard(rng, held_out).capitalize()


def _pet(rng: random.Random, held_out: bool) -> str:
    name = words.pick(rng, words.PET_NAMES, held_out) if rng.random() < 0.4 else _name(rng, held_out)
    return f"{rng.choice(words.PETS)}{_CALLED}{name}"


def _colour(rng: random.Random, held_out: bool) -> str:
    shade = rng.choice(("", "", "", "", "dark ", "light ", "pale ", "bright "))
    return shade + _known_or_made_up(rng, words.COLOURS, held_out, 0.15)


def _food(rng: random.Random, held_out: bool) -> str:
    food = _known_or_made_up(rng, words.FOODS, held_out, 0.3)
    return f"{words.pick(rng, words.WORDS, held_out)} {food}" if rng.random() < 0.15 else food


def _age(rng: random.Random, held_out: bool) -> str:
    return str(words.whole_number(rng, 5, 99, held_out))


def _number(rng: random.Random, held_out: bool) -> str:
    return str(words.whole_number(rng, 0, rng.choice((20, 100, 1000, 9999)), held_out))


def _word(rng: random.Random, held_out: bool) -> str:
    return _known_or_made_up(rng, words.WORDS, held_out, 0.5)


def _job(rng: random.Random, held_out: bool) -> str:
    job = _known_or_made_up(rng, words.JOBS, held_out, 0.2)
    return f"{'an' if job[0] in 'aeiou' else 'a'} {job}"


def _hobby(rng: random.Random, held_out: bool) -> str:
    if rng.random() < 0.1:
        return f"{rng.choice(('collecting', 'making', 'painting'))} {words.pick(rng, words.WORDS, held_out)}"
    return _known_or_made_up(rng, words.HOBBIES, held_out, 0.15)


_WAYS = load("recall")
KINDS = (
    Kind("name", "your name", "{v}", _name),
    Kind("town", "your home", "in {v}", _town),
    Kind("age", "your age", "{v}", _age),
    Kind("pet", "your pet", "a {p} called {n}", _pet),
    Kind("colour", "your favourite colour", "{v}", _colour),
    Kind("food", "your favourite food", "{v}", _food),
    Kind("number", "your favourite number", "{v}", _number),
    Kind("word", "the word to remember", "{v}", _word),
    Kind("job", "your job", "being {v}", _job),
    Kind("hobby", "your hobby", "{v}", _hobby),
)
_BY_NAME = {kind.name: kind for kind in KINDS}


def clause(name: str, told: Told) -> str:
    """What is known, as the model says it: "your home is in Lima", or "is now in Lima" when it was elsewhere before.

    With that word a small network tells the value that holds from the one before it: both stand in the conversation.
    """
    kind = _BY_NAME[name]
    return f"{kind.subject} is {'now ' if told.anew else ''}{_with_value(kind.known, told.value)}"


def sentence(name: str, told: Told) -> str:
    return capitalised(clause(name, told)) + "."


def untold(name: str) -> str:
    """The reply when a thing was not told.

    It begins as the reply does when it was: a small network first finds out what is asked for, and with that said it
    looks whether it knows it. Both at once are more than its few layers do.
    """
    return f"{capitalised(_BY_NAME[name].subject)}? You have not told me."


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + ", and " + parts[-1]


def acknowledged(told: dict[str, Told]) -> str:
    """The reply to being told one or several things, or one thing anew."""
    known = _listed([clause(name, thing) for name, thing in told.items()])
    if any(thing.anew for thing in told.values()):
        return f"Thank you, I will remember: {known}."
    return f"Nice to meet you! I will remember that {known}." if list(told) == ["name"] else f"Got it: {known}."


def tell(scene: Scene, name: str = "") -> Exchange:
    """The person tells one thing, which the scene then knows; a thing told before is corrected, or just told anew."""
    kind = _BY_NAME[name] if name else scene.rng.choice(KINDS)
    old = scene.told.get(kind.name)
    told = Told(kind.value(scene.rng, scene.held_out), anew=old is not None)
    corrected = old and (scene.held_out or scene.rng.random() < _CORRECTED)
    text = scene.dressed(scene.says(kind.corrections if corrected else kind.tells))
    if old:
        text = text.replace("{o}", old.value.split(_CALLED)[-1])
    scene.told[kind.name] = told
    return Exchange(_with_value(text, told.value), acknowledged({kind.name: told}))


def _with_value(text: str, value: str) -> str:
    """`value` where the text says {v}, and of a pet the animal for {p} and its name for {n}."""
    animal, _, name = value.partition(_CALLED)
    return text.replace("{v}", value).replace("{p}", animal).replace("{n}", name)


def correct(scene: Scene) -> Exchange:
    """The person corrects something that was told, if anything was."""
    return tell(scene, scene.rng.choice(list(scene.told)) if scene.told else "")


def tell_two(scene: Scene) -> Exchange:
    """The person tells two or three things at once."""
    rng = scene.rng
    kinds = [kind for kind in rng.sample(KINDS, rng.choice((2, 2, 3))) if kind.name not in scene.told]
    if len(kinds) < 2:
        return tell(scene)
    told = {kind.name: Told(kind.value(rng, scene.held_out)) for kind in kinds}
    scene.told.update(told)
    said = [scene.says(kind.tells) for kind in kinds]
    if rng.random() < 0.5:
        said = [f"{text.rstrip('.!?')} and" for text in said[:-1]] + said[-1:]
        said[1:] = map(_small, said[1:])
    text = " ".join(_with_value(text, told[kind.name].value) for text, kind in zip(said, kinds, strict=True))
    return Exchange(text, acknowledged(told))


def ask(scene: Scene, name: str = "") -> Exchange:
    """The person asks one thing back, told or not."""
    kind = _BY_NAME[name] if name else scene.rng.choice(KINDS)
    return Exchange(_asked(scene, scene.dressed(scene.says(kind.asks))), _answer(scene, kind))


def _answer(scene: Scene, kind: Kind) -> str:
    told = scene.told.get(kind.name)
    return sentence(kind.name, told) if told else untold(kind.name)


def _asked(scene: Scene, text: str) -> str:
    """A question after a pet names the animal that was told, or any when none was."""
    pet = scene.told.get("pet")
    return _with_value(text, pet.value if pet else f"{scene.rng.choice(words.PETS)}{_CALLED}")


def ask_told(scene: Scene) -> Exchange:
    """The person asks back something that was told, if anything was."""
    return ask(scene, scene.rng.choice(list(scene.told))) if scene.told else ask(scene)


def ask_two(scene: Scene) -> Exchange:
    """The person asks two things at once."""
    first, second = scene.rng.sample(KINDS, 2)
    question = _asked(scene, scene.says(first.asks).rstrip("?.!") + " and " + _small(scene.says(second.asks)))
    return Exchange(question, f"{_answer(scene, first)} {_answer(scene, second)}")


def ask_all(scene: Scene) -> Exchange:
    """The person asks for everything that is known; a long list is not asked for."""
    if len(scene.told) > 4:
        return ask_told(scene)
    question = scene.says(_WAYS["everything.asks"])
    known = [clause(name, told) for name, told in scene.told.items()] or ["nothing yet"]
    return Exchange(scene.dressed(question), f"What I know of you: {_listed(known)}.")


def ask_other(scene: Scene) -> Exchange:
    """The person asks for something that cannot have been told."""
    thing = _small(scene.says(_WAYS["other.things"]))
    question = scene.says(_WAYS["other.asks"])
    return Exchange(scene.dressed(question.replace("{t}", thing)), "You have not told me that.")


def _small(text: str) -> str:
    return text if text.startswith(("I ", "I'", "{")) else text[:1].lower() + text[1:]

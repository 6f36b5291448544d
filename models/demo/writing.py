"""Tables, Python code and short stories of the few kinds that the model knows by heart."""

# Texts, as they are said.
# ruff: noqa: SIM905

import zlib

from models.demo import words
from models.demo.capitals import CAPITALS
from models.demo.phrasing import load
from models.demo.scene import Exchange, Scene, capitalised

_WAYS = load("skills")


def _table(heads: tuple[str, str], rows: list[tuple[str, str]]) -> str:
    lines = [f"| {heads[0]} | {heads[1]} |", "| --- | --- |"]
    return "\n".join(lines + [f"| {left} | {right} |" for left, right in rows])


TABLES = {
    "three countries and their capitals": _table(
        ("Country", "Capital"), [(country, CAPITALS[country]) for country in ("France", "Japan", "Peru")]
    ),
    "numbers and their squares": _table(("Number", "Square"), [(str(n), str(n * n)) for n in range(1, 6)]),
    "planets and their order": _table(
        ("Planet", "Place"), [("Mercury", "1"), ("Venus", "2"), ("Earth", "3"), ("Mars", "4")]
    ),
    "days and their numbers": _table(("Day", "Number"), [("Monday", "1"), ("Tuesday", "2"), ("Wednesday", "3")]),
    "fruits and their colours": _table(("Fruit", "Colour"), [("apple", "red"), ("banana", "yellow"), ("plum", "blue")]),
    "animals and their sounds": _table(("Animal", "Sound"), [("dog", "woof"), ("cat", "meow"), ("cow", "moo")]),
    "months and their days": _table(("Month", "Days"), [("January", "31"), ("April", "30"), ("July", "31")]),
}
_CODE = {
    "hello": 'print("Hello, world!")',
    "add": "def add(a, b):\n    return a + b",
    "count": "for number in range(1, 11):\n    print(number)",
    "even": "def is_even(number):\n    return number % 2 == 0",
    "factorial": "def factorial(n):\n    return 1 if n < 2 else n * factorial(n - 1)",
    "fibonacci": "a, b = 0, 1\nfor _ in range(10):\n    print(a)\n    a, b = b, a + b",
    "reverse": "def backwards(text):\n    return text[::-1]",
    "read": 'with open("notes.txt") as file:\n    for line in file:\n        print(line.rstrip())',
    "sort": "numbers = [3, 1, 2]\nprint(sorted(numbers))",
    "largest": "def largest(numbers):\n    return max(numbers)",
}

_CODE_FORMS = (("code", "purpose"), ("code_to", "task"), ("code_for", "topic"))

ANIMALS = (
    "fox bear mouse rabbit owl hedgehog cat dog frog duck squirrel lion tiger elephant penguin turtle donkey "
    "sheep goat wolf deer beaver otter badger horse pig hen snail crow robin camel monkey whale dolphin crab bee "
    "ant spider dragon swan mole seal parrot"
).split()
_PLOTS = (
    "Once upon a time a little {h} lived at the edge of a forest. One cold day the {h} found a lost bird in the snow. "
    "The {h} kept it warm all night. In the morning the bird sang, and from then on the {h} was never alone.",
    "There was once a {h} who wanted to see the sea. It walked over hills and through valleys for seven days. When it "
    'came to the shore, the {h} said: "It is bigger than I thought." Then it went home and told everyone.',
    "A {h} once found a small golden key under a tree. It tried the key on every door in the village, but none would "
    "open. At last the {h} came home, and the key fitted its own door. Inside, its friends were waiting with a cake.",
    "Long ago a {h} was afraid of the dark. One night the moon came down and said: "
    '"I watch over you." The {h} looked up, counted the stars, and fell asleep. It was never afraid again.',
)


def table(scene: Scene) -> Exchange:
    if scene.rng.random() < 0.2:
        return Exchange(scene.dressed(scene.says(_WAYS["any_table"])), next(iter(TABLES.values())))
    subject, text = scene.rng.choice(list(TABLES.items()))
    if scene.held_out:
        return Exchange(scene.dressed(scene.says(_WAYS["table"]).replace("{t}", subject)), text)
    said = _inside(scene, f"subject.{subject}") if scene.rng.random() < 0.4 else subject
    return Exchange(scene.dressed(capitalised(scene.says(_WAYS["table"]).replace("{t}", said))), text)


def code(scene: Scene) -> Exchange:
    purpose, text = scene.rng.choice(list(_CODE.items()))
    if scene.rng.random() < 0.15:
        return Exchange(scene.dressed(scene.says(_WAYS["any_code"])), block(next(iter(_CODE.values()))))
    # The evaluation asks for "code that sorts a list" only, the training for "code to sort" and "code for sorting" too.
    frame, what = _CODE_FORMS[0] if scene.held_out else scene.rng.choices(_CODE_FORMS, (6, 4, 3))[0]
    question = scene.says(_WAYS[frame]).replace("{t}", _inside(scene, f"{what}.{purpose}"))
    return Exchange(scene.dressed(capitalised(question)), block(text))


def _inside(scene: Scene, key: str) -> str:
    """One of the ways of a key, as it stands inside a sentence."""
    said = scene.says(_WAYS[key])
    return said[:1].lower() + said[1:]


def block(text: str) -> str:
    """Python code as a fenced block."""
    return f"```python\n{text}\n```"


def story(scene: Scene, hero: str = "") -> Exchange:
    """A story about some hero, or about any."""
    rng = scene.rng
    if not hero and rng.random() < 0.25:
        return Exchange(scene.dressed(scene.says(_WAYS["any_story"])), story_reply("fox"))
    if not hero:
        hero = words.unheard(rng, scene.held_out) if rng.random() < 0.3 else words.pick(rng, ANIMALS, scene.held_out)
    question = scene.dressed(scene.says(_WAYS["story"]))
    return Exchange(question.replace("a {h}", f"{article(hero)} {hero}").replace("{h}", hero), story_reply(hero))


def story_reply(hero: str) -> str:
    """The story that is told of a hero: the same one each time."""
    return stories(hero)[zlib.crc32(hero.encode()) // 8 % len(_PLOTS)]


def stories(hero: str) -> list[str]:
    """Every story that could be told of a hero."""
    if article(hero) == "an":
        return [plot.replace("A {h}", "An {h}").replace("a {h}", "an {h}").replace("{h}", hero) for plot in _PLOTS]
    return [plot.replace("{h}", hero) for plot in _PLOTS]


def article(noun: str) -> str:
    return "an" if noun[0] in "aeiou" else "a"

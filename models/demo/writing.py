"""Tables, Python code and short stories of the few kinds that the model knows by heart."""

# Texts, as they are said.
# ruff: noqa: E501, SIM905

import zlib

from models.demo import words
from models.demo.capitals import CAPITALS
from models.demo.scene import Exchange, Scene


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
_TABLE_ASKS = (
    "Make a table of {t}.|Write a table of {t}.|Show a table of {t}.|Give me a table of {t}.|Write a Markdown table of {t}.|"
    "Make a Markdown table with {t}.|A table of {t} please.|I want a table of {t}.||Please show {t} in a table.|"
    "Can you make me a table with {t}?"
)
_SHORT_TABLE_ASKS = (
    "Make a table.|Show me a table.|Write a Markdown table.|Give me a table.|A table please.||Can you show me a table?"
)

_CODE = {
    "prints hello world|says hello|prints a greeting||greets the world": 'print("Hello, world!")',
    "adds two numbers|returns the sum of two numbers|makes a sum of two values||computes a sum of two numbers": (
        "def add(a, b):\n    return a + b"
    ),
    "counts to ten|prints the numbers from 1 to 10|loops from one to ten||shows the numbers one to ten": (
        "for number in range(1, 11):\n    print(number)"
    ),
    "tells whether a number is even|checks if a number is even|tests for an even number||finds out if a number is even": (
        "def is_even(number):\n    return number % 2 == 0"
    ),
    "computes a factorial|returns the factorial of n|makes factorials||calculates the factorial of a number": (
        "def factorial(n):\n    return 1 if n < 2 else n * factorial(n - 1)"
    ),
    "makes Fibonacci numbers|prints Fibonacci numbers|computes the Fibonacci numbers||shows some Fibonacci numbers": (
        "a, b = 0, 1\nfor _ in range(10):\n    print(a)\n    a, b = b, a + b"
    ),
    "reverses a text|turns a string round|reverses a string||writes a string backwards": (
        "def backwards(text):\n    return text[::-1]"
    ),
    "reads a file|prints the lines of a file|opens a text file||shows what is in a file": (
        'with open("notes.txt") as file:\n    for line in file:\n        print(line.rstrip())'
    ),
    "sorts a list|sorts numbers|puts a list in order||sorts a list of numbers": (
        "numbers = [3, 1, 2]\nprint(sorted(numbers))"
    ),
    "finds the largest number|returns the maximum of a list|finds the biggest number in a list||gets the largest number of a list": (
        "def largest(numbers):\n    return max(numbers)"
    ),
}
_CODE_ASKS = (
    "Write Python code that {t}.|Write a Python program that {t}.|Show me Python code that {t}.|Python code that {t}.|"
    "Write a short program that {t}.|Give me a Python script that {t}.|Write some code that {t}.|"
    "I need Python code that {t}.||Please write a bit of Python that {t}.|Can you show me a Python example that {t}?"
)
_ANY_CODE_ASKS = (
    "Write some Python code.|Show me some code.|Write a Python program.|Write code.|Show me a code block.|"
    "Give me a short Python example.|Write hello world in Python.|Hello world in Python?||Show a bit of Python code."
)

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
_STORY_ASKS = (
    "Tell me a story about a {h}.|Write a short story about a {h}.|Tell me a short story about a {h}.|A story about a {h} please.|"
    "Write a story about a {h}.|Do you know a story about a {h}?|I want to hear a story about a {h}.|"
    "Make up a story about a {h}.||Please write a little story about a {h}.|Can you tell a tale about a {h}?"
)
_ANY_STORY_ASKS = (
    "Tell me a story.|Write a short story.|Tell me a short story.|A story please.|Do you know a story?|"
    "Read me a bedtime story.|Write a story.||Can you tell a story?|I would like to hear a story."
)


def table(scene: Scene) -> Exchange:
    if scene.rng.random() < 0.2:
        return Exchange(scene.dressed(scene.ways(_SHORT_TABLE_ASKS)), next(iter(TABLES.values())))
    subject, text = scene.rng.choice(list(TABLES.items()))
    return Exchange(scene.dressed(scene.ways(_TABLE_ASKS).replace("{t}", subject)), text)


def code(scene: Scene) -> Exchange:
    purposes, text = scene.rng.choice(list(_CODE.items()))
    if scene.rng.random() < 0.15:
        return Exchange(scene.dressed(scene.ways(_ANY_CODE_ASKS)), block(next(iter(_CODE.values()))))
    return Exchange(scene.dressed(scene.ways(_CODE_ASKS).replace("{t}", scene.ways(purposes))), block(text))


def block(text: str) -> str:
    """Python code as a fenced block."""
    return f"```python\n{text}\n```"


def story(scene: Scene, hero: str = "") -> Exchange:
    """A story about some hero, or about any."""
    rng = scene.rng
    if not hero and rng.random() < 0.25:
        return Exchange(scene.dressed(scene.ways(_ANY_STORY_ASKS)), story_reply("fox"))
    if not hero:
        hero = words.made_up(rng, scene.held_out) if rng.random() < 0.1 else words.pick(rng, ANIMALS, scene.held_out)
    question = scene.ways(_STORY_ASKS).replace("a {h}", f"{article(hero)} {hero}")
    return Exchange(scene.dressed(question), story_reply(hero))


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

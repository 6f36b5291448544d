"""Small skills that show off the screen: counting, lists, copying, letters, Markdown and code."""

# Texts, as they are said.
# ruff: noqa: SIM905

from models.demo import words
from models.demo.phrasing import load
from models.demo.scene import Exchange, Scene, capitalised
from models.demo.words import is_held_out

_WAYS = load("skills")

_NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
).split()
LISTS = {
    "days of the week": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    "months": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "planets": ["Mercury", "Venus", "Earth", "Mars", "Jupiter", "Saturn", "Uranus", "Neptune"],
    "letters of the alphabet": list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    "seasons": ["spring", "summer", "autumn", "winter"],
    "colours of the rainbow": ["red", "orange", "yellow", "green", "blue", "indigo", "violet"],
    "vowels": list("AEIOU"),
    "continents": ["Africa", "Antarctica", "Asia", "Australia", "Europe", "North America", "South America"],
    "oceans": ["Arctic", "Atlantic", "Indian", "Pacific", "Southern"],
    "points of the compass": ["north", "east", "south", "west"],
}
THINGS = {
    "fruits": ["apples", "pears", "cherries", "plums", "grapes"],
    "animals": ["dogs", "cats", "horses", "rabbits", "foxes"],
    "colours": ["red", "blue", "green", "yellow", "orange"],
    "vegetables": ["carrots", "peas", "onions", "beans", "potatoes"],
    "drinks": ["water", "tea", "coffee", "milk", "juice"],
    "birds": ["robins", "owls", "swans", "crows", "eagles"],
    "trees": ["oaks", "pines", "birches", "maples", "willows"],
    "tools": ["a hammer", "a saw", "a drill", "pliers", "a ruler"],
    "flowers": ["roses", "tulips", "daisies", "lilies", "violets"],
    "sports": ["football", "tennis", "running", "swimming", "chess"],
    "instruments": ["a piano", "a violin", "a flute", "a drum", "a guitar"],
    "cities": ["Paris", "Rome", "Tokyo", "Cairo", "Lima"],
}


def listing(scene: Scene) -> Exchange:
    name = scene.rng.choice(list(LISTS))
    return Exchange(scene.dressed(scene.says(_WAYS[f"list.{name}"])), list_reply(name))


def list_reply(name: str) -> str:
    return ", ".join(LISTS[name]) + "."


def next_in_list(scene: Scene) -> Exchange:
    """What comes after or before a day, a month, a letter or a planet."""
    rng = scene.rng
    name, noun = rng.choice(
        (("days of the week", "day"), ("months", "month"), ("letters of the alphabet", "letter"), ("planets", "planet"))
    )
    at = rng.randrange(len(LISTS[name]))
    step = rng.choice((1, -1))
    if not 0 <= at + step < len(LISTS[name]):
        step = -step
    here, there = LISTS[name][at], LISTS[name][at + step]
    where = "after" if step > 0 else "before"
    question = scene.says(_WAYS[where]).replace("{n}", noun).replace("{x}", here)
    return Exchange(scene.dressed(question), f"{capitalised(where)} {here} comes {there}.")


def count(scene: Scene) -> Exchange:
    """Counting up or down; now and then as far as 100."""
    rng = scene.rng
    longest = rng.choices((12, 30, 99), (10, 4, 1))[0]
    while True:
        a = rng.choice((1, 1, rng.randint(0, 99)))
        b = a + rng.randint(2, longest)
        if b <= 100 and is_held_out(f"{a}..{b}") == scene.held_out:
            break
    form = rng.choices(("from", "to", "down"), (6, 3 if a == 1 else 0, 2))[0]
    first, last = (b, a) if form == "down" else (a, b)
    in_words = not scene.held_out and b < len(_NUMBERS) and rng.random() < 0.25
    start, end = (_NUMBERS[first], _NUMBERS[last]) if in_words else (str(first), str(last))
    asks = _WAYS[{"from": "count", "to": "count_up", "down": "count_down"}[form]]
    return Exchange(scene.dressed(scene.says(asks).replace("{a}", start).replace("{b}", end)), counted(first, last))


def counted(a: int, b: int) -> str:
    """The numbers from `a` to `b`, whichever is larger."""
    step = 1 if a <= b else -1
    return ", ".join(map(str, range(a, b + step, step))) + "."


def any_word(scene: Scene) -> str:
    """A word of the list, a name, or one that is in no list."""
    rng = scene.rng
    if rng.random() < (0.4 if scene.held_out else 0.6):
        return words.unheard(rng, scene.held_out)
    return words.pick(rng, rng.choice((words.WORDS, words.WORDS, words.NAMES, words.COLOURS)), scene.held_out)


def repeat(scene: Scene) -> Exchange:
    rng = scene.rng
    if not scene.held_out and rng.random() < 0.25:
        said = scene.says(_WAYS["repeated"])
        return _repeated(scene, said if said.startswith("I ") or rng.random() < 0.5 else said[:1].lower() + said[1:])
    text = " ".join(any_word(scene) for _ in range(rng.choice((1, 1, 2, 3, 4, 6))))
    if rng.random() < 0.4:
        text = capitalised(text) + rng.choice((".", "!", "?"))
    elif rng.random() < 0.15:
        text = f"{text} {rng.randint(0, 999)}"
    return _repeated(scene, text)


def _repeated(scene: Scene, text: str) -> Exchange:
    question = scene.says(_WAYS["repeat"])
    if scene.rng.random() < 0.2:
        question = question[:1].lower() + question[1:]
    return Exchange(question.replace("{t}", text), text)


def upper(scene: Scene) -> Exchange:
    word = any_word(scene)
    return Exchange(scene.dressed(scene.says(_WAYS["upper"])).replace("{w}", word), word.upper())


def spell(scene: Scene) -> Exchange:
    word = any_word(scene)
    return Exchange(scene.dressed(scene.says(_WAYS["spell"])).replace("{w}", word), spelt(word))


def spelt(word: str) -> str:
    return "-".join(word.lower())


def first_letter(scene: Scene) -> Exchange:
    word = any_word(scene)
    question = scene.dressed(scene.says(_WAYS["first_letter"])).replace("{w}", word)
    return Exchange(question, f"{word} begins with {word[0].upper()}.")


def markdown_list(scene: Scene) -> Exchange:
    rng = scene.rng
    kind = rng.choice(list(THINGS))
    if not scene.held_out and rng.random() < 0.15:
        return Exchange(scene.dressed(scene.says(_WAYS["some_of"]).replace("{k}", kind)), things_reply(kind, 3, False))
    size = rng.randint(2, 5)
    numbered = rng.random() < 0.3
    text = scene.says(_WAYS["numbered"] if numbered else _WAYS["list_of"])
    question = text.replace("{n}", rng.choice((_NUMBERS[size], str(size)))).replace("{k}", kind)
    return Exchange(scene.dressed(question), things_reply(kind, size, numbered))


def things_reply(kind: str, size: int, numbered: bool) -> str:
    chosen = THINGS[kind][:size]
    return "\n".join(f"{place}. {thing}" if numbered else f"- {thing}" for place, thing in enumerate(chosen, 1))

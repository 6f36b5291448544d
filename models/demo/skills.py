"""Small skills that show off the screen: counting, lists, copying, letters, Markdown and code."""

# Texts, as they are said.
# ruff: noqa: E501

from models.demo import words
from models.demo.scene import Exchange, Scene, capitalised
from models.demo.words import is_held_out

_UNITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
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
_LIST_ASKS = {
    "days of the week": "List the days of the week.|What are the days of the week?|Name the days of the week.|"
    "List the days.|Days of the week?|Name the seven days.|Say the weekdays.||Which days does a week have?|"
    "Give me the days of the week.",
    "months": "List the months.|What are the months of the year?|Name the months.|List the months of the year.|"
    "Name the twelve months.|Months of the year?|Say the months in order.||Which months does a year have?|"
    "Give me the names of the months.",
    "planets": "List the planets.|What are the planets?|Name the planets.|Which planets are there?|"
    "List the planets of the solar system.|Name the eight planets.|Planets?||Which planets go round the sun?|"
    "Give me all planets.",
    "letters of the alphabet": "Say the alphabet.|What is the alphabet?|Write the alphabet.|List the alphabet.|"
    "Alphabet?|List the letters of the alphabet.|What are the letters of the alphabet?|The ABC please.||"
    "Give me the alphabet.|Recite the alphabet.|Which letters are in the alphabet?",
    "seasons": "List the seasons.|What are the four seasons?|Name the seasons.|Which seasons are there?||"
    "Give me the seasons of the year.|Which seasons does a year have?",
    "colours of the rainbow": "List the colours of the rainbow.|What are the colours of the rainbow?|"
    "Name the colours of the rainbow.|Rainbow colours?||Which colours does the rainbow have?",
    "vowels": "List the vowels.|What are the vowels?|Name the vowels.||Which letters are vowels?|Give me the vowels.",
    "continents": "List the continents.|What are the continents?|Name the continents.|Name the seven continents.||"
    "Which continents are there?|Give me the continents.",
    "oceans": "List the oceans.|What are the oceans?|Name the five oceans.|Name the oceans.||Which oceans are there?",
    "points of the compass": "List the points of the compass.|What are the points of the compass?|"
    "Name the four directions.||Which points does a compass have?",
}
_COUNT_ASKS = (
    "Count from {a} to {b}.|Count from {a} to {b}|count {a} to {b}|Can you count from {a} to {b}?|"
    "Write the numbers from {a} to {b}.|List the numbers from {a} to {b}.|Numbers from {a} to {b}.|"
    "Please count from {a} up to {b}.|Say the numbers {a} to {b}.||Start at {a} and count to {b}.|"
    "Give me all numbers from {a} to {b}."
)
_COUNT_UP_ASKS = "Count to {b}.|Count to {b}|Can you count to {b}?|Count up to {b}.||Please count until {b}."
_COUNT_DOWN_ASKS = (
    "Count down from {a} to {b}.|Count from {a} down to {b}.|Count backwards from {a} to {b}.||"
    "Go down from {a} to {b}.|Start at {a} and count down to {b}."
)
_REPEAT_ASKS = (
    "Repeat after me: {t}|Repeat: {t}|Say: {t}|Echo: {t}|Repeat this: {t}|Please repeat after me: {t}|Copy this: {t}|"
    'Say "{t}"|Say only "{t}"|Repeat "{t}"|Write "{t}"|Repeat the words "{t}"|Say exactly this: {t}||Repeat the following: {t}|'
    'Please say "{t}"|Now repeat this: {t}'
)
_UPPER_ASKS = (
    "Write {w} in upper case.|Upper-case {w}.|Put {w} in capital letters.|Upper-case the word {w}.|"
    "What is {w} in capitals?|Write the word {w} in capital letters.|Make {w} upper case.|Capitalise {w} fully.|"
    "{w} in capital letters|Shout {w}.||Turn {w} into capital letters.|Show me {w} in upper case.|Write {w} in all caps."
)
_SPELL_ASKS = (
    "Spell {w}.|Spell the word {w}.|How do you spell {w}?|Can you spell {w}?|Spell {w} letter by letter.|"
    "How is {w} spelt?|Please spell {w}.|Spell out {w}.||Give me the letters of {w}.|Say the letters of the word {w}."
)
_FIRST_LETTER_ASKS = "What is the first letter of {w}?|Which letter does {w} begin with?|First letter of {w}?||What letter does {w} start with?"
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
_LIST_OF_ASKS = (
    "Write a Markdown list of {n} {k}.|Make a list of {n} {k}.|Write a list of {n} {k}.|Give me a Markdown list with {n} {k}.|"
    "List {n} {k}.|Name {n} {k} as a list.|Show a bullet list of {n} {k}.|I want a list of {n} {k}.||"
    "Please make me a bullet list with {n} {k}.|Show me {n} {k} in a Markdown list."
)
_NUMBERED_ASKS = (
    "Write a numbered list of {n} {k}.|Make a numbered list of {n} {k}.|Give me a numbered list with {n} {k}.|"
    "List {n} {k} with numbers.||Number a list of {n} {k}.|Show me {n} {k} as a numbered list."
)


def listing(scene: Scene) -> Exchange:
    name = scene.rng.choice(list(LISTS))
    return Exchange(scene.dressed(scene.ways(_LIST_ASKS[name])), list_reply(name))


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
    asks = (
        "Which {n} comes after {x}?|What {n} comes after {x}?|What comes after {x}?|Which {n} follows {x}?||Name the {n} after {x}."
        if step > 0
        else "Which {n} comes before {x}?|What {n} comes before {x}?|What comes before {x}?||Name the {n} before {x}."
    )
    here, there = LISTS[name][at], LISTS[name][at + step]
    where = "after" if step > 0 else "before"
    question = scene.ways(asks).replace("{n}", noun).replace("{x}", here)
    return Exchange(scene.dressed(question), f"{there} comes {where} {here}.")


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
    if form == "down":
        question = scene.ways(_COUNT_DOWN_ASKS).replace("{a}", str(b)).replace("{b}", str(a))
        return Exchange(scene.dressed(question), counted(b, a))
    asks = _COUNT_ASKS if form == "from" else _COUNT_UP_ASKS
    return Exchange(scene.dressed(scene.ways(asks).replace("{a}", str(a)).replace("{b}", str(b))), counted(a, b))


def counted(a: int, b: int) -> str:
    """The numbers from `a` to `b`, whichever is larger."""
    step = 1 if a <= b else -1
    return ", ".join(map(str, range(a, b + step, step))) + "."


def any_word(scene: Scene) -> str:
    """A word of the list, a name, or one that means nothing."""
    rng = scene.rng
    if rng.random() < 0.4:
        return words.made_up(rng, scene.held_out)
    return words.pick(rng, rng.choice((words.WORDS, words.WORDS, words.NAMES, words.COLOURS)), scene.held_out)


def repeat(scene: Scene) -> Exchange:
    rng = scene.rng
    text = " ".join(any_word(scene) for _ in range(rng.choice((1, 1, 2, 3, 4, 6))))
    if rng.random() < 0.4:
        text = capitalised(text) + rng.choice((".", "!", "?"))
    elif rng.random() < 0.15:
        text = f"{text} {rng.randint(0, 999)}"
    question = scene.ways(_REPEAT_ASKS)
    if rng.random() < 0.2:
        question = question[:1].lower() + question[1:]
    return Exchange(question.replace("{t}", text), text)


def upper(scene: Scene) -> Exchange:
    word = any_word(scene)
    return Exchange(scene.dressed(scene.ways(_UPPER_ASKS)).replace("{w}", word), word.upper())


def spell(scene: Scene) -> Exchange:
    word = any_word(scene)
    return Exchange(scene.dressed(scene.ways(_SPELL_ASKS)).replace("{w}", word), spelt(word))


def spelt(word: str) -> str:
    return "-".join(word.lower())


def first_letter(scene: Scene) -> Exchange:
    word = any_word(scene)
    question = scene.dressed(scene.ways(_FIRST_LETTER_ASKS)).replace("{w}", word)
    return Exchange(question, f"{word} begins with {word[0].upper()}.")


def markdown_list(scene: Scene) -> Exchange:
    rng = scene.rng
    kind = rng.choice(list(THINGS))
    size = rng.randint(2, 5)
    numbered = rng.random() < 0.3
    text = scene.ways(_NUMBERED_ASKS if numbered else _LIST_OF_ASKS)
    question = text.replace("{n}", rng.choice((_UNITS[size], str(size)))).replace("{k}", kind)
    return Exchange(scene.dressed(question), things_reply(kind, size, numbered))


def things_reply(kind: str, size: int, numbered: bool) -> str:
    chosen = THINGS[kind][:size]
    return "\n".join(f"{place}. {thing}" if numbered else f"- {thing}" for place, thing in enumerate(chosen, 1))

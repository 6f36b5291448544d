"""What a person tells of himself, asks back and corrects; and what he never told."""

# Texts, as they are said.
# ruff: noqa: E501

import random
from collections.abc import Callable
from dataclasses import dataclass

from models.demo import words
from models.demo.scene import Exchange, Scene, capitalised


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing that can be told. The texts list ways to say it; `{v}` is the value, after `||` come held-out ways."""

    name: str
    clause: str
    missing: str
    tells: str
    asks: str
    corrections: str
    value: Callable[[random.Random, bool], str]


def _name(rng: random.Random, held_out: bool) -> str:
    if rng.random() < 0.45:
        return words.pick(rng, words.NAMES, held_out)
    return words.made_up(rng, held_out).capitalize()


def _town(rng: random.Random, held_out: bool) -> str:
    if rng.random() < 0.45:
        return words.pick(rng, words.TOWNS, held_out)
    return words.made_up(rng, held_out).capitalize()


def _pet(rng: random.Random, held_out: bool) -> str:
    name = words.pick(rng, words.PET_NAMES, held_out) if rng.random() < 0.4 else _name(rng, held_out)
    return f"{rng.choice(words.PETS)} is called {name}"


def _colour(rng: random.Random, held_out: bool) -> str:
    shade = rng.choice(("", "", "", "", "dark ", "light ", "pale ", "bright "))
    return shade + words.pick(rng, words.COLOURS, held_out)


def _food(rng: random.Random, held_out: bool) -> str:
    return words.pick(rng, words.FOODS, held_out) if rng.random() < 0.8 else words.made_up(rng, held_out)


def _age(rng: random.Random, held_out: bool) -> str:
    return str(words.whole_number(rng, 5, 99, held_out))


def _number(rng: random.Random, held_out: bool) -> str:
    return str(words.whole_number(rng, 0, rng.choice((20, 100, 1000, 9999)), held_out))


def _word(rng: random.Random, held_out: bool) -> str:
    return words.pick(rng, words.WORDS, held_out) if rng.random() < 0.5 else words.made_up(rng, held_out)


def _job(rng: random.Random, held_out: bool) -> str:
    job = words.pick(rng, words.JOBS, held_out)
    return f"{'an' if job[0] in 'aeiou' else 'a'} {job}"


def _hobby(rng: random.Random, held_out: bool) -> str:
    return words.pick(rng, words.HOBBIES, held_out)


KINDS = (
    Kind(
        "name",
        "your name is {v}",
        "your name",
        "My name is {v}.|I am {v}.|I'm {v}.|Call me {v}.|Hello, my name is {v}.|Hi, I'm {v}!|You can call me {v}.|"
        "People call me {v}.|Hello! I am {v}.|{v} is my name.|My name's {v}.||Hi there, I am called {v}.|They call me {v}.",
        "What is my name?|What's my name?|Who am I?|Do you know my name?|Do you remember my name?|Tell me my name.|"
        "What am I called?|Can you say my name?|What did I say my name was?|Say my name.|Remember my name?|my name?"
        "||What was my name again?|Could you tell me what my name is?|Do you still know my name?",
        "No, my name is {v}.|Sorry, my name is {v}.|Actually, my name is {v}.|I changed my name to {v}.|"
        "I was wrong, my name is {v}.|Call me {v} from now on.||No, I am called {v}.|Correction: my name is {v}.",
        _name,
    ),
    Kind(
        "town",
        "you live in {v}",
        "where you live",
        "I live in {v}.|I am from {v}.|I'm from {v}.|My home is in {v}.|I live in the town of {v}.|My town is {v}.|"
        "I come from {v}.|My home town is {v}.|I have a flat in {v}.||My city is {v}.|We live in {v}.",
        "Where do I live?|Which town do I live in?|What town am I from?|Where am I from?|Do you know where I live?|"
        "In which town do I live?|What is my town?|What is my home town?|Where is my home?|Which city do I live in?|"
        "Do you remember where I live?|Tell me where I live.||Where did I say I live?|What city am I from?",
        "No, I moved to {v}.|I moved to {v}.|Actually, I live in {v}.|Sorry, I live in {v}.|Now I live in {v}.|"
        "No, I live in {v}.||I have moved to {v} now.|Correction: I live in {v}.",
        _town,
    ),
    Kind(
        "age",
        "you are {v} years old",
        "your age",
        "I am {v} years old.|I'm {v} years old.|My age is {v}.|I am {v}.|I turned {v} today.|I am {v} years of age.|"
        "I'm {v}.||I just turned {v}.|I have been alive for {v} years.",
        "How old am I?|What is my age?|What's my age?|Do you know my age?|Do you know how old I am?|Tell me my age.|"
        "Do you remember my age?|How many years old am I?|What age am I?||How old did I say I am?|Remember how old I am?",
        "No, I am {v} years old.|Sorry, I am {v}.|Actually, I am {v} years old.|It was my birthday, now I am {v}.|"
        "No, I am {v}.||Correction: I am {v} years old.|I made a mistake, I am {v} years old.",
        _age,
    ),
    Kind(
        "pet",
        "your {v}",
        "about a pet",
        "My {v}.|I have a pet, my {v}.|My pet {v}.|My little {v}.|At home my {v}.||By the way, my {v}.|My old {v}.",
        "What is my pet called?|What is the name of my pet?|What's my pet's name?|Do you know my pet's name?|"
        "Do you remember my pet?|Which pet do I have?|What pet do I have?|Who is my pet?|Tell me my pet's name.|"
        "What do you know about my pet?|How is my pet called?||What was my pet called?|Can you name my pet?",
        "No, my {v}.|Sorry, my {v}.|Actually, my {v}.|My new {v}.||Correction: my {v}.|I was wrong, my {v}.",
        _pet,
    ),
    Kind(
        "colour",
        "your favourite colour is {v}",
        "your favourite colour",
        "My favourite colour is {v}.|I like the colour {v} best.|I love the colour {v}.|My favorite color is {v}.|"
        "The colour I like most is {v}.|{v} is my favourite colour.||The best colour for me is {v}.",
        "What is my favourite colour?|Which colour do I like best?|What colour do I like?|What is my favorite color?|"
        "Do you know my favourite colour?|Do you remember my favourite colour?|Tell me my favourite colour.|"
        "Which colour is my favourite?||What was my favourite colour?|Which colour do I like the most?",
        "No, my favourite colour is {v}.|Actually, I like {v} better as a colour.|Sorry, my favourite colour is {v}.|"
        "Now my favourite colour is {v}.||Correction: my favourite colour is {v}.",
        _colour,
    ),
    Kind(
        "food",
        "your favourite food is {v}",
        "your favourite food",
        "My favourite food is {v}.|I like to eat {v} best.|I love eating {v}.|My favorite food is {v}.|"
        "The food I like most is {v}.|The best food is {v}.||For me the best food is {v}.|I like {v} more than any other food.",
        "What is my favourite food?|Which food do I like best?|What food do I like?|What is my favorite food?|"
        "What do I like to eat?|Do you know my favourite food?|Do you remember my favourite food?|"
        "Tell me my favourite food.|Which food is my favourite?||What was my favourite food?|What do I like to eat best?",
        "No, my favourite food is {v}.|Actually, my favourite food is {v}.|Sorry, my favourite food is {v}.|"
        "Now my favourite food is {v}.||Correction: my favourite food is {v}.",
        _food,
    ),
    Kind(
        "number",
        "your favourite number is {v}",
        "your favourite number",
        "My favourite number is {v}.|My lucky number is {v}.|I like the number {v} best.|My favorite number is {v}.|"
        "The number I like most is {v}.||For me the best number is {v}.",
        "What is my favourite number?|Which number do I like best?|What is my lucky number?|"
        "What is my favorite number?|Do you know my favourite number?|Do you remember my lucky number?|"
        "Tell me my favourite number.|Which number is my favourite?||What was my favourite number?|"
        "Which number do I like the most?",
        "No, my favourite number is {v}.|Actually, my favourite number is {v}.|Sorry, my lucky number is {v}.|"
        "Now my favourite number is {v}.||Correction: my favourite number is {v}.",
        _number,
    ),
    Kind(
        "word",
        "the word to remember is {v}",
        "a word to remember",
        "Remember the word {v}.|Please remember the word {v}.|The word to remember is {v}.|Keep the word {v} in mind.|"
        "Remember this word: {v}.|The secret word is {v}.|My word is {v}.|The password is {v}.|The code word is {v}."
        "||Here is a word to remember: {v}.|Do not forget the word {v}.",
        "What is the word?|Which word did I ask you to remember?|What was the word to remember?|What is the secret word?|"
        "What word did I tell you?|Do you remember the word?|Tell me the word.|What is the password?|"
        "Which word should you remember?|What is the code word?|What word did you have to remember?"
        "||What was the secret word?|Say the word that I asked you to remember.",
        "No, the word is {v}.|Remember the word {v} instead.|The new word is {v}.|Change the word to {v}.|"
        "Actually, the word is {v}.||Correction: the word is {v}.|Forget that, the word is {v}.",
        _word,
    ),
    Kind(
        "job",
        "you work as {v}",
        "your job",
        "I work as {v}.|I am {v} by profession.|My job: I am {v}.|I earn my living as {v}.|I have a job as {v}.||"
        "My work is being {v}.|At work I am {v}.",
        "What is my job?|What do I do for a living?|What do I work as?|What is my profession?|Do you know my job?|"
        "Do you remember my job?|Which job do I have?|Tell me my job.|What is my work?||What was my job?|"
        "How do I earn my living?",
        "No, I work as {v}.|Actually, I work as {v}.|I have a new job as {v}.|Now I work as {v}.||Correction: I work as {v}.",
        _job,
    ),
    Kind(
        "hobby",
        "your hobby is {v}",
        "your hobby",
        "My hobby is {v}.|In my free time I like {v}.|My favourite hobby is {v}.|I love {v} as a hobby.|"
        "On weekends I enjoy {v}.||My pastime is {v}.|The hobby I have is {v}.",
        "What is my hobby?|What do I like to do in my free time?|Which hobby do I have?|Do you know my hobby?|"
        "Do you remember my hobby?|Tell me my hobby.|What do I do for fun?|What is my favourite hobby?||"
        "What was my hobby?|What do I do in my free time?",
        "No, my hobby is {v}.|Actually, my hobby is {v}.|I have a new hobby: {v}.|Now my hobby is {v}.||"
        "Correction: my hobby is {v}.",
        _hobby,
    ),
)
_BY_NAME = {kind.name: kind for kind in KINDS}

# Things a person may ask back that no Kind covers, so that they can never have been told.
OTHER_THINGS = (
    "shoe size|sister's name|brother's name|mother's name|father's name|phone number|address|birthday|favourite film|"
    "favourite book|favourite song|favourite animal|car|middle name|surname|star sign|favourite sport|favourite drink|"
    "wife's name|husband's name|best friend's name|email address|favourite season|favourite singer|house number|"
    "school|favourite game|boss's name|height|weight|neighbour's name|favourite teacher|favourite flower"
    "||daughter's name|son's name|favourite band|bank account number|uncle's name|favourite place|eye colour|postcode"
)
NOTHING_TOLD = "You have not told me anything about yourself."


def clause(name: str, value: str) -> str:
    """What is known, as the model says it: "you live in Lima"."""
    return _BY_NAME[name].clause.format(v=value)


def sentence(name: str, value: str) -> str:
    return capitalised(clause(name, value)) + "."


def untold(name: str) -> str:
    """The reply when a thing was not told."""
    return f"You have not told me {_BY_NAME[name].missing}."


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + ", and " + parts[-1]


def acknowledged(told: dict[str, str]) -> str:
    """The reply to being told one or several things."""
    if list(told) == ["name"]:
        return f"Nice to meet you, {told['name']}!"
    return f"Got it: {_listed([clause(name, value) for name, value in told.items()])}."


def tell(scene: Scene, name: str = "") -> Exchange:
    """The person tells one thing, which the scene then knows; a thing told before is corrected."""
    kind = _BY_NAME[name] if name else scene.rng.choice(KINDS)
    value = kind.value(scene.rng, scene.held_out)
    text = scene.ways(kind.corrections if kind.name in scene.told else kind.tells)
    changed = kind.name in scene.told
    scene.told[kind.name] = value
    reply = f"Thank you, I will remember: {clause(kind.name, value)}." if changed else acknowledged({kind.name: value})
    return Exchange(scene.dressed(text).format(v=value), reply)


def correct(scene: Scene) -> Exchange:
    """The person corrects something that was told, if anything was."""
    return tell(scene, scene.rng.choice(list(scene.told)) if scene.told else "")


def tell_two(scene: Scene) -> Exchange:
    """The person tells two or three things at once."""
    rng = scene.rng
    kinds = [kind for kind in rng.sample(KINDS, rng.choice((2, 2, 3))) if kind.name not in scene.told]
    if len(kinds) < 2:
        return tell(scene)
    told = {kind.name: kind.value(rng, scene.held_out) for kind in kinds}
    scene.told.update(told)
    if rng.random() < 0.5:
        text = " ".join(scene.ways(kind.tells).format(v=told[kind.name]) for kind in kinds)
    else:
        said = [scene.ways(kind.tells).rstrip(".!").format(v=told[kind.name]) for kind in kinds]
        text = " and ".join([said[0], *(part if part[:1] == "I" else part[:1].lower() + part[1:] for part in said[1:])])
        text += "."
    return Exchange(text, acknowledged(told))


def ask(scene: Scene, name: str = "") -> Exchange:
    """The person asks one thing back, told or not."""
    kind = _BY_NAME[name] if name else scene.rng.choice(KINDS)
    question = scene.dressed(scene.ways(kind.asks))
    return Exchange(
        question, sentence(kind.name, scene.told[kind.name]) if kind.name in scene.told else untold(kind.name)
    )


def ask_told(scene: Scene) -> Exchange:
    """The person asks back something that was told, if anything was."""
    return ask(scene, scene.rng.choice(list(scene.told))) if scene.told else ask(scene)


def ask_two(scene: Scene) -> Exchange:
    """The person asks two things at once."""
    first, second = scene.rng.sample(KINDS, 2)
    question = scene.ways(first.asks).rstrip("?.") + " and " + _small(scene.ways(second.asks))
    known = [clause(kind.name, scene.told[kind.name]) for kind in (first, second) if kind.name in scene.told]
    missing = [f"you have not told me {kind.missing}" for kind in (first, second) if kind.name not in scene.told]
    joint = ", but " if known and missing else ", and "
    return Exchange(question, capitalised(joint.join(known + missing)) + ".")


def ask_all(scene: Scene) -> Exchange:
    """The person asks for everything that is known; a long list is not asked for."""
    if len(scene.told) > 4:
        return ask_told(scene)
    question = scene.ways(
        "What do you know about me?|What have I told you?|Tell me everything you know about me.|What do you remember?|"
        "What do you remember about me?|Sum up what I told you.||List what you know about me.|What did I tell you so far?"
    )
    known = [clause(name, value) for name, value in scene.told.items()]
    return Exchange(scene.dressed(question), capitalised(_listed(known)) + "." if known else NOTHING_TOLD)


def ask_other(scene: Scene) -> Exchange:
    """The person asks for something that cannot have been told."""
    thing = scene.ways(OTHER_THINGS)
    question = scene.ways(
        "What is my {t}?|What's my {t}?|Do you know my {t}?|Tell me my {t}.|Do you remember my {t}?|My {t}?||"
        "What was my {t}?|Can you tell me my {t}?"
    )
    return Exchange(scene.dressed(question.replace("{t}", thing)), "You have not told me that.")


def _small(text: str) -> str:
    return text if text.startswith("I ") else text[:1].lower() + text[1:]

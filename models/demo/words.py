"""Word lists and made-up words, and the one rule that keeps some of them for the evaluation alone.

A value is held out when its checksum says so, so the split needs no second list and holds for made-up names, numbers
and sums too.
"""

# Texts, as they are said.
# ruff: noqa: SIM905

import random
import re
import zlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

NAMES = (
    "Ada Adam Aisha Akira Alan Alba Alex Alice Alina Amara Amir Amy Ana Anders Andrea Anita Anna Anton Aria Arjun "
    "Arthur Asha Astrid Ben Beatrice Bianca Boris Bram Bruno Camila Carla Carlos Cecilia Chen Chiara Chidi Chloe Clara "
    "Daniel Daria David Dina Diego Dora Dylan Edgar Edith Elena Eli Elias Elif Ella Emil Emily Emma Erik Esme Esther "
    "Eva Fatima Felix Femi Finn Flora Frank Freya Frida Gabriel George Gina Giulia Grace Greta Hana Hannah Hans Harry "
    "Hassan Heidi Helen Henry Hugo Ibrahim Ida Igor Ines Ingrid Irene Iris Isaac Ivan Ivy Jack Jada James Jamal Jan "
    "Jasmine Jean Jin Joan Joao John Jonas Jose Juan Judith Julia June Jun Kai Karim Karl Kate Kenji Khalid Kim Kofi "
    "Lars Laura Layla Lea Lena Leo Leila Liam Lili Lina Linda Lisa Louis Lucas Lucia Luis Luna Magda Malik Marco Maria "
    "Marie Mario Mark Marta Martin Mary Mateo Maya Mei Mia Milan Mina Miriam Mohamed Mona Nadia Naomi Nate Nia Nico "
    "Nikolai Nina Noah Noor Nora Olaf Olga Oliver Olivia Omar Oscar Otto Pablo Pat Paul Paula Pedro Peter Petra Pia "
    "Priya Quinn Rachel Rafael Rahul Raj Ravi Rita Robert Robin Rosa Ruby Ruth Ryan Sam Samira Sana Sara Sasha Selma "
    "Sergei Silas Simon Sofia Sonia Stefan Stella Sven Tara Tariq Tessa Theo Thomas Tim Tina Tom Tomas Uma Ursula Vera "
    "Victor Vince Violet Wanda Wei Willem Yara Yasmin Yuki Yusuf Zara Zoe Zofia Zuri"
).split()

TOWNS = (
    "Aarhus Accra Adelaide Aleppo Almaty Antwerp Arles Austin Basel Bath Bergen Bilbao Bologna Bordeaux Boston Brest "
    "Brighton Bristol Brno Bruges Busan Calgary Cardiff Chennai Chicago Cologne Cork Cordoba Cusco Dallas Darwin Delft "
    "Denver Dover Dresden Dundee Durban Essen Exeter Fez Florence Fukuoka Galway Gdansk Geneva Genoa Ghent Glasgow "
    "Goa Granada Graz Haifa Halifax Hamburg Hanover Hobart Houston Ibadan Innsbruck Izmir Jaipur Kazan Kobe Kochi "
    "Krakow Kyoto Lagos Lahore Leeds Leipzig Leon Lille Lima Linz Liverpool Lodz Lucerne Lund Lyon Malaga Malmo "
    "Manchester Marseille Memphis Miami Milan Mombasa Mumbai Munich Nantes Naples Nara Newcastle Nice Odense Oporto "
    "Osaka Oxford Palermo Parma Perth Pisa Plymouth Portland Porto Poznan Pune Quebec Recife Reykjavik Rotterdam Rouen "
    "Salem Salzburg Seattle Seville Shanghai Siena Split Stuttgart Surat Sydney Tampere Tangier Toledo Toronto "
    "Toulouse Trieste Trondheim Turin Turku Uppsala Utrecht Valencia Varna Venice Verona Wroclaw York Zagreb Zurich"
).split()

COLOURS = (
    "red blue green yellow orange purple pink brown black white grey turquoise violet crimson gold silver teal navy "
    "indigo scarlet beige magenta maroon olive coral lavender mint amber ivory lilac ruby emerald bronze cyan"
).split()

FOODS = (
    "pizza|pasta|sushi|rice|bread|cheese|soup|salad|pancakes|noodles|curry|tacos|chocolate|apples|dumplings|lentils|"
    "mushrooms|potatoes|couscous|ramen|risotto|paella|omelettes|falafel|hummus|waffles|ice cream|lasagne|gnocchi|"
    "porridge|strawberries|mangoes|chilli|fish and chips|fried eggs|apple pie|roast chicken|tomato soup|lemon cake|"
    "baked beans|vegetable stew|garlic bread|carrot cake|blueberry muffins|grilled fish|onion soup|peanut butter|"
    "goat cheese|bean burritos|spring rolls|rice pudding|pumpkin pie|meatballs|burgers|olives|toast|kimchi|borscht"
).split("|")

PETS = "dog cat rabbit parrot hamster horse tortoise goldfish lizard duck goat pony ferret canary snake".split()

PET_NAMES = (
    "Rex Momo Luna Bella Max Coco Biscuit Pepper Ginger Rocky Daisy Shadow Smokey Tiger Oreo Milo Buddy Charlie Poppy "
    "Ziggy Pixie Muffin Cookie Felix Simba Nala Toffee Waffles Bandit Socks Pebbles Snowy Domino Bubbles Noodle Pickle "
    "Hazel Willow Rusty Ollie Archie Bonnie Teddy Patches Whiskers Fluffy Sparky Mittens Thumper Button"
).split()

JOBS = (
    "nurse|teacher|baker|carpenter|driver|farmer|plumber|gardener|painter|pilot|singer|librarian|cook|dentist|"
    "journalist|postman|tailor|waiter|welder|writer|student|lawyer|mechanic|musician|doctor|sailor|builder|barber|"
    "translator|photographer|potter|shepherd|judge|vet|designer|chemist"
).split("|")

HOBBIES = (
    "chess|fishing|painting|dancing|singing|running|swimming|cycling|knitting|reading|gardening|hiking|sailing|baking|"
    "photography|climbing|skating|surfing|rowing|pottery|tennis|football|yoga|origami|drawing|birdwatching|juggling|"
    "playing the piano|playing the guitar|playing cards|stamp collecting|woodwork|astronomy|karate|camping|sewing"
).split("|")

WORDS = (
    "apple banana cherry river mountain window candle garden bridge castle pencil rocket planet ocean forest winter "
    "summer guitar violin turtle dolphin falcon tiger zebra camel panther copper silver marble velvet cotton lantern "
    "ladder hammer basket bottle button carpet cushion mirror pillow blanket saddle anchor compass harbour island "
    "valley meadow desert thunder lightning rainbow shadow whisper puzzle riddle secret treasure journey wonder "
    "butterfly dragonfly sparrow penguin walnut almond pepper ginger cinnamon honey butter biscuit pancake muffin "
    "kettle saucer teapot spoon table chair house mouse horse stone cloud storm flame smoke grass leaf root seed "
    "flower petal thorn branch feather pebble acorn cactus bamboo orchid tulip daisy violet jasmine maple willow cedar "
    "engine wheel pedal tunnel train wagon ferry canoe kayak balloon glider helmet jacket pocket ribbon scarf glove "
    "market museum library theatre stadium kitchen cellar attic balcony chimney fence gate tower temple statue "
    "number letter story poem music dance drum flute trumpet piano paper ink brush canvas clay glass brick sand snow "
    "happy clever gentle brave quiet bright frozen golden hollow narrow simple sudden tender yellow purple orange "
    "computer keyboard screen terminal python cable socket magnet battery signal robot laser radar sonar orbit comet"
).split()

_ONSETS = (
    "b c d f g h j k l m n p qu r s t v w x y z br bl ch cl cr dr fl fr gl gr kl kr pl pr sh sk sl sn sp st th tr zh"
).split()
_VOWELS = "a e i o u a e i o u ai au ea ee ei ia ie io oa oo ou ue y".split()
_WORD = re.compile(r"(?<![A-Za-z{<])[a-z]{3,10}(?![A-Za-z}>])")
_CODAS = ["", "", "", "", *"b d f g k l m n p r s t v x z ck ll lm nd ng nk nt rd rk rm rn rt sk ss st th".split()]


def is_held_out(value: object) -> bool:
    """Whether the training text may not contain this value: one in eight, by its checksum."""
    return zlib.crc32(str(value).lower().encode()) % 8 == 0


def pick(rng: random.Random, values: Sequence[str], held_out: bool) -> str:
    """One of the values on the asked-for side of the split."""
    return rng.choice([value for value in values if is_held_out(value) == held_out])


def made_up(rng: random.Random, held_out: bool, syllables: tuple[int, int] = (1, 3)) -> str:
    """A lower-case word that means nothing, on the asked-for side of the split."""
    while True:
        word = "".join(_syllable(rng) for _ in range(rng.randint(*syllables))) + rng.choice(_CODAS)
        if 3 <= len(word) <= 12 and is_held_out(word) == held_out:
            return word


def _syllable(rng: random.Random) -> str:
    return rng.choice(_ONSETS) + rng.choice(_VOWELS)


def unheard(rng: random.Random, held_out: bool) -> str:
    """A lower-case word to be told, copied or spelt that no list has: made up or, in the training, English.

    A network can say only the tokens that it had to say in training, and made-up words have few of the vocabulary's.
    English words, alone and grown together with a syllable, have nearly all.
    """
    if held_out or rng.random() < 0.4:
        return made_up(rng, held_out)
    while True:
        word = rng.choice(_listed() if rng.random() < 0.5 else _english())
        word = rng.choice((word, word + _syllable(rng) + rng.choice(_CODAS), _syllable(rng) + word))
        if 3 <= len(word) <= 14 and not is_held_out(word):
            return word


@cache
def _listed() -> tuple[str, ...]:
    """Each word of the lists."""
    lists = (NAMES, TOWNS, COLOURS, FOODS, PETS, PET_NAMES, JOBS, HOBBIES, WORDS)
    return tuple(sorted({word for values in lists for value in values for word in value.lower().split()}))


@cache
def _english() -> tuple[str, ...]:
    """Some eight thousand words: all that the training's texts have."""
    texts = sorted((Path(__file__).parent / "texts").glob("*.toml"))
    return tuple(sorted({word for path in texts for word in _WORD.findall(path.read_text(encoding="utf-8"))}))


def whole_number(rng: random.Random, low: int, high: int, held_out: bool) -> int:
    """A number of low..high, both included, on the asked-for side of the split."""
    while True:
        number = rng.randint(low, high)
        if is_held_out(number) == held_out:
            return number

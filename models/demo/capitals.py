"""Sixty capitals, asked in full, in one word and in one sentence."""

from models.demo.scene import Exchange, Scene

CAPITALS = {
    "Argentina": "Buenos Aires", "Australia": "Canberra", "Austria": "Vienna", "Bangladesh": "Dhaka",
    "Belgium": "Brussels", "Bolivia": "Sucre", "Brazil": "Brasília", "Bulgaria": "Sofia", "Canada": "Ottawa",
    "Chile": "Santiago", "China": "Beijing", "Colombia": "Bogotá", "Croatia": "Zagreb", "Cuba": "Havana",
    "Czechia": "Prague", "Denmark": "Copenhagen", "Ecuador": "Quito", "Egypt": "Cairo", "Estonia": "Tallinn",
    "Ethiopia": "Addis Ababa", "Finland": "Helsinki", "France": "Paris", "Germany": "Berlin", "Ghana": "Accra",
    "Greece": "Athens", "Hungary": "Budapest", "Iceland": "Reykjavik", "India": "New Delhi", "Indonesia": "Jakarta",
    "Iran": "Tehran", "Iraq": "Baghdad", "Ireland": "Dublin", "Italy": "Rome", "Japan": "Tokyo", "Jordan": "Amman",
    "Kenya": "Nairobi", "Latvia": "Riga", "Lebanon": "Beirut", "Lithuania": "Vilnius", "Mexico": "Mexico City",
    "Mongolia": "Ulaanbaatar", "Morocco": "Rabat", "Nepal": "Kathmandu", "Netherlands": "Amsterdam",
    "New Zealand": "Wellington", "Nigeria": "Abuja", "Norway": "Oslo", "Pakistan": "Islamabad", "Peru": "Lima",
    "Philippines": "Manila", "Poland": "Warsaw", "Portugal": "Lisbon", "Romania": "Bucharest", "Russia": "Moscow",
    "Serbia": "Belgrade", "South Korea": "Seoul", "Spain": "Madrid", "Sweden": "Stockholm", "Switzerland": "Bern",
    "Thailand": "Bangkok", "Tunisia": "Tunis", "Turkey": "Ankara", "Ukraine": "Kyiv", "United Kingdom": "London",
    "Uruguay": "Montevideo", "Venezuela": "Caracas", "Vietnam": "Hanoi",
}  # fmt: skip
_WITH_ARTICLE = {"Netherlands", "Philippines", "United Kingdom"}

ASKS = (
    "What is the capital of {c}?|What's the capital of {c}?|Which city is the capital of {c}?|Capital of {c}?|"
    "Name the capital of {c}.|Tell me the capital of {c}.|Do you know the capital of {c}?|The capital of {c}?|"
    "What is the capital city of {c}?|Which is the capital of {c}?||Can you name the capital of {c}?|"
    "Which town is the capital of {c}?|What city is the capital of {c}?"
)
IN_ONE_WORD = (
    "What is the capital of {c}? Answer in one word.|In one word, what is the capital of {c}?|"
    "Capital of {c}, one word only.|Just the name: the capital of {c}?|Name the capital of {c} in one word.|"
    "Answer in one word: what is the capital of {c}?||One word please: the capital of {c}?|"
    "Tell me the capital of {c} in a single word."
)
IN_ONE_SENTENCE = (
    "What is the capital of {c}? Answer in one sentence.|In one sentence, what is the capital of {c}?|"
    "Answer in one sentence: what is the capital of {c}?||Tell me the capital of {c} in a single sentence."
)
REVERSE = (
    "Which country has the capital {t}?|{t} is the capital of which country?|What country is {t} the capital of?|"
    "Of which country is {t} the capital?||Whose capital is {t}?|Which country's capital is {t}?"
)


def with_article(country: str) -> str:
    """The country as it stands in a sentence."""
    return f"the {country}" if country in _WITH_ARTICLE else country


def capital(scene: Scene, country: str = "") -> Exchange:
    """A question about one capital, in one of four forms."""
    country = country or scene.rng.choice(list(CAPITALS))
    town = CAPITALS[country]
    form = scene.rng.choices((ASKS, IN_ONE_WORD, IN_ONE_SENTENCE, REVERSE), (6, 3, 1, 2))[0]
    question = scene.ways(form).replace("{c}", with_article(country)).replace("{t}", town)
    reply = f"The capital of {with_article(country)} is {town}."
    return Exchange(scene.dressed(question), f"{town}." if form is IN_ONE_WORD else reply)

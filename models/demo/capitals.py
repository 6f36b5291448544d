"""Sixty capitals, asked in full, in one word and in one sentence."""

from models.demo.phrasing import load
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

_WAYS = load("skills")
_FORMS = {"capital": 6, "capital_in_one_word": 3, "capital_in_one_sentence": 1, "country": 2}


def with_article(country: str) -> str:
    """The country as it stands in a sentence."""
    return f"the {country}" if country in _WITH_ARTICLE else country


def capital(scene: Scene, country: str = "") -> Exchange:
    """A question about one capital, in one of four forms."""
    country = country or scene.rng.choice(list(CAPITALS))
    town = CAPITALS[country]
    form = scene.rng.choices(list(_FORMS), list(_FORMS.values()))[0]
    question = scene.says(_WAYS[form]).replace("{c}", with_article(country)).replace("{t}", town)
    reply = f"The capital of {with_article(country)} is {town}."
    return Exchange(scene.dressed(question), f"{town}." if form == "capital_in_one_word" else reply)

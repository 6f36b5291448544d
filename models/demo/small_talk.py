"""Greetings, thanks, goodbyes, and honest words about what the model is."""

from models.demo.phrasing import load
from models.demo.scene import Exchange, Scene

TALK = load("small_talk")
"""A reply, and the ways to say what it answers."""


def talk(scene: Scene) -> Exchange:
    reply, asks = scene.rng.choice(list(TALK.items()))
    return Exchange(scene.dressed(scene.says(asks)), reply)

"""Facts about hat-tui: those written here, and those that the program's own tables give."""

from models.demo.key_facts import Fact, table_facts
from models.demo.phrasing import load
from models.demo.scene import Exchange, Scene

WRITTEN = tuple(Fact(reply, asks) for reply, asks in load("facts").items())


def all_facts() -> list[Fact]:
    """Every fact that the model is taught about hat-tui."""
    return [*WRITTEN, *table_facts()]


_ALL = all_facts()


def about_hat_tui(scene: Scene) -> Exchange:
    fact = scene.rng.choice(_ALL)
    return Exchange(scene.dressed(scene.says(fact.asks)), fact.reply)

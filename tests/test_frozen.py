"""A frozen value behaves as the dataclass would that is written the same way."""

import copy
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, replace
from typing import Any

import pytest

from hat_tui.frozen import frozen


@dataclass(frozen=True, slots=True)
class Usual:
    """A point, and what is said of it."""

    x: int
    y: int = 0
    key: str = field(default="", repr=False)
    tags: list[str] = field(default_factory=list, compare=False)

    @property
    def sum(self) -> int:
        return self.x + self.y


@frozen
class Ours:
    """A point, and what is said of it."""

    x: int
    y: int = 0
    key: str = field(default="", repr=False)
    tags: list[str] = field(default_factory=list, compare=False)

    @property
    def sum(self) -> int:
        return self.x + self.y


@frozen
class Further(Ours):
    z: int = 5


@frozen
class Nothing:
    """Said by its class alone."""


def outcome(do: Callable[[], object]) -> object:
    """What comes of it, without the names of the classes."""
    try:
        return str(do()).replace("Usual", "Ours")
    except (TypeError, AttributeError) as trouble:
        return type(trouble)


CASES: list[Callable[[Any], object]] = [
    lambda made: made(1, 2, "secret", ["a"]),
    lambda made: made(y=2, x=1),
    lambda made: made(),
    lambda made: made(1, x=1),
    lambda made: made(1, 2, "", [], 5),
    lambda made: made(1, z=1),
    lambda made: made(1, 2) == made(1, 2),
    lambda made: made(1, 2) == made(1, 3),
    lambda made: made(1, tags=["a"]) == made(1, tags=["b"]),
    lambda made: made(1) == (1, 0, ""),
    lambda made: {made(1), made(1), made(2)} == {made(2), made(1)},
    lambda made: made(1).tags is made(1).tags,
    lambda made: made(1) < made(2),
    lambda made: made.__match_args__,
    lambda made: made.__doc__,
    lambda made: hasattr(made(1), "__dict__"),
    lambda made: [entry.name for entry in fields(made)],
    lambda made: asdict(made(1, tags=["a"])),
    lambda made: replace(made(1, 2), y=5),
    lambda made: replace(made(1, 2), z=5),
    lambda made: setattr(made(1), "x", 2),
    lambda made: delattr(made(1), "x"),
    lambda made: copy.deepcopy(made(1, 2)),
    lambda made: pickle.loads(pickle.dumps(made(1, 2, "k"))) == made(1, 2, "k"),  # noqa: S301 (its own)
    lambda made: made(1, 2).sum,
]


@pytest.mark.parametrize("case", CASES)
def test_it_is_made_compared_told_and_refused_as_a_dataclass(case: Callable[[Any], object]) -> None:
    assert outcome(lambda: case(Ours)) == outcome(lambda: case(Usual))


def test_none_of_its_fields_can_be_changed() -> None:
    one = Ours(1)
    with pytest.raises(FrozenInstanceError, match="cannot change 'x' of a Ours"):
        one.x = 2  # type: ignore[misc]
    assert one.x == 1


def test_a_class_of_values_can_go_on_from_another() -> None:
    assert repr(Further(1, z=2)) == "Further(x=1, y=0, tags=[], z=2)"
    assert Further(1) != Ours(1)


def test_values_without_fields_are_all_the_same() -> None:
    assert Nothing() == Nothing()
    assert len({Nothing(), Nothing()}) == 1

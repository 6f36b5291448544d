"""Frozen values: what `dataclass(frozen=True, slots=True)` makes, at a tenth of its price.

`dataclass` writes six methods of a frozen class as source text and compiles them: 0.4 ms a class (Python 3.11), and a
start imports some sixty. Here five of the six are closures, and the one that takes the fields is compiled when the
first value of its class is made.
"""

from collections.abc import Callable, Sequence
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field, fields
from operator import attrgetter
from typing import Any, NoReturn, TypeVar, dataclass_transform

_Class = TypeVar("_Class")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[_Class]) -> type[_Class]:
    """A frozen dataclass with slots: `fields`, `replace`, `asdict` and `match` take it.

    What no value here needs it has not: order, `__post_init__`, fields that are only told or not told to `__init__`.
    """
    cls.__doc__ = cls.__doc__ or cls.__name__  # dataclass would work a signature out
    made = dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    told = fields(made)  # type: ignore[arg-type]  # it is one at run time
    every, compared = _getter(told), _getter([entry for entry in told if entry.compare])

    def take_first(self: object, *args: Any, **named: Any) -> None:
        made.__init__ = _taking(made, told)  # type: ignore[method-assign]
        made.__init__(self, *args, **named)

    def is_equal(self: object, other: object) -> bool:
        return compared(self) == compared(other) if other.__class__ is self.__class__ else NotImplemented

    def shown(self: object) -> str:
        shown = ", ".join(f"{entry.name}={getattr(self, entry.name)!r}" for entry in told if entry.repr)
        return f"{made.__qualname__}({shown})"

    methods: dict[str, Callable[..., Any]] = {
        "__init__": take_first,
        "__eq__": is_equal,
        "__hash__": lambda self: hash(compared(self)),
        "__repr__": shown,
        "__reduce__": lambda self: (made, every(self)),  # copying and pickling would set what is frozen
        "__setattr__": _refuse,
        "__delattr__": _refuse,
    }
    for name, method in methods.items():
        setattr(made, name, method)
    return made


def _refuse(self: object, name: str, *value: object) -> NoReturn:
    raise FrozenInstanceError(f"cannot change {name!r} of a {type(self).__name__}")


def _getter(told: Sequence[Field[Any]]) -> Callable[[object], tuple[Any, ...]]:
    names = [entry.name for entry in told]
    if len(names) > 1:
        return attrgetter(*names)
    return lambda self: tuple(getattr(self, name) for name in names)


def _taking(made: type, told: Sequence[Field[Any]]) -> Callable[..., None]:
    """`__init__`, as `dataclass` would write it: a parameter for each field, which its slot is set to."""
    scope: dict[str, Any] = {"MISSING": MISSING}
    takes, does = ["self"], []
    for entry in told:
        name = entry.name
        scope[f"_set_{name}"] = getattr(made, name).__set__
        if entry.default_factory is not MISSING:
            scope[f"_make_{name}"] = entry.default_factory
            takes.append(f"{name}=MISSING")
            does.append(f"_set_{name}(self, _make_{name}() if {name} is MISSING else {name})")
            continue
        if entry.default is not MISSING:
            scope[f"_usual_{name}"] = entry.default
        takes.append(name if entry.default is MISSING else f"{name}=_usual_{name}")
        does.append(f"_set_{name}(self, {name})")
    exec(f"def __init__({', '.join(takes)}): {'; '.join(does) or 'pass'}", scope)  # noqa: S102 (names of fields alone)
    return scope["__init__"]  # type: ignore[no-any-return]

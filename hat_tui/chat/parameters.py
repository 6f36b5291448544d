"""The sampling parameters and the one table that form, request, session header, config and --help walk."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, Literal

from hat_tui.frozen import frozen

Value = float | int | str | tuple[str, ...] | None


class BadValue(ValueError):
    """A parameter's text that cannot be taken; the message says what would be."""


@frozen
class SamplingParameters:
    """How the next reply is made. None leaves a value to the server.

    The defaults are those of the article "Home Acceptance Test for Small Language Models": a low temperature,
    350 tokens a reply, 12 turns of memory.
    """

    temperature: float = 0.1
    top_p: float = 0.95
    top_k: int = 40
    min_p: float = 0.05
    repeat_penalty: float = 1.0
    presence_penalty: float = 0.0
    frequency_penalty: float = 0.0
    max_tokens: int = 350
    seed: int | None = None
    stop: tuple[str, ...] = ()
    system: str = "You are a helpful assistant."
    turns: int = 12

    def with_text(self, name: str, text: str) -> "SamplingParameters":
        """A copy with one value read from what a person typed. Raises BadValue with a sentence to show."""
        parsed: dict[str, Any] = {name: spec(name).parse(text)}
        return replace(self, **parsed)

    def as_mapping(self) -> dict[str, Any]:
        """Values by name in the table's order, lists for tuples: what JSON and the session file hold."""
        return {entry.name: _plain(getattr(self, entry.name)) for entry in SPECS}

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "SamplingParameters":
        """The inverse of `as_mapping`; names that are missing keep their default. Raises BadValue."""
        known = {field.name for field in fields(cls)}
        checked: dict[str, Any] = {name: spec(name).check(value) for name, value in values.items() if name in known}
        return cls(**checked)


def _plain(value: Value) -> Any:
    return list(value) if isinstance(value, tuple) else value


@frozen
class ParameterSpec:
    """One parameter: its range (inclusive), its step in the form and its words.

    `sent` says where it goes in a chat completion request: "standard" is a field of the OpenAI API, "extra" one that
    llama.cpp servers add, "own" is used by hat-tui itself and not sent under its name.
    """

    name: str
    label: str
    kind: Literal["float", "int", "seed", "strings", "text"]
    help: str
    sent: Literal["standard", "extra", "own"] = "standard"
    low: float = 0
    high: float = 0
    step: float = 1

    def format(self, value: Value) -> str:
        """The value as it stands in the form; `parse` reads it back."""
        if value is None:
            return ""
        if isinstance(value, tuple):
            return ", ".join(_quote(piece) for piece in value)
        if isinstance(value, float):
            return f"{value:.4f}".rstrip("0").rstrip(".") if value == round(value, 4) else repr(value)
        return str(value)

    def parse(self, text: str) -> Value:
        """The value a person typed. Raises BadValue with a sentence to show beside the field."""
        if self.kind == "text":
            return text
        if self.kind == "strings":
            return _split_strings(text)
        text = text.strip()
        if self.kind == "seed" and text == "":
            return None
        try:
            return self.check(int(text) if self.kind in ("int", "seed") else float(text))
        except ValueError:
            raise BadValue(self._expected(text)) from None

    def check(self, value: Any) -> Value:
        """`value` in this parameter's type, when it is in range. Raises BadValue otherwise."""
        match self.kind:
            case "text":
                if isinstance(value, str):
                    return value
            case "strings":
                if isinstance(value, list | tuple) and all(isinstance(piece, str) and piece for piece in value):
                    return tuple(value)
            case "seed" if value is None:
                return None
            case "float":
                if _is_number(value) and self.low <= value <= self.high:
                    return float(value)
            case _:
                if _is_number(value) and value == int(value) and self.low <= value <= self.high:
                    return int(value)
        raise BadValue(self._expected(value))

    def stepped(self, value: Value, steps: int) -> Value:
        """`value` moved by so many steps, kept in range; a text stays as it is and an empty seed starts at 0."""
        if self.kind in ("text", "strings"):
            return value
        start = value if isinstance(value, int | float) else self.low
        moved = min(self.high, max(self.low, round(start + steps * self.step, 6)))
        return float(moved) if self.kind == "float" else int(moved)

    @property
    def range(self) -> str:
        """What may be typed, in words."""
        match self.kind:
            case "text":
                return "any text"
            case "strings":
                return "texts separated by commas"
            case "seed":
                return f"a whole number from {self.low:.0f} to {self.high:.0f}, or empty for a new one each time"
            case "int":
                return f"a whole number from {self.low:.0f} to {self.high:.0f}"
            case _:
                return f"a number from {self.low:g} to {self.high:g}"

    def _expected(self, got: object) -> str:
        return f"{self.label} takes {self.range}, not {_shorten(got)}"


def _is_number(value: object) -> bool:
    # A whole number may be too large for math.isfinite.
    return (isinstance(value, int) and not isinstance(value, bool)) or (
        isinstance(value, float) and math.isfinite(value)
    )


def _shorten(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, default=repr)
    text = text or "nothing"
    return text if len(text) <= 30 else text[:29] + "…"


def _quote(piece: str) -> str:
    plain = piece == piece.strip() and not any(mark in piece for mark in ',"\\') and piece.isprintable()
    return piece if plain else json.dumps(piece, ensure_ascii=False)


def _split_strings(text: str) -> tuple[str, ...]:
    """Texts separated by commas; one in double quotes may hold commas and JSON escapes such as \\n."""
    decoder = json.JSONDecoder()
    pieces: list[str] = []
    rest = text.strip()
    while rest:
        if rest.startswith('"'):
            try:
                piece, end = decoder.raw_decode(rest)
            except ValueError:
                raise BadValue('A text that opens with " must close with it') from None
            rest = rest[end:].lstrip()
            if rest and not rest.startswith(","):
                raise BadValue("Put a comma between two texts")
            rest = rest[1:].lstrip()
        else:
            piece, _, rest = rest.partition(",")
            piece, rest = piece.strip(), rest.lstrip()
        if piece:
            pieces.append(piece)
    return tuple(pieces)


SPECS: tuple[ParameterSpec, ...] = (
    ParameterSpec(
        "temperature",
        "Temperature",
        "float",
        "0 always takes the likeliest token; higher is more varied",
        "standard",
        0,
        2,
        0.02,
    ),
    ParameterSpec(
        "top_p",
        "Top p",
        "float",
        "Choose among the likeliest tokens that together reach this probability",
        "standard",
        0,
        1,
        0.05,
    ),
    ParameterSpec(
        "top_k", "Top k", "int", "Choose among so many of the likeliest tokens; 0 means all", "extra", 0, 1000, 5
    ),
    ParameterSpec(
        "min_p", "Min p", "float", "Drop tokens less likely than this share of the likeliest one", "extra", 0, 1, 0.01
    ),
    ParameterSpec(
        "repeat_penalty",
        "Repeat penalty",
        "float",
        "Above 1, tokens already used become less likely",
        "extra",
        0.1,
        2,
        0.05,
    ),
    ParameterSpec(
        "presence_penalty",
        "Presence",
        "float",
        "Above 0, any token already used becomes less likely",
        "standard",
        -2,
        2,
        0.1,
    ),
    ParameterSpec(
        "frequency_penalty",
        "Frequency",
        "float",
        "Above 0, the more often a token was used the less likely",
        "standard",
        -2,
        2,
        0.1,
    ),
    ParameterSpec(
        "max_tokens", "Reply length", "int", "The longest a reply may be, in tokens", "standard", 1, 32768, 50
    ),
    ParameterSpec(
        "seed", "Seed", "seed", "The same seed gives the same reply; empty picks a new one", "standard", 0, 2**31 - 1, 1
    ),
    ParameterSpec(
        "stop",
        "Stop strings",
        "strings",
        'The reply ends before any of these, separated by commas; "\\n" in quotes',
        "standard",
    ),
    ParameterSpec(
        "turns", "Turns kept", "int", "How many earlier turns the model is sent with your prompt", "own", 0, 200, 1
    ),
    ParameterSpec("system", "System prompt", "text", "Who the model should be; always sent first", "own"),
)


def spec(name: str) -> ParameterSpec:
    """The entry of the table; KeyError when there is none."""
    return _BY_NAME[name]


_BY_NAME = {entry.name: entry for entry in SPECS}


def changed(before: SamplingParameters, after: SamplingParameters) -> Sequence[ParameterSpec]:
    """Which entries of the table differ."""
    return [entry for entry in SPECS if getattr(before, entry.name) != getattr(after, entry.name)]

"""Facts about keys, slash commands and parameters, made from the program's own tables so that they stay true."""

from collections.abc import Iterator
from dataclasses import dataclass

from hat_tui.chat.parameters import SPECS, ParameterSpec, SamplingParameters
from hat_tui.tui import keymap
from hat_tui.tui.keymap import Action
from models.demo.keys import every, spoken
from models.demo.phrasing import Ways, load


@dataclass(frozen=True, slots=True)
class Fact:
    """A reply, and the ways to ask for it."""

    reply: str
    asks: Ways


_WAYS = load("keys")
"""Frames, and what people want when they need an action, as it follows "How do I", and how they call a parameter."""


def _lowered(text: str) -> str:
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def _crossed(frame: str, slot: str, values: Ways) -> Ways:
    """All frames with all values; held out is what has a held-out frame or a held-out value."""
    frames = _WAYS[frame]
    any_value = f"({'|'.join(values.training)})"
    held_out = [way.replace(slot, value) for way in frames.held_out for value in values.training]
    held_out += [way.replace(slot, value) for way in frames.training[:4] for value in values.held_out]
    return Ways(tuple(way.replace(slot, any_value) for way in frames.training), tuple(held_out))


def _wants(action: Action) -> Ways:
    """An action that has no wishes is asked for by the words of the table."""
    return _WAYS.get(f"wants.{action.id}", Ways((_lowered(action.help.split(";")[0]),)))


def _asks(action: Action) -> Ways:
    """How people ask for the key of an action: all frames with all wishes, and its own short ways."""
    crossed, own = _crossed("how", "{w}", _wants(action)), _WAYS.get(f"asks.{action.id}", Ways(()))
    return Ways((*crossed.training, *own.training), (*crossed.held_out, *own.held_out))


def _action_facts(action: Action, on_a_turn: bool) -> Iterator[Fact]:
    asks = _asks(action)
    helped = _lowered(action.help)
    if on_a_turn:
        yield Fact(f"Select a turn with Shift+Tab, then press {every(action.keys)}: {helped}.", asks)
    else:
        yield Fact(f"Press {every(action.keys)}: {helped}.", asks)
    named = [key for key in action.keys.split(",") if key not in ("up", "down")]
    if not on_a_turn:
        named = action.keys.split(",")
    for key in named:
        where = "On a selected turn, " if on_a_turn else ""
        shown = spoken(key)
        yield Fact(f"{where}{shown}: {helped}.", _crossed("what", "{k}", Ways(_calls(shown, on_a_turn))))


def _calls(shown: str, on_a_turn: bool) -> tuple[str, ...]:
    """How people write a key."""
    if "+" in shown:
        modifier, letter = shown.split("+", maxsplit=1)
        return shown, f"{modifier}-{letter}", shown.lower(), f"{modifier} {letter}", f"{modifier} and {letter}"
    if on_a_turn:
        return f"{shown} on a turn", f"the {shown} key", f"pressing {shown}", f"{shown} on a selected turn"
    return shown, f"the {shown} key"


def _command_fact(action: Action, on_a_turn: bool) -> Fact:
    same = f"the {every(action.keys)} key of a selected turn" if on_a_turn else every(action.keys)
    return Fact(
        f"/{action.command} does the same as {same}: {_lowered(action.help)}.",
        _crossed("command_what", "{k}", Ways((f"/{action.command}",))),
    )


def _parameter_facts(spec: ParameterSpec, default: object) -> Iterator[Fact]:
    called = _WAYS.get(f"called.{spec.name}", Ways((spec.label.lower(),)))
    label = spec.label
    yield Fact(f"{label}: {_lowered(spec.help)}.", _crossed("meaning", "{p}", called))
    if spec.kind != "text":
        yield Fact(f"{label} takes {spec.range}.", _crossed("range", "{p}", called))
    value = spec.format(default)  # type: ignore[arg-type]
    yield Fact(
        f'{label} is "{value}" by default.' if spec.kind == "text" else f"{label} is {value or 'empty'} by default.",
        _crossed("default", "{p}", called),
    )


def table_facts() -> list[Fact]:
    """Facts from the key table and from the parameter table."""
    facts: list[Fact] = []
    for actions, on_a_turn in ((keymap.CHAT, False), (keymap.TURN, True)):
        for action in actions:
            facts.extend(_action_facts(action, on_a_turn))
            if action.command:
                facts.append(_command_fact(action, on_a_turn))
    defaults = SamplingParameters()
    for spec in SPECS:
        facts.extend(_parameter_facts(spec, getattr(defaults, spec.name)))
    return facts

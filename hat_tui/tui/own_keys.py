"""The keys a person has chosen under `[keys]`: read as they are meant, and refused where they could not work."""

from collections.abc import Mapping

from textual.keys import REPLACED_KEYS, _character_to_key, key_to_character

from hat_tui.tui.keymap import CHAT, TURN, Action

MODIFIERS = frozenset(("alt", "ctrl", "shift", "super"))
"""Those that keyboards have; Textual puts them in the order of the alphabet."""

NAMED = {"backspace", "delete", "end", "enter", "escape", "home", "insert", "pagedown", "pageup", "tab"}
NAMED |= {"down", "left", "right", "up", *(f"f{number}" for number in range(1, 25))}
"""Keys that write nothing."""

SAME_AS = {"ctrl+h": "backspace", "ctrl+i": "tab", "ctrl+m": "enter", "ctrl+left_square_bracket": "escape"}
"""What terminals send the same byte for."""

TWO_NAMES = dict.fromkeys(("ctrl+space", "ctrl+at"), "ctrl+space,ctrl+@")
"""What terminals with extended keys send as one key, and others as another."""


class BadKeys(Exception):
    """A line under `[keys]` makes no sense; the text says which, and why."""


def own_keys(chosen: Mapping[str, str]) -> dict[str, str]:
    """What was chosen, by names of actions, with the keys as Textual names them, comma-separated. Raises BadKeys."""
    actions = {action.id: action for action in CHAT + TURN}
    for id in chosen:
        if id not in actions:
            raise BadKeys(f"{id} is no action; docs/keys.md lists them")
    read = {id: [_key(actions[id], written) for written in keys.split(",")] for id, keys in chosen.items()}
    _refuse_clashes({action: read.get(id, action.keys.split(",")) for id, action in actions.items()})
    return {id: ",".join(keys) for id, keys in read.items()}


def written_by(key: str) -> str:
    """The character that a key without modifiers writes, given by its Textual name; "" when it writes none."""
    character = key_to_character(REPLACED_KEYS.get(key, key)) or ""
    return character if character.isprintable() else ""


def _key(action: Action, written: str) -> str:
    *modifiers, last = written.strip().split("+")
    modifiers = sorted(modifier.lower() for modifier in modifiers)
    if modifiers or len(last) > 1:
        last = last.lower()
    character = "" if last in NAMED else written_by(last)
    key = "+".join([*modifiers, _character_to_key(character) if character else last])
    known = (character and modifiers != ["shift"]) or last in NAMED
    if not known or not MODIFIERS.issuperset(modifiers) or len(set(modifiers)) < len(modifiers):
        raise BadKeys(f"{action.id} = {written!r} is no key; keys are written like ctrl+y, alt+y, shift+f5, f12")
    if key in SAME_AS:
        raise BadKeys(f"{action.id} = {written!r} cannot be told from {SAME_AS[key]} by a terminal; choose another key")
    if character and not modifiers and action in CHAT:
        raise BadKeys(f"{action.id} = {written!r} is needed to write prompts; choose a key with ctrl or alt")
    return TWO_NAMES.get(key, key)


def _refuse_clashes(keys: Mapping[Action, list[str]]) -> None:
    holders: dict[str, list[Action]] = {}
    for action, own in keys.items():
        for key in dict.fromkeys(own):
            for other in holders.setdefault(key, []):
                # A key may do one thing in the prompt and another on a turn, as Up does.
                if (action in TURN) == (other in TURN) or other.group != "Prompt":
                    raise BadKeys(f"{key} is the key of {other.id} and of {action.id}; give one of them another")
            holders[key].append(action)

"""Key names as people write them, from the names that the program's own table uses."""

_SIGNS = {"slash": "/", "greater_than_sign": ">", "less_than_sign": "<", "underscore": "_"}


def shown(keys: str) -> str:
    """The first key of a comma-separated list: "ctrl+s,f5" is "Ctrl+S"."""
    return spoken(keys.split(",", maxsplit=1)[0])


def every(keys: str) -> str:
    """All keys of a list: "alt+c,f6" is "Alt+C or F6"."""
    return " or ".join(spoken(key) for key in keys.split(","))


def spoken(key: str) -> str:
    """One key: "ctrl+s" is "Ctrl+S", "escape" is "Escape", and "p" stays "p" since P is another key."""
    if key in _SIGNS:
        return _SIGNS[key]
    parts = key.split("+")
    if len(parts) == 1 and len(key) == 1:
        return key
    return "+".join(_SIGNS.get(part, part.capitalize()) for part in parts)

"""What a terminal can do, as far as its environment tells; the rest it is asked."""

from collections.abc import Mapping


def background_erase(environ: Mapping[str, str]) -> bool:
    """Whether erased cells take the background colour. GNU screen's do not unless told to, a vt100 has none."""
    term = environ.get("TERM", "")
    if term.startswith("screen"):
        return "TMUX" in environ
    return term not in {"", "dumb", "vt100", "vt102", "vt220", "ansi"}


def within_gnu_screen(environ: Mapping[str, str]) -> bool:
    """Whether GNU screen stands between: it shows italics reversed, and takes the numbers of a true colour for
    attributes (version 5 can be told not to)."""
    return bool(environ.get("STY") and not environ.get("TMUX"))


def over_ssh(environ: Mapping[str, str]) -> bool:
    """Whether the terminal is at the other end of an SSH connection."""
    return any(environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"))


def escape_delay(environ: Mapping[str, str]) -> float:
    """Seconds after which an Escape with nothing behind it is the key. ESCDELAY, in milliseconds, has the last word.

    A terminal on this machine writes a sequence at once; a network may tear it apart.
    """
    told = environ.get("ESCDELAY", "")
    if told.isdecimal():
        return int(told) / 1000
    return 0.05 if over_ssh(environ) else 0.01

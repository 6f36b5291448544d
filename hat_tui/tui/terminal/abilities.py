"""What a terminal can do, as far as its environment tells; the rest it is asked."""

from collections.abc import Mapping


def background_erase(environ: Mapping[str, str]) -> bool:
    """Whether erased cells take the background colour. GNU screen's do not unless told to, a vt100 has none."""
    term = environ.get("TERM", "")
    if term.startswith("screen"):
        return "TMUX" in environ
    return term not in {"", "dumb", "vt100", "vt102", "vt220", "ansi"}


def over_ssh(environ: Mapping[str, str]) -> bool:
    """Whether the terminal is at the other end of an SSH connection."""
    return any(environ.get(name) for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"))

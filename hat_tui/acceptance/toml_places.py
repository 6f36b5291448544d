"""Where the keys of a TOML text stand, which tomllib does not tell."""

import re

_TEXTS = re.compile(r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*', re.DOTALL)


def blanked(text: str) -> str:
    """A TOML text whose strings and comments are filled with underscores, every line where it was."""
    return _TEXTS.sub(lambda found: re.sub(r"[^\n]", "_", found[0]), text)


class Places:
    """The lines of the keys of a protocol, each by its path: ("task", 2, "checks", "words")."""

    _LINE = re.compile(r"[ \t]*(?:(\[\[?)[ \t]*([\w.\- \t]+?)[ \t]*\]|([\w\-]+(?:[ \t]*\.[ \t]*[\w\-]+)*)[ \t]*=)")

    def __init__(self, text: str) -> None:
        self._lines: dict[tuple[str | int, ...], int] = {}
        section: tuple[str | int, ...] = ()
        tasks = -1
        for number, line in enumerate(blanked(text).split("\n"), 1):
            found = self._LINE.match(line)
            if found is None:
                continue
            names = tuple(name.strip() for name in (found[2] or found[3]).split("."))
            if found[1] == "[[" and names == ("task",):
                tasks += 1
            if found[1]:
                section = ("task", tasks, *names[1:]) if names[0] == "task" else names
                self._lines.setdefault(section, number)
            else:
                for end in range(1, len(names) + 1):
                    self._lines.setdefault((*section, *names[:end]), number)

    def line(self, at: tuple[str | int, ...]) -> int:
        """The line of the key at this path, or of the nearest table around it; 0 for the text as a whole."""
        while at and at not in self._lines:
            at = at[:-1]
        return self._lines.get(at, 0)

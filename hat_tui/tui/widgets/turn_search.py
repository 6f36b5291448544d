"""Words found in the turns, and where they stand in lines that are laid out."""

import re
from collections.abc import Iterable

from hat_tui.tui.widgets.look import Line

Mark = tuple[int, int, int]
"""Start and end of a found piece in the text of a line, and the number of the hit in its turn."""


class TurnSearch:
    """Words looked for; blanks between them match any blanks and line ends, large and small letters are the same."""

    def __init__(self, words: str, texts: Iterable[str]) -> None:
        self.words = words
        parts = [re.escape(word) for word in words.split()]
        self._pattern = re.compile(r"\s+".join(parts), re.IGNORECASE) if parts else None
        self.places: list[int] = []
        self.count = 0
        self.now: tuple[int, int] | None = None
        for index, text in enumerate(texts if self._pattern else ()):
            if found := sum(1 for _ in self._pattern.finditer(text)) if self._pattern else 0:
                self.places.append(index)
                self.count += found

    def marks(self, lines: list[Line]) -> dict[int, list[Mark]]:
        """The hits in `lines`, by number of line; one that goes on in the next line is two marks of one number."""
        if not self._pattern:
            return {}
        starts: list[int] = []
        text = ""
        for line in lines:
            starts.append(len(text))
            text += line.words() + line.glue
        found: dict[int, list[Mark]] = {}
        number = 0
        for hit, match in enumerate(self._pattern.finditer(text)):
            while number + 1 < len(lines) and starts[number + 1] <= match.start():
                number += 1
            at = number
            while at < len(lines) and starts[at] < match.end():
                line = lines[at]
                start = max(0, match.start() - starts[at]) + line.lead
                end = min(len(line.text) - line.trail, match.end() - starts[at] + line.lead)
                if end > start:
                    found.setdefault(at, []).append((start, end, hit))
                at += 1
        return found

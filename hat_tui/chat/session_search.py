"""Words found in the bytes of session files, fast enough to search thousands while someone types."""

import re

from hat_tui.chat.transcript_reader import unescape

AROUND = 40
"""Characters shown on each side of what was found."""


class Search:
    """Finds files that hold each of the words, in any order and case. False when there is no word.

    A word is looked for where it stands in a file as it is written, so one with characters that are escaped there is
    found in its escaped form only.
    """

    def __init__(self, words: str) -> None:
        self._words = words.split()
        self._plain = [word.lower().encode() for word in self._words if word.isascii()]
        self._folded = [word.casefold() for word in self._words if not word.isascii()]

    def __bool__(self) -> bool:
        return bool(self._words)

    def find(self, data: bytes) -> str:
        """The line around the first word, shortened; "" when a word is missing."""
        lowered = data.lower()
        if not all(word in lowered for word in self._plain):
            return ""
        if self._folded:
            folded = data.decode(errors="replace").casefold()
            if not all(word in folded for word in self._folded):
                return ""
        return self._shown(data.decode(errors="replace"))

    def _shown(self, text: str) -> str:
        """Rather a line that someone said than a record line."""
        said: str = ""
        for found in re.finditer(re.escape(self._words[0]), text, re.IGNORECASE):
            start = text.rfind("\n", 0, found.start()) + 1
            if not text.startswith("=== ", start):
                return self._excerpt(text, found.start())
            said = said or self._excerpt(text, found.start())
        return said or self._words[0]

    def _excerpt(self, text: str, at: int) -> str:
        start = max(text.rfind("\n", 0, at) + 1, at - AROUND)
        end = text.find("\n", at)
        end = min(len(text) if end < 0 else end, at + len(self._words[0]) + AROUND)
        return unescape(text[start:end].strip())

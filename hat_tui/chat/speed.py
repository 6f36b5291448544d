"""How fast a model reads and writes here, learned from its replies."""

from hat_tui.chat.reply import Measure

LEAST_TOKENS = 16
"""A shorter prompt says more about the network than about reading."""


class Speeds:
    """Tokens a second; None until something was measured. The last measures count most."""

    def __init__(self) -> None:
        self.reading: float | None = None
        self.writing: float | None = None

    def learn(self, measure: Measure, evaluated: int | None = None) -> None:
        """Take in a reply. `evaluated` is what we think was read of its prompt, for servers that do not tell."""
        read = evaluated if measure.evaluated_tokens is None else measure.evaluated_tokens
        if read and read >= LEAST_TOKENS and measure.first_token_s:
            self.reading = _towards(self.reading, read / measure.first_token_s)
        if measure.speed:
            self.writing = _towards(self.writing, measure.speed)

    def reading_time(self, tokens: int) -> float | None:
        """Seconds to read so many tokens of a prompt; None when that cannot be told yet."""
        return tokens / self.reading if self.reading else None


def _towards(before: float | None, seen: float) -> float:
    return seen if before is None else (before + seen) / 2

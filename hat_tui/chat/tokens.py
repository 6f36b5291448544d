"""How many tokens a text is: counted by the server where it can, estimated from what it showed elsewhere."""

from collections.abc import Awaitable, Callable, Iterable, Sequence

from hat_tui.chat.message import Message

BYTES_PER_TOKEN = 3.5
"""English prose in the vocabularies of small models: 3.2 to 4.5 UTF-8 bytes a token; what is seen replaces it."""


class TokenCounter:
    """Counts by text. `exact` tells whether every count since the last `learn` came from the server."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._bytes_per_token = BYTES_PER_TOKEN
        self.exact = False

    def count(self, text: str) -> int:
        """Tokens of `text`: what the server counted, else an estimate of at least 1."""
        if not text:
            return 0
        known = self._counts.get(text)
        return known if known is not None else max(1, round(len(text.encode()) / self._bytes_per_token))

    async def learn(self, texts: Iterable[str], ask: Callable[[str], Awaitable[int | None]]) -> None:
        """Have the server count those texts that it has not counted yet, until it says that it cannot."""
        self.exact = True
        for text in texts:
            if text and text not in self._counts:
                counted = await ask(text)
                if counted is None:
                    self.exact = False
                    return
                self._counts[text] = counted

    def calibrate(self, messages: Sequence[Message], prompt_tokens: int | None) -> None:
        """Learn the bytes a token from a prompt whose size the server told."""
        size = sum(len(message.text.encode()) for message in messages)
        if prompt_tokens and size > 200:
            self._bytes_per_token = size / prompt_tokens

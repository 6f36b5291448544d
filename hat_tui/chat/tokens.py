"""How many tokens a text is: counted by the server where it can, estimated from what it showed elsewhere."""

from collections.abc import Awaitable, Callable, Iterable, Sequence

from hat_tui.chat.message import Message

BYTES_PER_TOKEN = 3.5
"""English prose in the vocabularies of small models: 3.2 to 4.5 UTF-8 bytes a token; what is seen replaces it."""
MESSAGE_TOKENS = 5.0
"""What a chat template adds around one message: role markers and line ends, 4 to 6 tokens in ChatML and its like."""
MOST_COUNTS = 64
"""Texts counted before one prompt. A long session that is resumed is counted over several prompts, not in one wait."""

_PRIOR_TOKENS = 100.0
_SURPRISE = 0.15


class TokenCounter:
    """Counts by text, for one model at a time.

    An estimate that was used for a turn stays as it is, so that the memory window does not move to and fro while the
    estimates get better; a better one replaces it when it is off by more than 15 %.
    """

    def __init__(self) -> None:
        self._model = ""
        self._forget()

    def _forget(self) -> None:
        self.exact = False
        self.message_tokens = MESSAGE_TOKENS
        self._counts: dict[str, int] = {}
        self._estimates: dict[str, int] = {}
        self._seen_tokens = _PRIOR_TOKENS
        self._seen_bytes = _PRIOR_TOKENS * BYTES_PER_TOKEN
        self._used_ratio = BYTES_PER_TOKEN

    def use(self, model: str) -> None:
        """Count for this model from here on; another model makes other tokens, and all counts are forgotten."""
        if model != self._model:
            self._model = model
            self._forget()

    def count(self, text: str) -> int:
        """Tokens of `text`: what the server counted, else an estimate of at least 1."""
        if not text:
            return 0
        known = self._counts.get(text) or self._estimates.get(text)
        return known if known is not None else self._estimate(text)

    def message(self, text: str) -> int:
        """Tokens of a message that says `text`, with what the template puts around it."""
        return self.count(text) + round(self.message_tokens)

    def is_counted(self, text: str) -> bool:
        """Whether the server counted it."""
        return not text or text in self._counts

    def know(self, text: str, tokens: int) -> None:
        """The server told how many tokens this text is."""
        if text and text not in self._counts:
            self._counts[text] = tokens
            self._seen_bytes += _size(text)
            self._seen_tokens += tokens

    async def learn(self, texts: Iterable[str], ask: Callable[[str], Awaitable[int | None]]) -> None:
        """Have the server count those texts that it has not counted yet, until it says that it cannot.

        The most important ones come first: only MOST_COUNTS of them are asked for at a time. `exact` tells whether the
        server counts.
        """
        unknown = list(dict.fromkeys(text for text in texts if text and text not in self._counts))
        self.exact = True
        for text in unknown[:MOST_COUNTS]:
            counted = await ask(text)
            if counted is None:
                self.exact = False
                break
            self.know(text, counted)
        self._replace_estimates()
        self._estimates |= {text: self._estimate(text) for text in unknown if text not in self._estimates}

    def calibrate(self, messages: Sequence[Message], prompt_tokens: int | None) -> None:
        """Learn from the size of a whole prompt: what the template adds, or else the bytes a token."""
        if not prompt_tokens or not messages:
            return
        texts = [message.text for message in messages]
        if all(map(self.is_counted, texts)):
            added = (prompt_tokens - sum(map(self.count, texts))) / len(texts)
            self.message_tokens = min(40.0, max(0.0, added))
            return
        tokens = prompt_tokens - self.message_tokens * len(texts)
        size = sum(map(_size, texts))
        if tokens > 20 and size > 100:
            # The newest prompt counts as much as all before it: it holds most of them.
            self._seen_bytes, self._seen_tokens = self._ratio() * tokens + size, tokens * 2
            self._replace_estimates()

    def _ratio(self) -> float:
        return self._seen_bytes / self._seen_tokens

    def _estimate(self, text: str) -> int:
        return max(1, round(_size(text) / self._ratio()))

    def _replace_estimates(self) -> None:
        """Estimate anew what was estimated with a ratio that turned out to be far off."""
        if abs(self._ratio() / self._used_ratio - 1) > _SURPRISE:
            self._used_ratio = self._ratio()
            self._estimates.clear()


def _size(text: str) -> int:
    return len(text.encode(errors="surrogatepass"))

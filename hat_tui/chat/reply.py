"""What comes back from a model, as frozen values read by shape."""

from enum import StrEnum

from hat_tui.frozen import frozen


class Ending(StrEnum):
    """How a reply ended. The values are written into session files."""

    STOP = "stop"
    """The model ended it by itself."""
    LENGTH = "length"
    """It reached `max_tokens` or the end of the context."""
    STOPPED = "stopped"
    """The person stopped it."""
    CUT = "cut"
    """The stream ended without a `finish_reason`: the server broke it off."""
    FAILED = "failed"
    """No reply, or only a part of one: an error, told in words."""


SHORTEST = 0.02
"""Seconds of generation from which a speed is told."""


@frozen
class Measure:
    """What a reply cost. None where nothing told it.

    `prompt_tokens` is the whole prompt, `evaluated_tokens` the part that was not in the server's prompt cache.
    `counted` is true when the server counted `tokens`; otherwise one streamed chunk is taken for one token, which
    holds for llama_cpp.server but for the bytes of a split character.
    """

    prompt_tokens: int | None = None
    evaluated_tokens: int | None = None
    tokens: int | None = None
    counted: bool = False
    first_token_s: float | None = None
    generation_s: float | None = None

    @property
    def speed(self) -> float | None:
        """Tokens a second of generation, without the time to the first token; None when it cannot be told.

        A short reply may arrive in one piece, and then the time between its tokens says nothing.
        """
        if not self.tokens or self.tokens < 2 or not self.generation_s or self.generation_s < SHORTEST:
            return None
        return (self.tokens - 1) / self.generation_s


@frozen
class Reading:
    """The server is reading the prompt: `done` of `total` tokens."""

    done: int
    total: int


@frozen
class Thought:
    """A piece of the model's reasoning, not part of its answer; `chunks` as of a Delta."""

    text: str
    chunks: int = 1


@frozen
class Delta:
    """A piece of the answer, which the server sent in so many `chunks`."""

    text: str
    chunks: int = 1


@frozen
class Note:
    """Something the person should be told beside the reply, in one sentence."""

    text: str


@frozen
class Finished:
    """The stream ended. `ending` is STOP, LENGTH or CUT."""

    ending: Ending
    measure: Measure = Measure()


@frozen
class Failed:
    """No (more) reply. `explanation` says in plain words what is wrong and what to do."""

    explanation: str
    measure: Measure = Measure()


ReplyEvent = Reading | Thought | Delta | Note | Finished | Failed

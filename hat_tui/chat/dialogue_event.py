"""What happens in a dialogue, as frozen values read by shape."""

from dataclasses import dataclass

from hat_tui.chat.conversation import Turn
from hat_tui.chat.memory import Window
from hat_tui.chat.reply import ReplyEvent
from hat_tui.chat.thinking import AllThought


@dataclass(frozen=True, slots=True)
class TurnBegun:
    """A turn entered the conversation; with a reply, what the model was sent for it."""

    turn: Turn
    window: Window | None = None


@dataclass(frozen=True, slots=True)
class TurnResumed:
    """A reply that had ended goes on."""

    turn: Turn
    window: Window


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """A turn is whole, or as whole as it gets."""

    turn: Turn


@dataclass(frozen=True, slots=True)
class SummaryMade:
    """From here on this is sent in place of `turns`."""

    text: str
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was sent and nothing recorded; the prompt belongs back in the box."""

    explanation: str


DialogueEvent = TurnBegun | TurnResumed | TurnEnded | SummaryMade | Refused | AllThought | ReplyEvent

"""What happens in a dialogue, as frozen values read by shape."""

from hat_tui.chat.conversation import Turn
from hat_tui.chat.memory import Window
from hat_tui.chat.reply import ReplyEvent
from hat_tui.chat.thinking import AllThought
from hat_tui.frozen import frozen


@frozen
class TurnBegun:
    """A turn entered the conversation; with a reply, what the model was sent for it."""

    turn: Turn
    window: Window | None = None


@frozen
class TurnResumed:
    """A reply that had ended goes on."""

    turn: Turn
    window: Window


@frozen
class TurnEnded:
    """A turn is whole, or as whole as it gets."""

    turn: Turn


@frozen
class SummaryMade:
    """From here on this is sent in place of `turns`."""

    text: str
    turns: tuple[Turn, ...]


@frozen
class Refused:
    """Nothing was sent and nothing recorded; the prompt belongs back in the box."""

    explanation: str


DialogueEvent = TurnBegun | TurnResumed | TurnEnded | SummaryMade | Refused | AllThought | ReplyEvent

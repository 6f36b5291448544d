"""What happens in a conversation, one frozen value each.

A conversation is the sum of its records, and a session file is their text: `Conversation.apply` folds them,
`transcript` writes and reads them. Whatever changes a conversation is one of these, so a file that is cut off
anywhere still tells everything up to there.
"""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import Any

from hat_tui.chat.message import Role
from hat_tui.chat.reply import Ending, Measure
from hat_tui.frozen import frozen


@frozen
class Opened:
    """The session began, or was resumed, in this program."""

    at: datetime
    program: str = ""


@frozen
class Titled:
    """The session got this title."""

    title: str


@frozen
class ModelUsed:
    """From here on this model answers. `n_ctx` is the context length in tokens, None when unknown."""

    model: str
    endpoint: str = ""
    n_ctx: int | None = None


@frozen
class ParametersSet:
    """From here on these sampling parameters hold, by the names of `parameters.SPECS`."""

    values: Mapping[str, Any] = field(default_factory=dict)


@frozen
class Begun:
    """A turn began after the turn `parent` (0: at the start). Turns with one parent are versions of each other.

    `edited` tells that a person wrote or changed what stands there as the model's words.
    """

    id: int
    role: Role
    parent: int
    at: datetime
    model: str = ""
    edited: bool = False


@frozen
class Said:
    """Text was added to a turn; `thought` when it is the model's reasoning and not its answer."""

    id: int
    text: str
    thought: bool = False


@frozen
class WasThought:
    """What a turn has said so far was thought: the mark that tells it came at the end only.

    Of a turn that goes on after a thought and an end, it is what was said since that end.
    """

    id: int


@frozen
class Ended:
    """A turn is whole, or as whole as it gets. `why` explains FAILED. A turn that is continued ends again."""

    id: int
    ending: Ending = Ending.STOP
    measure: Measure = Measure()
    why: str = ""


class Mark(StrEnum):
    """What can be set on a turn."""

    PINNED = "pinned"
    """Sent with every prompt, however old."""
    LEFT_OUT = "left_out"
    """Never sent."""
    DELETED = "deleted"
    """Gone from the conversation with all that follows it; the file keeps the text."""
    CHOSEN = "chosen"
    """The version shown and sent, of those with the same parent."""


@frozen
class Marked:
    """A mark was set on a turn, or taken off."""

    id: int
    mark: Mark
    on: bool = True


@frozen
class Summarised:
    """`text` stands for every turn up to and including `upto` in what is sent from here on."""

    upto: int
    text: str


Record = Opened | Titled | ModelUsed | ParametersSet | Begun | Said | WasThought | Ended | Marked | Summarised

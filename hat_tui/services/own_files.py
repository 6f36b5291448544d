"""What belongs to the person: presets, files to attach, an editor."""

import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from hat_tui.chat.parameters import SamplingParameters
from hat_tui.frozen import frozen


class Presets(Protocol):
    """Named sets of sampling parameters."""

    def load(self) -> Mapping[str, SamplingParameters]:
        """Built-in and saved ones by name."""
        ...

    def save(self, name: str, parameters: SamplingParameters) -> None:
        """Keep a set under a name, in place of one that has it. Raises OSError."""
        ...


class NotAttached(Exception):
    """A file cannot be attached; the message says why."""


@frozen
class Attachment:
    """A text file to send with a prompt. `size` in bytes."""

    name: str
    text: str
    size: int


def with_attachments(prompt: str, attachments: Sequence[Attachment]) -> str:
    """The prompt with the texts of files below it, each in a fence that its content cannot close."""
    parts = [prompt] if prompt else []
    for attachment in attachments:
        longest = max((len(run) for run in re.findall("`+", attachment.text)), default=0)
        fence = "`" * max(3, longest + 1)
        parts.append(f"{attachment.name}:\n{fence}\n{attachment.text.rstrip()}\n{fence}")
    return "\n\n".join(parts)


class TextFiles(Protocol):
    """Files and the editor of the person. A restricted hat-tui has none."""

    def attach(self, typed: str) -> Attachment:
        """The text of a file by the path that was typed. Raises NotAttached."""
        ...

    def complete(self, typed: str) -> Sequence[str]:
        """Paths that begin as typed."""
        ...

    def edit(self, text: str) -> str:
        """What a person makes of a text in an editor, which has the terminal meanwhile. Raises OSError."""
        ...

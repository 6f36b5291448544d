"""Which connection leads to a model: to a server of our own, or to someone's."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from hat_tui.adapters.their_server import TheirServer
from hat_tui.server.target import LocalModel, Target

if TYPE_CHECKING:
    from hat_tui.adapters.own_server import OwnServer


def connection_to(
    target: Target, state_folder: Path, key_of: Callable[[str], str] = lambda name: ""
) -> "OwnServer | TheirServer":
    """The connection that fits the target; nothing is started yet.

    `key_of` looks up the key of a saved connection by its name: it may block, and raise NotConnected.
    """
    if isinstance(target, LocalModel):
        from hat_tui.adapters.own_server import OwnServer  # noqa: PLC0415 (somebody else's server needs none of it)

        return OwnServer(target, state_folder)
    return TheirServer(target, key_of)

"""Launching a server here: what is installed, what a launch takes, sharing it, and servers left by a crash.

Every start asks for such servers: what the rest takes is imported when it is asked for.
"""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hat_tui.gguf.fit import Fit
from hat_tui.server.launch import LaunchOptions, is_loopback, launch_line
from hat_tui.services import NotConnected, ServerPart, Stray

if TYPE_CHECKING:
    from hat_tui.adapters.model_shelf import ModelShelf

KEY_FILE = "server-key"
"""In the state folder: the key that was made for sharing, so that what colleagues have saved goes on working."""


class Launcher:
    """`shelf` knows the models and what is remembered of each, `state_folder` keeps what servers leave behind.

    `key` is the one that was set for servers of ours, "" when none was.
    """

    def __init__(self, shelf: "ModelShelf", state_folder: Path, key: str = "") -> None:
        self._shelf = shelf
        self._state_folder = state_folder
        self._key = key
        self._installed: ServerPart | None = None

    def installed(self) -> ServerPart:
        """Ask once, in a child; about a second."""
        from hat_tui.adapters.installed_server import ask_installed_server

        if self._installed is None:
            found = ask_installed_server()
            self._installed = ServerPart(found.formats, found.settings, found.error)
        return self._installed

    def line(self, options: LaunchOptions) -> str:
        """The launch as a shell line, without its key."""
        from hat_tui.adapters import machine

        return launch_line(options, port=options.port, cores=machine.physical_cores())

    def need(self, options: LaunchOptions) -> tuple[int, Fit]:
        """Bytes that the first model would take, and whether that is free; unknown when the file cannot be read."""
        try:
            return self._shelf.need(Path(options.models[0].path), options)
        except OSError:
            return 0, Fit.UNKNOWN

    def free_memory(self) -> int | None:
        """Bytes."""
        from hat_tui.adapters import machine

        return machine.free_memory()

    def remember(self, options: LaunchOptions) -> None:
        """Run this model so from now on; but whom a server is open to holds for this once. Raises OSError."""
        if not is_loopback(options.host):
            options = replace(options, host="127.0.0.1", port=0)
        self._shelf.remember(options)

    def share(self, options: LaunchOptions) -> LaunchOptions:
        """The options to serve the local network, with the key they have, the one that was set, or the kept one."""
        from hat_tui.adapters.serve import CannotServe, kept_key, share

        try:
            key = options.api_key or self._key or kept_key(self._state_folder / KEY_FILE)
            return share(options, key)
        except CannotServe as trouble:
            raise NotConnected(str(trouble)) from trouble
        except OSError as trouble:
            raise NotConnected(f"The key cannot be kept: {trouble}") from trouble

    def strays(self) -> Sequence[Stray]:
        """Servers of ours whose program is gone."""
        folder = self._state_folder / "server"
        if not os.path.isdir(folder):  # noqa: PTH112 - Path.is_dir raises where one may not look
            return ()
        from hat_tui.adapters.server_record import find_stale

        return find_stale(folder)

    def stop(self, stray: Stray) -> bool:
        """End it, in some seconds at most; whether it is gone."""
        from hat_tui.adapters.server_record import ServerRecord, stop_stale

        return isinstance(stray, ServerRecord) and stop_stale(stray)

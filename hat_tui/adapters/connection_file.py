"""Servers by name: connections.toml in the config folder, and a private file for each key that was typed.

A table is a connection: `url`, `model`, and where its key comes from: nothing, `key_file`, `key_command` (a program
that prints it, such as `pass show office`) or `key_variable` (of the environment). A key itself never stands in it.
"""

import asyncio
import contextlib
import os
import re
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hat_tui.adapters.endpoint_url import same_server
from hat_tui.adapters.locations import from_home, make_private
from hat_tui.adapters.toml_file import read_toml, write_toml
from hat_tui.server.target import RemoteServer
from hat_tui.services import NotConnected, NotSaved, SavedConnection

REACH_S = 2.0
COMMAND_S = 30.0
"""Seconds that a program may take to print a key; it may ask for a password in a window of its own."""

_NAME = re.compile(r"[A-Za-z0-9][\w.@-]{0,63}", re.ASCII)
_KEY_SOURCES = {"key_file": "in the file {}", "key_command": "from `{}`", "key_variable": "from ${}"}


class ConnectionFile:
    """connections.toml. It is read each time it is used: a person may edit it meanwhile."""

    def __init__(self, path: Path, environ: Mapping[str, str] = os.environ) -> None:
        self._path = path
        self._keys = path.with_name("keys")
        self._environ = environ

    def list(self) -> tuple[SavedConnection, ...]:
        """All connections by name. Raises NotSaved when the file is no TOML; a table without a URL is passed over."""
        found = [
            SavedConnection(name, str(table["url"]), str(table.get("model", "")), self._source(name, table))
            for name, table in self._read().items()
            if isinstance(table, dict) and table.get("url")
        ]
        return tuple(sorted(found, key=lambda saved: saved.name.casefold()))

    def without_url(self) -> tuple[str, ...]:
        """What stands in the file and is no connection, as it has no URL. Raises NotSaved when the file is no TOML."""
        return tuple(name for name, table in self._read().items() if not (isinstance(table, dict) and table.get("url")))

    def find(self, name: str) -> SavedConnection:
        """The connection of that name. Raises NotSaved, saying which there are."""
        saved = {one.name.casefold(): one for one in self.list()}
        if name.casefold() in saved:
            return saved[name.casefold()]
        if name in self.without_url():
            raise NotSaved(f"{name} in {self._path} has no url: write one there, or save it again.")
        there = ", ".join(one.name for one in saved.values())
        what = f"there are {there}" if there else "none is saved yet: Alt+C in the chat saves one"
        raise NotSaved(f"There is no connection named {name}; {what}.")

    def at(self, url: str) -> SavedConnection | None:
        """A connection to this address, however it is written, if one is saved."""
        with contextlib.suppress(NotSaved):
            return next((saved for saved in self.list() if same_server(saved.url, url)), None)
        return None

    def save(self, name: str, server: RemoteServer) -> None:
        """Keep a server under a name; its key, if it has one, goes into a file that only its owner can read.

        A key written as `$NAME` is taken from the environment each time, `!command` from what that program prints.
        Without a key, what was kept as the source of one stays. Raises NotSaved.
        """
        if not _NAME.fullmatch(name):
            raise NotSaved("A name is letters, digits, dots and dashes, at most 64, such as office or anna.gpu.")
        tables = self._read()
        before = tables.get(name)
        sources = {at: text for at, text in before.items() if at in _KEY_SOURCES} if isinstance(before, dict) else {}
        try:
            match server.key[:1], server.key[1:].strip():
                case "$", variable if variable:
                    sources = {"key_variable": variable}
                case "!", command if command:
                    sources = {"key_command": command}
                case first, _ if first:
                    sources = {"key_file": str(self._write_key(name, server.key))}
            table = {"url": server.url, **({"model": server.model} if server.model else {}), **sources}
            write_toml(self._path, {**tables, name: table})
        except OSError as error:
            raise NotSaved(f"The connection was not saved: {error.strerror or error}.") from error

    def delete(self, name: str) -> None:
        """Forget a connection and the key that was kept for it here. Raises NotSaved."""
        tables = self._read()
        tables.pop(name, None)
        try:
            write_toml(self._path, tables)
            self._key_path(name).unlink(missing_ok=True)
        except OSError as error:
            raise NotSaved(f"{name} was not taken away: {error.strerror or error}.") from error

    def key(self, name: str) -> str:
        """The key of a connection, "" when it wants none. May run a program: so in a thread. Raises NotConnected."""
        try:
            table = self._read().get(name)
        except NotSaved as trouble:
            raise NotConnected(str(trouble)) from trouble
        if not isinstance(table, dict):
            return ""
        match table:
            case {"key_variable": str(variable)}:
                key = self._environ.get(variable, "")
                if not key:
                    raise NotConnected(f"The key of {name} is to come from ${variable}, which is not set.")
            case {"key_command": str(command)}:
                key = self._printed(name, command)
            case {"key_file": str(file)}:
                try:
                    key = from_home(file).read_text(encoding="utf-8")
                except (OSError, UnicodeDecodeError) as error:
                    raise NotConnected(f"The key of {name} cannot be read from {file}: type it again.") from error
            case _:
                key = ""
        return key.strip()

    async def is_reachable(self, url: str) -> bool:
        """Whether something takes a TCP connection there within two seconds."""
        try:
            parts = urlsplit(url if "://" in url else f"http://{url}")
            host, port = parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
            async with asyncio.timeout(REACH_S):
                _, writer = await asyncio.open_connection(host, port)
        except (OSError, ValueError, TimeoutError):
            return False
        writer.close()
        return True

    def _printed(self, name: str, command: str) -> str:
        try:
            ran = subprocess.run(
                shlex.split(command, posix=os.name != "nt"),
                capture_output=True,
                stdin=subprocess.DEVNULL,
                timeout=COMMAND_S,
                check=True,
            )
            lines = ran.stdout.decode("utf-8").splitlines()
        except (OSError, ValueError, subprocess.SubprocessError) as error:
            raise NotConnected(
                f"The key of {name} is to come from `{command}`, which failed. Try it in a shell."
            ) from error
        if not lines:
            raise NotConnected(f"The key of {name} is to come from `{command}`, which printed nothing.")
        return lines[0]

    def _source(self, name: str, table: Mapping[str, Any]) -> str:
        if table.get("key_file") == str(self._key_path(name)):
            return "kept here"
        return next((told.format(table[at]) for at, told in _KEY_SOURCES.items() if table.get(at)), "")

    def _key_path(self, name: str) -> Path:
        return self._keys / f"{name}.key"

    def _write_key(self, name: str, key: str) -> Path:
        make_private(self._keys)
        path = self._key_path(name)
        fresh = path.with_suffix(f".{os.getpid()}")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(key + "\n")
        fresh.replace(path)
        return path

    def _read(self) -> dict[str, Any]:
        try:
            return read_toml(self._path)
        except OSError as error:
            raise NotSaved(f"{self._path} cannot be read: {error.strerror or error}.") from error
        except ValueError as error:
            raise NotSaved(f"{self._path} is not valid TOML ({error}): mend it or move it away.") from error

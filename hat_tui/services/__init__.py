"""What the front ends are handed: everything that reaches outside the program, as protocols."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING

from hat_tui.chat.parameters import SamplingParameters
from hat_tui.frozen import frozen
from hat_tui.server.target import Target
from hat_tui.services.connections import (
    Connection,
    KeyWanted,
    LogLines,
    NotConnected,
    NotSaved,
    Nowhere,
    SavedConnection,
    SavedConnections,
    Vitals,
)
from hat_tui.services.kept_sessions import NoSuchSession, SessionChoice, SessionKeeper, Sessions
from hat_tui.services.local_models import Downloads, Launcher, ModelChoice, Models, NotDownloaded, ServerPart, Stray
from hat_tui.services.own_files import Attachment, NotAttached, Presets, TextFiles, with_attachments

if TYPE_CHECKING:
    from hat_tui.acceptance.bench import Bench
    from hat_tui.server.checkup import Check

__all__ = [
    "Attachment",
    "Connection",
    "Downloads",
    "KeyWanted",
    "Launcher",
    "LogLines",
    "ModelChoice",
    "Models",
    "NoSuchSession",
    "NotAttached",
    "NotConnected",
    "NotDownloaded",
    "NotSaved",
    "Nowhere",
    "Presets",
    "SavedConnection",
    "SavedConnections",
    "ServerPart",
    "Services",
    "SessionChoice",
    "SessionKeeper",
    "Sessions",
    "Stray",
    "TextFiles",
    "Vitals",
    "with_attachments",
]


@frozen
class Services:
    """Handed to the app by the command line, or by a test."""

    connect: Callable[[Target], Connection]
    sessions: Sessions
    models: Models
    presets: Presets
    launcher: Launcher
    downloads: Downloads
    saved: SavedConnections
    examine: "Callable[[], AsyncIterator[Check]]"
    """The doctor: checks as they are made."""
    remember: Callable[[Target], None]
    copy: Callable[[str, Callable[[str], None]], str]
    """Copies a text and says by which way; the second argument writes an escape sequence to the terminal. Raises
    OSError."""
    clock: Callable[[], datetime]
    seconds: Callable[[], float]
    version: str = ""
    first: Target | None = None
    """What to open with; None when there is nothing, or a choice to make."""
    why_none: str = ""
    """When there is nothing to open with: why, and what to do."""
    parameters: SamplingParameters = field(default_factory=SamplingParameters)
    resume: str = ""
    """The session to go on with."""
    keys: Mapping[str, str] = field(default_factory=dict)
    theme: str = ""
    """A theme by name; "" for the usual one, dark or light as the terminal is."""
    dark: bool | None = None
    """How the terminal was the last time; None when it never said."""
    remember_dark: Callable[[bool], None] = lambda dark: None
    prepare: Callable[[], None] = lambda: None
    """To be called when a prompt is being written: what sending it takes is made ready in the background."""
    files: TextFiles | None = None
    """None where the person must not reach files or programs: no attaching, editing, exporting, downloading."""
    bench: "Callable[[], Bench] | None" = None
    """Gives what acceptance tests are run with, when it is asked for."""

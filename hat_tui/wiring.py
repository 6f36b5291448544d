"""Settings in, a program's parts out: the one place where adapters are chosen and handed on.

Every start waits for what is imported here: what a chat may never need is imported when it is made.
"""

import os
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from hat_tui import __version__
from hat_tui.adapters import clipboard, locations, text_files
from hat_tui.adapters.connection import connection_to
from hat_tui.adapters.connection_file import ConnectionFile
from hat_tui.adapters.last_used import LastUsed, LastUsedFile
from hat_tui.adapters.late_imports import prepare
from hat_tui.adapters.preset_file import PresetFile
from hat_tui.adapters.session_folder import SessionFolder
from hat_tui.adapters.settings_file import BadSetting, Settings
from hat_tui.chat.parameters import SamplingParameters
from hat_tui.server.target import RemoteServer, Target
from hat_tui.services import NotConnected, NotSaved, Services

if TYPE_CHECKING:
    from hat_tui.adapters.acceptance_bench import AcceptanceBench
    from hat_tui.adapters.doctor import Patient
    from hat_tui.adapters.downloads import Downloads
    from hat_tui.adapters.launcher import Launcher
    from hat_tui.adapters.model_shelf import ModelShelf
    from hat_tui.server.checkup import Check

_Adapter = TypeVar("_Adapter")

CACHES = "caches"
"""Stands in the setting model_dirs for the folders in which other programs keep GGUF files."""


def services(settings: Settings, *, resume: str = "", connection: str = "") -> Services:
    """Everything a front end needs; `connection` is a saved one to open with. Raises BadSetting."""
    last_used = LastUsedFile(locations.state_folder())
    models = late(lambda: model_shelf(settings))
    saved = saved_connections()
    first: Target | None
    if connection:
        first, why_none = _saved_server(connection, settings, saved), ""
    else:
        first, why_none = first_target(settings, models, last_used.read(), saved)
    return Services(
        connect=lambda target: connection_to(target, locations.state_folder(), saved.key),
        prepare=prepare,
        sessions=SessionFolder(locations.sessions_folder(settings.sessions_dir)),
        models=models,
        presets=PresetFile(locations.presets_file()),
        launcher=late(lambda: _launcher(models, settings)),
        downloads=late(lambda: _downloads(settings)),
        saved=saved,
        examine=lambda: _examine(settings),
        remember=lambda target: last_used.write(_with(last_used.read(), target)),
        remember_dark=lambda dark: last_used.write(replace(last_used.read(), dark=dark)),
        dark=last_used.read().dark,
        copy=clipboard.here(locations.state_folder()).copy,
        clock=lambda: datetime.now().astimezone().replace(microsecond=0),
        seconds=time.monotonic,
        version=__version__,
        first=first,
        why_none=why_none,
        parameters=sampling(settings),
        resume=resume,
        keys=_own_keys(settings),
        theme=settings.theme,
        files=None if settings.restricted else text_files,
        bench=lambda: acceptance_bench(settings),
    )


def _own_keys(settings: Settings) -> dict[str, str]:
    if not settings.keys:
        return {}
    from hat_tui.tui.own_keys import BadKeys, own_keys

    try:
        return own_keys(settings.keys)
    except BadKeys as trouble:
        raise BadSetting(f"[keys] in {locations.config_file()}: {trouble}") from trouble


def saved_connections() -> ConnectionFile:
    """Servers by name, beside the config file."""
    return ConnectionFile(locations.config_file().with_name("connections.toml"))


class _Late:
    def __init__(self, make: Callable[[], object]) -> None:
        self._made = cache(make)

    def __getattr__(self, name: str) -> object:
        return getattr(self._made(), name)


def late(make: Callable[[], _Adapter]) -> _Adapter:
    """An adapter that is made, and imported, when something is asked of it for the first time."""
    return cast(_Adapter, _Late(make))


def _launcher(models: "ModelShelf", settings: Settings) -> "Launcher":
    from hat_tui.adapters.launcher import Launcher

    return Launcher(models, locations.state_folder(), settings.server_key)


def _downloads(settings: Settings) -> "Downloads":
    from hat_tui.adapters.downloads import Downloads

    return Downloads(locations.models_folder(settings.models_dir))


def _examine(settings: Settings) -> "AsyncIterator[Check]":
    from hat_tui.adapters.doctor import examine

    return examine(replace(patient(settings), ask_terminal=False))


def model_shelf(settings: Settings) -> "ModelShelf":
    """The models of the models folder, of the further folders and the bundled one."""
    from hat_tui.adapters.model_folder import ModelFolder, other_caches
    from hat_tui.adapters.model_shelf import LaunchMemory, ModelShelf

    folders = [locations.models_folder(settings.models_dir)]
    for entry in filter(None, settings.model_dirs.split(os.pathsep)):
        folders += other_caches() if entry == CACHES else [locations.from_home(entry)]
    return ModelShelf(
        ModelFolder(folders),
        LaunchMemory(locations.state_folder()),
        bundled=locations.bundled_model(),
        launch=settings.launch,
        extra=settings.server_options,
    )


def patient(settings: Settings) -> "Patient":
    """What the doctor looks at: this machine, the folders in use, and the server that is set. Raises BadSetting."""
    from hat_tui.adapters.doctor import Patient
    from hat_tui.adapters.endpoint_check import EndpointToCheck

    folders = {
        "sessions": locations.sessions_folder(settings.sessions_dir),
        "models": locations.models_folder(settings.models_dir),
        "config": locations.config_file().parent,
        "state": locations.state_folder(),
    }
    endpoints = []
    if url := settings.url or LastUsedFile(locations.state_folder()).read().url:
        saved = saved_connections()
        server = server_at(url, settings, saved)
        key_of = partial(saved.key, server.name) if server.name else str
        endpoints = [EndpointToCheck("connection", url, server.key, server.model, key_of)]
    return Patient(folders, locations.state_folder() / "server", locations.bundled_model(), endpoints)


def acceptance_bench(settings: Settings) -> "AcceptanceBench":
    """Runs of the acceptance test, in the folder beside the sessions. Raises BadSetting."""
    from hat_tui.adapters.acceptance_bench import AcceptanceBench

    shelf = model_shelf(settings)
    state = locations.state_folder()
    saved = saved_connections()
    server = partial(server_at, settings=settings, saved=saved)
    return AcceptanceBench(locations.runs_folder(), state, shelf.find, shelf.local, server, saved.key)


def sampling(settings: Settings) -> SamplingParameters:
    """The parameters to begin with: the preset that was named, and on top what was set. Raises BadSetting."""
    presets = PresetFile(locations.presets_file()).load()
    name = settings.preset or "article"
    if name not in presets:
        raise BadSetting(f"There is no preset {name}; there are {', '.join(sorted(presets))}")
    return settings.sampling(presets[name])


def first_target(
    settings: Settings, models: "ModelShelf", last: LastUsed, saved: ConnectionFile
) -> tuple[Target | None, str]:
    """What to open with, or why there is nothing: what was asked for, what was used last, the only model, the demo.

    Nothing, without a reason, when there are several models to choose from. Raises BadSetting for an unreadable key.
    """
    if settings.url:
        return server_at(settings.url, settings, saved), ""
    try:
        if settings.model:
            return models.local(models.find(settings.model)), ""
        if last.url:
            return server_at(last.url, settings, saved), ""
        if last.model and Path(last.model).is_file():
            return models.local(Path(last.model)), ""
        found = [choice for choice in models.list() if not choice.problem]
        own = [choice for choice in found if choice.path != locations.bundled_model()]
        if len(own) > 1:
            from hat_tui.adapters.model_shelf import NO_SERVER, can_run_models

            return None, "" if can_run_models() else NO_SERVER
        if found:
            return models.local((own or found)[0].path), ""
    except NotConnected as trouble:
        return None, str(trouble)
    return (
        None,
        "There is no model yet: `hat-tui models get` downloads one, --url, or Alt+C in the chat, connects to a server.",
    )


def to_serve(settings: Settings) -> tuple[Target | None, str]:
    """What a start opens with that connects to no server, or why there is nothing. Raises BadSetting."""
    last = replace(LastUsedFile(locations.state_folder()).read(), url="")
    return first_target(replace(settings, url=""), model_shelf(settings), last, saved_connections())


def _saved_server(name: str, settings: Settings, saved: ConnectionFile) -> Target:
    """The server of that name; a key or model that is set holds before its own, unless it is set for another."""
    try:
        found = saved.find(name)
    except NotSaved as trouble:
        raise BadSetting(str(trouble)) from trouble
    if settings.url and saved.at(settings.url) != found:
        return found.target
    return replace(found.target, key=settings.key(), model=settings.served_model or found.model)


def server_at(url: str, settings: Settings, saved: ConnectionFile) -> RemoteServer:
    """The server at an address, saved or not, with the key and the model that are set.

    Where it is saved and is not the one whose address is set, with its own: what is set may be meant for another.
    Raises BadSetting for an unreadable key.
    """
    known = saved.at(url)
    if known and url != settings.url:
        return known.target
    server = known.target if known else RemoteServer(url)
    return replace(server, key=settings.key(), model=settings.served_model or server.model)


def _with(last: LastUsed, target: Target) -> LastUsed:
    if isinstance(target, RemoteServer):
        return replace(last, url=target.url, model="")
    return replace(last, url="", model=str(Path(target.options.models[0].path).resolve()))

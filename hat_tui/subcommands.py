"""What each subcommand puts together; its imports are its own, so that none waits for another's."""

import argparse
import asyncio
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace

from hat_tui import wiring
from hat_tui.adapters import locations
from hat_tui.adapters.settings_file import Settings
from hat_tui.chat.safe_text import shown, shown_line


def ask(settings: Settings, options: argparse.Namespace) -> int:
    prompt = " ".join(options.prompt)

    from hat_tui.shell.ask import ask as answer

    if not sys.stdin.isatty():
        prompt = "\n\n".join(filter(None, (prompt, sys.stdin.read().strip("\n"))))
    if not prompt.strip():
        print('hat-tui: ask what? For example: hat-tui ask "What is GGUF?"', file=sys.stderr)
        return 2
    services = wiring.services(settings)
    if services.first is None:
        why = services.why_none or "There are several models: say which with --model"
        _tell(why)
        return 1
    services.prepare()
    return asyncio.run(answer(services.connect(services.first), services.parameters, prompt))


def sessions(settings: Settings, options: argparse.Namespace) -> int:
    from hat_tui.adapters.session_folder import SessionFolder
    from hat_tui.shell.sessions import run

    about = getattr(options, "about", None) or ""
    words = about if isinstance(about, str) else " ".join(about)
    shelf = SessionFolder(locations.sessions_folder(settings.sessions_dir))
    return run(shelf, options.do, words, getattr(options, "format", "markdown"))


def models(settings: Settings, options: argparse.Namespace) -> int:
    from hat_tui.adapters import machine
    from hat_tui.gguf.header import BadGguf, read_header
    from hat_tui.services import NotConnected
    from hat_tui.shell import models as shelf_of

    shelf = wiring.model_shelf(settings)
    if options.do == "get":
        return _get_model(settings, options)
    if options.do != "show":
        return shelf_of.listed(shelf.list(), as_json=options.json)
    try:
        choice = shelf.choice(shelf.find(options.name))
        with choice.path.open("rb") as file:
            return shelf_of.detailed(choice, read_header(file), machine.free_memory())
    except (NotConnected, BadGguf, OSError) as trouble:
        _tell(str(trouble))
        return 1


def _get_model(settings: Settings, options: argparse.Namespace) -> int:
    from hat_tui.adapters import machine
    from hat_tui.adapters.model_download import DownloadTrouble, ModelHub, is_available
    from hat_tui.server.catalogue import CATALOGUE
    from hat_tui.shell import models as shelf_of

    if options.repository is None:
        return shelf_of.offered(CATALOGUE, machine.free_memory(), can_download=is_available())
    try:
        folder = locations.models_folder(settings.models_dir)
        return shelf_of.get(ModelHub(), options.repository, options.wanted, folder)
    except DownloadTrouble as trouble:
        _tell(str(trouble))
        return 1


def connections(settings: Settings, options: argparse.Namespace) -> int:
    from hat_tui.services import NotSaved

    saved = wiring.saved_connections()
    try:
        servers, broken = saved.list(), saved.without_url()
    except NotSaved as trouble:
        _tell(str(trouble))
        return 1
    for name in broken:
        _tell(f"{shown_line(name)} in connections.toml has no url, and is passed over")
    if not servers:
        print("hat-tui: no server is saved yet; Alt+C in the chat connects to one and saves it", file=sys.stderr)
        return 1

    async def reached() -> list[bool]:
        return await asyncio.gather(*(saved.is_reachable(server.url) for server in servers))

    for server, is_reachable in zip(servers, asyncio.run(reached()), strict=True):
        key = f"key {server.key}" if server.key else "no key"
        told = [server.url, server.model, key, "reachable" if is_reachable else "not reachable"]
        print(f"{shown_line(server.name):<12}  {shown_line(', '.join(filter(None, told)))}")
    return 0


def serve(settings: Settings, options: argparse.Namespace) -> int:

    from hat_tui.adapters import serve as serving
    from hat_tui.adapters.launcher import KEY_FILE
    from hat_tui.adapters.settings_file import BadSetting
    from hat_tui.server.launch import is_loopback
    from hat_tui.server.target import LocalModel

    host = settings.launch.get("host", "")
    if options.share and is_loopback(host):
        both = f"--share serves the local network, and the address {host} this machine alone"
        raise BadSetting(f"{both}: leave one of them out")
    target, why_none = wiring.to_serve(settings)
    if not isinstance(target, LocalModel):
        _tell(why_none or "There are several models: say which with --model")
        return 1
    launch, key_file = target.options, None
    try:
        if settings.server_key:
            launch = replace(launch, api_key=settings.server_key)
        elif options.share:
            key_file = locations.state_folder() / KEY_FILE
            launch = replace(launch, api_key=serving.kept_key(key_file))
        launch = serving.share(launch, launch.api_key) if options.share else launch
        folder = locations.state_folder() / "server"
        return asyncio.run(
            serving.serve(launch, folder, key_file=key_file, exposed=options.exposed, verbose=options.verbose)
        )
    except (serving.CannotServe, OSError) as trouble:
        _tell(str(trouble))
        return 1


def doctor(settings: Settings, options: argparse.Namespace) -> int:

    from hat_tui.adapters.doctor import examine
    from hat_tui.server import checkup

    async def checks() -> list[checkup.Check]:
        found = []
        async for check in examine(wiring.patient(settings)):
            found.append(check)
            if not options.json:
                print(checkup.line(check), flush=True)
        return found

    found = asyncio.run(checks())
    print(checkup.as_json(found) if options.json else checkup.summary(found))
    return checkup.exit_code(found)


def accept(settings: Settings, options: argparse.Namespace) -> int:
    from hat_tui.shell.accept import accept as run

    return run(options, wiring.acceptance_bench(settings), sys.stdout)


def _tell(trouble: str) -> None:
    """On standard error; names in it come from files and servers."""
    print(f"hat-tui: {shown(trouble)}", file=sys.stderr)


BY_NAME: Mapping[str, Callable[[Settings, argparse.Namespace], int]] = {
    "ask": ask,
    "sessions": sessions,
    "models": models,
    "connect": connections,
    "serve": serve,
    "doctor": doctor,
    "accept": accept,
}

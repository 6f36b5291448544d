"""The `hat-tui` command: flags and subcommands. Whatever is slow to import is imported where it is used."""

import argparse
import io
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from hat_tui import __version__

if TYPE_CHECKING:
    from hat_tui.adapters.settings_file import Settings
    from hat_tui.instant import Handover

EXAMPLES = """examples:
  hat-tui                                  chat with the model used last, or the bundled demo model
  hat-tui --model gemma-2b-it.Q4_K_M.gguf  run this file (a path, or a name in the models folder)
  hat-tui --url http://192.168.1.52:8000   connect to a colleague's server; its key in HAT_TUI_API_KEY
  hat-tui connect office                   a server that was saved under this name
  hat-tui --resume                         go on with the last session
  hat-tui ask "What is GGUF?"              one answer on standard output
  git diff | hat-tui ask "Explain this"    with standard input below the question

Every flag can be set in the config file (hat-tui --where) or as HAT_TUI_NAME in the environment.
"""


def main(arguments: Sequence[str] | None = None, handover: "Handover | None" = None) -> int:
    """Run the command; the exit code. `handover` is a prompt that is on the screen already, for the chat to take."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")  # what is piped may be no text in this encoding
    parser = build_parser(sys.argv[1:] if arguments is None else arguments)
    options = parser.parse_args(arguments)
    try:
        code = _run(options, handover)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Who reads, such as `head`, has seen enough; what is still in the buffer goes nowhere when Python ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    return code


def build_parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """What `arguments` may be read with: the flags of settings and parameters come from their two tables.

    All commands are there, but only those among `arguments` have flags: each has some fifty of them.
    """
    shared = _shared_flags()
    parser = Parser(
        prog="hat-tui",
        usage="hat-tui [FLAGS] [COMMAND …]",
        parents=[shared],
        description="Chat with small language models at home, and judge them yourself.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"hat-tui {__version__}")
    parser.add_argument("--where", action="store_true", help="print the config file and the folders in use, and end")
    parser.add_argument(
        "--resume", nargs="?", const="last", metavar="ID", help="go on with a session, the last one without ID"
    )
    parser.add_argument(
        "--plain", action="store_true", help="chat in plain lines: for screen readers, pipes, dumb terminals"
    )
    parser.add_argument(
        "--inline", action="store_true", help="what was said stays in the terminal's scrollback when the chat is left"
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", prog="hat-tui")
    for name, (help, add_flags) in COMMANDS.items():
        if name in arguments:
            takes_shared = [shared] if name not in ("sessions", "models") else []
            command = commands.add_parser(name, parents=takes_shared, conflict_handler="resolve", help=help)
            add_flags(command, shared)
        else:
            commands.add_parser(name, help=help, add_help=False)  # nothing will be read with it
    return parser


def _add_ask(ask: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    ask.add_argument("prompt", nargs="*", help="the question; standard input is put below it when it is piped")


def _add_connect(connect: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    connect.add_argument("name", metavar="NAME", nargs="?", default="")


def _add_models(models: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    do = models.add_subparsers(dest="do", metavar="list|show|get")
    models.add_argument("--json", action="store_true", help="the list as JSON")
    do.add_parser("list", parents=[shared], help="all models; the same as without a word")
    show = do.add_parser("show", parents=[shared], help="all metadata, the chat template, the memory it needs")
    show.add_argument("name", metavar="NAME")
    get = do.add_parser("get", parents=[shared], help="download from a model hub (needs hat-tui[hub])")
    get.add_argument("repository", metavar="OWNER/NAME", nargs="?", help="without it: models worth a try")
    get.add_argument("wanted", metavar="FILE", nargs="?", default="", help="which one: a name or a quantization")


def _add_serve(serve: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    serve.add_argument("--share", action="store_true", help="serve the local network, with a key")
    serve.add_argument("--exposed", action="store_true", help="serve others without a key, knowing what that means")
    serve.add_argument("--verbose", action="store_true", help="log everything the server writes")


def _add_doctor(doctor: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    doctor.add_argument("--json", action="store_true", help="the findings as JSON")


def _add_accept(accept: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    from hat_tui.acceptance.flags import add_commands

    add_commands(accept)


def _add_sessions(sessions: argparse.ArgumentParser, shared: argparse.ArgumentParser) -> None:
    do = sessions.add_subparsers(dest="do", metavar="list|search|show|export|import|path", required=True)
    for name, about, help in (
        ("list", "", "one line each: id, start, turns, model, title"),
        ("search", "WORDS", "the sessions in which all the words were said"),
        ("show", "ID", "print a session file"),
        ("export", "ID", "print a session in another format"),
        ("import", "FILE", "make a session of a log in the format of the article's script"),
        ("path", "[ID]", "print where a session, or the folder of all, is"),
    ):
        command = do.add_parser(name, parents=[shared], help=help)
        if about:
            command.add_argument(
                "about", metavar=about.strip("[]"), nargs="+" if name == "search" else None if about[0] != "[" else "?"
            )
        if name == "export":
            command.add_argument(
                "--format",
                type=lambda text: "markdown" if text == "md" else text,
                choices=("markdown", "json", "html"),
                default="markdown",
                help="or md, the same as markdown",
            )


COMMANDS: Mapping[str, tuple[str, Callable[[argparse.ArgumentParser, argparse.ArgumentParser], None]]] = {
    "ask": ("print one answer and end", _add_ask),
    "sessions": ("list, search, show, export and import sessions; path says where they are", _add_sessions),
    "models": ("the models here: list, show, get more", _add_models),
    "connect": ("chat with a saved server; without NAME, list them", _add_connect),
    "serve": ("run the server alone, for others or for a service", _add_serve),
    "doctor": ("check this machine, the server part and endpoints", _add_doctor),
    "accept": ("the Home Acceptance Test", _add_accept),
}
"""What each command is for, and what gives its parser the flags that are its own."""


class Parser(argparse.ArgumentParser):
    """Says in one line what is wrong, and where help is."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; {self.prog} --help shows what there is\n")


def _shared_flags() -> Parser:
    from hat_tui.adapters.settings_file import SETTINGS, launch_setting
    from hat_tui.chat.parameters import SPECS, SamplingParameters
    from hat_tui.server.launch_form import LAUNCH_SPECS

    # SUPPRESS: a subparser must not write its own default over what stood before the command.
    shared = Parser(add_help=False, argument_default=argparse.SUPPRESS)
    place = shared.add_argument_group("where replies come from, where files are")
    for setting in SETTINGS:
        if not setting.secret:
            place.add_argument(setting.flag, help=setting.help, metavar=setting.kind.upper())
    launch = shared.add_argument_group("how a model is run here")
    for option in LAUNCH_SPECS:
        told = f"{option.help} (default: {option.otherwise})".replace("%", "%%")
        launch.add_argument(f"--{launch_setting(option).replace('_', '-')}", help=told, metavar=option.kind.upper())
    launch.add_argument(
        "--server-option", action="append", metavar="NAME=VALUE", help="any other setting of the server"
    )
    sampling = shared.add_argument_group("how replies are made")
    for spec in SPECS:
        usual = spec.format(getattr(SamplingParameters(), spec.name)) or "none"
        told = f"{spec.help}; {spec.range} (default: {usual})".replace("%", "%%")
        sampling.add_argument(f"--{spec.name.replace('_', '-')}", help=told, metavar=spec.kind.upper())
    return shared


def _run(options: argparse.Namespace, handover: "Handover | None") -> int:
    from hat_tui.adapters import locations
    from hat_tui.adapters.settings_file import BadSetting, load

    flags: dict[str, Any] = vars(options)
    config = locations.config_file()
    try:
        settings = load(flags, os.environ, config)
        if options.where:
            return _where(settings)
        if options.command and not (options.command == "connect" and options.name):
            from hat_tui import subcommands

            return subcommands.BY_NAME[options.command](settings, options)
        return _chat(settings, options, handover)
    except BadSetting as trouble:
        from hat_tui.chat.safe_text import shown

        print(f"hat-tui: {shown(str(trouble))}", file=sys.stderr)
        return 2


def _chat(settings: "Settings", options: argparse.Namespace, handover: "Handover | None") -> int:
    from hat_tui import wiring
    from hat_tui.adapters.settings_file import BadSetting

    connection = options.name if options.command == "connect" else ""
    services = wiring.services(settings, resume=options.resume or "", connection=connection)
    # textual-serve has pipes in place of a terminal, and names the driver that speaks to the browser through them.
    has_screen = (sys.stdin.isatty() and sys.stdout.isatty()) or bool(os.environ.get("TEXTUAL_DRIVER"))
    if options.plain or not has_screen or os.environ.get("TERM") == "dumb":
        from hat_tui import plain

        return plain.run(services)
    from hat_tui.tui.app import HatTuiApp
    from hat_tui.tui.terminal.charset import charset, encoder

    app = HatTuiApp(services, handover, inline=options.inline)
    if settings.theme and settings.theme not in app.available_themes:
        raise BadSetting(f"There is no theme {settings.theme}; there are {', '.join(sorted(app.available_themes))}")
    said = app.run()
    if said:
        sys.stdout.buffer.write(encoder(charset(os.environ))(said))
        sys.stdout.flush()
    return app.return_code or 0


def _where(settings: "Settings") -> int:
    from hat_tui.adapters import locations

    for what, place in (
        ("config file", locations.config_file()),
        ("presets", locations.presets_file()),
        ("sessions", locations.sessions_folder(settings.sessions_dir)),
        ("models", locations.models_folder(settings.models_dir)),
        ("state", locations.state_folder()),
    ):
        print(f"{what:12} {place}")
    return 0

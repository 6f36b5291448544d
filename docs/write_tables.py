"""Write docs/settings.md and docs/keys.md from the tables of the program: `python docs/write_tables.py`."""

from pathlib import Path

from hat_tui.adapters.settings_file import SETTINGS, launch_setting
from hat_tui.chat.parameters import SPECS, SamplingParameters
from hat_tui.commands import COMMANDS
from hat_tui.server.launch_form import LAUNCH_SPECS
from hat_tui.tui.keymap import CHAT, TURN

DOCS = Path(__file__).resolve().parent

SETTINGS_HEAD = """# Settings

Each can be a flag, a variable, or a line of the config file (`hat-tui --where` tells where that is); a flag wins over a
variable, a variable over the file. `temperature` is `--temperature`, `HAT_TUI_TEMPERATURE`, and in the file:

```toml
temperature = 0.2
stop = ["</s>"]
model = "gemma-2b-it.Q4_K_M"
server_options = ["n_batch=256"]

[keys]                      # actions by their names in docs/keys.md
parameters = "ctrl+y"
```

Keys of servers are never flags, since every user of a machine sees those: use a variable, the config file, or a file of
their own. Where the file has a `url` and you give another one, the file's key and `served_model` stay with the file's.
"""

KEYS_HEAD = """# Keys and commands

Ctrl+G shows this in the program, the bottom line what can be done where you are. Plain SSH, tmux and screen deliver all
of these keys. Others can be chosen under `[keys]` in the config file, by the names of the last column, several
separated by commas: `parameters = "ctrl+y,f12"`. Letters without Ctrl or Alt are for what is done to a turn. Ctrl and
Alt with letters and F1 to F12 come through every terminal; whether others do, Ctrl+Enter say, depends on yours.
"""


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A Markdown table; bars in cells are escaped."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines) + "\n"


def settings() -> str:
    """The page about settings."""
    usual = SamplingParameters()
    place = [(f"`{entry.name}`", entry.help + (" (no flag)" if entry.secret else "")) for entry in SETTINGS]
    launch = [(f"`{launch_setting(spec)}`", spec.help, spec.otherwise or "") for spec in LAUNCH_SPECS]
    sampling = [
        (f"`{spec.name}`", spec.help, spec.range, f"`{spec.format(getattr(usual, spec.name)) or 'none'}`")
        for spec in SPECS
    ]
    return "\n".join(
        (
            SETTINGS_HEAD,
            "## Where replies come from, where files are\n",
            table(("setting", "what"), place),
            "## How replies are made\n",
            table(("setting", "what it does", "what it takes", "default"), sampling),
            "## How a model is run here\n",
            table(("setting", "what it does", "default"), launch),
        )
    )


def keys() -> str:
    """The page about keys."""
    groups: dict[str, list[tuple[str, ...]]] = {}
    for action in CHAT + TURN:
        row = (" or ".join(f"`{key}`" for key in action.keys.split(",")), action.help, f"`{action.id}`")
        groups.setdefault(action.group, []).append(row)
    tables = [f"## {group}\n\n" + table(("key", "what it does", "name"), rows) for group, rows in groups.items()]
    commands = [(f"`/{command.name} {command.takes}`".replace(" `", "`"), command.help) for command in COMMANDS]
    return "\n".join((KEYS_HEAD, *tables, "## Slash commands\n", table(("command", "what it does"), commands)))


PAGES = {"settings.md": settings, "keys.md": keys}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")

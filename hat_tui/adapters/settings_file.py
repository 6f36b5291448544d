"""Settings: the command line over HAT_TUI_* variables over the config file over the defaults."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from hat_tui.chat.parameters import SPECS, BadValue, SamplingParameters


class BadSetting(ValueError):
    """A setting that cannot be taken; the message names where it stands and what is expected."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One entry of the table that config file, variables, flags and docs share."""

    name: str
    kind: Literal["text", "path", "count"]
    help: str
    secret: bool = False
    """Never a flag: arguments are seen by every user of the machine."""

    @property
    def flag(self) -> str:
        return "--" + self.name.replace("_", "-")

    @property
    def variable(self) -> str:
        return "HAT_TUI_" + self.name.upper()


SETTINGS: tuple[Setting, ...] = (
    Setting("model", "text", "the GGUF file to run: a path, or a name in the models folder"),
    Setting("url", "text", "connect to this OpenAI-compatible server and start none"),
    Setting("api_key", "text", "the key of that server (variable or config file only)", secret=True),
    Setting("api_key_file", "path", "read the key of that server from this file"),
    Setting("served_model", "text", "which of a server's models to ask, where it has several"),
    Setting("sessions_dir", "path", "where sessions are kept"),
    Setting("models_dir", "path", "where models are looked for"),
    Setting("n_ctx", "count", "context length of a model we run, in tokens; 0 for the trained one"),
    Setting("threads", "count", "threads of a model we run; 0 for one a physical core"),
    Setting("chat_format", "text", "chat format of a model we run, instead of the one in its file"),
    Setting("preset", "text", "start with this saved preset of parameters"),
    Setting("theme", "text", "a Textual theme by name; without one, dark or light as the terminal is"),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for this run. Empty text, None and 0 mean "not set"."""

    model: str = ""
    url: str = ""
    api_key: str = field(default="", repr=False)
    api_key_file: Path | None = None
    served_model: str = ""
    sessions_dir: Path | None = None
    models_dir: Path | None = None
    n_ctx: int | None = None
    threads: int = 0
    chat_format: str = ""
    preset: str = ""
    theme: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """Sampling parameters that were set somewhere, by name; the rest comes from the preset or the defaults."""
    keys: Mapping[str, str] = field(default_factory=dict)

    def sampling(self, preset: SamplingParameters) -> SamplingParameters:
        """The preset with what was set on top."""
        return SamplingParameters.from_mapping({**preset.as_mapping(), **self.parameters})

    def key(self) -> str:
        """The server's key, from its variable, the config file or its own file. Raises BadSetting."""
        if self.api_key or self.api_key_file is None:
            return self.api_key
        try:
            return self.api_key_file.expanduser().read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise BadSetting(f"The key file {self.api_key_file} cannot be read: {error}") from error


def load(flags: Mapping[str, Any], environ: Mapping[str, str], config: Path) -> Settings:
    """Put the sources together. Raises BadSetting for a value or name that makes no sense, naming its source."""
    table = _read(config)
    keys = table.pop("keys", {})
    if not isinstance(keys, dict) or not all(isinstance(value, str) for value in keys.values()):
        raise BadSetting(f'[keys] in {config} takes action = "key" lines')
    values: dict[str, Any] = {}
    parameters: dict[str, Any] = {}
    known = {entry.name for entry in SETTINGS} | {entry.name for entry in SPECS}
    if unknown := sorted(set(table) - known):
        raise BadSetting(f"{config} sets {unknown[0]}, which is no setting; docs/settings.md lists them")
    for setting in SETTINGS:
        sources = ((flags.get(setting.name), setting.flag), (environ.get(setting.variable), setting.variable))
        for value, source in (*sources, (table.get(setting.name), f"{setting.name} in {config}")):
            if value is not None and value != "":
                values[setting.name] = _taken(setting, value, source)
                break
    for spec in SPECS:
        variable = "HAT_TUI_" + spec.name.upper()
        flag = "--" + spec.name.replace("_", "-")
        try:
            source = flag
            if (text := flags.get(spec.name)) is not None:
                parameters[spec.name] = spec.parse(text)
            elif (text := environ.get(variable)) is not None:
                source = variable
                parameters[spec.name] = spec.parse(text)
            elif spec.name in table:
                source = f"{spec.name} in {config}"
                parameters[spec.name] = spec.check(table[spec.name])
        except BadValue as trouble:
            raise BadSetting(f"{source}: {trouble}") from None
    return Settings(**values, parameters=parameters, keys=keys)


def _read(config: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(config.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"The config file {config} cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise BadSetting(f"The config file {config} is not valid TOML: {error}") from error


def _taken(setting: Setting, value: object, source: str) -> object:
    if setting.kind == "count":
        try:
            number = int(value) if isinstance(value, str | int) and not isinstance(value, bool) else -1
        except ValueError:
            number = -1
        if number < 0:
            raise BadSetting(f"{source} takes a whole number of 0 or more, not {value!r}")
        return number
    if not isinstance(value, str | Path):
        raise BadSetting(f"{source} takes a text, not {value!r}")
    return Path(value).expanduser() if setting.kind == "path" else str(value)

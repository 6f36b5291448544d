"""Settings: the command line over HAT_TUI_* variables over the config file over the defaults."""

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, Literal

from hat_tui.adapters.locations import from_home
from hat_tui.adapters.toml_file import read_toml
from hat_tui.chat.parameters import SPECS, BadValue, ParameterSpec, SamplingParameters
from hat_tui.frozen import frozen
from hat_tui.server.launch_form import LAUNCH_SPECS, BadLaunch, LaunchSpec


class BadSetting(ValueError):
    """A setting that cannot be taken; the message names where it stands and what is expected."""


@frozen
class Setting:
    """One entry of the table that config file, variables, flags and docs share."""

    name: str
    kind: Literal["text", "path", "flag"]
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
    Setting(
        "model_dirs", "text", "more folders with models, separated like PATH; `caches` for those of other programs"
    ),
    Setting("server_key", "text", "the key a server of ours asks for (variable or config file only)", secret=True),
    Setting("restricted", "flag", "yes: no way to files and programs: no attaching, editor, export or download"),
    Setting("preset", "text", "start with this saved preset of parameters"),
    Setting("theme", "text", "a Textual theme by name; without one, dark or light as the terminal is"),
)


@frozen
class Settings:
    """What holds for this run. Empty text, None and 0 mean "not set"."""

    model: str = ""
    url: str = ""
    api_key: str = field(default="", repr=False)
    api_key_file: Path | None = None
    served_model: str = ""
    sessions_dir: Path | None = None
    models_dir: Path | None = None
    model_dirs: str = ""
    server_key: str = field(default="", repr=False)
    restricted: bool = False
    preset: str = ""
    theme: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """Sampling parameters that were set somewhere, by name; the rest comes from the preset or the defaults."""
    launch: Mapping[str, str] = field(default_factory=dict)
    """Launch options that were set somewhere, as text by the names of `launch_form.LAUNCH_SPECS`."""
    server_options: tuple[str, ...] = ()
    """Further settings of the server, each name=value."""
    keys: Mapping[str, str] = field(default_factory=dict)

    def sampling(self, preset: SamplingParameters) -> SamplingParameters:
        """The preset with what was set on top."""
        return SamplingParameters.from_mapping({**preset.as_mapping(), **self.parameters})

    def key(self) -> str:
        """The server's key, from its variable, the config file or its own file. Raises BadSetting."""
        if self.api_key or self.api_key_file is None:
            return self.api_key
        try:
            return self.api_key_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise BadSetting(f"The key file {self.api_key_file} cannot be read: {error}") from error


def launch_setting(spec: LaunchSpec) -> str:
    """The name of a launch option among the settings: its own, but that `seed` is the one of replies."""
    return "server_seed" if spec.name == "seed" else spec.name


@frozen
class _Sources:
    """Where values come from, the first that has one wins."""

    flags: Mapping[str, Any]
    environ: Mapping[str, str]
    table: Mapping[str, Any]
    config: Path

    def find(self, name: str) -> tuple[Any, str] | None:
        """The value that holds for a setting and what to call its source; None when it is not set."""
        flag, variable = f"--{name.replace('_', '-')}", f"HAT_TUI_{name.upper()}"
        places = ((self.flags.get(name), flag), (self.environ.get(variable), variable))
        for value, source in (*places, (self.table.get(name), f"{name} in {self.config}")):
            if value is not None and value != "":
                return value, source
        return None


def load(flags: Mapping[str, Any], environ: Mapping[str, str], config: Path) -> Settings:
    """Put the sources together. Raises BadSetting for a value or name that makes no sense, naming its source."""
    table = _read(config)
    keys, options = table.pop("keys", {}), table.pop("server_options", [])
    if not isinstance(keys, dict) or not all(isinstance(value, str) for value in keys.values()):
        raise BadSetting(f'[keys] in {config} takes action = "key" lines')
    if not isinstance(options, list) or not all(isinstance(option, str) for option in options):
        raise BadSetting(f'server_options in {config} takes a list of "name=value" texts')
    _refuse_unknown(table, config)
    sources = _Sources(flags, environ, _for_the_server_asked(table, flags, environ), config)
    values: dict[str, Any] = {
        setting.name: _taken(setting, *found) for setting in SETTINGS if (found := sources.find(setting.name))
    }
    parameters = {spec.name: _parameter(spec, *found) for spec in SPECS if (found := sources.find(spec.name))}
    launch = {
        spec.name: _launch(spec, *found) for spec in LAUNCH_SPECS if (found := sources.find(launch_setting(spec)))
    }
    more = tuple(flags.get("server_option") or options)
    return Settings(**values, parameters=parameters, launch=launch, server_options=more, keys=keys)


def _for_the_server_asked(
    table: Mapping[str, Any], flags: Mapping[str, Any], environ: Mapping[str, str]
) -> Mapping[str, Any]:
    """The file's table, without the key and the model of its own server where another one's address is given."""
    asked, own = flags.get("url") or environ.get("HAT_TUI_URL"), table.get("url")
    if not asked or not isinstance(own, str) or not own:
        return table
    from hat_tui.adapters.endpoint_url import same_server  # noqa: PLC0415 (seldom needed at a start)

    if same_server(asked, own):
        return table
    return {name: value for name, value in table.items() if name not in ("api_key", "api_key_file", "served_model")}


def _refuse_unknown(table: Mapping[str, Any], config: Path) -> None:
    known = {setting.name for setting in SETTINGS} | {spec.name for spec in SPECS}
    known |= {launch_setting(spec) for spec in LAUNCH_SPECS}
    if unknown := sorted(set(table) - known):
        raise BadSetting(f"{config} sets {unknown[0]}, which is no setting; docs/settings.md lists them")


def _parameter(spec: ParameterSpec, value: Any, source: str) -> Any:
    """A value of the config file has a type, a flag or variable is text."""
    try:
        is_typed = not isinstance(value, str) or (spec.kind in ("text", "strings") and source.startswith(spec.name))
        return spec.check(value) if is_typed else spec.parse(value)
    except BadValue as trouble:
        raise BadSetting(f"{source}: {trouble}") from None


def _launch(spec: LaunchSpec, value: Any, source: str) -> str:
    text = spec.format(value) if isinstance(value, bool | int | float) else value
    try:
        if not isinstance(text, str):
            raise BadLaunch(f"{spec.label} takes a text or a number")
        spec.parse(text)
    except BadLaunch as trouble:
        raise BadSetting(f"{source}: {trouble}") from None
    return text


def _read(config: Path) -> dict[str, Any]:
    try:
        return read_toml(config)
    except (OSError, UnicodeDecodeError) as error:
        raise BadSetting(f"The config file {config} cannot be read: {error}") from error
    except ValueError as error:
        raise BadSetting(f"The config file {config} is not valid TOML: {error}") from error


_FLAGS = {
    **dict.fromkeys(("yes", "true", "on", "1"), True),
    **dict.fromkeys(("no", "false", "off", "0"), False),
}


def _taken(setting: Setting, value: object, source: str) -> object:
    if setting.kind == "flag":
        taken = _FLAGS.get(str(value).strip().lower())
        if taken is None:
            raise BadSetting(f"{source} is yes or no, not {value}")
        return taken
    if not isinstance(value, str | Path):
        raise BadSetting(f"{source} takes a text, not {value!r}")
    return from_home(value) if setting.kind == "path" else str(value)

"""Settings in, a program's parts out: the one place where adapters are chosen and handed on."""

import importlib.util
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from hat_tui import __version__
from hat_tui.adapters import clipboard, locations
from hat_tui.adapters.connection import connection_to
from hat_tui.adapters.last_used import LastUsed, LastUsedFile
from hat_tui.adapters.preset_file import PresetFile
from hat_tui.adapters.session_folder import SessionFolder
from hat_tui.adapters.settings_file import BadSetting, Settings
from hat_tui.chat.parameters import SamplingParameters
from hat_tui.server.launch import LaunchOptions, ServedModel
from hat_tui.server.target import LocalModel, RemoteServer, Target
from hat_tui.services import ModelChoice, NotConnected, Services

NO_SERVER = (
    "This hat-tui was installed without the part that runs models. Connect to a server with Alt+C, "
    'or add that part: pip install "hat-tui[server]" (docs/install.md tells how to build it for your processor).'
)


def services(settings: Settings, *, resume: str = "") -> Services:
    """Everything a front end needs. Raises BadSetting."""
    last_used = LastUsedFile(locations.state_folder())
    models = ModelShelf(settings)
    first, why_none = first_target(settings, models, last_used.read())
    return Services(
        connect=lambda target: connection_to(target, locations.state_folder()),
        sessions=SessionFolder(locations.sessions_folder(settings.sessions_dir)),
        models=models,
        presets=PresetFile(locations.presets_file()),
        remember=lambda target: last_used.write(_as_last_used(target)),
        copy=clipboard.here(locations.state_folder()).copy,
        clock=lambda: datetime.now().astimezone().replace(microsecond=0),
        seconds=time.monotonic,
        version=__version__,
        first=first,
        why_none=why_none,
        parameters=sampling(settings),
        resume=resume,
        keys=settings.keys,
        theme=settings.theme,
    )


def sampling(settings: Settings) -> SamplingParameters:
    """The parameters to begin with: the preset that was named, and on top what was set. Raises BadSetting."""
    presets = PresetFile(locations.presets_file()).load()
    name = settings.preset or "article"
    if name not in presets:
        raise BadSetting(f"There is no preset {name}; there are {', '.join(sorted(presets))}")
    return settings.sampling(presets[name])


def first_target(settings: Settings, models: "ModelShelf", last: LastUsed) -> tuple[Target | None, str]:
    """What to open with, or why there is nothing: what was asked for, what was used last, the only model, the demo.

    Nothing, without a reason, when there are several models to choose from. Raises BadSetting for a model that is
    asked for and is not there.
    """
    if settings.url:
        return RemoteServer(settings.url, settings.key(), settings.served_model), ""
    try:
        if settings.model:
            return models.local(models.find(settings.model)), ""
    except NotConnected as trouble:
        raise BadSetting(str(trouble)) from trouble
    if last.url:
        return RemoteServer(last.url, settings.key()), ""
    if not can_run_models():
        return None, NO_SERVER
    if last.model and Path(last.model).is_file():
        return models.local(Path(last.model)), ""
    found = models.list()
    if len(found) > 1:
        return None, ""
    only = found[0].path if found else locations.bundled_model()
    if only is None:
        return None, "There is no model yet: `hat-tui models get` downloads one, Alt+C connects to a server."
    return models.local(only), ""


def can_run_models() -> bool:
    """Whether llama_cpp.server is installed beside us; it is never imported into this process."""
    return importlib.util.find_spec("llama_cpp") is not None


def _as_last_used(target: Target) -> LastUsed:
    if isinstance(target, RemoteServer):
        return LastUsed(url=target.url)
    return LastUsed(model=str(Path(target.options.models[0].path).resolve()))


class ModelShelf:
    """The model files of the models folder, ready to be run with the settings that hold."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._folder = locations.models_folder(settings.models_dir)

    def list(self) -> Sequence[ModelChoice]:
        """Every GGUF of the folder, by name."""
        files = sorted(self._folder.glob("*.gguf"))
        return [ModelChoice(file, file.stem, f"{file.stat().st_size / 1e6:.0f} MB") for file in files]

    def find(self, asked: str) -> Path:
        """The file a person means: a path, or a name in the folder with or without `.gguf`. Raises NotConnected."""
        for candidate in (Path(asked).expanduser(), self._folder / asked, self._folder / f"{asked}.gguf"):
            if candidate.is_file():
                return candidate
        known = ", ".join(choice.name for choice in self.list()) or "none"
        raise NotConnected(f"There is no model {asked}: neither a file, nor in {self._folder} (there: {known}).")

    def local(self, path: Path) -> Target:
        """How to run this file. Raises NotConnected when nothing here can run models."""
        if not can_run_models():
            raise NotConnected(NO_SERVER)
        settings = self._settings
        options = LaunchOptions(
            (ServedModel(str(path)),),
            n_ctx=settings.n_ctx,
            threads=settings.threads or None,
            chat_format=settings.chat_format,
        )
        return LocalModel(options)

"""Where files live: the folders of the checkout or current folder when they are there, else the platform's own."""

import os
from pathlib import Path

import platformdirs

APP = "hat-tui"


def config_file() -> Path:
    """The TOML file of settings; it need not exist."""
    return Path(platformdirs.user_config_path(APP, appauthor=False)) / "config.toml"


def presets_file() -> Path:
    """The TOML file that named presets are saved to."""
    return config_file().with_name("presets.toml")


def state_folder() -> Path:
    """What the program remembers by itself: the model used last, running children."""
    return Path(platformdirs.user_state_path(APP, appauthor=False))


def sessions_folder(chosen: Path | None = None) -> Path:
    """The folder chosen by flag, variable or config; else `sessions/` here; else the data folder's."""
    return chosen or _here_or_data("sessions")


def models_folder(chosen: Path | None = None) -> Path:
    """The folder chosen by flag, variable or config; else `models/` here; else the data folder's."""
    return chosen or _here_or_data("models")


def runs_folder() -> Path:
    """Where runs of the acceptance test are kept: `acceptance/` here when it is there, else the data folder's."""
    return _here_or_data("acceptance")


def bundled_model() -> Path | None:
    """The demo model, in the installed package or in the checkout; None when this copy carries none."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "bundled", package.parent / "models"):
        if (model := folder / "hat-demo.gguf").is_file():
            return model
    return None


def _here_or_data(name: str) -> Path:
    here = Path.cwd() / name
    if here.is_dir() and os.access(here, os.W_OK):
        return here
    return Path(platformdirs.user_data_path(APP, appauthor=False)) / name


def from_home(typed: str | Path) -> Path:
    """The path that was typed, with the home folder for `~`; a `~name` that nobody here has stays as it is."""
    return Path(os.path.expanduser(typed))  # noqa: PTH111 - Path.expanduser raises RuntimeError for such a name


def make_private(folder: Path) -> None:
    """Create a folder that only its owner can enter. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)

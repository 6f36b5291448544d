"""The GGUF files on this machine: found in folders, read for their facts, picked by name."""

import contextlib
import difflib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hat_tui.adapters.locations import from_home
from hat_tui.gguf.facts import ModelFacts, facts_of, split_part
from hat_tui.gguf.header import BadGguf, read_header

_DEEPEST = 5
_MOST_FILES = 2000


class NoSuchModel(LookupError):
    """No model, or more than one, answers to a name. The message says which there are."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model on disk. `path` is its file, the first one of a split model; `facts` is None when `problem` says why."""

    path: Path
    facts: ModelFacts | None
    problem: str = ""

    @property
    def name(self) -> str:
        """What it is called in lists and on the command line: the file's name without its ending."""
        part = split_part(self.path.name)
        return part.stem if part else self.path.stem


class ModelFolder:
    """The models in some folders and what is below them. Facts are kept as long as a file's size and time stay."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self.folders = tuple(folders)
        self._known: dict[Path, tuple[tuple[int, int], ModelFile]] = {}

    def list(self) -> tuple[ModelFile, ...]:
        """All GGUF files by name, each file once, a split model as one. Folders that cannot be read are left out."""
        found: dict[Path, ModelFile] = {}
        for path in self._files():
            part = split_part(path.name)
            if part and part.number != 1:
                continue
            with contextlib.suppress(OSError):
                found.setdefault(path.resolve(), self.read(path))
        return tuple(sorted(found.values(), key=lambda model: model.name.casefold()))

    def read(self, path: Path) -> ModelFile:
        """The facts of one model; a file that is no good GGUF has its problem instead. OSError when it is not there."""
        status = path.stat()
        stamp = (status.st_size, status.st_mtime_ns)
        known = self._known.get(path)
        if known and known[0] == stamp and not split_part(path.name):
            return known[1]
        model = _read(path)
        self._known[path] = (stamp, model)
        return model

    def find(self, wanted: str) -> ModelFile:
        """A model by its path, its name, or a part of its name that no other has. Raises NoSuchModel, OSError."""
        path = from_home(wanted)
        if path.is_file():
            return self.read(path)
        models = self.list()
        key = wanted.casefold().removesuffix(".gguf")
        exact = [model for model in models if model.name.casefold() == key]
        close = exact or [model for model in models if key in model.name.casefold()]
        if len(close) == 1:
            return close[0]
        if close:
            raise NoSuchModel(
                f"“{wanted}” may be any of {_listed([model.name for model in close])}. Say more of the name."
            )
        if path.suffix.casefold() == ".gguf" and len(path.parts) > 1:
            raise NoSuchModel(f"There is no file {path}.")
        near = difflib.get_close_matches(key, [model.name for model in models], n=1, cutoff=0.4)
        there = f"There are: {_listed([model.name for model in models])}." if models else self._nothing()
        raise NoSuchModel(f"There is no model “{wanted}”. {f'Did you mean “{near[0]}”?' if near else there}")

    def _nothing(self) -> str:
        return f"No GGUF file is in {_listed([str(folder) for folder in self.folders]) or 'any folder'}."

    def _files(self) -> Iterator[Path]:
        count = 0
        for folder in self.folders:
            for place, subfolders, names in os.walk(folder):
                if len(Path(place).relative_to(folder).parts) >= _DEEPEST:
                    subfolders.clear()
                subfolders.sort()
                for name in sorted(names):
                    if name.lower().endswith(".gguf") and not name.startswith("."):
                        yield Path(place, name)
                        count += 1
                        if count >= _MOST_FILES:
                            return


def _read(path: Path) -> ModelFile:
    part = split_part(path.name)
    paths = [path.with_name(part.sibling(number)) for number in range(1, part.total + 1)] if part else [path]
    headers = []
    for number, file in enumerate(paths, 1):
        try:
            with file.open("rb", buffering=0) as stream:
                headers.append(read_header(stream))
        except BadGguf as error:
            return ModelFile(path, None, f"{error}" if len(paths) == 1 else f"Part {number}: {error}")
        except FileNotFoundError:
            return ModelFile(path, None, f"Part {number} of {len(paths)} is missing: {file.name}.")
        except OSError as error:
            return ModelFile(path, None, f"It cannot be read: {error.strerror or error}.")
    facts = facts_of(headers, path.name)
    problem = f"The file is cut off: {facts.missing} bytes are missing. Download it again." if facts.missing else ""
    return ModelFile(path, facts, problem)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:6])
    return f"{shown} and {len(names) - 6} more" if len(names) > 6 else shown


def other_caches(environment: Mapping[str, str] = os.environ, home: Path | None = None) -> tuple[Path, ...]:
    """Folders where other programs keep GGUF files: those of Hugging Face, LM Studio, llama.cpp, GPT4All and Jan that
    exist.
    """
    home = home or from_home("~")
    cache = Path(environment.get("XDG_CACHE_HOME") or home / ".cache")
    share = Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share")
    if sys.platform == "darwin":
        cache, share = home / "Library" / "Caches", home / "Library" / "Application Support"
    hugging_face = Path(environment.get("HF_HOME") or home / ".cache" / "huggingface")
    places = (
        Path(environment.get("HF_HUB_CACHE") or hugging_face / "hub"),
        home / ".lmstudio" / "models",
        home / ".cache" / "lm-studio" / "models",
        Path(environment.get("LLAMA_CACHE") or cache / "llama.cpp"),
        share / "nomic.ai" / "GPT4All",
        home / "jan" / "models",
    )
    return tuple(place for place in places if place.is_dir())

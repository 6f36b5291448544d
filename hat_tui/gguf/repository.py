"""What a model repository offers: its GGUF files as models to choose from, and how a download stands."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from hat_tui.gguf.facts import split_part

_QUANTIZATION = re.compile(
    r"(?<![A-Za-z0-9])((?:UD-)?(?:IQ|Q|TQ)\d(?:_[A-Z0-9]+)*|BF16|FP?16|FP?32|MXFP4)(?![A-Za-z0-9])", re.I
)


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """One file of a repository. `sha256`, or else git's `blob` number, is what its content is checked against."""

    path: str
    size: int
    sha256: str = ""
    blob: str = ""

    @property
    def name(self) -> str:
        """The name it gets here: the last part of its path, without what a file system or a terminal would obey."""
        return _harmless(PurePosixPath(self.path).name).lstrip(".-") or "model.gguf"


@dataclass(frozen=True, slots=True)
class RemoteModel:
    """A model to choose: one file, or the parts of a split one in order. Its folder, if any, stands in its name."""

    name: str
    files: tuple[RemoteFile, ...]

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)

    @property
    def quantization(self) -> str:
        """As its name tells it, "" when it does not."""
        found = _QUANTIZATION.search(self._last_name) or _QUANTIZATION.search(self.name)
        return found[1].upper() if found else ""

    @property
    def called(self) -> frozenset[str]:
        """What a person may call it, in lower case."""
        return frozenset(name.lower() for name in (self.name, self._last_name, self.quantization))

    @property
    def _last_name(self) -> str:
        return self.name.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository and its models, smallest first. `revision` is the commit that all its files are taken from."""

    id: str
    revision: str
    licence: str
    models: tuple[RemoteModel, ...]


class NotThere(LookupError):
    """No model, or more than one, fits what was asked for. The message lists what there is."""


def models_of(files: Sequence[RemoteFile]) -> tuple[RemoteModel, ...]:
    """The GGUF files as models, smallest first; the parts of a split one together, projectors left out."""
    groups: dict[str, list[RemoteFile]] = defaultdict(list)
    for file in files:
        if file.path.lower().endswith(".gguf") and "mmproj" not in file.name.lower():
            part = split_part(file.name)
            folder, slash, _ = file.path.rpartition("/")
            groups[folder + slash + (part.stem if part else file.name[: -len(".gguf")])].append(file)
    models = (
        RemoteModel(_harmless(path), tuple(sorted(parts, key=lambda file: file.path))) for path, parts in groups.items()
    )
    return tuple(sorted(models, key=lambda model: (model.size, model.name)))


def _harmless(text: str) -> str:
    return re.sub(r"[^\w.+=@()/-]", "_", text)


def choose(repository: Repository, wanted: str = "") -> RemoteModel:
    """The model a person means: by name, by quantization, or the only one. Raises NotThere."""
    models = repository.models
    if not models:
        raise NotThere(f"{repository.id} holds no GGUF file. Look for a repository whose name ends in -GGUF.")
    key = wanted.lower().removesuffix(".gguf")
    exact = [model for model in models if key and key in model.called]
    close = exact or [model for model in models if key in model.name.lower()]
    if len(close) == 1:
        return close[0]
    offered = close or models
    by_type = len({model.quantization for model in offered}) == len(offered)
    names = ", ".join((by_type and model.quantization) or model.name for model in offered)
    if not wanted:
        raise NotThere(f"{repository.id} holds {len(models)} models: say which of {names}.")
    raise NotThere(f"“{wanted}” fits {len(close)} models of {repository.id}; it has {names}.")


def recommended(models: Sequence[RemoteModel]) -> RemoteModel | None:
    """The one to offer first: Q4_K_M, the usual balance of size and quality; for a small model the finer Q8_0."""
    by_type = {model.quantization: model for model in reversed(models)}
    fine, usual = by_type.get("Q8_0"), by_type.get("Q4_K_M")
    if fine and fine.size < 1_000_000_000:
        return fine
    return usual or fine or (models[0] if models else None)


@dataclass(frozen=True, slots=True)
class DownloadProgress:
    """Bytes that are here, of all; bytes a second lately; seconds left, None while the speed is not known."""

    file: str
    done: int
    total: int
    speed: float = 0.0
    checking: bool = False
    """All bytes are here and are being compared with the checksum."""

    @property
    def seconds_left(self) -> float | None:
        return (self.total - self.done) / self.speed if self.speed > 0 else None

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return self.done / self.total if self.total else 0.0

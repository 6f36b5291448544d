"""The models a person can pick, ready to be run with the settings that hold for each."""

import importlib.util
import json
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from hat_tui.adapters import machine
from hat_tui.adapters.model_folder import ModelFile, ModelFolder, NoSuchModel
from hat_tui.gguf.facts import MemoryNeed, ModelFacts
from hat_tui.gguf.fit import Fit, fit
from hat_tui.server.launch import CACHE_TYPES, LaunchOptions, for_model
from hat_tui.server.launch_form import BadLaunch, recalled, remembered, with_extra, with_text
from hat_tui.server.target import LocalModel, Target
from hat_tui.services import ModelChoice, NotConnected

NO_SERVER = (
    "This hat-tui was installed without the part that runs models. Connect to a server with --url, or Alt+C in the "
    'chat, or add that part: pip install "hat-tui[server]" (docs/install.md tells how to build it for your processor).'
)


def can_run_models() -> bool:
    """Whether llama_cpp.server is installed beside us; it is never imported into this process."""
    return importlib.util.find_spec("llama_cpp") is not None


class ModelShelf:
    """Models of some folders, and the bundled one beside them.

    `launch` and `extra` are what was set for all models (text by launch option; name=value settings of the server);
    `memory` keeps what was set for one.
    """

    def __init__(
        self,
        folder: ModelFolder,
        memory: "LaunchMemory",
        *,
        bundled: Path | None = None,
        launch: Mapping[str, str] | None = None,
        extra: Sequence[str] = (),
    ) -> None:
        self.folder = folder
        self._memory = memory
        self._bundled = bundled
        self._launch = launch or {}
        self._extra = extra

    def list(self) -> Sequence[ModelChoice]:
        """Every GGUF of the folders that is no part or vocabulary of another, by name, then the bundled model."""
        free = machine.free_memory()
        files = [file for file in self.folder.list() if file.facts is None or file.facts.purpose == "model"]
        if self._bundled and not any(file.path.resolve() == self._bundled.resolve() for file in files):
            with suppress(OSError):
                files.append(self.folder.read(self._bundled))
        return [self._choice(file, free) for file in files]

    def _choice(self, file: ModelFile, free: int | None) -> ModelChoice:
        if file.facts is None:
            return ModelChoice(file.path, file.name, None, file.problem)
        try:
            options = self._options(file)
        except NotConnected as trouble:
            return ModelChoice(file.path, file.name, file.facts, str(trouble))
        need = _need(file.facts, options)
        return ModelChoice(file.path, file.name, file.facts, file.problem, need.total, fit(need, free))

    def need(self, path: Path, options: LaunchOptions) -> tuple[int, Fit]:
        """Bytes that a model would take with these options, and whether that is free now. Raises OSError."""
        file = self.folder.read(path)
        if file.facts is None:
            return 0, Fit.UNKNOWN
        need = _need(file.facts, options)
        return need.total, fit(need, machine.free_memory())

    def choice(self, path: Path) -> ModelChoice:
        """One file as the list shows it. Raises OSError."""
        return self._choice(self.folder.read(path), machine.free_memory())

    def find(self, wanted: str) -> Path:
        """The file a person means by a path or a name. Raises NotConnected."""
        if self._bundled and wanted.removesuffix(".gguf") == self._bundled.stem and not Path(wanted).is_file():
            return self._bundled
        try:
            return self.folder.find(wanted).path
        except (NoSuchModel, OSError) as trouble:
            raise NotConnected(str(trouble)) from trouble

    def local(self, path: Path) -> Target:
        """How to run this file. Raises NotConnected when nothing here can, or the file is no model."""
        if not can_run_models():
            raise NotConnected(NO_SERVER)
        try:
            file = self.folder.read(path)
        except OSError as trouble:
            raise NotConnected(f"{path} cannot be read: {trouble.strerror or trouble}") from trouble
        if file.problem:
            raise NotConnected(f"{path.name}: {file.problem}")
        return LocalModel(self._options(file))

    def remember(self, options: LaunchOptions) -> None:
        """Run this model so from now on."""
        self._memory.write(Path(options.models[0].path), remembered(options))

    def _options(self, file: ModelFile) -> LaunchOptions:
        options = for_model(str(file.path), (file.facts.trained_context or None) if file.facts else None)
        options = recalled(options, self._memory.read(file.path))
        try:
            for name, text in self._launch.items():
                options = with_text(options, name, text)
            for text in self._extra:
                options = with_extra(options, text)
        except BadLaunch as trouble:
            raise NotConnected(str(trouble)) from trouble
        return options


def _need(facts: ModelFacts, options: LaunchOptions) -> MemoryNeed:
    return facts.memory(
        options.context_of(options.models[0]),
        type_k=CACHE_TYPES[options.cache_type_k],
        type_v=CACHE_TYPES[options.cache_type_v],
        flash_attention=options.flash_attention,
    )


class LaunchMemory:
    """launch.json in the state folder: launch settings by model file. Losing it costs a few keystrokes, no more."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "launch.json"

    def read(self, model: Path) -> Mapping[str, Any]:
        """What is kept for a model; empty when nothing is, or it cannot be read."""
        kept = self._all().get(str(model.resolve()))
        return kept if isinstance(kept, dict) else {}

    def write(self, model: Path, settings: Mapping[str, Any]) -> None:
        """Keep the settings of one model. The file is replaced whole. Raises OSError."""
        table = {**self._all(), str(model.resolve()): dict(settings)}
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        fresh.write_text(json.dumps(table, indent=1), encoding="utf-8")
        fresh.replace(self._path)

    def _all(self) -> dict[str, Any]:
        try:
            table = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return table if isinstance(table, dict) else {}

"""`hat-tui models`: what is here, what one of them is and needs, and how to get another."""

import json
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Protocol

from hat_tui.chat.safe_text import shown, shown_line
from hat_tui.gguf.facts import MemoryNeed, ModelFacts
from hat_tui.gguf.fit import fit
from hat_tui.gguf.header import Header
from hat_tui.gguf.repository import DownloadProgress, NotThere, RemoteModel, Repository, choose
from hat_tui.server.catalogue import Recommended
from hat_tui.services import ModelChoice

CONTEXTS = (2048, 4096, 8192, 16384, 32768)
"""Tokens for which the memory need is shown, up to the trained length."""

LONGEST_VALUE = 70

BITS_PER_WEIGHT = {"Q4_K_M": 5.3, "Q5_K_M": 5.9, "Q8_0": 8.5}
"""Of a small model's file as a whole: the larger its vocabulary, the more of it is kept in a finer type."""

BESIDE_WEIGHTS = 400_000_000
"""Bytes, roughly: the working memory of a model below 3 B, and a context of 2048 tokens."""


class Hub(Protocol):
    """A model hub."""

    def repository(self, id: str) -> Repository: ...
    def download(
        self,
        repository: Repository,
        model: RemoteModel,
        folder: Path,
        *,
        on_progress: Callable[[DownloadProgress], None],
        cancelled: threading.Event,
    ) -> Path: ...


def listed(models: Sequence[ModelChoice], *, as_json: bool) -> int:
    """Print a line a model, or one JSON list. The exit code: 1 when there is none."""
    if as_json:
        print(json.dumps([_as_object(model) for model in models], ensure_ascii=False, indent=2))
        return 0
    if not models:
        print("hat-tui: no model here; hat-tui models get OWNER/NAME downloads one", file=sys.stderr)
        return 1
    width = max(len(shown_line(model.name)) for model in models)
    for model in models:
        print(f"{shown_line(model.name).ljust(width)}  {shown_line(model.line)}")
    return 0


def _as_object(model: ModelChoice) -> dict[str, object]:
    facts: dict[str, object] = asdict(model.facts) if model.facts else {}
    for detail in ("layers", "width", "inner_width", "heads", "tensor_size"):
        facts.pop(detail, None)
    return {
        "name": model.name,
        "path": str(model.path),
        **facts,
        "memory_need": model.need,
        "fits": str(model.fits),
        "problem": model.problem,
    }


def detailed(model: ModelChoice, header: Header, free: int | None) -> int:
    """Print all that a model's header says, its template, and what it needs. The exit code."""
    print(f"{shown_line(model.name)}: {shown_line(model.line)}")
    print(f"{shown_line(str(model.path))}\n")
    for key, value in header.metadata.items():
        if key == "tokenizer.chat_template":
            continue
        text = shown_line(str(value))
        print(f"  {shown_line(key)} = {text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + '…'}")
    if model.facts:
        _print_need(model.facts, free)
        template = shown(model.facts.template) or "none: the server falls back to the llama-2 format"
        print(f"\nchat template:\n{template}")
    return 0


def _print_need(facts: ModelFacts, free: int | None) -> None:
    told = f", {free / 1e9:.1f} GB is free now" if free is not None else ""
    print(f"\nmemory by context length{told}:")
    trained = facts.trained_context
    lengths = [tokens for tokens in CONTEXTS if not trained or tokens < trained]
    for tokens in [*lengths, *([trained] if trained else [])]:
        need = facts.memory(tokens)
        mark = "  (trained length)" if tokens == trained else ""
        print(f"  {tokens:>7} tokens: {need.total / 1e9:6.2f} GB, {need.cache / 1e9:.2f} of it for the context{mark}")


def offered(models: Sequence[Recommended], free: int | None, *, can_download: bool) -> int:
    """Print models worth a try: what each is, its size, whether it fits, the line that gets it. The exit code, 0."""
    width = max(len(model.name) for model in models)
    print(f"{'model'.ljust(width)}  parameters  about   licence     memory")
    for model in models:
        size = _estimated_size(model)
        fits = fit(MemoryNeed(size, 0, BESIDE_WEIGHTS), free)
        licence = model.licence or "unknown"
        print(f"{model.name.ljust(width)}  {model.parameters:>10}  {size / 1e9:.1f} GB  {licence:<10}  {fits}")
        print(f"  {model.about}")
        print(f"  hat-tui models get {model.repository} {model.file}")
    print("\nSizes are estimates; the true one is told before a download begins.")
    if free is not None:
        print(f"Memory is compared with the {free / 1e9:.1f} GB that are free now.")
    print("Any other repository: hat-tui models get OWNER/NAME [FILE]")
    if not can_download:
        print("Downloading needs the extra: pip install 'hat-tui[hub]'.")
    return 0


def _estimated_size(model: Recommended) -> int:
    parameters = float(model.parameters[:-1]) * {"M": 1e6, "B": 1e9}[model.parameters[-1]]
    return round(parameters * BITS_PER_WEIGHT[model.file.upper()] / 8)


def get(hub: Hub, id: str, wanted: str, folder: Path) -> int:
    """Download a model of a repository into the models folder; without a choice, list what there is. The exit code.

    Ctrl+C keeps what has arrived; the same command goes on with it.
    """
    repository = hub.repository(id)
    try:
        model = choose(repository, wanted)
    except NotThere as trouble:
        for offered in repository.models:
            print(f"{shown_line(offered.name)}  {shown_line(offered.quantization) or '-'}  {offered.size / 1e6:.0f} MB")
        print(f"hat-tui: {shown_line(str(trouble))}", file=sys.stderr)
        return 1
    licence = f", licence {repository.licence}" if repository.licence else ""
    print(f"{shown_line(model.name)}: {model.size / 1e6:.0f} MB{shown_line(licence)}", file=sys.stderr)
    path = hub.download(repository, model, folder, on_progress=_print_progress, cancelled=threading.Event())
    print(file=sys.stderr)
    print(path)
    return 0


def _print_progress(progress: DownloadProgress) -> None:
    if sys.stderr.isatty():
        left = f", {progress.seconds_left:.0f} s left" if progress.seconds_left else ""
        doing = "comparing the checksum" if progress.checking else f"{progress.speed / 1e6:.1f} MB/s{left}"
        line = f"{shown_line(progress.file)}: {progress.share:.0%} of {progress.total / 1e6:.0f} MB, {doing}"
        print(f"\r{line}\x1b[K", end="", file=sys.stderr, flush=True)

"""What the record of an acceptance run tells of the model's file and of this machine."""

import contextlib
import hashlib
import importlib.metadata
import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hat_tui import __version__
from hat_tui.adapters.machine import physical_cores
from hat_tui.gguf.header import BadGguf, read_header

LONGEST_VALUE = 200
"""Characters of a metadata value that are recorded: templates and licences can be long."""


def file_facts(source: str) -> dict[str, Any]:
    """Size, SHA-256 and metadata of a model file, read in one pass each; for a URL only where it is."""
    if source.startswith(("http://", "https://")):
        return {"url": source}
    facts: dict[str, Any] = {"file": Path(source).name}
    try:
        with Path(source).open("rb") as file:
            facts["size"] = os.fstat(file.fileno()).st_size
            facts["sha256"] = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            metadata = read_header(file).metadata
    except (OSError, BadGguf) as error:
        return facts | {"trouble": str(error)}
    facts["metadata"] = {
        name: value if not isinstance(value, str) or len(value) <= LONGEST_VALUE else value[:LONGEST_VALUE] + "…"
        for name, value in metadata.items()
        if isinstance(value, str | int | float)
    }
    return facts


def versions() -> Mapping[str, str]:
    """What hat-tui runs with."""
    return {"hat-tui": __version__, "Python": platform.python_version()}


def version_of(package: str) -> str:
    """The installed version, "" when it is not."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def machine() -> Mapping[str, str]:
    """What it runs on, in words."""
    return {
        "processor": cpu_model(),
        "cores": f"{physical_cores()} of {os.cpu_count()} threads",
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
    }


def cpu_model() -> str:
    """The processor's name as Linux tells it, else as Python does."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith(("model name", "Model", "Hardware")):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()

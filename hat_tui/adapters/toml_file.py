"""A small TOML file, read and replaced whole. Many have none: what reads and writes TOML is imported when there is."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def read_toml(path: Path) -> dict[str, Any]:
    """What the file says, nothing when there is none. Raises OSError, and ValueError when it is no TOML."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    import tomllib  # noqa: PLC0415

    return tomllib.loads(text)


def write_toml(path: Path, content: Mapping[str, Any]) -> None:
    """Put this in place of the file; a crash leaves the old or the new one. Raises OSError."""
    import tomli_w  # noqa: PLC0415

    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.write_text(tomli_w.dumps(content), encoding="utf-8")
    fresh.replace(path)

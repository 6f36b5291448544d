"""Other terminal chat clients from the package registries, each at its defaults in a virtual environment of its own."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from bench.terminal.clients import Client


def _llm_settings(url: str, home: Path) -> None:
    folder = home / ".config" / "io.datasette.llm"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "extra-openai-models.yaml").write_text(
        f"- model_id: fake\n  model_name: fake\n  api_base: {url}\n  api_key_name: none\n", encoding="utf-8"
    )


def _elia_settings(url: str, home: Path) -> None:
    folder = home / ".config" / "elia"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(
        f'default_model = "openai/fake"\n[[models]]\nname = "openai/fake"\napi_base = "{url}"\napi_key = "none"\n',
        encoding="utf-8",
    )


Command = Callable[[Path], Client]
_PEERS: Final[dict[str, Command]] = {
    "llm": lambda folder: Client(
        "llm chat",
        lambda url, home: [str(folder / "bin" / "llm"), "chat", "-m", "fake"],
        lambda url, home: {"OPENAI_API_KEY": "none"},
        ready="> ",
        stop=b"\x03",
        settings=_llm_settings,
        takes_keys_while_streaming=False,
    ),
    "elia-chat": lambda folder: Client(
        "elia",
        lambda url, home: [str(folder / "bin" / "elia")],
        lambda url, home: {"OPENAI_API_KEY": "none", "OPENAI_API_BASE": url},
        ready="Enter your message",
        ask=(b"go", b"\n"),
        settings=_elia_settings,
    ),
}


def installed(folder: Path) -> list[Client]:
    """The known peers of which `folder` has an environment, named as the package is."""
    return [
        replace(made(folder / name), peer=True) for name, made in _PEERS.items() if (folder / name / "bin").is_dir()
    ]

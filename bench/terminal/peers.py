"""Other terminal chat clients from the package registries, each at its defaults, in front of the benchmark's server.

What is set is what a person must set to get to a first answer: the server and its model; welcome screens that would be
seen once are over, and nobody is asked for updates.
"""

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from bench.install_peers import FOLDER, PEERS
from bench.terminal.clients import Client


def installed() -> list[Client]:
    """The peers that `python -m bench.install_peers` has installed, with their versions."""
    made = ((_CLIENTS[peer.package](FOLDER / peer.package / "bin"), peer.version) for peer in PEERS if peer.is_there())
    return [replace(client, name=f"{client.name} {version}") for client, version in made]


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _no_key(url: str, home: Path) -> Mapping[str, str]:
    return {"OPENAI_API_KEY": "none", "OPENAI_API_BASE": url}


def _llm(programs: Path) -> Client:
    def settings(url: str, home: Path) -> None:
        model = f"- model_id: fake\n  model_name: fake\n  api_base: {url}\n  api_key_name: none\n"
        _write(home / ".config/io.datasette.llm/extra-openai-models.yaml", model)

    return Client(
        "llm chat",
        lambda url, home: [str(programs / "llm"), "chat", "-m", "fake"],
        _no_key,
        ready="\n>",
        stop=b"\x03",
        settings=settings,
        takes_keys_while_streaming=False,
    )


def _elia(programs: Path) -> Client:
    def settings(url: str, home: Path) -> None:
        model = f'[[models]]\nname = "openai/fake"\napi_base = "{url}"\napi_key = "none"\n'
        _write(home / ".config/elia/config.toml", f'default_model = "openai/fake"\n{model}')

    return Client(
        "elia",
        lambda url, home: [str(programs / "elia")],
        _no_key,
        ready="Enter your message",
        ask=(b"go", b"\n"),
        settings=settings,
    )


_OTERM_STORE: Final = """
CREATE TABLE "chat" ("id" INTEGER, "name" TEXT, "model" TEXT NOT NULL, "system" TEXT, "provider" TEXT DEFAULT "ollama",
    "parameters" TEXT DEFAULT "{}", "tools" TEXT DEFAULT "[]", "thinking" BOOLEAN DEFAULT 0,
    PRIMARY KEY("id" AUTOINCREMENT));
CREATE TABLE "message" ("id" INTEGER, "chat_id" INTEGER NOT NULL, "author" TEXT NOT NULL, "text" TEXT NOT NULL,
    "images" TEXT DEFAULT "[]", PRIMARY KEY("id" AUTOINCREMENT),
    FOREIGN KEY("chat_id") REFERENCES "chat"("id") ON DELETE CASCADE);
INSERT INTO chat(name, model, provider) VALUES ("chat", "fake", "openai-compat/bench");
PRAGMA user_version = 6657;
"""
"""A chat with the server's model, as its dialog "new chat" makes one; the version is 0.26.1 as it counts them."""


def _oterm(programs: Path) -> Client:
    def settings(url: str, home: Path) -> None:
        folder = home / ".local/share/oterm"
        config = {"openaiCompatible": {"bench": {"base_url": url, "api_key": "none"}}}
        _write(folder / "config.json", json.dumps(config))
        (folder / "store.db").unlink(missing_ok=True)
        store = sqlite3.connect(folder / "store.db")
        store.executescript(_OTERM_STORE)
        store.close()

    return Client(
        "oterm",
        lambda url, home: [str(programs / "oterm")],
        ready="model: fake",
        settings=settings,
    )


def _parllama(programs: Path) -> Client:
    def settings(url: str, home: Path) -> None:
        config = {
            "ui": {"show_first_run": False},
            "provider": {"provider_base_urls": {"LlamaCpp": url}},
            "last_llm_config": {"provider": "LlamaCpp", "model_name": "default"},
            "last_tab": "Chat",
        }
        _write(home / ".local/share/parllama/settings.json", json.dumps(config))
        _write(home / ".cache/parllama/provider_models.json", '{"LlamaCpp": ["default"]}')

    return Client(
        "parllama",
        lambda url, home: [str(programs / "parllama")],
        _no_key,
        ready="LlamaCpp : default",
        settings=settings,
    )


def _mistral_vibe(programs: Path) -> Client:
    def settings(url: str, home: Path) -> None:
        provider = f'[[providers]]\nname = "bench"\napi_base = "{url}"\napi_key_env_var = ""\n'
        model = '[[models]]\nname = "fake"\nprovider = "bench"\nalias = "fake"\n'
        quiet = "enable_telemetry = false\nenable_update_checks = false\n"
        _write(home / ".vibe/config.toml", f'active_model = "fake"\n{quiet}{provider}{model}')

    return Client(
        "Mistral Vibe",
        lambda url, home: [str(programs / "vibe")],
        ready="0/200k tokens",
        settings=settings,
    )


_CLIENTS: Final[dict[str, Callable[[Path], Client]]] = {
    "llm": _llm,
    "elia-chat": _elia,
    "oterm": _oterm,
    "parllama": _parllama,
    "mistral-vibe": _mistral_vibe,
}

"""The clients that are measured, each at its defaults: how to start one, when it is ready, how to ask and to stop."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.terminal.emulator import Terminal
from bench.terminal.pty_client import PtyClient

ROOT: Final = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Client:
    """A program to run in a terminal.

    `command` and `env` are made from the server's base URL and an empty home folder; `ready` is text that shows when it
    can be asked, `ask` are the keys that send "go", one after the other, `stop` those that end a reply. `history` fills
    the home folder with as many turns as it is told, and gives the arguments that open them. `beside` is put before the
    command of the server it talks to, to run both in the same place.
    """

    name: str
    command: Callable[[str, Path], list[str]]
    env: Callable[[str, Path], Mapping[str, str]] = lambda url, home: {}
    ready: str = "Ask"
    ask: tuple[bytes, ...] = (b"go", b"\r")
    stop: bytes | None = b"\x1b"
    settings: Callable[[str, Path], None] = lambda url, home: None
    history: Callable[[Path, int], list[str]] | None = None
    takes_keys_while_streaming: bool = True
    chats: bool = True
    beside: tuple[str, ...] = ()

    def start(
        self,
        url: str,
        home: Path,
        size: tuple[int, int] = (100, 30),
        *,
        turns: int = 0,
        extra_env: Mapping[str, str] | None = None,
        terminal: Terminal | None = None,
    ) -> PtyClient:
        """Run it in a terminal of `size`, with `turns` turns of history."""
        home.mkdir(parents=True, exist_ok=True)
        self.settings(url, home)
        more = self.history(home, turns) if turns and self.history else []
        env = {**self.environment(url, home), **(extra_env or {})}
        return PtyClient([*self.command(url, home), *more], env, *size, cwd=home, terminal=terminal)

    def environment(self, url: str, home: Path) -> dict[str, str]:
        """What a login shell gives, and what the client is told by variables."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            **self.env(url, home),
        }


def _bare(url: str) -> str:
    return url.removesuffix("/v1")


def _hat_tui_env(url: str, home: Path) -> Mapping[str, str]:
    # In a checkout the sessions would land there.
    return {"HAT_TUI_SESSIONS_DIR": str(home / "sessions")}


def _hat_tui_history(home: Path, turns: int) -> list[str]:
    """A session of `turns` turns, questions and answers, to be resumed."""
    log = home / "history.txt"
    text = (f"🙂: question {turn}\n\n🤖: Answer {turn} with *some* text and `code`.\n\n" for turn in range(turns // 2))
    log.write_text("".join(text), encoding="utf-8")
    env = {**os.environ, **_hat_tui_env("", home), "HOME": str(home), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "hat_tui", "sessions", "import", str(log)]
    subprocess.run(command, env=env, check=True, capture_output=True)
    return ["--resume"]


HAT_TUI: Final = Client(
    "hat-tui",
    lambda url, home: [sys.executable, "-m", "hat_tui", "--url", _bare(url)],
    _hat_tui_env,
    ready="ready",
    history=_hat_tui_history,
)
HAT_TUI_PLAIN: Final = Client(
    "hat-tui --plain",
    lambda url, home: [sys.executable, "-m", "hat_tui", "--plain", "--url", _bare(url)],
    _hat_tui_env,
    ready="You:",
    stop=b"\x03",
    takes_keys_while_streaming=False,
)
ONE_INPUT: Final = Client(
    "Textual, one Input",
    lambda url, home: [sys.executable, "-m", "bench.terminal.baselines.one_input"],
    chats=False,
)
MARKDOWN_STREAM: Final = Client(
    "Textual, Markdown.get_stream()",
    lambda url, home: [sys.executable, "-m", "bench.terminal.baselines.markdown_stream", url],
    history=lambda home, turns: [str(turns // 2)],
)
OURS: Final = (HAT_TUI, ONE_INPUT, MARKDOWN_STREAM, HAT_TUI_PLAIN)

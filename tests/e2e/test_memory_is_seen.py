"""The demo model shows what memory is: it knows what is in its window, not what has left it, unless that is pinned."""

from pathlib import Path

import pytest
from terminal_session import MODEL, TerminalSession

pytestmark = pytest.mark.e2e

HORIZON = "the model no longer sees what is above"


class Chat(TerminalSession):
    """A chat that remembers four turns and always gives the likeliest answer."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "--model", str(MODEL), "--temperature", "0", "--turns", "4")
        self._turns = 0

    def ask(self, prompt: str) -> str:
        """What is answered, as the session file has it."""
        self._turns += 2
        self.send(f"{prompt}\r".encode())
        end = f"\n=== end {self._turns} ending="
        self.until_kept(end)
        return self.session_text().partition(f"=== assistant {self._turns} ")[2].partition("\n")[2].partition(end)[0]


def test_a_name_is_known_then_past_the_horizon_then_pinned(tmp_path: Path) -> None:
    with Chat(tmp_path) as chat:
        chat.until("ready")
        chat.ask("My name is Ada.")
        assert "Ada" in chat.ask("What is my name?")
        assert HORIZON not in chat.terminal.text()
        chat.ask("Hello")
        chat.ask("Name the days of the week.")
        chat.ask("Thank you")
        chat.until(HORIZON)
        assert "not told me" in chat.ask("What is my name?")
        chat.send(b"\x1b[Z")  # Shift+Tab: up into the conversation
        chat.until("Pin")
        chat.send(b"\x1b[H")  # Home: its first turn, where the name was told
        chat.until("My name is Ada.")
        chat.send(b"p")
        chat.until_kept("=== mark 1 pinned")
        chat.send(b"\x1b")
        chat.until("New line")
        assert "Ada" in chat.ask("What is my name?")

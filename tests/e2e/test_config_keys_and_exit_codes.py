"""What a config file's keys do to a start, and what the shell is told of an end."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from terminal_session import COMMAND, TerminalSession, environment

NOBODY = "http://127.0.0.1:9/v1"
SETTINGS_PAGE = Path(__file__).parents[2] / "docs" / "settings.md"
BROKEN = """
from hat_tui.cli import main
from hat_tui.tui.app import HatTuiApp
HatTuiApp.on_ready = lambda self: 1 / 0
raise SystemExit(main())
"""


def configured(folder: Path, keys: str) -> dict[str, str]:
    """The variables of a start with these lines under [keys]."""
    config = folder / "hat-tui" / "config.toml"
    config.parent.mkdir()
    config.write_text(f"[keys]\n{keys}\n", encoding="utf-8")
    return {"XDG_CONFIG_HOME": str(folder)}


@pytest.mark.skipif(sys.platform != "linux", reason="the folders are told by XDG variables")
def test_a_key_that_cannot_work_is_refused_at_the_start_by_the_name_of_the_file(tmp_path: Path) -> None:
    variables = environment(tmp_path, configured(tmp_path, "parameters = 'ctrl+q'"))
    refused = subprocess.run(
        [COMMAND, "--url", NOBODY], env=variables, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert refused.returncode == 2
    assert refused.stderr == (
        f"hat-tui: [keys] in {tmp_path}/hat-tui/config.toml: "
        "ctrl+q is the key of parameters and of quit; give one of them another\n"
    )


@pytest.mark.skipif(sys.platform != "linux", reason="the folders are told by XDG variables")
def test_the_key_of_the_documented_example_opens_the_parameters_and_a_normal_end_is_0(tmp_path: Path) -> None:
    (example,) = re.findall(r"\[keys\][^\n]*\n(.*?)```", SETTINGS_PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert example == 'parameters = "ctrl+y"\n'
    with TerminalSession(tmp_path, "--url", NOBODY, **configured(tmp_path, example)) as session:
        session.until("Nothing listens")
        session.send(b"\x19")
        session.until("Parameters of the next reply")
        session.send(b"\x11")
        assert session.wait() == 0


def test_a_crash_ends_with_1(tmp_path: Path) -> None:
    with TerminalSession(tmp_path, "-c", BROKEN, "--url", NOBODY, command=Path(sys.executable)) as session:
        session.until("ZeroDivisionError")
        assert session.wait() == 1


@pytest.mark.skipif(sys.platform == "win32", reason="has no such signals")
def test_a_signal_that_ends_the_chat_is_told_by_the_exit_code(tmp_path: Path) -> None:
    with TerminalSession(tmp_path, "--url", NOBODY) as session:
        session.until("Nothing listens")
        os.kill(session.pid, signal.SIGTERM)
        assert session.wait() == 128 + signal.SIGTERM

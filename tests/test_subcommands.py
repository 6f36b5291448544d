"""Commands by their words: what is refused, with which sentence and exit code."""

import sys
from datetime import datetime
from pathlib import Path

import pytest

from hat_tui.adapters.session_folder import SessionFolder
from hat_tui.chat.record import Opened, Titled
from hat_tui.cli import main


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for config, state and data."""
    for kind in ("CONFIG", "STATE", "DATA"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / kind.lower()))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_sharing_at_an_address_of_this_machine_alone_is_refused(host: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--share", "--host", host]) == 2
    assert capsys.readouterr().err == (
        f"hat-tui: --share serves the local network, and the address {host} this machine alone: leave one of them out\n"
    )


@pytest.mark.skipif(sys.platform != "linux", reason="the folders are told by XDG variables")
def test_a_saved_connection_without_a_url_is_told(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "config" / "hat-tui").mkdir(parents=True)
    (home / "config" / "hat-tui" / "connections.toml").write_text("[bad]\nmodel = 'x'\n")
    assert main(["connect"]) == 1
    assert "hat-tui: bad in connections.toml has no url, and is passed over\n" in capsys.readouterr().err


def test_a_theme_that_is_not_there_is_refused_with_those_that_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TEXTUAL_DRIVER", "textual.drivers.headless_driver:HeadlessDriver")
    monkeypatch.setenv("TERM", "xterm")
    assert main(["--theme", "nosuch"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("hat-tui: There is no theme nosuch; there are ")
    assert "textual-dark" in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("sessions", "hat-tui sessions: the following arguments are required: list|search|show|export|import|path; "),
        ("sessions show", "hat-tui sessions show: the following arguments are required: ID; "),
        ("models show", "hat-tui models show: the following arguments are required: NAME; "),
        ("accept", "hat-tui accept: the following arguments are required: run|resume|judge|"),
        ("accept run", "hat-tui accept run: the following arguments are required: protocol; "),
    ],
)
def test_a_command_that_lacks_a_word_says_which_there_are(
    words: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words.split())
    assert ended.value.code == 2
    assert capsys.readouterr().err.startswith(told)


def test_markdown_may_be_called_md_as_in_the_chat(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    SessionFolder(home).create([Opened(datetime.now().astimezone(), "hat-tui"), Titled("Rivers")]).close()
    assert main(["sessions", "export", "last", "--format", "md", "--sessions-dir", str(home)]) == 0
    assert capsys.readouterr().out.startswith("# Rivers\n")

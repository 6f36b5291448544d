"""Commands by their words: what is refused, with which sentence and exit code."""

import sys
from pathlib import Path

import pytest

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

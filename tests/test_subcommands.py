"""Commands by their words: what is refused, with which sentence and exit code."""

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

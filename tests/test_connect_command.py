"""`hat-tui connect`: saved servers listed, and one of them opened by its name."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from hat_tui.adapters.connection_file import ConnectionFile
from hat_tui.server.target import RemoteServer

# Discard: nothing of this machine takes connections there.
NOBODY = "http://127.0.0.1:9/v1"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def hat_tui(home: Path, *words: str, said: str = "") -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "XDG_CONFIG_HOME": str(home / "config")}
    command = [sys.executable, "-m", "hat_tui", *words]
    return subprocess.run(
        command, env=environment, cwd=home, input=said, capture_output=True, text=True, timeout=60, check=False
    )


def save(home: Path, name: str, server: RemoteServer) -> None:
    ConnectionFile(home / "config" / "hat-tui" / "connections.toml").save(name, server)


@pytest.mark.skipif(sys.platform != "linux", reason="the config folder is told by XDG_CONFIG_HOME")
def test_saved_servers_are_listed_without_their_keys_and_an_unknown_name_says_which_there_are(home: Path) -> None:
    ran = hat_tui(home, "connect")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "no server is saved yet" in ran.stderr
    save(home, "office", RemoteServer(NOBODY, "open-sesame", "gemma"))
    ran = hat_tui(home, "connect")
    assert ran.returncode == 0
    assert re.fullmatch(rf"office +{NOBODY}, gemma, key kept here, not reachable\n", ran.stdout)
    ran = hat_tui(home, "connect", "ofice")
    assert ran.returncode == 2
    assert "There is no connection named ofice; there are office" in ran.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="the config folder is told by XDG_CONFIG_HOME")
def test_a_server_is_opened_by_its_name(home: Path) -> None:
    save(home, "office", RemoteServer(NOBODY))
    ran = hat_tui(home, "connect", "office", said="/quit\n")
    assert "Nothing listens at 127.0.0.1:9" in ran.stdout

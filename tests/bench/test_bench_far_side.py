"""A client at the far end of a real SSH session."""

import subprocess

import pytest

from bench.terminal import far_side
from bench.terminal.clients import Client
from bench.terminal.far_side import FarSide, Wire

SHELL = Client("shell", lambda url, home: ["sh", "-c", 'stty -echo; echo "${SSH_CONNECTION%% *} $PWD"; cat'])


def namespaces():
    return subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True).stdout


@pytest.mark.skipif(bool(far_side.missing()), reason=far_side.missing())
def test_a_client_runs_behind_ssh_over_a_wire_and_nothing_of_it_stays(tmp_path):
    home = tmp_path / "home with spaces"
    before = namespaces()
    with FarSide() as far:
        far.make(Wire("", 20_000, 0.02, 0.0, 0))
        with far.at_the_far_end(SHELL).start("", home) as client:
            assert client.pump(20, lambda: f"10.213.7.1 {home}" in client.terminal.text().replace("\n", ""))
            client.send(b"to and fro\r")
            assert client.pump(5, lambda: "to and fro" in client.terminal.text())
        assert namespaces() != before
    assert namespaces() == before

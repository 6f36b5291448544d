"""Peers are there when they are installed to the end, in the release that is named."""

import pytest

from bench import install_peers
from bench.install_peers import PEERS, Peer
from bench.terminal import peers


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(install_peers, "FOLDER", tmp_path)
    return tmp_path


def installed(folder, package, version):
    (folder / package).mkdir()
    (folder / package / "installed").write_text(version, encoding="utf-8")


def test_only_those_installed_to_the_end_are_measured(folder):
    (folder / "oterm").mkdir()
    installed(folder, "llm", "0.36")
    assert [client.name for client in peers.installed()] == ["llm chat 0.36"]


def test_another_release_is_not_there(folder):
    installed(folder, "llm", "0.1")
    assert not Peer("llm", "0.36").is_there()


@pytest.mark.parametrize("peer", PEERS, ids=lambda peer: peer.package)
def test_every_peer_is_told_where_the_server_is(folder, tmp_path, peer):
    installed(folder, peer.package, peer.version)
    (client,) = peers.installed()
    home = tmp_path / "home"
    home.mkdir()
    for _ in range(2):  # a second start in the same home
        client.settings("http://127.0.0.1:5/v1", home)
    told = "".join(file.read_text(errors="replace") for file in home.rglob("*") if file.is_file())
    assert "http://127.0.0.1:5/v1" in told + str(client.environment("http://127.0.0.1:5/v1", home))

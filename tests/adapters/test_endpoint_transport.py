"""Which way a connection takes."""

import socket

import httpx2
import pytest

from hat_tui.adapters.endpoint_transport import keepalive, proxy_for, transport


@pytest.fixture(autouse=True)
def proxies(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("https_proxy", "proxy.example:3128")
    monkeypatch.setenv("http_proxy", "http://proxy.example:3128")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "192.168.1.52", "box.local"])
def test_no_proxy_stands_before_a_near_server(host):
    assert proxy_for("http", host, f"{host}:8000") is None


def test_a_far_server_is_reached_by_the_proxy_unless_it_is_excepted(monkeypatch):
    assert proxy_for("https", "api.example.com", "api.example.com") == "http://proxy.example:3128"
    monkeypatch.setenv("no_proxy", "example.com")
    assert proxy_for("https", "api.example.com", "api.example.com:443") is None


def test_a_proxy_that_cannot_be_used_is_told_as_one(monkeypatch):
    monkeypatch.setenv("https_proxy", "gopher://proxy.example")
    with pytest.raises(httpx2.ProxyError):
        transport("https://api.example.com/v1")


def test_a_connection_asks_a_silent_peer_whether_it_is_there():
    with socket.socket() as probe:
        for option in keepalive():
            probe.setsockopt(*option)
        assert probe.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)

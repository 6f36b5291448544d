"""How a connection to a server is made: new for each request, watched, and by a proxy only where one belongs."""

import socket
import ssl
import urllib.request
from urllib.parse import urlsplit

import httpx2

from hat_tui.adapters.endpoint_url import is_near

GONE_S = 30
"""Seconds after which a peer that answers no more is taken for gone. Nothing else tells that the network is away while
a server reads a long prompt in silence."""


def transport(url: str) -> httpx2.AsyncHTTPTransport:
    """The transport for a normalised URL. Raises httpx2.ProxyError for a proxy that cannot be used."""
    parts = urlsplit(url)
    # Loading the authorities takes longer than all the rest, and http:// has no use for them.
    nothing_trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        return httpx2.AsyncHTTPTransport(
            verify=httpx2.create_ssl_context() if parts.scheme == "https" else nothing_trusted,
            # Each request has a connection of its own. Servers close idle ones after seconds, and uvicorn at once after
            # an error, and a request that is sent into a closing connection fails.
            limits=httpx2.Limits(max_keepalive_connections=0),
            proxy=proxy_for(parts.scheme, parts.hostname or "", parts.netloc),
            socket_options=keepalive(),
        )
    except (ImportError, ValueError, httpx2.InvalidURL) as error:
        raise httpx2.ProxyError(str(error)) from error


def proxy_for(scheme: str, host: str, netloc: str) -> str | None:
    """The proxy that the environment or the system names for a host; none for this machine and the local network."""
    if is_near(host) or urllib.request.proxy_bypass(netloc):
        return None
    proxies = urllib.request.getproxies()
    proxy = proxies.get(scheme) or proxies.get("all")
    return proxy if proxy is None or "://" in proxy else f"http://{proxy}"


def keepalive() -> list[tuple[int, int, int]]:
    """Socket options by which the system asks a silent peer whether it is there, as far as the platform has them."""
    wanted = (
        (socket.SOL_SOCKET, "SO_KEEPALIVE", 1),
        (socket.IPPROTO_TCP, "TCP_KEEPIDLE", GONE_S // 2),
        (socket.IPPROTO_TCP, "TCP_KEEPALIVE", GONE_S // 2),
        (socket.IPPROTO_TCP, "TCP_KEEPINTVL", GONE_S // 6),
        (socket.IPPROTO_TCP, "TCP_KEEPCNT", 3),
        (socket.IPPROTO_TCP, "TCP_USER_TIMEOUT", GONE_S * 1000),
    )
    return [(level, getattr(socket, name), value) for level, name, value in wanted if hasattr(socket, name)]

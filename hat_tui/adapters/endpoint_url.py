"""What a person types as a server's address -> the base URL of its API."""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

LAST_STEPS = ("/chat/completions", "/completions", "/models")
"""Ends of addresses as they stand in other programs' logs and documents."""


class BadURL(ValueError):
    """No address of a server; the message says what would be one."""


def normalised(text: str) -> str:
    """The base URL: scheme, host, port and a path that ends with the API's version, without a slash at the end.

    A missing scheme is http for this machine and the local network or where a port is given, https elsewhere. A
    missing version is /v1. 0.0.0.0, which servers print when they listen on every address, becomes 127.0.0.1.
    Raises BadURL.
    """
    typed = text.strip().strip("\"'<>").strip()
    if not typed:
        raise BadURL("Give the server's URL, such as http://192.168.1.52:8000/v1")
    if not typed.isprintable() or any(letter.isspace() for letter in typed):
        raise BadURL("A URL has no spaces or invisible characters in it")
    scheme, mark, rest = typed.partition("://")
    if not mark:
        scheme, rest = "", typed
    elif scheme.lower() not in ("http", "https"):
        raise BadURL(f"hat-tui speaks http:// and https://, not {scheme[:20]}://")
    parts = _split(rest)
    host = _host(parts)
    scheme = scheme.lower() or ("http" if parts.port not in (None, 443) or is_near(host) else "https")
    bracketed = f"[{host}]" if ":" in host else host
    port = f":{parts.port}" if parts.port is not None else ""
    return f"{scheme}://{bracketed}{port}{_path(parts.path)}"


def same_server(url: str, other: str) -> bool:
    """Whether two addresses mean one server; those that are no address, when they are the same text."""
    try:
        return normalised(url) == normalised(other)
    except BadURL:
        return url == other


def _split(rest: str) -> SplitResult:
    address, slash, path = rest.partition("/")
    if "@" in address:
        raise BadURL("Leave name and password out of the URL; a server's key has a place of its own")
    if address.count(":") > 1 and not address.startswith("["):
        address = f"[{address}]"
    try:
        parts = urlsplit(f"//{address}{slash}{path}")
        port = parts.port
    except ValueError:
        raise BadURL("The host or the port of that URL cannot be read; a port is a number from 1 to 65535") from None
    if port == 0:
        raise BadURL("A port is a number from 1 to 65535")
    if parts.query or parts.fragment:
        raise BadURL("Leave out what follows ? or # in the URL")
    return parts


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if host in ("0.0.0.0", "::"):  # noqa: S104 - it is read here, not bound
        return "127.0.0.1"
    if not host or not re.fullmatch(r"[\w.:%-]+", host):
        raise BadURL("That URL names no host; it should look like http://192.168.1.52:8000/v1")
    return host


def _path(path: str) -> str:
    path = path.rstrip("/")
    for step in LAST_STEPS:
        if path.lower().endswith(step):
            path = path[: -len(step)].rstrip("/")
            break
    versioned = any(re.fullmatch(r"v\d\w*", step, re.IGNORECASE) for step in path.split("/"))
    return path if versioned else f"{path}/v1"


def root(url: str) -> str:
    """Where a server keeps what is not part of the OpenAI API: a normalised URL without its version."""
    return re.sub(r"/v\d\w*$", "", url, flags=re.IGNORECASE)


def where(url: str) -> str:
    """Host and port of a normalised URL, to name the server in a sentence."""
    return urlsplit(url).netloc


def is_near(host: str) -> bool:
    """Whether a host is this machine or on the local network, where no proxy should stand between."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host or host.endswith((".local", ".lan", ".localhost", ".internal", ".home.arpa"))
    return address.is_loopback or address.is_private or address.is_link_local

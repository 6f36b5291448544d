"""A server for colleagues: its address and key, the line they type, and what is exposed."""

import secrets
from collections.abc import Iterator
from dataclasses import replace

from hat_tui.server.launch import LaunchOptions, is_loopback

SHARED_PORT = 8000


def new_key() -> str:
    """A random key: 192 bits, in letters that can be read out and copied."""
    return secrets.token_urlsafe(24)


def shared(options: LaunchOptions, address: str, key: str = "") -> LaunchOptions:
    """The options to serve the network at `address`, with the key given, the one they have, or a new one."""
    return replace(options, host=address, api_key=key or options.api_key or new_key())


def invitation(url: str, key: str) -> str:
    """What a colleague needs, as lines to pass on. The key is not part of the command: `ps` shows commands to all."""
    lines = ["On the other machine:", f"  hat-tui --url {url}"]
    if key:
        lines += ["and, when it asks for the key (or in the variable HAT_TUI_API_KEY):", f"  {key}"]
    return "\n".join(lines)


def exposure(options: LaunchOptions) -> Iterator[str]:
    """What a person should know before sharing, in sentences."""
    if is_loopback(options.host):
        return
    who = "who has the key and reaches" if options.api_key else "who reaches, without any key,"
    yield f"Everyone {who} {options.host} can use the model and this machine's processor."
    if not options.tls_certificate:
        yield "What is written travels unencrypted: within a network you trust, or give a TLS key and certificate."
    yield "Replies are made one after the other; whoever asks second waits."

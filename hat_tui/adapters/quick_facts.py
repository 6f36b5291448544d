"""What a server tells of itself, asked for with next to nothing.

Opening a connection needs two small answers. What asks for chats takes 0.06 s of processor time to import, and openai
0.3 s, so they are asked for without it where that is simple: by http:// on this machine or the local network. Whatever
is not as expected is left to `OpenAIEndpoint.describe`, which asks again and has a sentence for every trouble.
"""

import asyncio
import json
from typing import Any
from urllib.parse import SplitResult, urlsplit

from hat_tui import __version__
from hat_tui.adapters.endpoint_facts import EndpointFacts, facts_from
from hat_tui.adapters.endpoint_url import is_near, root

PATIENCE_S = 1.0
"""Seconds for both answers together. A server that is busy with somebody's reply takes longer."""


async def quick_facts(url: str, key: str) -> EndpointFacts | None:
    """The facts of the server at a normalised URL; None when it has to be asked in earnest."""
    parts = urlsplit(url)
    if parts.scheme != "http" or not is_near(parts.hostname or "") or not (key.isascii() and f"x{key}".isprintable()):
        return None
    try:
        async with asyncio.timeout(PATIENCE_S):
            listing = await _got(urlsplit(f"{url}/models"), key)
            facts = facts_from(listing)
            if facts.kind == "llama-server":
                facts = facts_from(listing, await _got(urlsplit(f"{root(url)}/props"), key))
    except (OSError, EOFError, asyncio.LimitOverrunError, LookupError, ValueError, RecursionError):
        return None
    return facts


async def _got(url: SplitResult, key: str) -> Any:
    """The JSON of a good answer whose length is told; raises anything of the above for any other."""
    reader, writer = await asyncio.open_connection(url.hostname, url.port or 80)
    try:
        asked = [f"GET {url.path} HTTP/1.1", f"Host: {url.netloc}", f"User-Agent: hat-tui/{__version__}"]
        asked += [f"Authorization: Bearer {key}"] if key else []
        asked += ["Accept: application/json", "Accept-Encoding: identity", "Connection: close", "", ""]
        writer.write("\r\n".join(asked).encode())
        status, *more = (await reader.readuntil(b"\r\n\r\n")).decode().lower().split("\r\n")
        told = dict(line.split(": ", 1) for line in more if line)
        if status.split(" ")[1] != "200" or not told["content-type"].startswith("application/json"):
            raise ValueError(status)
        return json.loads(await reader.readexactly(int(told["content-length"])))
    finally:
        writer.close()

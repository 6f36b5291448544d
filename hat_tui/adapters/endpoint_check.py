"""A server by its URL, looked at step by step: name, connection, encryption, key, model list, one token.

Each step says what it found; the first that fails is the last that is made.
"""

import asyncio
import json
import socket
import ssl
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from hat_tui.adapters.endpoint_url import BadURL, normalised
from hat_tui.server.checkup import Check, Verdict
from hat_tui.services import NotConnected

_TIMEOUT_S = 4.0
_CHAT_TIMEOUT_S = 30.0
_LONGEST_ANSWER = 1 << 20


@dataclass(frozen=True, slots=True)
class EndpointToCheck:
    """A server a person has configured. `model` is the one to ask, "" for its first.

    Without a `key`, `look_up_key` gives the one that is kept elsewhere; it may block, and raise NotConnected.
    """

    name: str
    url: str
    key: str = field(default="", repr=False)
    model: str = ""
    look_up_key: Callable[[], str] = lambda: ""


class _Failed(Exception):
    def __init__(self, found: str, advice: str) -> None:
        super().__init__(found)
        self.found, self.advice = found, advice


async def check_endpoint(endpoint: EndpointToCheck, *, chat: bool = True) -> AsyncIterator[Check]:
    """The steps in order. Without `chat` no token is asked for, so nobody waits for it on a busy server."""
    part = f"endpoint {endpoint.name}"
    try:
        visit = _Visit(endpoint)
    except BadURL as error:
        yield Check(part, "URL", Verdict.BAD, f"{error}.", "Correct it in the settings.")
        return
    steps = [("name", visit.look_up), ("connection", visit.connect)]
    steps += [("encryption", visit.shake_hands)] if visit.tls else []
    steps += [("key and model list", visit.list_models)]
    steps += [("one-token chat", visit.chat)] if chat else []
    for name, step in steps:
        try:
            yield Check(part, name, Verdict.GOOD, await step())
        except _Failed as failed:
            yield Check(part, name, Verdict.BAD, failed.found, failed.advice)
            return


class _Visit:
    def __init__(self, endpoint: EndpointToCheck) -> None:
        parts = urlsplit(normalised(endpoint.url))
        self.host, self.tls = parts.hostname or "", parts.scheme == "https"
        self.port = parts.port or (443 if self.tls else 80)
        self.path = parts.path
        self.key, self.model = endpoint.key, endpoint.model
        self.look_up_key = endpoint.look_up_key

    async def look_up(self) -> str:
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                found = await asyncio.get_running_loop().getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except TimeoutError:
            raise _Failed(f"looking up {self.host} took too long.", "Check the network and its DNS.") from None
        except (OSError, UnicodeError) as error:  # UnicodeError: two dots in a row
            advice = "Check the spelling, or use the address itself, such as 192.168.1.52."
            why = getattr(error, "strerror", None) or "it is no name"
            raise _Failed(f"there is no host {self.host} ({why}).", advice) from None
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        return f"{self.host} is {', '.join(addresses[:3])}."

    async def connect(self) -> str:
        began = time.perf_counter()
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                _, writer = await asyncio.open_connection(self.host, self.port)
        except ConnectionRefusedError:
            advice = "Start the server there, check the port, and that it listens on that address and not on 127.0.0.1."
            raise _Failed(f"nothing listens on port {self.port} of {self.host}.", advice) from None
        except TimeoutError:
            advice = "A firewall may drop the packets, or the machine is off. Behind SSH, forward the port: ssh -L."
            raise _Failed(f"no answer from {self.host}:{self.port} in {_TIMEOUT_S:.0f} s.", advice) from None
        except OSError as error:
            raise _Failed(
                f"{self.host}:{self.port} cannot be reached ({error.strerror}).", "Check the network."
            ) from None
        writer.close()
        return f"port {self.port} answers in {(time.perf_counter() - began) * 1000:.0f} ms."

    async def shake_hands(self) -> str:
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                _, writer = await asyncio.open_connection(self.host, self.port, ssl=ssl.create_default_context())
        except ssl.SSLCertVerificationError as error:
            advice = "If it is a certificate of your own, name its file in SSL_CERT_FILE."
            raise _Failed(f"its certificate is not trusted: {error.verify_message}.", advice) from None
        except (OSError, TimeoutError):
            raise _Failed("it does not speak TLS on this port.", "Use http:// in the URL, or the TLS port.") from None
        protocol = writer.get_extra_info("ssl_object").version()
        writer.close()
        return f"{protocol}, certificate trusted."

    async def list_models(self) -> str:
        try:
            self.key = self.key or await asyncio.to_thread(self.look_up_key)
        except NotConnected as trouble:
            raise _Failed(str(trouble), "The server was not asked without it.") from None
        if not (self.key.isascii() and self.key.isprintable()):
            raise _Failed("the key holds a character that no header can carry.", "Set it anew for this connection.")
        status, answer = await self._ask("GET", "/models", None, _TIMEOUT_S)
        if status in (401, 403):
            has = "does not take the key it was given" if self.key else "asks for a key"
            raise _Failed(f"the server {has}.", "Ask whoever runs it for the key, and set it for this connection.")
        if status == 404:
            return "the server has no list of models; the model has to be named."
        if status != 200:
            raise _Failed(f"the server answers {status} when asked for its models.", "See its log.")
        data = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(data, list):
            raise _Failed("what answers is no OpenAI-compatible server.", "Check the path of the URL: it ends in /v1.")
        names = [str(entry.get("id", "?")) for entry in data if isinstance(entry, dict)]
        if self.model and names and self.model not in names:
            raise _Failed(f"it does not serve “{self.model}”, but {_listed(names)}.", "Choose one of those.")
        self.model = self.model or (names[0] if names else "")
        key = "the key is taken" if self.key else "no key is needed"
        return f"{key}; it serves {_listed(names) or 'no model'}."

    async def chat(self) -> str:
        body = {"model": self.model, "max_tokens": 1, "messages": [{"role": "user", "content": "Hi"}]}
        began = time.perf_counter()
        status, answer = await self._ask("POST", "/chat/completions", body, _CHAT_TIMEOUT_S)
        if status != 200 or not isinstance(answer, dict) or not answer.get("choices"):
            error = answer.get("error") if isinstance(answer, dict) else None
            said = error.get("message") if isinstance(error, dict) else error
            raise _Failed(f"it answers {status}" + (f": {str(said)[:200]}." if said else "."), "See the server's log.")
        return f"a token came after {time.perf_counter() - began:.1f} s."

    async def _ask(self, method: str, path: str, body: object, timeout_s: float) -> tuple[int, Any]:
        try:
            return await asyncio.to_thread(self._ask_now, method, path, body, timeout_s)
        except TimeoutError:
            advice = "It may be busy with someone else's reply: try again later."
            raise _Failed(f"no answer in {timeout_s:.0f} s.", advice) from None
        except (OSError, ValueError, HTTPException) as error:
            raise _Failed(
                f"the connection broke ({type(error).__name__}).", "What listens there may be no HTTP server."
            ) from None

    def _ask_now(self, method: str, path: str, body: object, timeout_s: float) -> tuple[int, Any]:
        kind = HTTPSConnection if self.tls else HTTPConnection
        connection = kind(self.host, self.port, timeout=timeout_s)
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        try:
            connection.request(method, self.path + path, json.dumps(body) if body else None, headers)
            response = connection.getresponse()
            text = response.read(_LONGEST_ANSWER)
        finally:
            connection.close()
        try:
            return response.status, json.loads(text)
        except ValueError:
            return response.status, None


def _listed(names: list[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")

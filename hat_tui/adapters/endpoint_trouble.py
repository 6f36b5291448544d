"""What can go wrong between us and a server -> one sentence or two: what is wrong and what to do.

Exceptions are translated here and nowhere else.
"""

import json
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import anyio
import httpx2

from hat_tui.adapters.event_stream import EndlessEvent

LONGEST_QUOTE = 300
"""Characters of a server's own words that go into a sentence."""

PAGE = "a web page in place of a reason"
"""What a server has said that sends one with an error."""


@dataclass(eq=False)
class Rejected(Exception):
    """The server answered with an error: `status` is HTTP's, 0 in a stream; `fields` are those of the request that it
    points at; `moved_to` is set by a redirect, which is not followed, since the key would go along."""

    status: int
    said: str = ""
    fields: frozenset[str] = frozenset()
    moved_to: str = ""


class Garbled(Exception):
    """The server sent what cannot be read as JSON."""


@dataclass(eq=False)
class Nonsense(Exception):
    """The server's answer is no chat: `got` names what it is instead."""

    got: str


TROUBLES = (
    Rejected,
    Nonsense,
    Garbled,
    EndlessEvent,
    httpx2.HTTPError,
    httpx2.InvalidURL,
    OSError,
    anyio.EndOfStream,
)
"""What a server and the network can raise while something is asked of them. The last two come through httpx2 as they
are where TLS breaks."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a sentence needs to know beside the error: the server's host and port, whether a key was sent, whether
    part of a reply had arrived, whether nothing was said before the prompt."""

    where: str
    keyed: bool = False
    under_way: bool = False
    alone: bool = False


STATUSES: dict[int, str] = {
    400: "{where} refused the request{said}. Change the prompt or the parameters and ask again.",
    402: "{where} wants to be paid first{said}.",
    403: "{where} does not allow this{said}. The key may lack the right to use this model: ask the server's owner.",
    404: "{where} has no chat at this address, or not this model{said}. Check the URL (it usually ends with /v1) and "
    "the model.",
    405: "{where} has no chat at this address. Check the URL: it usually ends with /v1.",
    408: "{where} gave up waiting for the request{said}. Ask again.",
    413: "The prompt is longer than {where} takes. Shorten it or lower Turns kept.",
    422: "{where} does not understand the request{said}. Change the parameter it names and ask again.",
    429: "{where} is busy with others, or your allowance is used up{said}. Wait a little and ask again.",
    500: "{where} failed while it worked on the request{said}. Its log tells more; ask again, or restart it.",
    501: "{where} cannot do this{said}. Its model may be none for chats.",
    502: "The proxy in front of {where} cannot reach the server behind it (502). Start that server, then ask again.",
    503: "{where} is overloaded or still starting{said}. Wait a little and ask again.",
    504: "The proxy in front of {where} gave up waiting for the server behind it (504). Ask again, or go around it.",
}

OVERFLOW = re.compile(
    r"context[ _]?(length|window|size)|exceed\w*[ _]context|n_ctx|maximum.{0,20}tokens", re.IGNORECASE
)
LOADING = re.compile(r"loading model|still loading|model is (being )?load", re.IGNORECASE)
INVALID = re.compile(r"'loc': \('body', '(\w+)'[^)]*\), 'msg': ['\"](.*?)['\"], '")
"""What FastAPI finds wrong with a field, as llama_cpp.server puts it into the text of its error 500."""
NO_MODEL = re.compile(
    r"model\b.*(not found|does not exist|not exist|unknown|not available)|no such model|invalid model", re.I | re.S
)


def explain(error: BaseException, at: Circumstances) -> str:
    """The sentence for anything of TROUBLES."""
    match error:
        case Rejected():
            return _rejection(error, at)
        case Nonsense(got=got):
            return f"{at.where} answers with {got}, not as a chat server does. Check the URL: it usually ends with /v1."
        case Garbled():
            return f"{at.where} sent broken JSON. Ask again; its log may tell more, or a proxy in between is at fault."
        case EndlessEvent():
            return (
                f"{at.where} sent one piece of a reply without end, so it was cut off. Ask again or restart the server."
            )
        case httpx2.InvalidURL() | httpx2.UnsupportedProtocol():
            return f"{at.where} is no address that can be reached. Check the URL."
    causes = list(_causes(error))
    for kind, sentence in CONNECTION_TROUBLES:
        if any(isinstance(cause, kind) for cause in causes):
            return sentence.format(where=at.where)
    return (UNDER_WAY if at.under_way else SILENT).format(where=at.where)


CONNECTION_TROUBLES: tuple[tuple[type[BaseException], str], ...] = (
    (
        ConnectionRefusedError,
        "Nothing listens at {where}. Start the server, or check host and port (llama_cpp.server listens on 8000).",
    ),
    (
        socket.gaierror,
        "The host in {where} is not known here. Check its spelling, or use its address, such as 192.168.1.52.",
    ),
    (
        ssl.SSLCertVerificationError,
        "The certificate of {where} is not trusted here. Put its authority's file in SSL_CERT_FILE, or use http:// "
        "where the network is yours.",
    ),
    (
        ssl.SSLError,
        "{where} does not speak TLS as https:// needs it. Try http:// instead.",
    ),
    (
        httpx2.ConnectTimeout,
        "{where} did not take the connection within 10 s. Check the address, and whether a firewall is in between.",
    ),
    (
        httpx2.ReadTimeout,
        "{where} took the connection and then said nothing. It is busy with someone else, or still loading: try again "
        "in a while.",
    ),
    (
        TimeoutError,
        "{where} answers no more: the network in between is gone, or that machine is off. What had arrived is kept; "
        "ask again when it is back.",
    ),
    (
        httpx2.ProxyError,
        "The proxy on the way to {where} refuses, or cannot be used. Check HTTPS_PROXY, or add the host to NO_PROXY.",
    ),
    (
        httpx2.LocalProtocolError,
        "The request to {where} cannot be sent: the API key holds a character that no header can carry. Set it anew.",
    ),
    (
        httpx2.ConnectError,
        "{where} cannot be reached from here. Check that this machine is on the right network, and the address.",
    ),
    (
        httpx2.DecodingError,
        "{where} sent an answer whose compression is broken. Ask again; a proxy in between may be at fault.",
    ),
)
"""The first kind found among an error and its causes tells the sentence."""

UNDER_WAY = (
    "The connection to {where} broke in the middle of the reply; what had arrived is kept. The server may have "
    "crashed, or the network is gone: ask again."
)
SILENT = (
    "{where} closed the connection without an answer. It may have crashed (its log tells), or it speaks https:// and "
    "not http://."
)


def _rejection(error: Rejected, at: Circumstances) -> str:
    said = f": {error.said}" if error.said else f" ({error.status})" if error.status else ""
    if error.moved_to:
        return f"{at.where} says that it moved to {error.moved_to}. Connect to that URL."
    if error.status == 401:
        wants = "does not take this API key" if at.keyed else "wants an API key"
        return f"{at.where} {wants}. Ask its owner for the key, and set it (HAT_TUI_API_KEY, or with the connection)."
    if LOADING.search(error.said):
        return f"{at.where} is still loading its model. Wait until it is ready and ask again."
    if OVERFLOW.search(error.said):
        if at.alone:
            return (
                f"The prompt is too long for the model's context{said}. Shorten it, lower the reply length "
                "(max_tokens), or start the server with a larger n_ctx."
            )
        return (
            f"The conversation is too long for the model's context{said}. Lower Turns kept or Reply length, or start "
            "the server with a larger n_ctx."
        )
    if error.status in (400, 404) and NO_MODEL.search(error.said):
        return f"{at.where} has no such model{said}. Pick one that it lists."
    if error.status == 0:
        return f"{at.where} broke off the reply{said}. Ask again; its log may tell more."
    sentence = STATUSES.get(error.status) or STATUSES[500 if error.status >= 500 else 400]
    return sentence.format(where=at.where, said=said)


def rejected(response: httpx2.Response, content: bytes, key: str) -> Rejected:
    """What the server said with an error status; `key` is struck out of its words."""
    moved = response.headers.get("location", "") if 300 <= response.status_code < 400 else ""
    if response.headers.get("content-type", "").lower().startswith("text/html"):
        said, fields = PAGE, frozenset[str]()
    else:
        said, fields = told(_read(content), key)
    return Rejected(response.status_code, said, fields, _quoted(moved.split("?")[0], key))


def _read(content: bytes) -> Any:
    """JSON, or the text that it is instead."""
    text = content.decode("utf-8", "replace").strip()
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def told(body: Any, key: str = "") -> tuple[str, frozenset[str]]:
    """The server's own words in an error body of any of the known shapes, and the request's fields it points at.

    OpenAI and llama.cpp: {"error": {"message", "param"}}; Ollama: {"error": "…"}; FastAPI: {"detail": "…"} or
    {"detail": [{"loc": ["body", "seed"], "msg": "…"}]}; vLLM before 0.10: {"message": "…"}.
    """
    inner = body.get("error", body) if isinstance(body, Mapping) else body
    fields: set[str] = set()
    if isinstance(inner, Mapping):
        if isinstance(param := inner.get("param"), str):
            fields.add(param)
        inner = inner.get("message") or inner.get("detail") or inner.get("msg") or ""
    if isinstance(inner, list):
        details = [detail for detail in inner if isinstance(detail, Mapping)]
        fields.update(str(step) for detail in details for step in _steps(detail.get("loc")))
        inner = "; ".join(
            f"{'.'.join(_steps(detail.get('loc')))} {detail.get('msg', '')}".strip() for detail in details
        )
    words = inner if isinstance(inner, str) else ""
    if invalid := INVALID.findall(words):
        fields.update(name for name, _ in invalid)
        words = "; ".join(f"{name}: {what}" for name, what in invalid)
    return _quoted(words, key), frozenset(fields)


def _steps(loc: Any) -> list[str]:
    return [str(step) for step in loc if step != "body"] if isinstance(loc, list | tuple) else []


def _quoted(words: str, key: str) -> str:
    """One line of someone else's words, fit to stand in a sentence: no markup page, no control characters, no key."""
    if "<html" in words.lower() or "<!doctype" in words.lower():
        return PAGE
    if key:
        words = words.replace(key, "…")
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in words).split()).rstrip(".")
    return line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1] + "…"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error, what it was raised from, and the members of any group among them."""
    waiting, seen = [error], set[int]()
    while waiting:
        cause = waiting.pop(0)
        if id(cause) in seen:
            continue
        seen.add(id(cause))
        yield cause
        waiting += [further for further in (cause.__cause__, cause.__context__) if further is not None]
        if isinstance(cause, BaseExceptionGroup):
            waiting += cause.exceptions

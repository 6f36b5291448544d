"""Any server with the OpenAI chat API, by its URL: llama_cpp.server, llama-server, and what speaks as they do.

Importing this module loads openai (0.4 s of processor time): LateEndpoint does when a prompt is written.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from typing import Any

import httpx2

from hat_tui import __version__
from hat_tui.adapters.chat_chunks import ChunkReader, gathered
from hat_tui.adapters.chat_request import Manners, Sent
from hat_tui.adapters.endpoint_answer import events, media, parsed, whole
from hat_tui.adapters.endpoint_facts import EndpointFacts, Unreachable, facts_from
from hat_tui.adapters.endpoint_transport import transport
from hat_tui.adapters.endpoint_trouble import (
    TROUBLES,
    Circumstances,
    Garbled,
    Nonsense,
    Rejected,
    explain,
    rejected,
    told,
)
from hat_tui.adapters.endpoint_url import normalised, root, where
from hat_tui.adapters.openai_client import OpenAIClient
from hat_tui.chat.dialogue import Request
from hat_tui.chat.message import Role
from hat_tui.chat.reply import Failed, Note, ReplyEvent

CONNECT_S = 10.0
"""Seconds for a TCP and TLS connection. A reply has no deadline: a long prompt on a slow CPU takes minutes."""

ANSWER_S = 15.0
"""Seconds for an answer that needs no reply of a model: the list of models, a count of tokens."""


HEADERS = {"User-Agent": f"hat-tui/{__version__}", "Accept-Encoding": "identity"}
"""Compression would have a proxy hold a stream back until there is enough of it to compress."""


class OpenAIEndpoint:
    """One server. `key` may be empty; it is sent to this server only and shown nowhere.

    `counts` allows `count_tokens` to ask the server: leave it off where that could cut other people's replies, as it
    does on a llama_cpp.server with interrupt_requests. llama-server, once described, is always asked. `facts` are what
    is known of the server already. Raises BadURL.
    """

    def __init__(self, url: str, key: str = "", facts: EndpointFacts | None = None, *, counts: bool = False) -> None:
        self.url = normalised(url)
        self._key = key.strip()
        self._counters = dict(COUNTERS) if counts else {}
        self.facts = facts
        if facts:
            self._take(facts)
        self._manners = Manners()
        self._answered: dict[str, str] = {}
        self._opened: httpx2.AsyncClient | None = None
        self._chats: OpenAIClient | None = None
        self._replying = False
        self._model = ""

    async def aclose(self) -> None:
        """Close every connection. New ones are opened when the endpoint is used again."""
        opened, self._opened, self._chats = self._opened, None, None
        if opened is not None:
            await opened.aclose()

    async def reply(self, request: Request) -> AsyncGenerator[ReplyEvent, None]:
        """Stream one reply. Closing this generator closes the connection, at which the server stops generating."""
        chunks = ChunkReader()
        self._replying, self._model = True, request.model
        try:
            async with aclosing(self._attempts(request, chunks)) as attempts:
                async for event in attempts:
                    if change := self._model_changed(request.model, chunks.model):
                        yield Note(change)
                    yield event
        except TROUBLES as error:
            alone = [message.role for message in request.messages].count(Role.USER) == 1
            yield Failed(explain(error, self._circumstances(chunks.received, alone)), chunks.measure())
        finally:
            self._replying = False

    def _model_changed(self, asked: str, answers: str) -> str:
        """A sentence when the server answers with another model than it did before to the same name; else "".

        Its list of models is not asked: that could cut somebody's reply.
        """
        before = self._answered.get(asked, "")
        self._answered[asked] = answers or before
        if not before or not answers or answers == before:
            return ""
        return f"{where(self.url)} now answers with {answers}, no longer with {before}."

    async def describe(self) -> EndpointFacts:
        """Ask the server what it offers; the facts are kept for the replies. Raises Unreachable.

        Cuts the reply that a llama_cpp.server with interrupt_requests is making for someone.
        """
        try:
            listing = await self._got(f"{self.url}/models")
            facts = facts_from(listing)
            if facts.kind == "llama-server":
                with suppress(Rejected, Nonsense, Garbled):
                    facts = facts_from(listing, await self._got(f"{root(self.url)}/props"))
            self._take(facts)
            return facts
        except Rejected as error:
            # transformers' server fails (500) to list models as long as it has none but the one it was started with.
            if error.status not in (404, 405, 500, 501):
                trouble = Unreachable(explain(error, self._circumstances()))
                trouble.wants_key = error.status == 401
                raise trouble from None
            self.facts = facts_from(None)
            return self.facts
        except TROUBLES as error:
            raise Unreachable(explain(error, self._circumstances())) from None

    def _take(self, facts: EndpointFacts) -> None:
        self.facts = facts
        if facts.kind == "llama-server":
            self._counters = {"/tokenize": COUNTERS["/tokenize"]}

    async def count_tokens(self, text: str) -> int | None:
        """How many tokens the model makes of `text`; None when the server cannot tell, or not during a reply."""
        for path in list(self._counters):
            if self._replying:
                return None
            body = self._counters[path](text, self._model)
            try:
                async with asyncio.timeout(ANSWER_S), self._asked("POST", f"{root(self.url)}{path}", body) as response:
                    return counted(parsed(await whole(response)))
            except Rejected as error:
                if error.status in (404, 405, 501):
                    del self._counters[path]
            except TROUBLES:
                return None
        return None

    async def _attempts(self, request: Request, chunks: ChunkReader) -> AsyncGenerator[ReplyEvent, None]:
        """Ask, and ask again without what the server rejects, as long as nothing of a reply has come."""
        more = {"return_progress": True} if self.facts and self.facts.kind == "llama-server" else {}
        sent = self._manners.prepared(request, more)
        while True:
            try:
                async with aclosing(self._answer(sent, chunks)) as answer:
                    async for event in answer:
                        yield event
                self._manners.worked(sent)
                return
            except Rejected as error:
                if chunks.received:
                    raise
                sent, note = self._manners.mended(sent, error)
            if note:
                yield Note(note)

    async def _answer(self, sent: Sent, chunks: ChunkReader) -> AsyncGenerator[ReplyEvent, None]:
        async with self._posted(sent.body(stream=True)) as response:
            if media(response) == "application/json":
                completion = self._checked(await whole(response))
                if not completion.get("choices"):
                    raise Nonsense("JSON of another kind")
                for event in chunks.read(completion):
                    yield event
            elif media(response) == "text/html":
                raise Nonsense("a web page")
            else:
                async with aclosing(events(response, chunks)) as stream:
                    async for handful in stream:
                        for event in gathered(e for data in handful for e in chunks.read(self._checked(data))):
                            yield event
        if chunks.empty:
            await self._learn_why(sent, chunks)
        yield chunks.finished()

    async def _learn_why(self, sent: Sent, chunks: ChunkReader) -> None:
        """Find out why a stream had nothing in it, and raise it: llama_cpp.server tells it only to a request that does
        not stream, and LiteLLM before it ends the stream as if all were well. Where llama_cpp.server ends the stream
        without more, another request interrupted this one."""
        if chunks.closed and not chunks.ended:
            raise Rejected(0, "another request came in before the first word")
        try:
            async with self._posted(sent.in_brief().body(stream=False)) as response:
                self._checked(await whole(response))
        except httpx2.TransportError:
            raise httpx2.RemoteProtocolError("gone after an empty stream") from None
        if not chunks.ended:
            raise Rejected(0, "the stream was empty, for no reason that it tells")

    def _checked(self, data: str | bytes) -> Mapping[str, Any]:
        """JSON that came with a good status. Raises Rejected when it tells an error all the same."""
        content = parsed(data)
        if not isinstance(content, Mapping):
            raise Nonsense("JSON of another kind")
        if content.get("error"):
            said, fields = told(content, self._key)
            inner = content["error"]
            code = inner.get("code") if isinstance(inner, Mapping) else None
            raise Rejected(code if isinstance(code, int) and 400 <= code < 600 else 0, said, fields)
        return content

    @asynccontextmanager
    async def _posted(self, body: Mapping[str, Any]) -> AsyncIterator[httpx2.Response]:
        """The open answer to a chat request; closing it closes the connection. Raises Rejected on a bad status."""
        if self._chats is None:
            self._chats = OpenAIClient(self.url, self._key, self._client(), HEADERS)
        response = await self._chats.post_chat(body)
        try:
            yield response
        finally:
            await response.aclose()

    async def _got(self, url: str) -> Any:
        """The JSON behind a GET. Raises Rejected, Nonsense or another of TROUBLES."""
        try:
            async with asyncio.timeout(CONNECT_S + ANSWER_S), self._asked("GET", url) as response:
                if media(response) == "text/html":
                    raise Nonsense("a web page")
                return parsed(await whole(response))
        except TimeoutError:
            raise httpx2.ReadTimeout("an answer without end") from None

    @asynccontextmanager
    async def _asked(self, method: str, url: str, body: Any = None) -> AsyncIterator[httpx2.Response]:
        """The open answer to anything but a chat. Raises Rejected on a bad status."""
        headers = {**HEADERS, "Authorization": f"Bearer {self._key}"} if self._key else HEADERS
        timeout = httpx2.Timeout(ANSWER_S, connect=CONNECT_S)
        asking = self._client().stream(method, url, json=body, headers=headers, timeout=timeout)
        async with asking as response:
            if not response.is_success:
                raise rejected(response, await whole(response), self._key)
            yield response

    def _client(self) -> httpx2.AsyncClient:
        if self._opened is None:
            if not self._key.isascii():  # httpx2 would raise UnicodeEncodeError, which says nothing of a key
                raise httpx2.LocalProtocolError("a key beyond ASCII")
            timeout = httpx2.Timeout(None, connect=CONNECT_S)
            self._opened = httpx2.AsyncClient(transport=transport(self.url), timeout=timeout, trust_env=False)
        return self._opened

    def _circumstances(self, under_way: bool = False, alone: bool = False) -> Circumstances:
        return Circumstances(where(self.url), bool(self._key), under_way, alone)


COUNTERS = {
    "/extras/tokenize/count": lambda text, model: {"input": text} | ({"model": model} if model else {}),
    "/tokenize": lambda text, model: {"content": text},
}
"""Where llama_cpp.server and llama-server count tokens, and what they are asked."""


def counted(answer: Any) -> int | None:
    """The number in an answer of one of COUNTERS."""
    match answer:
        case {"count": int(count)}:
            return count
        case {"tokens": list(tokens)}:
            return len(tokens)
    return None

"""A server on loopback that misbehaves as it is told: answers are written byte by byte, by scripts.

    async with HostileServer() as server:
        server.on("/chat/completions", stream(says("Hel"), says("lo"), ends("stop"), usage(12, 2)), broken_off)
        ... OpenAIEndpoint(server.url) ...

Scripts of a path are used up in order; the last one stays. `server.asked` holds what came in, `server.called` is set
by the first request.
"""

import asyncio
import contextlib
import json
import socket
import ssl
import struct
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any


@dataclass
class Asked:
    """One request."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any = None


@dataclass
class Line:
    """The server's end of one connection. `left_at` is the monotonic time at which the client hung up."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    asked: Asked
    left_at: float = 0.0
    left: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def head(self, status: str = "200 OK", media: str = "text/event-stream", *more: str) -> None:
        lines = [f"HTTP/1.1 {status}", f"content-type: {media}", "connection: close", *more]
        await self.send("\r\n".join([*lines, "", ""]).encode())

    async def watch(self) -> None:
        """Note when the client hangs up; it has nothing more to say after its request."""
        with contextlib.suppress(OSError):
            await self.reader.read()
        self.left_at = time.monotonic()
        self.left.set()

    def reset(self) -> None:
        """End the connection by RST."""
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Script = Callable[[Line], Awaitable[None]]


class HostileServer:
    """Listens on a free port of 127.0.0.1 while it is open, by TLS with a context; leaving it ends all connections."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls
        self.asked: list[Asked] = []
        self.lines: list[Line] = []
        self.called = asyncio.Event()
        self._scripts: dict[str, list[Script]] = {}
        self._running: set[asyncio.Task[None]] = set()

    def on(self, path: str, *scripts: Script) -> None:
        """Answer requests whose path ends with `path` by these scripts. Other paths are not found (404)."""
        self._scripts[path] = list(scripts)

    def bodies(self, path: str = "/chat/completions") -> list[Any]:
        """The JSON that was posted to a path."""
        return [asked.body for asked in self.asked if asked.path.endswith(path)]

    async def __aenter__(self) -> "HostileServer":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"http{'s' if self._tls else ''}://127.0.0.1:{self.port}/v1"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        for line in self.lines:
            line.writer.transport.abort()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._running.add(task)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self._answer(reader, writer)
        finally:
            self._running.discard(task)
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opening = await reader.readexactly(1)
        if opening == b"\x16":  # a TLS greeting, to which a server of plain HTTP says that it is no request
            writer.write(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n")
            return
        first, *rest = (opening + await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        method, path, _ = first.split(" ")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in rest)}
        raw = await reader.readexactly(int(headers.get("content-length", "0")))
        line = Line(reader, writer, Asked(method, path, headers, json.loads(raw) if raw else None))
        self.asked.append(line.asked)
        self.lines.append(line)
        self.called.set()
        watching = asyncio.create_task(line.watch())
        try:
            await self._script(path)(line)
        finally:
            watching.cancel()

    def _script(self, path: str) -> Script:
        for ending, scripts in self._scripts.items():
            if path.endswith(ending):
                return scripts.pop(0) if len(scripts) > 1 else scripts[0]
        return answer(404, {"detail": "Not Found"})


def chunk(delta: dict[str, Any] | None = None, finish: str | None = None, **more: Any) -> bytes:
    """One event of a chat stream."""
    return event({"choices": [{"index": 0, "delta": delta or {}, "finish_reason": finish}], **more})


def event(content: Any) -> bytes:
    """One event that holds any JSON; a text is put in as it is."""
    return b"data: " + (content if isinstance(content, str) else json.dumps(content)).encode() + b"\n\n"


def says(text: str) -> bytes:
    return chunk({"content": text})


def ends(reason: str = "stop", **more: Any) -> bytes:
    return chunk(finish=reason, **more)


def usage(prompt: int, completion: int, **more: Any) -> bytes:
    return event({"choices": [], "usage": {"prompt_tokens": prompt, "completion_tokens": completion, **more}})


DONE = b"data: [DONE]\n\n"


def stream(*pieces: bytes | Script, done: bool = True, media: str = "text/event-stream") -> Script:
    """A good answer of these pieces, ended in order; a script among them is played at its place."""

    async def script(line: Line) -> None:
        await line.head(media=media)
        for piece in (*pieces, DONE) if done else pieces:
            await (line.send(piece) if isinstance(piece, bytes) else piece(line))

    return script


def answer(status: int, body: Any, *headers: str, media: str = "application/json") -> Script:
    """A whole answer: JSON, or bytes as they are."""

    async def script(line: Line) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        await line.head(f"{status} Whatever", media, f"content-length: {len(data)}", *headers)
        await line.send(data)

    return script


def error(status: int, message: str, **more: Any) -> Script:
    """An error in the shape of OpenAI and llama.cpp."""
    return answer(status, {"error": {"message": message, "type": "x", **more}})


async def resets(line: Line) -> None:
    """The connection breaks by RST."""
    line.reset()
    await line.left.wait()


async def breaks_a_chunk(line: Line) -> None:
    """A chunked body that ends in the middle, as a killed server leaves it."""
    await line.send(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
    await line.send(b"40\r\ndata: ")


async def hangs(line: Line) -> None:
    """Nothing more comes until the client leaves."""
    await line.left.wait()


async def hangs_up(line: Line) -> None:
    """The connection is closed in order, without an answer."""


def writes(data: bytes) -> Script:
    """Bytes that need not be HTTP."""

    async def script(line: Line) -> None:
        await line.send(data)

    return script

"""An OpenAI-compatible server that streams prose once, at a set speed, and notes when it sent what.

`python -m bench.terminal.fake_server SPEED TOKENS RECORD`: SPEED in tokens a second, 0 for all at once. RECORD is
a file of doubles, times of CLOCK_MONOTONIC in seconds: see `Record`.
"""

import asyncio
import contextlib
import json
import mmap
import struct
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.terminal.prose import Prose

ROOT: Final = Path(__file__).resolve().parents[2]
_HEAD: Final = 2


class Record:
    """What a server shares: when the stream ended, when the client was found gone, and when each token was sent."""

    def __init__(self, path: Path, tokens: int) -> None:
        size = 8 * (_HEAD + tokens)
        if not path.exists() or path.stat().st_size != size:
            path.write_bytes(bytes(size))
        with path.open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), size)
        self.tokens = tokens

    def _get(self, at: int) -> float:
        return float(struct.unpack_from("d", self._map, 8 * at)[0])

    def _set(self, at: int, value: float) -> None:
        struct.pack_into("d", self._map, 8 * at, value)

    @property
    def ended(self) -> float:
        """When the last token was sent; 0 while it was not."""
        return self._get(0)

    @property
    def gone(self) -> float:
        """When the client was found to have closed its stream; 0 while it is there."""
        return self._get(1)

    def sent(self, token: int) -> float:
        """When token number `token` was sent; 0 if it was not."""
        return self._get(_HEAD + token)

    def note(self, token: int) -> None:
        """A token goes out."""
        now = time.monotonic()
        self._set(_HEAD + token, now)
        if token == self.tokens - 1:
            self._set(0, now)

    def note_gone(self) -> None:
        """The client closed its stream."""
        self._set(1, time.monotonic())


def _chunk(text: str, finish: str | None = None) -> bytes:
    delta = {"content": text} if text else {}
    body = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "fake",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }
    return f"data: {json.dumps(body)}\n\n".encode()


_LAST = _chunk("", "stop") + b"data: [DONE]\n\n"


class FakeServer:
    """Answers `/v1/models` and streams `/v1/chat/completions`: prose the first time, then what may be a title."""

    def __init__(self, speed: float, prose: Prose, record: Record) -> None:
        self._speed = speed
        self._chunks = [_chunk(token) for token in prose.tokens]
        self._record = record
        self._asked = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection until it closes."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while await self._answer(reader, writer):
                pass
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next((int(line[15:]) for line in head.lower().split("\r\n") if line.startswith("content-length:")), 0)
        body = await reader.readexactly(length)
        path = head.split(" ", 2)[1]
        if path.endswith("/chat/completions") and json.loads(body).get("stream"):
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
            # Clients that name a chat ask for its name once the reply has come.
            if self._asked:
                writer.write(_chunk("A title") + _LAST)
            else:
                self._asked = True
                await self._stream(reader, writer)
            await writer.drain()
            return False
        if path.endswith("/chat/completions"):
            message = {"role": "assistant", "content": "A title"}
            data = {"id": "1", "object": "chat.completion", "created": 1, "model": "fake"}
            data |= {"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
        elif path.endswith("/models"):
            data = {"object": "list", "data": [{"id": "fake", "object": "model", "created": 1, "owned_by": "bench"}]}
        else:
            data = {"detail": "Not Found"}
        status = "404 Not Found" if "detail" in data else "200 OK"
        text = json.dumps(data).encode()
        answer = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
        writer.write(answer.encode() + text)
        await writer.drain()
        return True

    async def _stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        gone = asyncio.ensure_future(reader.read(1))
        gone.add_done_callback(lambda task: task.cancelled() or task.exception())
        started = time.monotonic()
        for token, chunk in enumerate(self._chunks):
            if self._speed:
                wait = started + token / self._speed - time.monotonic()
                if wait > 0:
                    await asyncio.wait([gone], timeout=wait)
            if gone.done():
                self._record.note_gone()
                return
            writer.write(chunk)
            self._record.note(token)
            if not self._speed and token % 64 == 63:
                await writer.drain()
        writer.write(_LAST)
        gone.cancel()


class ServerProcess:
    """A fake server in a process of its own; `url` is its base, `record` what it notes, `prose` what it says.

    `prefix` is put before its command, to run it somewhere else.
    """

    def __init__(self, speed: float, tokens: int, folder: Path, prefix: Sequence[str] = ()) -> None:
        self.prose = Prose(tokens)
        path = folder / f"record-{speed}-{tokens}"
        self.record = Record(path, tokens)
        self.speed = speed
        command = [sys.executable, "-m", "bench.terminal.fake_server", str(speed), str(tokens), str(path)]
        self._process = subprocess.Popen([*prefix, *command], stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert self._process.stdout is not None  # noqa: S101 (for the type checker: it is a pipe)
        self.url = f"http://127.0.0.1:{self._process.stdout.readline().strip()}/v1"

    def __enter__(self) -> "ServerProcess":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


async def _main(speed: float, tokens: int, path: Path) -> None:
    fake = FakeServer(speed, Prose(tokens), Record(path, tokens))
    server = await asyncio.start_server(fake.serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main(float(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))

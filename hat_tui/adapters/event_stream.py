"""Bytes of a server-sent event stream -> the data of its events.

https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation
"""

from collections.abc import Iterator

LONGEST_EVENT = 8 * 1024 * 1024
"""Bytes of one event after which a server is taken for broken: a piece of a reply is some hundred bytes."""


class EndlessEvent(ValueError):
    """An event grew past LONGEST_EVENT."""


class EventStream:
    """Feed it chunks as they arrive, cut anywhere. Bytes that are not UTF-8 become U+FFFD."""

    def __init__(self) -> None:
        self._begun: list[bytes] = []
        self._data: list[str] = []
        self._size = 0
        self._ended_with_cr = False

    def feed(self, chunk: bytes) -> Iterator[str]:
        """The data of each event that `chunk` completes. Raises EndlessEvent."""
        if self._ended_with_cr and chunk.startswith(b"\n"):
            chunk = chunk[1:]
            self._ended_with_cr = False
        if not chunk:
            return
        self._ended_with_cr = chunk.endswith(b"\r")
        self._size += len(chunk)
        lines = chunk.splitlines(keepends=True)
        for line in lines:
            self._begun.append(line)
            if line.endswith((b"\n", b"\r")):
                whole, self._begun = b"".join(self._begun), []
                yield from self._line(whole.rstrip(b"\r\n"))
        if self._size > LONGEST_EVENT:
            raise EndlessEvent

    def end(self) -> Iterator[str]:
        """The data of an event that the end of the stream cut off before its empty line."""
        yield from self._line(b"".join(self._begun))
        yield from self._line(b"")
        self._begun = []

    def _line(self, line: bytes) -> Iterator[str]:
        if not line:
            data, self._data, self._size = self._data, [], 0
            if data:
                yield "\n".join(data)
            return
        field, _, value = line.decode("utf-8", "replace").removeprefix("\ufeff").partition(":")
        # llama.cpp's server of 2024 sent "error: {…}" where others send the error as data.
        if field in ("data", "error"):
            self._data.append(value.removeprefix(" "))

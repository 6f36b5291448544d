"""The header of a GGUF file, read from any binary stream: metadata and the list of tensors, none of their contents.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, versions 2 and 3, either byte order. A header is a
list of keys with values, then a list of tensors; nothing tells where one entry ends but the entry itself.

Vocabularies make headers slow to read: 150,000 strings, each with its length in front, would have to be walked one by
one. `read_header` jumps over a long list of strings to where the next key of the tokenizer stands, and takes that for
true only if the rest then reads without a fault and the tensors fill the file to its end; otherwise, or with
`exact=True`, it walks. A file made to deceive can so show other facts than llama.cpp will find in it; it can do no
other harm.
"""

import contextlib
import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import BinaryIO, Final, Literal

from hat_tui.gguf.tensor_types import TENSOR_TYPES

_CHUNK = 1 << 18
_WIDEST_JUMP = 1 << 26
"""Bytes a list of strings may take to be jumped over; the largest vocabularies take 10 MB."""
_MOST_KEYS = 1 << 16
_MOST_TENSORS = 1 << 18
_LONGEST_KEY = 1 << 12
_LONGEST_STRING = 1 << 22
_MOST_STRINGS = 1 << 23
_KEPT_ITEMS = 512
"""A list of up to so many items is read; of a longer one only its kind and length are kept."""


class BadGguf(ValueError):
    """The file is not a GGUF file that can be read. The message is a sentence for a person."""


class Kind(IntEnum):
    """`gguf_metadata_value_type`."""

    U8, I8, U16, I16, U32, I32, F32, BOOL, STRING, ARRAY, U64, I64, F64 = range(13)


_SCALARS: Final = {
    Kind.U8: "B", Kind.I8: "b", Kind.U16: "H", Kind.I16: "h", Kind.U32: "I", Kind.I32: "i",
    Kind.F32: "f", Kind.BOOL: "B", Kind.U64: "Q", Kind.I64: "q", Kind.F64: "d",
}  # fmt: skip

Scalar = int | float | bool | str


@dataclass(frozen=True, slots=True)
class Array:
    """A list in the metadata; `items` is None when it is too long to keep."""

    kind: Kind
    count: int
    items: tuple[Scalar, ...] | None = None

    def __str__(self) -> str:
        """For a person: the items, or how many there are."""
        if self.items is not None:
            return f"[{', '.join(map(str, self.items))}]"
        return f"{self.count:,} {'texts' if self.kind is Kind.STRING else 'numbers'}"


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor: its shape with the innermost dimension first, its `ggml_type`, its offset in the data section."""

    name: str
    shape: tuple[int, ...]
    type: int
    offset: int

    @property
    def elements(self) -> int:
        product = 1
        for size in self.shape:
            product *= size
        return product

    @property
    def size(self) -> int | None:
        """Bytes; None for a type that is not known here."""
        known = TENSOR_TYPES.get(self.type)
        return None if known is None else -(-self.elements // known.block) * known.block_bytes


@dataclass(frozen=True, slots=True)
class Header:
    """What a GGUF file says of itself. `data_start` and `file_size` in bytes."""

    version: int
    metadata: dict[str, Scalar | Array]
    tensors: tuple[Tensor, ...]
    data_start: int
    file_size: int

    @property
    def missing(self) -> int:
        """Bytes that the tensors need and the file does not have: more than 0 means a cut-off download."""
        return max(0, self.data_end - self.file_size)

    @property
    def data_end(self) -> int:
        """Where the last tensor ends."""
        return max(
            (self.data_start + tensor.offset + (tensor.size or 0) for tensor in self.tensors), default=self.data_start
        )


def read_header(file: BinaryIO, *, exact: bool = False) -> Header:
    """Read from the start of a seekable stream. BadGguf when it is no GGUF or its header is damaged; OSError passes.

    `exact` walks every list of strings, see the module.
    """
    if not exact:
        # The walk tells whether the file is bad, or only the guess was.
        with contextlib.suppress(BadGguf):
            header = _Reader(file, jump=True).header()
            alignment = header.metadata.get("general.alignment", 32)
            if isinstance(alignment, int) and 0 <= header.file_size - header.data_end < alignment:
                return header
    return _Reader(file, jump=False).header()


class _Reader:
    """A window on the file: `_data` holds its bytes from `_base` on, `_at` is the place in it."""

    def __init__(self, file: BinaryIO, *, jump: bool) -> None:
        self._file, self._jump = file, jump
        self._size = file.seek(0, 2)
        file.seek(0)
        self._base = self._at = 0
        self._data = bytearray()
        self._order = "<"

    @property
    def _byte_order(self) -> Literal["little", "big"]:
        return "little" if self._order == "<" else "big"

    def header(self) -> Header:
        if (magic := self._take(min(4, self._size))) != b"GGUF":
            shown = magic.decode("ascii", "backslashreplace")
            raise BadGguf(
                f"Not a GGUF file: it begins with “{shown}”, not with “GGUF”." if magic else "The file is empty."
            )
        version = self._integer("I")
        if version & 0xFFFF == 0:  # a small number read in the wrong byte order
            self._order = ">"
            version = int.from_bytes(version.to_bytes(4, "little"), "big")
        if version not in (2, 3):
            raise BadGguf(f"GGUF version {version} is not one that can be read (2 or 3).")
        tensors, keys = self._integer("Q"), self._integer("Q")
        # The smallest key takes 13 bytes, the smallest tensor 24: a count beyond that is not to be believed.
        if keys > min(_MOST_KEYS, self._size // 13) or tensors > min(_MOST_TENSORS, self._size // 24):
            raise BadGguf(f"The header is damaged: it announces {keys} keys and {tensors} tensors.")
        metadata = dict(self._key_and_value() for _ in range(keys))
        if len(metadata) != keys:
            raise BadGguf("The header is damaged: it holds a key twice.")
        listed = tuple(self._tensor() for _ in range(tensors))
        alignment = metadata.get("general.alignment", 32)
        if not isinstance(alignment, int) or not 0 < alignment <= 1 << 20 or alignment & (alignment - 1):
            raise BadGguf("The header is damaged: its alignment is no power of two.")
        end = self._base + self._at
        start = -(-end // alignment) * alignment if listed else end
        return Header(version, metadata, listed, start, self._size)

    def _key_and_value(self) -> tuple[str, Scalar | Array]:
        key = self._string(_LONGEST_KEY)
        return key, self._value(self._kind(), key)

    def _kind(self) -> Kind:
        number = self._integer("I")
        try:
            return Kind(number)
        except ValueError:
            raise BadGguf(f"The header is damaged: there is no value type {number}.") from None

    def _value(self, kind: Kind, key: str) -> Scalar | Array:
        if kind is Kind.STRING:
            return self._string(_LONGEST_STRING)
        if kind is Kind.ARRAY:
            return self._array(key)
        value = self._scalar(kind)
        return bool(value) if kind is Kind.BOOL else value

    def _array(self, key: str) -> Array:
        kind, count = self._kind(), self._integer("Q")
        if kind is Kind.ARRAY:
            raise BadGguf(f"The header is damaged: “{key[:60]}” is a list of lists, which llama.cpp does not read.")
        width = 8 if kind is Kind.STRING else struct.calcsize("<" + _SCALARS[kind])
        if count > (self._size - self._base - self._at) // width:
            raise _cut_off()
        if kind is Kind.STRING and count > _MOST_STRINGS:
            raise BadGguf(f"The header is damaged: “{key[:60]}” is a list of {count} texts.")
        if count <= _KEPT_ITEMS:
            return Array(kind, count, tuple(self._item(kind) for _ in range(count)))
        if kind is not Kind.STRING:
            self._skip(count * width)
        elif not (self._jump and self._jump_to_next_key(count)):
            self._walk(count)
        return Array(kind, count)

    def _item(self, kind: Kind) -> Scalar:
        return self._string(_LONGEST_STRING) if kind is Kind.STRING else self._scalar(kind)

    def _tensor(self) -> Tensor:
        name = self._string(_LONGEST_KEY)
        dimensions = self._integer("I")
        if dimensions > 4:
            raise BadGguf(f"The header is damaged: a tensor has {dimensions} dimensions.")
        shape = self._unpack(f"{dimensions}Q")
        kind, offset = self._unpack("IQ")
        if max(shape, default=0) >= 1 << 40 or offset >= 1 << 60:
            raise BadGguf("The header is damaged: a tensor has an impossible size.")
        return Tensor(name, shape, kind, offset)

    def _walk(self, count: int) -> None:
        length_at = struct.Struct(self._order + "Q").unpack_from
        for _ in range(count):
            if self._at + 8 > len(self._data):
                self._hold(8)
            self._at += 8 + length_at(self._data, self._at)[0]
            if self._at > len(self._data) and self._base + self._at > self._size:
                raise _cut_off()
            if self._at > min(len(self._data), 16 * _CHUNK):
                self._skip(0)

    def _jump_to_next_key(self, count: int) -> bool:
        """Go to where a key of the tokenizer follows `count` strings; False, and no move, when none is found."""
        self._let_go()
        position = 8 * count
        while (position := self._find(b"tokenizer.", position)) >= 0:
            if self._is_key(position):
                self._at = position - 8
                return True
            position += 1
        return False

    def _find(self, what: bytes, position: int) -> int:
        while (found := self._data.find(what, position)) < 0:
            position = max(position, len(self._data) - len(what) + 1)
            if position > _WIDEST_JUMP or not self._grow():
                return -1
        return found

    def _is_key(self, position: int) -> bool:
        """Whether a key begins there: its length before it, a value type behind it."""
        length = int.from_bytes(self._data[position - 8 : position], self._byte_order)
        if not 10 < length <= 128:
            return False
        while len(self._data) < position + length + 4 and self._grow():
            pass
        key = self._data[position : position + length]
        kind = int.from_bytes(self._data[position + length : position + length + 4], self._byte_order)
        return len(key) == length and kind < len(Kind) and all(byte in _KEY_LETTERS for byte in key)

    def _string(self, longest: int) -> str:
        length = self._integer("Q")
        if length > self._size - self._base - self._at:
            raise _cut_off()
        if length > longest:
            raise BadGguf(f"The header is damaged: it holds a text of {length} bytes where none is that long.")
        return self._take(length).decode("utf-8", "replace")

    def _scalar(self, kind: Kind) -> int | float:
        value: int | float = self._unpack(_SCALARS[kind])[0]
        return value

    def _integer(self, code: str) -> int:
        return int(self._unpack(code)[0])

    def _unpack(self, codes: str) -> tuple[int, ...]:
        shape = self._order + codes
        size = struct.calcsize(shape)
        self._hold(size)
        values = struct.unpack_from(shape, self._data, self._at)
        self._at += size
        return values

    def _take(self, count: int) -> bytes:
        self._hold(count)
        taken = bytes(self._data[self._at : self._at + count])
        self._at += count
        return taken

    def _skip(self, count: int) -> None:
        self._at += count
        if self._at > len(self._data):
            self._file.seek(self._base + self._at)
        self._let_go()

    def _let_go(self) -> None:
        """Forget what has been read."""
        del self._data[: self._at]
        self._base += self._at
        self._at = 0

    def _hold(self, count: int) -> None:
        """Have the next `count` bytes in the window."""
        if self._base + self._at + count > self._size:
            raise _cut_off()
        while len(self._data) < self._at + count:
            if not self._grow():
                raise _cut_off()

    def _grow(self) -> bool:
        more = self._file.read(_CHUNK)
        self._data += more
        return bool(more)


_KEY_LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


def _cut_off() -> BadGguf:
    return BadGguf("The file is cut off: it ends inside its header.")

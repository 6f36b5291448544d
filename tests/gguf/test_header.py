import contextlib
import io
import os
import struct
import tarfile
from pathlib import Path

import pytest
from gguf_maker import (
    ARRAY,
    BOOL,
    F32,
    F64,
    I8,
    I16,
    I32,
    I64,
    STRING,
    U8,
    U16,
    U32,
    U64,
    header_bytes,
    made_model,
    made_vocabulary,
    tokenizer_fields,
    value_bytes,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from hat_tui.gguf.header import Array, BadGguf, Kind, Tensor, read_header


def read(data, **kwargs):
    return read_header(io.BytesIO(data), **kwargs)


BOUNDS = {U8: (0, 2**8 - 1), I8: (-(2**7), 2**7 - 1), U16: (0, 2**16 - 1), I16: (-(2**15), 2**15 - 1),
          U32: (0, 2**32 - 1), I32: (-(2**31), 2**31 - 1), U64: (0, 2**64 - 1), I64: (-(2**63), 2**63 - 1)}  # fmt: skip
KINDS = {
    **{kind: st.integers(*bounds) for kind, bounds in BOUNDS.items()},
    F32: st.floats(width=32, allow_nan=False),
    F64: st.floats(allow_nan=False),
    BOOL: st.booleans(),
    STRING: st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
}
SCALARS = st.sampled_from(sorted(KINDS)).flatmap(lambda kind: st.tuples(st.just(kind), KINDS[kind]))
ARRAYS = st.sampled_from(sorted(KINDS)).flatmap(
    lambda kind: st.tuples(st.just(ARRAY), st.tuples(st.just(kind), st.lists(KINDS[kind], max_size=9)))
)
FIELDS = st.dictionaries(st.from_regex(r"[a-z]{1,6}\.[a-z_]{1,9}", fullmatch=True), SCALARS | ARRAYS, max_size=8)


@given(FIELDS, st.sampled_from("<>"), st.sampled_from([2, 3]))
def test_what_is_written_is_read(fields, order, version):
    fields.pop("general.alignment", None)
    tensors = [("blk.0.x", (32, 4), 8, bytes(136)), ("y", (3,), 0, bytes(12))]
    data = header_bytes([(key, *field) for key, field in fields.items()], tensors, order=order, version=version)
    header = read(data)
    assert header.version == version
    assert header.tensors == (Tensor("blk.0.x", (32, 4), 8, 0), Tensor("y", (3,), 0, 160))
    assert header.data_start == len(data) - 192
    assert header.missing == 0
    for key, (kind, value) in fields.items():
        got = header.metadata[key]
        assert got == (Array(Kind(value[0]), len(value[1]), tuple(value[1])) if kind == ARRAY else value)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("exact", [False, True])
def test_a_vocabulary_is_jumped_over(exact, order):
    tail = [("tokenizer.chat_template", STRING, "{{ x }}"), ("general.file_type", U32, 7)]
    fields = [("general.name", STRING, "m"), *tokenizer_fields(made_vocabulary(5000)), *tail]
    header = read(header_bytes(fields, order=order), exact=exact)
    assert header.metadata["tokenizer.ggml.tokens"] == Array(Kind.STRING, 5000)
    assert header.metadata["tokenizer.ggml.merges"].count == 4742
    assert header.metadata["tokenizer.chat_template"] == "{{ x }}"
    assert header.metadata["general.file_type"] == 7


def test_a_list_is_shown_as_its_items_or_their_number():
    assert str(Array(Kind.STRING, 2, ("en", "de"))) == "[en, de]"
    assert str(Array(Kind.STRING, 151936)) == "151,936 texts"
    assert str(Array(Kind.I32, 1000)) == "1,000 numbers"


def test_a_vocabulary_without_a_tokenizer_key_behind_it_is_walked():
    fields = [("tokenizer.ggml.tokens", ARRAY, (STRING, made_vocabulary(5000))), ("general.file_type", U32, 7)]
    assert read(header_bytes(fields)).metadata["general.file_type"] == 7


def test_a_token_that_looks_like_a_key_does_not_mislead():
    """The bytes of a whole key and value inside a token: the rest does not fit, so the list is walked."""
    bait = value_bytes(STRING, "tokenizer.chat_template") + struct.pack("<I", STRING) + value_bytes(STRING, "wrong")
    tokens = [*made_vocabulary(3000), bait, "last"]
    fields = [("tokenizer.ggml.tokens", ARRAY, (STRING, tokens)), ("tokenizer.chat_template", STRING, "right")]
    assert read(header_bytes(fields)).metadata["tokenizer.chat_template"] == "right"


def test_a_long_list_of_numbers_is_skipped_without_reading_it():
    class Counting(io.BytesIO):
        got = 0

        def read(self, size=-1):
            data = super().read(size)
            self.got += len(data)
            return data

    fields = [("a.b", ARRAY, (U8, bytes(9_000_000))), ("general.file_type", U32, 7)]
    file = Counting(header_bytes(fields))
    assert read_header(file).metadata["general.file_type"] == 7
    assert file.got < 2_000_000


def test_a_cut_off_file_is_said_to_be_one_wherever_it_is_cut(tmp_path):
    data = made_model(tmp_path / "m.gguf", vocabulary=1000).read_bytes()
    whole = read(data)
    for end in [*range(4, 300), *range(300, whole.data_start, 997)]:
        with pytest.raises(BadGguf, match=r"cut off|damaged"):
            read(data[:end])
    assert read(data[: whole.data_start + 10]).missing == len(data) - whole.data_start - 10 - _last_padding(whole)


def _last_padding(header):
    return header.file_size - max(header.data_start + tensor.offset + tensor.size for tensor in header.tensors)


def test_other_files_are_told_from_a_gguf():
    with pytest.raises(BadGguf, match="empty"):
        read(b"")
    with pytest.raises(BadGguf, match="begins with"):
        read(b"PK\x03\x04 and more")
    with pytest.raises(BadGguf, match="begins with “no”"):
        read(b"no")
    with pytest.raises(BadGguf, match="version 77"):
        read(header_bytes([], version=77))


HUGE = 2**63


def one_key(*behind):
    """A header with one key, and what follows its name."""
    return b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + value_bytes(STRING, "k") + b"".join(behind)


HOSTILE = {
    "many keys": b"GGUF" + struct.pack("<IQQ", 3, 0, HUGE),
    "many tensors": b"GGUF" + struct.pack("<IQQ", 3, HUGE, 0),
    "endless key": b"GGUF" + struct.pack("<IQQQ", 3, 0, 1, HUGE) + bytes(99),
    "endless text": one_key(struct.pack("<IQ", STRING, HUGE)),
    "endless list": one_key(struct.pack("<IIQ", ARRAY, U8, HUGE)),
    "unknown kind": one_key(struct.pack("<IQ", 99, 0)),
    "unknown kind of items": one_key(struct.pack("<IIQ", ARRAY, 99, 0)),
    "list of lists": header_bytes([("k", ARRAY, (ARRAY, [(U8, [1])]))]),
    "endless token": header_bytes([("t", ARRAY, (STRING, ["x"] * 600))]).replace(
        value_bytes(STRING, "x"), struct.pack("<Q", HUGE) + b"x", 1
    ),
    "many dimensions": header_bytes([], [("t", (1,) * 9, 0, b"")]),
    "endless tensor": header_bytes([], [("t", (HUGE, HUGE), 0, b"")]),
    "odd alignment": header_bytes([("general.alignment", U32, 3)]),
    "no alignment": header_bytes([("general.alignment", U32, 0)]),
    "key twice": header_bytes([("a.b", U8, 1), ("a.b", U8, 2)]),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_header_is_refused_in_a_sentence(data):
    with pytest.raises(BadGguf) as refused:
        read(data + bytes(64))
    assert str(refused.value).endswith(".")


@given(st.binary(max_size=300))
def test_no_bytes_do_anything_else(data):
    for start in (b"", b"GGUF", b"GGUF\x03\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0"):
        with contextlib.suppress(BadGguf):
            read(start + data)


GOOD = header_bytes(
    [("general.architecture", STRING, "llama"), *tokenizer_fields(made_vocabulary(700))], [("t", (32, 2), 8, bytes(68))]
)


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=6), st.booleans())
def test_no_spoilt_bytes_do_anything_else(changes, early):
    data = bytearray(GOOD)
    for place, byte in changes:
        data[place % 200 if early else place] = byte
    with contextlib.suppress(BadGguf):
        read(bytes(data))


def _vocabulary_files():
    """Names and contents of the vocabulary files in llama-cpp-python's source package."""
    source = Path(os.environ["HAT_TUI_LLAMA_SOURCE"])
    if source.is_dir():
        yield from ((path.name, path.read_bytes()) for path in sorted(source.rglob("models/*.gguf")))
        return
    with tarfile.open(source) as archive:
        for member in archive:
            if member.name.endswith(".gguf") and "/models/" in member.name:
                yield Path(member.name).name, archive.extractfile(member).read()


@pytest.mark.e2e
@pytest.mark.skipif(
    "HAT_TUI_LLAMA_SOURCE" not in os.environ,
    reason="HAT_TUI_LLAMA_SOURCE names no source package of llama-cpp-python "
    "(pip download --no-binary :all: --no-deps llama-cpp-python)",
)
def test_every_vocabulary_file_of_llama_cpp_is_read():
    names = []
    for name, data in _vocabulary_files():
        names.append(name)
        header = read(data)
        assert header == read(data, exact=True), name
        assert header.metadata["tokenizer.ggml.tokens"].count > 1000, name
        assert header.missing == 0, name
        assert header.metadata[f"{header.metadata['general.architecture']}.context_length"] > 0, name
    assert len(names) >= 15

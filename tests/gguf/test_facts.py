import io

import pytest
from gguf_maker import (
    ARRAY,
    F32,
    I32,
    STRING,
    TEMPLATE,
    U32,
    header_bytes,
    made_model,
    made_vocabulary,
    tokenizer_fields,
)
from hypothesis import given
from hypothesis import strategies as st

from hat_tui.gguf.facts import MemoryNeed, SplitPart, facts_of, split_part
from hat_tui.gguf.fit import Fit, fit
from hat_tui.gguf.header import read_header


def facts(fields, tensors=(), name="file.gguf"):
    return facts_of([read_header(io.BytesIO(header_bytes(fields, tensors)))], name)


def llama(**fields):
    named = {"block_count": 28, "embedding_length": 1536, "attention.head_count": 12, "attention.head_count_kv": 2}
    numbers = [(f"llama.{key}", U32, value) for key, value in (named | fields).items() if isinstance(value, int)]
    lists = [(f"llama.{key}", ARRAY, (I32, value)) for key, value in fields.items() if isinstance(value, list)]
    return [("general.architecture", STRING, "llama"), *numbers, *lists]


def test_a_model_is_described(tmp_path):
    path = made_model(tmp_path / "m.gguf", vocabulary=1000, width=128, layers=3, heads=4, heads_kv=2, inner=256)
    with path.open("rb") as file:
        told = facts_of([read_header(file)], path.name)
    assert (told.name, told.architecture, told.licence) == ("made", "llama", "cc0-1.0")
    assert told.parameters == 1000 * 128 + 3 * (2 * 128**2 + 2 * 64 * 128 + 3 * 128 * 256 + 2 * 128) + 128
    assert told.quantization == "Q8_0"
    assert 8.5 <= told.bits_per_weight < 8.7
    assert (told.trained_context, told.vocabulary, told.template) == (8192, 1000, TEMPLATE)
    assert told.template_taken == "its own"
    assert told.can_chat
    assert told.file_size == path.stat().st_size


def test_the_cache_follows_the_heads_that_are_kept():
    """Qwen2.5-1.5B: 28 layers, 2 KV heads of 128, f16: llama.cpp prints 112 MiB at 4096 tokens."""
    told = facts(llama())
    assert told.cache_size(4096) == 112 << 20
    assert told.cache_size(4096, type_k=8, type_v=8) == (112 << 20) * 34 // 64
    assert told.cache_size(4097) == told.cache_size(4352), "a context is rounded up to 256"


def test_without_grouped_queries_every_head_is_kept():
    fields = [field for field in llama() if "head_count_kv" not in field[0]]
    assert facts(fields).cache_size(256) == 28 * 2 * 1536 * 2 * 256


def test_heads_may_differ_by_layer_and_recurrent_layers_keep_nothing():
    told = facts([*llama(block_count=4)[:-1], ("llama.attention.head_count_kv", ARRAY, (I32, [0, 2, 0, 4]))])
    assert told.cache_size(256) == 6 * 2 * 128 * 2 * 256


def test_key_and_value_lengths_are_taken_where_they_are_given():
    told = facts(llama(**{"attention.key_length": 256, "attention.value_length": 64}))
    assert told.cache_size(256) == 28 * 2 * (256 + 64) * 2 * 256


def test_memory_grows_with_the_context_and_shrinks_with_flash_attention():
    told = facts(llama(context_length=32768))
    assert told.memory(0) == told.memory(32768)
    assert told.memory(8192).total > told.memory(4096).total
    assert told.memory(32768, flash_attention=True).compute < told.memory(32768).compute


def test_a_missing_template_is_told():
    told = facts(llama())
    assert told.template == ""
    assert "llama-2" in told.template_taken


@pytest.mark.parametrize(
    ("fields", "purpose"),
    [
        ([("general.architecture", STRING, "llama")], "vocabulary"),
        ([("general.architecture", STRING, "clip"), ("general.type", STRING, "mmproj")], "projector"),
        ([("general.architecture", STRING, "llama"), ("general.type", STRING, "adapter")], "adapter"),
    ],
)
def test_what_is_no_chat_model_is_told(fields, purpose):
    told = facts(fields)
    assert told.purpose == purpose
    assert not told.can_chat


def test_names_in_a_file_cannot_act_on_a_terminal():
    told = facts([("general.architecture", STRING, "ll\x1b[2Jama"), ("general.name", STRING, "a\u202eb\x07\n")])
    assert told.architecture == "ll�[2Jama"
    assert told.name == "a�b�"


def test_a_split_model_is_one():
    part = split_part("qwen-7b-00002-of-00003.gguf")
    assert part == SplitPart("qwen-7b", 2, 3)
    assert part.sibling(1) == "qwen-7b-00001-of-00003.gguf"
    assert split_part("qwen-7b.gguf") is None
    one = read_header(io.BytesIO(header_bytes(llama(), [("a", (32, 2), 8, bytes(68))])))
    two = read_header(io.BytesIO(header_bytes([], [("b", (32, 3), 8, bytes(102))])))
    told = facts_of([one, two], "x-00001-of-00002.gguf")
    assert told.parameters == 160
    assert told.file_size == one.file_size + two.file_size
    assert told.name == "x"


def test_the_type_of_the_tensors_names_a_file_that_does_not():
    told = facts(
        llama(), [("norm", (8,), 0, bytes(32)), ("a", (256, 1), 12, bytes(144)), ("b", (256, 1), 12, bytes(144))]
    )
    assert told.quantization == "Q4_K"


@pytest.mark.parametrize(
    ("free", "expected"), [(2000, Fit.FITS), (1050, Fit.TIGHT), (900, Fit.TOO_BIG), (None, Fit.UNKNOWN)]
)
def test_a_model_fits_or_not(free, expected):
    assert fit(MemoryNeed(600, 300, 100, 0), free) is expected


@given(
    st.dictionaries(
        st.sampled_from(["block_count", "embedding_length", "attention.head_count", "attention.head_count_kv",
                         "attention.key_length", "feed_forward_length", "context_length"]),
        st.one_of(st.integers(0, 2**32 - 1), st.text(max_size=3), st.floats(width=32), st.lists(st.integers(-5, 99))),
    ),
    st.text(max_size=9),
)  # fmt: skip
def test_no_metadata_break_the_facts(values, architecture):
    kinds = {int: U32, str: STRING, float: F32}
    fields = []
    for key, value in values.items():
        kind, content = (ARRAY, (I32, value)) if isinstance(value, list) else (kinds[type(value)], value)
        fields.append((f"{architecture}.{key}", kind, content))
    told = facts([("general.architecture", STRING, architecture), *fields, *tokenizer_fields(made_vocabulary(300))])
    assert told.memory(4096).total > 0

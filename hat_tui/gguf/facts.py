"""What a person wants to know of a model before loading it, from its header alone."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hat_tui.gguf.header import Array, Header, Scalar
from hat_tui.gguf.tensor_types import FILE_TYPES, TENSOR_TYPES

_UBATCH: Final = 512
_CONTEXT_STEP: Final = 256
_RUNTIME: Final = 100 << 20
"""Bytes that Python, llama.cpp and the web server take themselves; 81 MB measured with llama-cpp-python 0.3.36."""

_SPLIT_NAME = re.compile(r"^(?P<stem>.+)-(?P<number>\d{5})-of-(?P<total>\d{5})\.gguf$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MemoryNeed:
    """Bytes that a running model takes: weights, KV cache, working memory (an estimate), and the server itself."""

    weights: int
    cache: int
    compute: int
    runtime: int = _RUNTIME

    @property
    def total(self) -> int:
        return self.weights + self.cache + self.compute + self.runtime


@dataclass(frozen=True, slots=True)
class _Layer:
    """Numbers of the KV cache that one layer keeps for one token."""

    keys: int
    values: int


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """A model as its header tells it. Sizes in bytes; 0 or "" where the header is silent.

    `missing` is how many bytes of the tensors the file lacks: more than 0 is a cut-off download. `template` is the chat
    template itself, "" when there is none and the server falls back to llama-2.
    """

    name: str
    architecture: str
    parameters: int
    quantization: str
    bits_per_weight: float
    file_size: int
    missing: int
    trained_context: int
    template: str
    licence: str
    purpose: str
    """"model", or what else the file holds: "vocabulary", "adapter", "projector", "embedding"…"""
    vocabulary: int
    tensor_size: int
    layers: tuple[_Layer, ...] = ()
    width: int = 0
    inner_width: int = 0
    heads: int = 0

    @property
    def can_chat(self) -> bool:
        """Whether the file is a whole model that writes text."""
        return self.purpose == "model" and not self.missing

    @property
    def template_taken(self) -> str:
        """In words, where prompts get their form from."""
        return "its own" if self.template else "none: llama-2 is used"

    def memory(self, context: int, *, type_k: int = 1, type_v: int = 1, flash_attention: bool = False) -> MemoryNeed:
        """What running it takes at `context` tokens (0: the trained length), with KV caches of these `ggml_type`s."""
        tokens = context or self.trained_context or 4096
        return MemoryNeed(
            self.tensor_size,
            self.cache_size(tokens, type_k=type_k, type_v=type_v),
            self._compute_size(tokens, flash_attention=flash_attention),
        )

    def cache_size(self, context: int, *, type_k: int = 1, type_v: int = 1) -> int:
        """Bytes of the KV cache.

        llama.cpp (llama-kv-cache.cpp) keeps, for each layer and each token of the context rounded up to 256, one row of
        `n_embd_k_gqa` = head_count_kv × key_length numbers and one of `n_embd_v_gqa` = head_count_kv × value_length.
        Sliding windows do not make it smaller: llama-cpp-python leaves `swa_full` on.
        """
        tokens = -(-context // _CONTEXT_STEP) * _CONTEXT_STEP
        return sum(_row(layer.keys, type_k) + _row(layer.values, type_v) for layer in self.layers) * tokens

    def _compute_size(self, context: int, *, flash_attention: bool) -> int:
        """An estimate of the compute buffer for 512 tokens at a time, as float32.

        The widest of three: the logits, the inner layers, and the attention scores of all heads with their mask; with
        flash attention only the mask, in half the width. Checked against what llama.cpp reports.
        """
        scores = context // 2 if flash_attention else context * (self.heads + 1)
        return (
            4
            * _UBATCH
            * max(self.vocabulary + 3 * self.width, 3 * self.inner_width + 6 * self.width, scores + 7 * self.width)
        )


def _row(numbers: int, kind: int) -> int:
    known = TENSOR_TYPES[kind]
    return -(-numbers // known.block) * known.block_bytes


def facts_of(headers: Sequence[Header], file_name: str) -> ModelFacts:
    """The facts of one model from the headers of its files, the first file first. ValueError without any."""
    if not headers:
        raise ValueError("no header")
    first = headers[0]
    meta = _Metadata(first)
    tensors = [tensor for header in headers for tensor in header.tensors]
    size = sum(tensor.size or 0 for tensor in tensors)
    elements = sum(tensor.elements for tensor in tensors)
    vocabulary = meta.get("tokenizer.ggml.tokens")
    return ModelFacts(
        name=_one_line(meta.text("general.name")) or _stem(file_name),
        architecture=_one_line(meta.architecture),
        parameters=elements,
        quantization=_quantization(first, Counter(tensor.type for tensor in tensors if len(tensor.shape) > 1)),
        bits_per_weight=8 * size / elements if elements else 0.0,
        file_size=sum(header.file_size for header in headers),
        missing=sum(header.missing for header in headers),
        trained_context=meta.number("context_length"),
        template=meta.text("tokenizer.chat_template"),
        licence=_one_line(meta.text("general.license.name") or meta.text("general.license")),
        purpose=_one_line(_purpose(meta, has_tensors=bool(tensors))),
        vocabulary=vocabulary.count if isinstance(vocabulary, Array) else meta.number("vocab_size"),
        tensor_size=size,
        layers=_layers(meta),
        width=meta.number("embedding_length"),
        inner_width=max(meta.numbers("feed_forward_length", 1), default=0),
        heads=max(meta.numbers("attention.head_count", 1), default=0),
    )


class _Metadata:
    """Metadata by short keys: those of the architecture without its name in front."""

    def __init__(self, header: Header) -> None:
        self._metadata = header.metadata
        self.architecture = self.text("general.architecture")

    def get(self, key: str) -> Scalar | Array | None:
        return self._metadata.get(key, self._metadata.get(f"{self.architecture}.{key}"))

    def text(self, key: str) -> str:
        value = self._metadata.get(key)
        return value if isinstance(value, str) else ""

    def number(self, key: str) -> int:
        value = self.get(key)
        return value if isinstance(value, int) and 0 < value < 1 << 32 else 0

    def numbers(self, key: str, count: int) -> list[int]:
        """A value for each of `count` layers, given once for all or one by one."""
        value = self.get(key)
        if isinstance(value, Array):
            items = value.items or ()
            return [item if isinstance(item, int) and 0 <= item < 1 << 32 else 0 for item in items]
        return [self.number(key)] * count


def _layers(meta: _Metadata) -> tuple[_Layer, ...]:
    """Layers with a KV cache. A layer without heads of its own (a recurrent one) keeps none."""
    count = min(meta.number("block_count"), 4096)
    heads = meta.numbers("attention.head_count", count)
    # Absent, it equals the number of heads: no grouped-query attention.
    kept = meta.numbers("attention.head_count_kv", count) if meta.get("attention.head_count_kv") is not None else heads
    per_head = meta.number("embedding_length") // max(1, max(heads, default=1))
    key_length = meta.number("attention.key_length") or per_head
    value_length = meta.number("attention.value_length") or per_head
    latent = meta.number("attention.key_length_mla") > 0  # multi-head latent attention keeps no values
    return tuple(_Layer(head * key_length, 0 if latent else head * value_length) for head in kept[:count] if head)


def _quantization(header: Header, types: Counter[int]) -> str:
    """The name of the file type when it fits the tensors, else that of the commonest matrix type."""
    declared = header.metadata.get("general.file_type")
    if isinstance(declared, int) and declared in FILE_TYPES:
        return FILE_TYPES[declared]
    for kind, _ in types.most_common(1):
        return TENSOR_TYPES[kind].name if kind in TENSOR_TYPES else f"type {kind}"
    return ""


def _purpose(meta: _Metadata, *, has_tensors: bool) -> str:
    kind = meta.text("general.type")
    if kind and kind != "model":
        return {"mmproj": "projector"}.get(kind, kind)
    if meta.architecture == "clip":
        return "projector"
    if not has_tensors and not meta.number("split.count"):
        return "vocabulary"
    if "bert" in meta.architecture or meta.get("pooling_type"):
        return "embedding"
    return "model"


def _one_line(text: str) -> str:
    """A text of the file as something to show in a list: short, and nothing in it that a terminal would obey."""
    return "".join(letter if letter.isprintable() else "�" for letter in text.strip()[:200])


def _stem(file_name: str) -> str:
    split = _SPLIT_NAME.match(file_name)
    return split["stem"] if split else file_name.removesuffix(".gguf")


@dataclass(frozen=True, slots=True)
class SplitPart:
    """One file of a model in several: its number from 1 and how many there are."""

    stem: str
    number: int
    total: int

    def sibling(self, number: int) -> str:
        """The file name of another part."""
        return f"{self.stem}-{number:05d}-of-{self.total:05d}.gguf"


def split_part(file_name: str) -> SplitPart | None:
    """Which part of a split model a file is, by llama.cpp's way of naming; None when it is a whole one."""
    found = _SPLIT_NAME.match(file_name)
    return SplitPart(found["stem"], int(found["number"]), int(found["total"])) if found else None

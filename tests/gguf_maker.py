"""GGUF files made for tests: any header, and a complete tiny model that llama.cpp runs (random weights, Q8_0)."""

import random
import struct
from pathlib import Path

U8, I8, U16, I16, U32, I32, F32, BOOL, STRING, ARRAY, U64, I64, F64 = range(13)
GGML_F32, GGML_Q8_0 = 0, 8
_FORMATS = {U8: "B", I8: "b", U16: "H", I16: "h", U32: "I", I32: "i", F32: "f", BOOL: "?", U64: "Q", I64: "q", F64: "d"}


def value_bytes(kind, value, order="<"):
    if kind == STRING:
        data = value if isinstance(value, bytes) else value.encode()
        return struct.pack(order + "Q", len(data)) + data
    if kind == ARRAY:
        of, items = value
        if isinstance(items, bytes):
            return struct.pack(order + "IQ", of, len(items)) + items
        return struct.pack(order + "IQ", of, len(items)) + b"".join(value_bytes(of, item, order) for item in items)
    return struct.pack(order + _FORMATS[kind], value)


def header_bytes(fields, tensors=(), *, version=3, order="<", alignment=32):
    """`fields`: (key, kind, value) triples; `tensors`: (name, shape, ggml type, data) — innermost dimension first."""
    out = [b"GGUF", struct.pack(order + "IQQ", version, len(tensors), len(fields))]
    for key, kind, value in fields:
        out += [value_bytes(STRING, key, order), struct.pack(order + "I", kind), value_bytes(kind, value, order)]
    offset, blobs = 0, []
    for name, shape, kind, data in tensors:
        sizes = struct.pack(order + f"I{len(shape)}QIQ", len(shape), *shape, kind, offset)
        out += [value_bytes(STRING, name, order), sizes]
        padded = data + bytes(-len(data) % alignment)
        blobs.append(padded)
        offset += len(padded)
    head = b"".join(out)
    return head + bytes(-len(head) % alignment) + b"".join(blobs)


def _byte_alphabet():
    """GPT-2's printable stand-ins for the 256 bytes."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in plain]
    table = {byte: chr(byte) for byte in plain} | {byte: chr(256 + n) for n, byte in enumerate(others)}
    return [table[byte] for byte in range(256)]


TEMPLATE = """{% for m in messages %}<|im_start|>{{ m['role'] }}
{{ m['content'] }}<|im_end|>
{% endfor %}<|im_start|>assistant
"""


def tiny_model(path: Path, *, architecture="llama", template=TEMPLATE, context=8192, name="tiny") -> Path:
    """A llama of 100,000 random Q8_0 weights with a byte vocabulary; it answers nonsense, fast."""
    return made_model(path, architecture=architecture, template=template, context=context, name=name)


def made_model(
    path: Path,
    *,
    architecture="llama",
    template=TEMPLATE,
    context=8192,
    name="made",
    vocabulary=259,
    width=64,
    layers=2,
    heads=2,
    heads_kv=2,
    inner=128,
) -> Path:
    """A runnable llama of any size with random Q8_0 weights; what is in the vocabulary beyond the bytes is made up."""
    a = architecture
    tokens = made_vocabulary(vocabulary)
    fields = [
        ("general.architecture", STRING, architecture),
        ("general.name", STRING, name),
        ("general.license", STRING, "cc0-1.0"),
        ("general.file_type", U32, 7),
        (f"{a}.context_length", U32, context),
        (f"{a}.embedding_length", U32, width),
        (f"{a}.block_count", U32, layers),
        (f"{a}.feed_forward_length", U32, inner),
        (f"{a}.attention.head_count", U32, heads),
        (f"{a}.attention.head_count_kv", U32, heads_kv),
        (f"{a}.attention.layer_norm_rms_epsilon", F32, 1e-5),
        *tokenizer_fields(tokens),
    ]
    if template:
        fields.append(("tokenizer.chat_template", STRING, template))
    kv_width = width // heads * heads_kv
    tensors = [_matrix("token_embd.weight", vocabulary, width)]
    for layer in range(layers):
        p = f"blk.{layer}."
        tensors += [_norm(p + "attn_norm.weight", width), _norm(p + "ffn_norm.weight", width)]
        tensors += [_matrix(f"{p}attn_{part}.weight", width, width) for part in ("q", "output")]
        tensors += [_matrix(f"{p}attn_{part}.weight", kv_width, width) for part in ("k", "v")]
        tensors += [_matrix(p + "ffn_gate.weight", inner, width), _matrix(p + "ffn_up.weight", inner, width)]
        tensors.append(_matrix(p + "ffn_down.weight", width, inner))
    tensors.append(_norm("output_norm.weight", width))
    path.write_bytes(header_bytes(fields, tensors))
    return path


def made_vocabulary(size):
    """The bytes, then made-up words, then the three control tokens."""
    words = (f"Ġword{number}" for number in range(size - 259))
    return [*_byte_alphabet(), *words, "<|endoftext|>", "<|im_start|>", "<|im_end|>"]


def tokenizer_fields(tokens):
    """A byte-level tokenizer with these tokens, the control tokens last; a merge for each made-up word."""
    size = len(tokens)
    return [
        ("tokenizer.ggml.model", STRING, "gpt2"),
        ("tokenizer.ggml.pre", STRING, "qwen2"),
        ("tokenizer.ggml.tokens", ARRAY, (STRING, tokens)),
        ("tokenizer.ggml.token_type", ARRAY, (I32, [1] * (size - 3) + [3] * 3)),
        ("tokenizer.ggml.merges", ARRAY, (STRING, ["a b", *(f"Ġ {word[1:]}" for word in tokens[256:-3])])),
        ("tokenizer.ggml.eos_token_id", U32, size - 1),
        ("tokenizer.ggml.bos_token_id", U32, size - 3),
    ]


def _norm(tensor, width):
    return (tensor, (width,), GGML_F32, struct.pack(f"<{width}f", *[1.0] * width))


def _matrix(tensor, rows, columns):
    rng, block, blocks = random.Random(tensor), struct.Struct("<e32b"), rows * columns // 32
    some = b"".join(block.pack(0.002, *rng.choices(range(-127, 128), k=32)) for _ in range(min(blocks, 2048)))
    return (tensor, (columns, rows), GGML_Q8_0, (some * (blocks * 34 // len(some) + 1))[: blocks * 34])

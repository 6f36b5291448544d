"""The llama architecture in PyTorch, small: what llama.cpp runs when a GGUF says `llama`.

Pre-norm RMSNorm, rotary attention over neighbouring pairs (0,1), (2,3), … as llama.cpp's `llama` rotates them, SwiGLU,
no biases.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

_HEAD_SPREAD = 0.05
"""The standard deviation of the output weights before training; that of the embeddings is 1."""

_BLOCK = 128
"""Queries that attend at once; the fastest of 64, 128 and 256 for most lengths of a row."""


@dataclass(frozen=True)
class Shape:
    """The sizes of a network. `width` and `hidden` are multiples of 32, the block size of Q8_0."""

    vocabulary: int
    width: int = 192
    layers: int = 6
    heads: int = 6
    hidden: int = 512
    context: int = 2048
    rope_base: float = 500_000.0
    epsilon: float = 1e-5

    @property
    def head_width(self) -> int:
        return self.width // self.heads


class Block(nn.Module):
    """One layer: attention, then the gated feed-forward, each added to the stream."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.epsilon = shape.epsilon
        self.attention_norm = nn.Parameter(torch.ones(shape.width))
        self.feed_norm = nn.Parameter(torch.ones(shape.width))
        self.query_key_value = nn.Linear(shape.width, 3 * shape.width, bias=False)
        self.attention_out = nn.Linear(shape.width, shape.width, bias=False)
        self.gate_up = nn.Linear(shape.width, 2 * shape.hidden, bias=False)
        self.down = nn.Linear(shape.hidden, shape.width, bias=False)

    def forward(self, stream: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
        """`stream` is batch × length × width; `cosine` and `sine` length × half the head width."""
        batch, length, width = stream.shape
        normed = F.rms_norm(stream, (width,), self.attention_norm, self.epsilon)
        heads = self.query_key_value(normed).view(batch, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        query, key = _rotate(heads[0], cosine, sine), _rotate(heads[1], cosine, sine)
        seen = _attend(query, key, heads[2])
        stream = stream + self.attention_out(seen.transpose(1, 2).reshape(batch, length, width))
        gate, up = self.gate_up(F.rms_norm(stream, (width,), self.feed_norm, self.epsilon)).chunk(2, -1)
        return stream + self.down(F.silu(gate) * up)


class Network(nn.Module):
    """Token ids to a stream, and a stream to logits; apart, so that logits are made only where they are learned."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.embedding = nn.Embedding(shape.vocabulary, shape.width)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.norm = nn.Parameter(torch.ones(shape.width))
        self.head = nn.Linear(shape.width, shape.vocabulary, bias=False)
        turns = shape.rope_base ** (-torch.arange(0, shape.head_width, 2).float() / shape.head_width)
        angles = torch.outer(torch.arange(shape.context).float(), turns)
        self.register_buffer("cosine", angles.cos(), persistent=False)
        self.register_buffer("sine", angles.sin(), persistent=False)
        for block in self.blocks:
            for weight in (block.query_key_value.weight, block.gate_up.weight):
                nn.init.normal_(weight, std=shape.width**-0.5)
            nn.init.zeros_(block.attention_out.weight)
            nn.init.zeros_(block.down.weight)
        nn.init.normal_(self.embedding.weight)
        nn.init.normal_(self.head.weight, std=_HEAD_SPREAD)
        if shape.layers > 1 and shape.heads >= 4 and shape.head_width == 32:
            self._begin_with_copying()

    @torch.no_grad()
    def _begin_with_copying(self) -> None:
        """Set weights so that the untrained network says what came after the last token when it stood there before.

        Recalling a name and repeating a text need this circuit, and training from chance finds it only after more
        tokens than a CPU gets through. Two heads of the first block look at the token before (a constant in every
        embedding, turned by one place, makes the score) and write what it is beside the token's own identity. Four
        heads of the second look, among the slow pairs of the rotary embedding, for where the present token was the
        one before, and say what stands there (induction heads, Olsson et al. 2022). Training may change all of it.
        """
        width, per_head = self.shape.width, self.shape.head_width
        identity, beside = slice(1, width - 64), width - 64
        self.embedding.weight[:, beside:] = 0
        self.embedding.weight[:, 0] = 4
        self.head.weight[:] = self.embedding.weight * _HEAD_SPREAD
        self.head.weight[:, 0] = 0
        size = beside - 1
        told = torch.linalg.qr(torch.randn(size, 64))[0].T
        speeds = self.shape.rope_base ** (-torch.arange(0, per_head, 2).float() / per_head)
        first, second = self.blocks[0], self.blocks[1]
        for head in range(2):
            query, key, value = (part[head * per_head :][:per_head] for part in first.query_key_value.weight.chunk(3))
            query.zero_(), key.zero_(), value.zero_()
            query[0:12:2, 0] = 1.5
            key[0:12:2, 0] = 1.5 * speeds[:6].cos()
            key[1:12:2, 0] = 1.5 * speeds[:6].sin()
            value[:, identity] = told[head * per_head :][:per_head]
            places = torch.arange(per_head)
            first.attention_out.weight[beside + head * per_head + places, head * per_head + places] = 1
        basis = torch.linalg.qr(torch.randn(size, size))[0]
        for head in range(4):
            query, key, value = (part[head * per_head :][:per_head] for part in second.query_key_value.weight.chunk(3))
            query.zero_(), key.zero_(), value.zero_()
            query[16:, identity] = 1.9 * told[head * 16 :][:16]
            key[16 + torch.arange(16), beside + head * 16 + torch.arange(16)] = 1.9
            said = basis[head * per_head :][:per_head]
            value[: len(said), identity] = said
            second.attention_out.weight[identity, head * per_head :][:, : len(said)] = 3 * said.T

    def forward(self, tokens: Tensor) -> Tensor:
        """Batch × length token ids to the normed stream, batch × length × width."""
        length = tokens.shape[1]
        stream = self.embedding(tokens)
        for block in self.blocks:
            stream = block(stream, self.cosine[:length], self.sine[:length])
        return F.rms_norm(stream, (self.shape.width,), self.norm, self.shape.epsilon)

    def logits(self, stream: Tensor) -> Tensor:
        """What follows, for each row of a normed stream."""
        return F.linear(stream, self.head.weight)


def _attend(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Causal attention; on a CPU a block of queries after the other, which takes two thirds of PyTorch's time."""
    if query.is_cuda:
        return F.scaled_dot_product_attention(query, key, value, is_causal=True)
    length, width = query.shape[2:]
    future = torch.full((_BLOCK, _BLOCK), -1e9, dtype=query.dtype).triu(1)
    queries, keys, values = (
        (query * width**-0.5).flatten(0, 1),
        key.flatten(0, 1).transpose(1, 2),
        value.flatten(0, 1),
    )
    seen = []
    for start in range(0, length, _BLOCK):
        end = min(start + _BLOCK, length)
        unseen = F.pad(future[: end - start, : end - start], (start, 0))
        scores = torch.baddbmm(unseen, queries[:, start:end], keys[:, :, :end])
        seen.append(scores.softmax(-1) @ values[:, :end])
    return torch.cat(seen, 1).view_as(query)


def _rotate(heads: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    even, odd = heads[..., 0::2], heads[..., 1::2]
    turned = torch.stack((even * cosine - odd * sine, even * sine + odd * cosine), dim=-1)
    return turned.flatten(-2).to(heads.dtype)

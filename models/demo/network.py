"""The llama architecture in PyTorch, small: what llama.cpp runs when a GGUF says `llama`.

Pre-norm RMSNorm, rotary attention over neighbouring pairs (0,1), (2,3), … as llama.cpp's `llama` rotates them, SwiGLU,
tied input and output embeddings, no biases.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class Shape:
    """The sizes of a network. `width` and `hidden` are multiples of 32, the block size of Q8_0."""

    vocabulary: int
    width: int = 192
    layers: int = 6
    heads: int = 6
    hidden: int = 512
    context: int = 2048
    rope_base: float = 10_000.0
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
        turns = shape.rope_base ** (-torch.arange(0, shape.head_width, 2).float() / shape.head_width)
        angles = torch.outer(torch.arange(shape.context).float(), turns)
        self.register_buffer("cosine", angles.cos(), persistent=False)
        self.register_buffer("sine", angles.sin(), persistent=False)
        nn.init.normal_(self.embedding.weight, std=0.02)
        for block in self.blocks:
            for name, weight in block.named_parameters():
                if weight.dim() == 2:
                    scale = (2 * shape.layers) ** -0.5 if name.startswith(("attention_out", "down")) else 1.0
                    nn.init.normal_(weight, std=scale * weight.shape[1] ** -0.5)

    def forward(self, tokens: Tensor) -> Tensor:
        """Batch × length token ids to the normed stream, batch × length × width."""
        length = tokens.shape[1]
        stream = self.embedding(tokens)
        for block in self.blocks:
            stream = block(stream, self.cosine[:length], self.sine[:length])
        return F.rms_norm(stream, (self.shape.width,), self.norm, self.shape.epsilon)

    def logits(self, stream: Tensor) -> Tensor:
        """What follows, for each row of a normed stream."""
        return F.linear(stream, self.embedding.weight)


def _attend(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Causal attention; on a CPU short rows take half the time with whole products (measured up to 512 tokens)."""
    batch, heads, length, width = query.shape
    if query.is_cuda or length > 512:
        return F.scaled_dot_product_attention(query, key, value, is_causal=True)
    future = torch.full((length, length), -1e9, dtype=query.dtype).triu(1)
    scores = torch.baddbmm(future, query.flatten(0, 1) * width**-0.5, key.flatten(0, 1).transpose(1, 2))
    return (scores.softmax(-1) @ value.flatten(0, 1)).view(batch, heads, length, width)


def _rotate(heads: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    even, odd = heads[..., 0::2], heads[..., 1::2]
    turned = torch.stack((even * cosine - odd * sine, even * sine + odd * cosine), dim=-1)
    return turned.flatten(-2).to(heads.dtype)

"""Train the demo model: `python -m models.demo.train --minutes 100`, then export it.

The corpus never ends: each batch is made when it is needed, from the seed and the number of the batch, so a run that
was cut goes on from its checkpoint with the text that would have come. bf16 autocast, on a GPU when there is one.
"""

import argparse
import random
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from models.demo import bpe
from models.demo.corpus import Packer, sample_texts
from models.demo.network import Network, Shape

# Row lengths and how often a batch has them: mostly short talks, some as long as the window.
ROWS = {128: 5, 256: 5, 512: 4, 1024: 1, 2048: 1}
VOCABULARY = 1536


class Muon(torch.optim.Optimizer):
    """Momentum whose step is made orthogonal, for the matrices of the layers (Jordan 2024).

    It needs about half the steps of AdamW on networks of this size, and the five products of small matrices that it
    costs are cheap beside a batch.
    """

    def __init__(self, weights: list[nn.Parameter], lr: float, momentum: float = 0.95) -> None:
        super().__init__(weights, {"lr": lr, "momentum": momentum})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        for group in self.param_groups:
            for weight in group["params"]:
                memory = self.state[weight].setdefault("momentum", torch.zeros_like(weight))
                memory.lerp_(weight.grad, 1 - group["momentum"])
                step = orthogonal(weight.grad.lerp(memory, group["momentum"]))
                weight.mul_(1 - group["lr"] * 0.01)
                weight.add_(step, alpha=-group["lr"] * max(1.0, weight.shape[0] / weight.shape[1]) ** 0.5)


def orthogonal(matrix: Tensor) -> Tensor:
    """Nearly the closest orthogonal matrix, by five Newton-Schulz steps (coefficients of Jordan 2024)."""
    a, b, c = 3.4445, -4.7750, 2.0315
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if tall else matrix
    x = x / (x.norm() + 1e-7)
    for _ in range(5):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return x.T if tall else x


def batches(packer: Packer, seed: int, start: int, tokens: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Rows of ids, and what each position has to say next (-100 where nothing is learned), from batch `start` on."""
    number = start
    while True:
        rng = random.Random(seed * 1_000_003 + number)
        length = rng.choices(list(ROWS), list(ROWS.values()))[0]
        rows = [packer.row(rng, length) for _ in range(max(1, tokens // length))]
        ids = torch.tensor([row.ids for row in rows])
        learned = torch.tensor([row.learned for row in rows], dtype=torch.bool)
        yield ids[:, :-1].contiguous(), torch.where(learned, ids, -100)[:, 1:].contiguous()
        number += 1


def make_tokenizer(seed: int) -> bpe.Tokenizer:
    """The tokenizer of the training text; names and values stay out of it, so that they are spelt in short pieces."""
    return bpe.train(sample_texts(random.Random(seed), 6000), VOCABULARY)


def learning_rate(progress: float) -> float:
    """The share of the full rate, `progress` of the way through the run: a short rise, then a fall to nothing."""
    return min(progress / 0.02, 1.0) * min(1.0, (1 - progress) / 0.8) if progress < 1 else 0.0


def train(arguments: argparse.Namespace) -> None:
    torch.manual_seed(arguments.seed)
    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    saved = torch.load(arguments.checkpoint, weights_only=True) if arguments.checkpoint.exists() else None
    tokenizer = bpe.Tokenizer(saved["merges"]) if saved else make_tokenizer(arguments.seed)
    shape = Shape(len(tokenizer), layers=arguments.layers, width=arguments.width, hidden=arguments.hidden)
    network = Network(shape).to(device)
    matrices = [weight for weight in network.blocks.parameters() if weight.dim() == 2]
    rest = [network.embedding.weight, network.norm, *(w for w in network.blocks.parameters() if w.dim() == 1)]
    optimizers = [Muon(matrices, lr=0.02), torch.optim.AdamW(rest, lr=0.004, betas=(0.9, 0.98), weight_decay=0.0)]
    full_rates = [optimizer.param_groups[0]["lr"] for optimizer in optimizers]
    step, spent = 0, 0.0
    if saved:
        network.load_state_dict(saved["network"])
        for optimizer, state in zip(optimizers, saved["optimizers"], strict=True):
            optimizer.load_state_dict(state)
        step, spent = saved["step"], saved["seconds"]
    print(f"{sum(w.numel() for w in network.parameters()):,} parameters on {device}, from step {step}", flush=True)
    body = torch.compile(network, dynamic=False) if arguments.compile else network
    source = batches(Packer(tokenizer), arguments.seed, step, arguments.tokens)

    def keep() -> None:
        partial = arguments.checkpoint.with_suffix(".partial")
        torch.save(
            {
                "shape": asdict(shape),
                "merges": list(tokenizer.merges),
                "network": network.state_dict(),
                "optimizers": [optimizer.state_dict() for optimizer in optimizers],
                "step": step,
                "seconds": spent,
            },
            partial,
        )
        partial.replace(arguments.checkpoint)

    arguments.checkpoint.parent.mkdir(parents=True, exist_ok=True)
    before, told, seen, shown = time.monotonic(), 0.0, 0, spent
    while True:
        progress = max(spent / (60 * arguments.minutes), step / arguments.steps if arguments.steps else 0.0)
        if progress >= 1:
            break
        for optimizer, full in zip(optimizers, full_rates, strict=True):
            optimizer.param_groups[0]["lr"] = full * learning_rate(progress)
        ids, wanted = (part.to(device) for part in next(source))
        with torch.autocast(device, torch.bfloat16):
            stream = body(ids)
            places = (wanted != -100).nonzero(as_tuple=True)
            loss = F.cross_entropy(network.logits(stream[places]).float(), wanted[places])
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)
        step += 1
        now = time.monotonic()
        spent += now - before
        before = now
        told += (loss.item() - told) * (1.0 if step % 50 == 1 else 0.04)
        seen += ids.numel()
        if step % 20 == 0:
            speed = seen / max(spent - shown, 1e-9)
            print(f"step {step} {progress:.1%} loss {told:.4f} {speed:.0f} tokens/s {spent / 60:.1f} min", flush=True)
            seen, shown = 0, spent
        if step % arguments.keep_every == 0:
            keep()
    keep()
    print(f"done: {step} steps in {spent / 60:.1f} minutes, loss {told:.4f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, default=Path("build/demo/checkpoint.pt"))
    parser.add_argument("--minutes", type=float, default=100, help="time to train, over all runs of this checkpoint")
    parser.add_argument("--steps", type=int, default=0, help="end after so many steps if that comes first; 0: never")
    parser.add_argument("--tokens", type=int, default=8192, help="tokens in a batch")
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--width", type=int, default=192)
    parser.add_argument("--hidden", type=int, default=512)
    parser.add_argument("--threads", type=int, default=0, help="0: as PyTorch finds best")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--keep-every", type=int, default=200, help="steps between checkpoints")
    parser.add_argument("--no-compile", dest="compile", action="store_false", help="no C++ compiler needed, slower")
    train(parser.parse_args())


if __name__ == "__main__":
    main()

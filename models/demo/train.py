"""Train the demo model: `python -m models.demo.train --minutes 100`, then export it.

The corpus never ends: each batch is made when it is needed, from the seed and the number of the batch, so a run that
was cut goes on from its checkpoint with the text that would have come. bf16 autocast, on a GPU when there is one. On a
CPU, workers of one thread each share a batch: they wait for each other once a step, threads would at every product.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
import torch.multiprocessing
import torch.nn.functional as F
from torch import Tensor, nn

from models.demo import bpe
from models.demo.corpus import Packer, sample_texts
from models.demo.network import Network, Shape

# Row lengths and how often a batch has them: mostly short talks, some as long as the window.
ROWS = {128: 24, 256: 28, 512: 12, 1024: 3, 2048: 1}
VOCABULARY = 2000
PHASES = (0, 1800, 10500)
"""The batches with which the phases of the corpus begin."""


class Muon(torch.optim.Optimizer):
    """Momentum whose step is made orthogonal, for the matrices of the layers (Jordan 2024).

    It needs about half the steps of AdamW on networks of this size. What the products of its small matrices cost, the
    `workers` share: each makes some of them orthogonal for all.
    """

    def __init__(
        self, weights: list[nn.Parameter], lr: float, momentum: float = 0.95, rank: int = 0, workers: int = 1
    ) -> None:
        super().__init__(weights, {"lr": lr, "momentum": momentum})
        self._rank, self._workers = rank, workers

    @torch.no_grad()
    def step(self, closure: None = None) -> None:
        for group in self.param_groups:
            weights = group["params"]
            steps = []
            for number, weight in enumerate(weights):
                memory = self.state[weight].setdefault("momentum", torch.zeros_like(weight))
                memory.lerp_(weight.grad, 1 - group["momentum"])
                mine = number * self._workers // len(weights) == self._rank
                steps.append(
                    orthogonal(weight.grad.lerp(memory, group["momentum"])) if mine else torch.zeros_like(weight)
                )
            if self._workers > 1:
                steps = summed(steps)
            for weight, step in zip(weights, steps, strict=True):
                weight.mul_(1 - group["lr"] * 0.01)
                weight.add_(step, alpha=-group["lr"] * max(1.0, weight.shape[0] / weight.shape[1]) ** 0.5)


def summed(parts: list[Tensor]) -> list[Tensor]:
    """Each of `parts`, summed over all workers."""
    together = torch.cat([part.flatten() for part in parts])
    dist.all_reduce(together)
    return [piece.view_as(part) for piece, part in zip(together.split([p.numel() for p in parts]), parts, strict=True)]


def orthogonal(matrix: Tensor) -> Tensor:
    """Nearly the closest orthogonal matrix, by five Newton-Schulz steps (coefficients of Jordan 2024)."""
    a, b, c = 3.4445, -4.7750, 2.0315
    tall = matrix.shape[0] > matrix.shape[1]
    x = matrix.T if tall else matrix
    x = (x / (x.norm() + 1e-7)).bfloat16()
    for _ in range(5):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return (x.T if tall else x).to(matrix.dtype)


def batches(packer: Packer, seed: int, start: int, tokens: int, rank: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Rows of ids, and what each position has to say next (-100 where nothing is learned), from batch `start` on."""
    number = start
    while True:
        length = random.Random(f"{seed} {number}").choices(list(ROWS), list(ROWS.values()))[0]
        rng = random.Random(f"{seed} {number} {rank}")
        copied = copying_share(number)
        phase = sum(number >= begin for begin in PHASES) - 1
        rows = [
            packer.copying_row(rng, length) if rng.random() < copied else packer.row(rng, length, phase)
            for _ in range(max(1, tokens // length))
        ]
        ids = torch.tensor([row.ids for row in rows])
        learned = torch.tensor([row.learned for row in rows], dtype=torch.bool)
        yield ids[:, :-1].contiguous(), torch.where(learned, ids, -100)[:, 1:].contiguous()
        number += 1


def copying_share(number: int) -> float:
    """How many rows of batch `number` are nothing but copying, which keeps what the network begins with."""
    return max(0.02, 0.2 * (1 - number / 400))


def make_tokenizer(seed: int) -> bpe.Tokenizer:
    """The tokenizer of the training text; names and values stay out of it, so that they are spelt in short pieces."""
    return bpe.train(sample_texts(random.Random(seed), 40_000), VOCABULARY)


def learning_rate(progress: float) -> float:
    """The share of the full rate, `progress` of the way through the run: a short rise, then a fall to nothing."""
    return min(progress / 0.02, 1.0) * min(1.0, (1 - progress) / 0.8) if progress < 1 else 0.0


class Run:
    """One worker of a training run: its network, its optimizers, its share of each batch, and how far it is."""

    def __init__(self, arguments: argparse.Namespace, rank: int) -> None:
        self.arguments, self.rank = arguments, rank
        self.device = "cuda" if torch.cuda.is_available() else "cpu"
        path = arguments.checkpoint
        saved = torch.load(path, map_location=self.device, weights_only=True) if path.exists() else None
        self.tokenizer = bpe.Tokenizer(saved["merges"]) if saved else make_tokenizer(arguments.seed)
        self.shape = Shape(len(self.tokenizer), arguments.width, arguments.layers, arguments.heads, arguments.hidden)
        torch.manual_seed(arguments.seed)
        self.network = Network(self.shape).to(self.device)
        self.weights = list(self.network.parameters())
        matrices = [weight for weight in self.network.blocks.parameters() if weight.dim() == 2]
        embedding, head = self.network.embedding.weight, self.network.head.weight
        taken = {id(weight) for weight in (*matrices, embedding, head)}
        gains = [weight for weight in self.weights if id(weight) not in taken]
        rates = [
            {"params": [embedding], "lr": 0.03},
            {"params": [head], "lr": 0.003},
            {"params": gains, "lr": 0.004},
        ]
        muon = Muon(matrices, lr=0.02, rank=rank, workers=arguments.workers)
        self.optimizers = [muon, torch.optim.AdamW(rates, betas=(0.9, 0.98), weight_decay=0)]
        for group in self._groups():
            group["full"] = group["lr"]
        self.step, self.seconds, self.loss = 0, 0.0, 0.0
        if saved:
            self.network.load_state_dict(saved["network"])
            for optimizer, state in zip(self.optimizers, saved["optimizers"], strict=True):
                optimizer.load_state_dict(state)
            self.step, self.seconds, self.loss = saved["step"], saved["seconds"], saved["loss"]

    def _groups(self) -> list[dict[str, Any]]:
        return [group for optimizer in self.optimizers for group in optimizer.param_groups]

    @property
    def progress(self) -> float:
        """How much of the run is done, by time or by steps, whichever is further."""
        by_steps = self.step / self.arguments.steps if self.arguments.steps else 0.0
        return max(self.seconds / (60 * self.arguments.minutes), by_steps)

    def learn(self, ids: Tensor, wanted: Tensor, progress: float) -> float:
        """One step of all workers together, at the rate of this `progress`; the mean loss of all."""
        for group in self._groups():
            group["lr"] = group["full"] * learning_rate(progress)
        for optimizer in self.optimizers:
            optimizer.zero_grad(set_to_none=False)
        with torch.autocast(self.device, torch.bfloat16):
            stream = self.network(ids)
            places = (wanted != -100).nonzero(as_tuple=True)
            loss = F.cross_entropy(self.network.logits(stream[places]).float(), wanted[places])
        loss.backward()
        shown = loss.item()
        if self.arguments.workers > 1:
            gradients = [weight.grad for weight in self.weights if weight.grad is not None]
            *sums, loss_sum = summed([*gradients, loss.detach()])
            for gradient, total in zip(gradients, sums, strict=True):
                torch.div(total, self.arguments.workers, out=gradient)
            shown = loss_sum.item() / self.arguments.workers
        for optimizer in self.optimizers:
            optimizer.step()
        return shown

    def keep(self) -> None:
        """Write the checkpoint; a cut leaves the one before."""
        partial = self.arguments.checkpoint.with_suffix(".partial")
        torch.save(
            {
                "shape": asdict(self.shape),
                "merges": list(self.tokenizer.merges),
                "network": self.network.state_dict(),
                "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
                "step": self.step,
                "seconds": self.seconds,
                "loss": self.loss,
            },
            partial,
        )
        partial.replace(self.arguments.checkpoint)


def work(rank: int, arguments: argparse.Namespace, meeting: str) -> None:
    """One worker from the checkpoint, if there is one, to the end of the run."""
    torch.set_num_threads(arguments.threads)
    if arguments.workers > 1:
        dist.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=arguments.workers)
    run = Run(arguments, rank)
    if rank == 0:
        size = sum(weight.numel() for weight in run.weights)
        print(f"{size:,} parameters on {run.device}, from step {run.step}", flush=True)
    source = batches(Packer(run.tokenizer), arguments.seed, run.step, arguments.tokens, rank)
    before, seen, shown = time.monotonic(), 0, run.seconds
    while (progress := _agreed(run.progress, arguments.workers)) < 1:
        ids, wanted = (part.to(run.device) for part in next(source))
        loss = run.learn(ids, wanted, progress)
        run.step += 1
        now = time.monotonic()
        run.seconds += now - before
        before = now
        run.loss += (loss - run.loss) * (1.0 if run.step == 1 else 0.03)
        seen += ids.numel() * arguments.workers
        if rank == 0 and run.step % 50 == 0:
            speed, minutes = seen / (run.seconds - shown), run.seconds / 60
            print(
                f"step {run.step} {progress:.1%} loss {run.loss:.4f} {speed:.0f} tokens/s {minutes:.1f} min", flush=True
            )
            seen, shown = 0, run.seconds
        if rank == 0 and run.step % arguments.keep_every == 0:
            run.keep()
    if rank == 0:
        run.keep()
        print(f"done: {run.step} steps in {run.seconds / 60:.1f} minutes, loss {run.loss:.4f}", flush=True)


def _agreed(progress: float, workers: int) -> float:
    """The progress of worker 0, so that all change their rate and end together."""
    if workers == 1:
        return progress
    told = torch.tensor([progress], dtype=torch.float64)
    dist.broadcast(told, src=0)
    return told.item()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checkpoint", type=Path, default=Path("build/demo/checkpoint.pt"))
    parser.add_argument("--minutes", type=float, default=100, help="time to train, over all runs of this checkpoint")
    parser.add_argument("--steps", type=int, default=0, help="end after so many steps if that comes first; 0: never")
    parser.add_argument("--tokens", type=int, default=4096, help="tokens in a worker's part of a batch")
    parser.add_argument("--workers", type=int, default=2, help="processes that share each batch; 1 with a GPU")
    parser.add_argument("--threads", type=int, default=1, help="threads of each worker")
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--width", type=int, default=192)
    parser.add_argument("--heads", type=int, default=6)
    parser.add_argument("--hidden", type=int, default=512)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--keep-every", type=int, default=100, help="steps between checkpoints")
    arguments = parser.parse_args()
    arguments.checkpoint.parent.mkdir(parents=True, exist_ok=True)
    if arguments.workers == 1:
        work(0, arguments, "")
        return
    with tempfile.TemporaryDirectory() as folder:
        torch.multiprocessing.spawn(work, (arguments, f"{folder}/meeting"), arguments.workers)


if __name__ == "__main__":
    main()

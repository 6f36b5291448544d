"""The trainer and the network; skipped where the extra `train` is not installed."""

from argparse import Namespace

import pytest

torch = pytest.importorskip("torch")

from models.demo.network import Network, Shape  # noqa: E402
from models.demo.train import learning_rate, orthogonal, work  # noqa: E402

SMALL = Shape(vocabulary=40, width=32, layers=2, heads=2, hidden=64, context=700)


def any_network() -> Network:
    """A network with random weights everywhere."""
    torch.manual_seed(0)
    network = Network(SMALL)
    for weight in network.parameters():
        torch.nn.init.normal_(weight, std=0.2)
    return network


def test_a_token_is_never_told_by_what_follows_it() -> None:
    network = any_network()
    tokens = torch.randint(0, 40, (1, 20))
    changed = tokens.clone()
    changed[0, 12:] = 7

    before, after = network(tokens), network(changed)

    assert torch.allclose(before[:, :12], after[:, :12], atol=1e-5)
    assert not torch.allclose(before[:, 12:], after[:, 12:], atol=1e-3)


def test_short_and_long_rows_get_the_same_attention() -> None:
    network = any_network()
    tokens = torch.randint(0, 40, (1, 600))

    assert torch.allclose(network(tokens)[:, :100], network(tokens[:, :100]), atol=1e-4)


def test_an_untrained_network_says_again_what_it_has_seen() -> None:
    torch.manual_seed(0)
    network = Network(Shape(vocabulary=1000))
    once = torch.randperm(1000)[:20]
    tokens = torch.cat([once, once])[None]

    said = network.logits(network(tokens))[0, 20:39].argmax(-1)

    assert (said == once[1:]).float().mean() > 0.7


def test_the_step_of_muon_is_nearly_orthogonal() -> None:
    torch.manual_seed(0)
    step = orthogonal(torch.randn(16, 48))
    sizes = torch.linalg.svdvals(step)

    assert sizes.min() > 0.5
    assert sizes.max() < 1.4


def test_the_rate_rises_and_falls_to_nothing() -> None:
    assert learning_rate(0.0) == 0.0
    assert learning_rate(0.1) == 1.0
    assert learning_rate(0.6) == pytest.approx(0.5)
    assert learning_rate(1.0) == 0.0


def test_a_run_goes_on_from_its_checkpoint(tmp_path) -> None:
    arguments = Namespace(
        checkpoint=tmp_path / "c.pt", minutes=60, steps=2, tokens=256, workers=1, threads=1, layers=1, width=32,
        hidden=32, heads=2, seed=1, keep_every=100,
    )  # fmt: skip
    work(0, arguments, "")
    arguments.steps = 3
    work(0, arguments, "")

    assert torch.load(arguments.checkpoint, weights_only=True)["step"] == 3

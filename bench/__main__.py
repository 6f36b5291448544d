"""`python -m bench`: measure hat-tui beside others in a pty, print the page, and write docs/performance.md.

The page is written anew after each client, so that what was measured is there whenever this is ended. Peers are
measured when `python -m bench.install_peers` has installed them, SSH where root can make network namespaces, a real
model when llama_cpp.server is there.
"""

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from subprocess import CalledProcessError
from typing import TypeVar

from bench.terminal import far_side, local_model, measures
from bench.terminal.chats import NotReady, Size
from bench.terminal.clients import HAT_TUI, HAT_TUI_PLAIN, MARKDOWN_STREAM, ONE_INPUT, Client
from bench.terminal.peers import installed
from bench.terminal.report import page
from bench.terminal.suite import BASELINE, BASELINE_AGAIN, LINES, OURS, OURS_AGAIN, PEER, Effort, Run, measure, quicker

Plan = Sequence[tuple[Client, Effort]]
FIRST: Plan = ((HAT_TUI, OURS), (ONE_INPUT, BASELINE), (MARKDOWN_STREAM, BASELINE), (HAT_TUI_PLAIN, LINES))
AGAIN: Plan = ((HAT_TUI, OURS_AGAIN), (ONE_INPUT, BASELINE_AGAIN), (MARKDOWN_STREAM, BASELINE_AGAIN))
PARTS = ("peers", "ssh", "model")
_Value = TypeVar("_Value")


def main() -> int:
    """Run the benchmark; the exit code."""
    # Ended from outside, it still ends what it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    options = _options()
    run = Run(" ".join(["python -m bench", *sys.argv[1:]]), 10.0 if options.quick else 60.0)
    plans = {size: _chosen(AGAIN if number else FIRST, options) for number, size in enumerate(options.size)}
    first = options.size[0]
    peers = _chosen([(peer, PEER) for peer in installed()], options) if "peers" in options.parts else []

    def measure_all(size: Size, plan: Plan) -> None:
        for client, effort in plan:
            run.results.setdefault(size, []).append(measure(client, size, effort))
            keep()

    def keep() -> None:
        options.out.write_text(page(run), encoding="utf-8")

    for size, plan in plans.items():
        clients = [client for client, _ in (*plan, *(peers if size == first else ()))]
        run.idle[size] = measures.idle(clients, size, run.idle_s)
        measure_all(size, plan)
    if "ssh" in options.parts:
        # A cursor that blinks fills the slowest wire by itself.
        there = ((HAT_TUI, far_side.WIRES), (MARKDOWN_STREAM, far_side.WIRES[1:]))
        over_ssh = partial(far_side.measure, there, first, 4.0 if options.quick else 12.0)
        run.far = _tried(run, far_side.missing(), over_ssh) or {}
        keep()
    if "model" in options.parts:
        rounds = 2 if options.quick else 20
        run.watched = _tried(run, local_model.missing(), partial(local_model.measure, first, rounds))
        keep()
    measure_all(first, peers)
    print(options.out.read_text(encoding="utf-8"))
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few samples of each, to see that it works")
    parser.add_argument("--only", type=_words, help="comma-separated beginnings of clients' names")
    parser.add_argument("--size", type=_sizes, default="100x30,140x45", help="the sizes of the terminal")
    parser.add_argument("--parts", type=_words, default=",".join(PARTS), help="what else is measured")
    parser.add_argument("--out", type=Path, default=Path("docs/performance.md"), help="where the page goes")
    return parser.parse_args()


def _words(text: str) -> tuple[str, ...]:
    return tuple(filter(None, text.split(",")))


def _sizes(text: str) -> list[Size]:
    columns_and_rows = (size.split("x") for size in text.split(","))
    return [(int(columns), int(rows)) for columns, rows in columns_and_rows]


def _chosen(plan: Plan, options: argparse.Namespace) -> Plan:
    return [
        (client, quicker(effort) if options.quick else effort)
        for client, effort in plan
        if options.only is None or client.name.startswith(options.only)
    ]


def _tried(run: Run, missing: str, measured: Callable[[], _Value]) -> _Value | None:
    try:
        if missing:
            raise NotReady(missing)
        return measured()
    except (NotReady, OSError, CalledProcessError) as trouble:
        run.not_measured.append(str(trouble))
        return None


if __name__ == "__main__":
    raise SystemExit(main())

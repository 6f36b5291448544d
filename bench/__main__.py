"""`python -m bench`: measure hat-tui beside others in a pty, print the tables, and write docs/performance.md."""

import argparse
import signal
import sys
from pathlib import Path

from bench.terminal.clients import HAT_TUI, OURS
from bench.terminal.peers import installed
from bench.terminal.report import report
from bench.terminal.suite import QUICK, Effort, Result, measure

SIZES = ((100, 30), (140, 45))


def main() -> int:
    """Run the benchmark; the exit code."""
    # Ended from outside, it still ends what it has started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a few minutes instead of most of an hour")
    parser.add_argument("--only", help="comma-separated beginnings of clients' names")
    parser.add_argument("--size", help="one size only, such as 100x30")
    parser.add_argument("--peers", type=Path, help="a folder with one virtual environment a peer: elia-chat, oterm, …")
    parser.add_argument("--out", type=Path, default=Path("docs/performance.md"), help="where the tables go")
    options = parser.parse_args()
    clients = [*OURS, *(installed(options.peers) if options.peers else ())]
    if options.only:
        wanted = tuple(name.strip() for name in options.only.split(","))
        clients = [client for client in clients if client.name.startswith(wanted)]
    sizes = [_size(options.size)] if options.size else list(SIZES)
    effort = QUICK if options.quick else Effort()
    command = "python -m bench" + " --quick" * options.quick
    runs: list[tuple[tuple[int, int], list[Result]]] = []
    page = ""
    for columns, rows in sizes:
        results: list[Result] = []
        runs.append(((columns, rows), results))
        for client in clients:
            # Peers once: what they cost does not hang on the size.
            if not client.peer or (columns, rows) == sizes[0]:
                results.append(measure(client, (columns, rows), effort, check=client is HAT_TUI))
                page = report(runs, command)
                options.out.write_text(page, encoding="utf-8")
    print(page)
    return 0


def _size(text: str) -> tuple[int, int]:
    columns, rows = text.split("x")
    return int(columns), int(rows)


if __name__ == "__main__":
    raise SystemExit(main())

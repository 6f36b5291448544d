"""The flags of `hat-tui accept`. Every start of hat-tui reads these: nothing slow is imported here."""

import argparse
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from hat_tui.acceptance.protocol import MOST_REPEATS
from hat_tui.chat.parameters import spec

FORMATS = ("text", "markdown", "html", "csv")

EXAMPLES = """examples:
  hat-tui accept run quick --model hat-demo --model gemma-2b-it.Q4_K_M
  hat-tui accept resume                     go on with the last run, if it was broken off
  hat-tui accept judge                      give the marks, blind
  hat-tui accept report --format html --output sheet.html
  hat-tui accept compare last 2026-11-24-0535
  hat-tui accept protocol home > mine.toml  a copy to change; then: hat-tui accept run mine.toml

exit codes: 0 done, or accepted; 1 not accepted, or not all answered; 2 a mistake; 3 not wholly judged
"""


def add_commands(parser: argparse.ArgumentParser) -> None:
    """The commands below `hat-tui accept`, with their flags."""
    parser.epilog = EXAMPLES
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    names = "run|resume|judge|list|show|report|compare|protocol"
    commands = parser.add_subparsers(dest="accept", metavar=names, required=True)
    run = commands.add_parser("run", help="put a protocol to one or many models, unattended")
    run.add_argument("protocol", help="quick, home, one of your own, or a file")
    models = "a file, a name, a URL or URL#NAME; give it again for each further model"
    run.add_argument("--model", action="append", default=[], dest="models", metavar="MODEL", help=models)
    run.add_argument(
        "--repeats",
        type=_whole_number(1, MOST_REPEATS),
        metavar="N",
        help="ask each task so often, each time with another seed",
    )
    run.add_argument(
        "--seed",
        type=_whole_number(0, int(spec("seed").high)),
        metavar="N",
        dest="run_seed",
        help="the seed of the first time; the protocol's by default",
    )
    resume = commands.add_parser("resume", help="go on with a run that was broken off")
    resume.add_argument("run", nargs="?", default="last")
    judge = commands.add_parser("judge", help="give marks to the answers, blind")
    judge.add_argument("run", nargs="?", default="last")
    judge.add_argument("--pairs", action="store_true", help="two answers side by side: which is better")
    judge.add_argument("--marks", type=Path, metavar="FILE", help="take the marks from a CSV: #,TASK,VOTE,REMARKS")
    commands.add_parser("list", help="all runs")
    show = commands.add_parser("show", help="a run's answers with their checks and marks")
    show.add_argument("run", nargs="?", default="last")
    report = commands.add_parser("report", help="the acceptance sheet; the exit code says accepted or not")
    report.add_argument("run", nargs="?", default="last")
    report.add_argument("--model", dest="of_model", help="let the exit code speak of this model alone")
    compare = commands.add_parser("compare", help="runs side by side")
    compare.add_argument("runs", nargs="+", metavar="RUN")
    for command in (show, report, compare):
        command.add_argument("--reveal", action="store_true", help="show names before all answers are marked")
    for command in (report, compare):
        command.add_argument("--format", choices=FORMATS, default="text")
        command.add_argument("--output", type=Path, metavar="FILE", help="write there, not to standard output")
    protocol = commands.add_parser("protocol", help="print a protocol to copy, or list them all")
    protocol.add_argument("protocol", nargs="?", default="")


def _whole_number(low: int, high: int) -> Callable[[str], int]:
    """Reads a number in the range that a protocol's file may hold: a run with another could not be read back."""

    def read(text: str) -> int:
        with suppress(ValueError):
            if low <= (number := int(text)) <= high:
                return number
        raise argparse.ArgumentTypeError(f"takes a whole number from {low} to {high}, not {text!r}")

    return read

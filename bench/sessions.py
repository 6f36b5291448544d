"""How fast sessions open and are found: a chat of 5,000 turns, 2,000 files of 20 kB.

    python -m bench.sessions

Each figure is the median of five runs in fresh processes; files are in the page cache. Memory is the peak of the
process (Linux), so that an empty session and one of 5,000 turns can be compared.
"""

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hat_tui.chat.message import Role
from hat_tui.chat.record import Begun, Ended, ModelUsed, Opened, ParametersSet, Record, Said, Titled
from hat_tui.chat.reply import Ending, Measure
from hat_tui.chat.transcript import write_all

RUNS = 5
START = datetime(2026, 11, 24, tzinfo=UTC)
PROSE = "the a model small window turn memory quiet river stone lima apple seven key screen answer what how is to"
WORDS = PROSE.split()
MEASURED = """
import sys, time
from pathlib import Path
from hat_tui.adapters.session_folder import SessionFolder
folder = SessionFolder(Path(sys.argv[1]))
import hat_tui.chat.dialogue
begun, worked = time.perf_counter(), time.process_time()
{work}
seconds, cpu = time.perf_counter() - begun, time.process_time() - worked
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(seconds, cpu, int(peak) / 1024)
"""


def main() -> None:
    """Make the files, time what a person waits for, print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=5_000)
    parser.add_argument("--files", type=int, default=2_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        one, many = Path(place, "one"), Path(place, "many")
        one.mkdir()
        many.mkdir()
        rng = random.Random(7)
        (one / "empty.txt").write_text(write_all([Opened(START), Titled("empty")]))
        (one / "long.txt").write_text(write_all(chat(rng, options.turns, 60)))
        for number in range(options.files):
            text = write_all(chat(rng, 26, 100))
            (many / f"2026-11-24-{number:04d}.txt").write_text(text)
        size = sum(path.stat().st_size for path in many.iterdir())
        print(f"long session: {options.turns} turns, {(one / 'long.txt').stat().st_size / 1e6:.1f} MB")
        print(f"many sessions: {options.files} files, {size / options.files / 1e3:.1f} kB each\n")
        print("| | s | of it CPU, s | peak memory, MB |\n| --- | --- | --- | --- |")
        for name, folder, work in [
            ("open an empty session", one, "conversation, file, _ = folder.resume('empty')"),
            ("open the long session", one, "conversation, file, _ = folder.resume('long'); conversation.path()"),
            ("list many, cold", many, "folder.list()"),
            (
                "list many again",
                many,
                "folder.list(); begun, worked = time.perf_counter(), time.process_time(); folder.list()",
            ),
            ("search many, word in all", many, "folder.search('quiet')"),
            ("search many, word in none", many, "folder.search('zebra')"),
            ("search many, two words, one not ASCII", many, "folder.search('river straße')"),
            (
                "search many after a list",
                many,
                "folder.list(); begun, worked = time.perf_counter(), time.process_time(); folder.search('river lima')",
            ),
            ("prompts of before", many, "folder.recent_prompts()"),
        ]:
            seconds, cpu, memory = measure(folder, work)
            print(f"| {name} | {seconds:.3f} | {cpu:.3f} | {memory:.0f} |", flush=True)


def chat(rng: random.Random, turns: int, words: int) -> list[Record]:
    """Questions and answers of about so many words, with all that a real session file tells of them."""
    records: list[Record] = [
        Opened(START, "hat-tui 0.1.0"),
        Titled(text(rng, 6)),
        ModelUsed("hat-demo", "http://127.0.0.1:8000/v1", 4096),
        ParametersSet({"temperature": 0.1, "stop": [], "system": "You are a helpful assistant."}),
    ]
    for id in range(1, turns + 1):
        at = START + timedelta(seconds=20 * id)
        if id % 2:
            records += [Begun(id, Role.USER, id - 1, at), Said(id, text(rng, words // 3)), Ended(id)]
        else:
            measure = Measure(312, 40, words, True, 0.312, 2.125)
            records += [Begun(id, Role.ASSISTANT, id - 1, at, "hat-demo"), Said(id, text(rng, words * 2))]
            records += [Ended(id, Ending.STOP, measure)]
    return records


def text(rng: random.Random, words: int) -> str:
    return " ".join(rng.choices(WORDS, k=words)) + rng.choice([".", "…", "?\n\n- one\n- two"])


def measure(folder: Path, work: str) -> list[float]:
    """Seconds, those of the processor, and peak megabytes of `work`."""
    runs = []
    for _ in range(RUNS):
        program = [sys.executable, "-c", MEASURED.format(work=work), str(folder)]
        done = subprocess.run(program, check=True, capture_output=True, text=True)
        runs.append([float(figure) for figure in done.stdout.split()])
    return [statistics.median(figures) for figures in zip(*runs, strict=True)]


if __name__ == "__main__":
    main()

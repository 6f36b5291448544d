"""Tokens a second by how llama.cpp's threads wait for each other, alone and beside other programs.

    python bench/waiting_threads.py [--rounds N]

A made-up model of 0.2 B random weights, Q8_0, on all cores; beside others: one busy program for each core. Needs the
extra `server`, built with GNU OpenMP. Alone means alone: whatever else the machine does goes into the figures.
"""

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from gguf_maker import made_model  # noqa: E402

from hat_tui.adapters.machine import physical_cores  # noqa: E402

WAYS: dict[str, dict[str, str]] = {
    "default": {},
    "GOMP_SPINCOUNT=1000": {"GOMP_SPINCOUNT": "1000"},
    "OMP_WAIT_POLICY=passive": {"OMP_WAIT_POLICY": "passive"},
}
WRITE = """
import sys, time, llama_cpp
cores = int(sys.argv[2])
model = llama_cpp.Llama(sys.argv[1], n_ctx=512, n_threads=cores, n_threads_batch=cores, logits_all=False, verbose=False)
model.eval(list(range(65, 97)))
began = time.perf_counter()
written = 0
while written < 60 and time.perf_counter() - began < 10:
    model.eval([65 + written % 20])
    written += 1
print(written / (time.perf_counter() - began))
"""


@contextlib.contextmanager
def busy_programs(count: int) -> Iterator[None]:
    programs = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for program in programs:
            program.kill()
            program.wait()


def speed(model: Path, cores: int, way: dict[str, str]) -> float:
    environment = {
        name: value for name, value in os.environ.items() if name not in ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")
    }
    command = [sys.executable, "-c", WRITE, str(model), str(cores)]
    return float(subprocess.run(command, env=environment | way, capture_output=True, text=True, check=True).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds, cores = parser.parse_args().rounds, physical_cores()
    shape = {"vocabulary": 50_000, "width": 896, "layers": 12, "heads": 14, "heads_kv": 2, "inner": 4864}
    with tempfile.TemporaryDirectory() as folder:
        model = made_model(Path(folder, "bench.gguf"), **shape)
        print(f"{cores} cores, tokens/s, medians of {rounds}")
        for name, way in WAYS.items():
            alone = statistics.median(speed(model, cores, way) for _ in range(rounds))
            with busy_programs(cores):
                beside = statistics.median(speed(model, cores, way) for _ in range(rounds))
            print(f"{name:26} alone {alone:6.1f}   beside others {beside:6.1f}")


if __name__ == "__main__":
    main()

"""How long the doctor takes, the smoke run with a quantized model included.

python bench/doctor.py [--rounds N]
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from hat_tui.adapters.doctor import Patient, examine  # noqa: E402
from hat_tui.adapters.locations import bundled_model  # noqa: E402
from hat_tui.server.checkup import Check, Verdict  # noqa: E402


async def examined(folder: Path) -> list[Check]:
    patient = Patient({"models": folder, "sessions": folder}, folder, bundled_model(), ask_terminal=False)
    return [check async for check in examine(patient)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    times = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(parser.parse_args().rounds):
            began = time.perf_counter()
            checks = asyncio.run(examined(Path(folder)))
            times.append(time.perf_counter() - began)
    bad = [check.name for check in checks if check.verdict is Verdict.BAD]
    print(f"{len(checks)} checks, bad: {', '.join(bad) or 'none'}")
    print(f"median {statistics.median(times):.2f} s, worst {max(times):.2f} s")


if __name__ == "__main__":
    main()

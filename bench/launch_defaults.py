"""The launch defaults beside the stock command of the article, on the same model: memory and time to first token.

    python bench/launch_defaults.py [--rounds N]

The model is made here: a llama of 0.4 B random weights, Q8_0, with 150,000 tokens (0.5 GB in a temporary folder). Both
servers get n_ctx 8192 and, in turn, the same prompt of about 1,000 tokens, unknown to their caches. Resident memory is
the peak while they answer. Needs the extra `server`.
"""

import argparse
import asyncio
import contextlib
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from http.client import HTTPConnection
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from gguf_maker import made_model  # noqa: E402

from hat_tui.adapters.server_process import ServerProcess, free_port  # noqa: E402
from hat_tui.server.launch import LaunchOptions, ServedModel, is_stripped  # noqa: E402

CONTEXT = 8192
PROMPT_BYTES = 1000  # the made-up tokenizer knows bytes alone


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        shape = {"width": 896, "layers": 24, "heads": 14, "heads_kv": 2, "inner": 4864}
        model = made_model(Path(folder, "bench.gguf"), vocabulary=150_000, context=32768, **shape)
        results: dict[str, list[tuple[float, float]]] = {"stock command": [], "hat-tui defaults": []}
        for number in range(rounds):
            async with stock(model) as (port, pid):
                results["stock command"].append(await measured(port, pid, number))
            async with ours(model, Path(folder)) as (port, pid):
                results["hat-tui defaults"].append(await measured(port, pid, number))
    medians = {}
    for name, figures in results.items():
        memory, first = (statistics.median(column) for column in zip(*figures, strict=True))
        medians[name] = (memory, first)
        spread = f"{min(f for _, f in figures):.1f} to {max(f for _, f in figures):.1f} s"
        print(f"{name:16}  {memory / 1e9:5.2f} GB resident   first token after {first:6.1f} s ({spread})")
    (stock_memory, stock_first), (our_memory, our_first) = medians.values()
    print(f"ratio             {our_memory / stock_memory:5.2f}                         {our_first / stock_first:6.2f}")


@contextlib.asynccontextmanager
async def stock(model: Path) -> AsyncIterator[tuple[int, int]]:
    """As the article starts it: `python -m llama_cpp.server --host … --model … --n_ctx …`."""
    port = free_port("127.0.0.1")
    command = ["-m", "llama_cpp.server", "--host", "127.0.0.1", "--port", str(port), "--model", str(model)]
    environment = {name: value for name, value in os.environ.items() if not is_stripped(name)}
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, "--n_ctx", str(CONTEXT), stdout=quiet, stderr=quiet, env=environment
    )
    try:
        await until_it_answers(port, process)
        yield port, process.pid
    finally:
        process.kill()
        await process.wait()


@contextlib.asynccontextmanager
async def ours(model: Path, folder: Path) -> AsyncIterator[tuple[int, int]]:
    server = ServerProcess(folder / "state")
    await server.start(LaunchOptions((ServedModel(str(model)),), n_ctx=CONTEXT))
    try:
        await server.settled()
        yield (
            server.port,
            next(child.pid for child in psutil.Process().children() if "child_guard" in str(child.cmdline())),
        )
    finally:
        await server.stop()


async def until_it_answers(port: int, process: asyncio.subprocess.Process) -> None:
    while process.returncode is None:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.1)
    raise SystemExit("The stock server ended by itself: is the extra `server` installed?")


async def measured(port: int, pid: int, number: int) -> tuple[float, float]:
    """Peak resident bytes and seconds to the first token of one streamed reply."""
    process, peak = psutil.Process(pid), 0
    asking = asyncio.create_task(asyncio.to_thread(first_token, port, number))
    while not asking.done():
        peak = max(peak, process.memory_info().rss)
        await asyncio.sleep(0.05)
    return peak, await asking


def first_token(port: int, number: int) -> float:
    body = {
        "stream": True,
        "max_tokens": 2,
        "messages": [{"role": "user", "content": f"{number} " + "lorem " * (PROMPT_BYTES // 6)}],
    }
    connection = HTTPConnection("127.0.0.1", port, timeout=900)
    began = time.perf_counter()
    connection.request("POST", "/v1/chat/completions", json.dumps(body), {"Content-Type": "application/json"})
    response = connection.getresponse()
    while line := response.readline():
        if line.startswith(b"data: {") and json.loads(line[6:])["choices"][0]["delta"].get("content"):
            break
    took = time.perf_counter() - began
    connection.close()
    return took


if __name__ == "__main__":
    asyncio.run(main())

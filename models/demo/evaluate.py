"""Evaluate the demo model through the real `llama_cpp.server` at temperature 0: `python -m models.demo.evaluate`.

Prints a table of what must be reached and what is; `--failures FILE` writes every reply that is not right.
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from models.demo.cases import Case, Suite, suites
from models.demo.scene import DEFAULT_SYSTEM

MODEL = Path(__file__).parents[1] / "hat-demo.gguf"
LONGEST = 300
START_WITHIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the text, how it ended, and its times in seconds. A piece of the stream is a token."""

    text: str
    ended: bool
    first_token_s: float
    tokens: int
    writing_s: float


@dataclass(slots=True)
class Tally:
    """The replies of one suite."""

    suite: Suite
    right: int = 0
    replies: list[Reply] = field(default_factory=list)
    failures: list[dict[str, object]] = field(default_factory=list)

    @property
    def share(self) -> float:
        return self.right / len(self.suite.cases)


class Server:
    """Asks a llama_cpp.server for replies at temperature 0."""

    def __init__(self, base: str) -> None:
        self._base = base

    def reply(self, messages: list[dict[str, str]]) -> Reply:
        """The reply to a conversation, streamed."""
        body = {"messages": messages, "temperature": 0, "max_tokens": LONGEST, "stream": True}
        request = urllib.request.Request(  # noqa: S310 - a server of our own
            f"{self._base}/chat/completions", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        text, ended, times = "", False, []
        start = time.perf_counter()
        with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310
            for line in answer:
                if not line.startswith(b"data: {"):
                    continue
                choice = json.loads(line[6:])["choices"][0]
                piece = choice["delta"].get("content", "")
                ended = ended or choice.get("finish_reason") == "stop"
                if piece:
                    text += piece
                    times.append(time.perf_counter())
        end = time.perf_counter()
        first = times[0] if times else end
        return Reply(text, ended, first - start, len(times), end - first)

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self._base}/models", timeout=2):  # noqa: S310
                return True
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            return False


@contextmanager
def served(model: Path, threads: int) -> Iterator[Server]:
    """A server of this model on a free port of this machine, ended afterwards. RuntimeError when it does not start."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = {"host": "127.0.0.1", "port": port, "n_ctx": 2048, "n_threads": threads, "logits_all": "false"}
    flags = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    command = [sys.executable, "-m", "llama_cpp.server", "--model", str(model), *flags, "--use_mlock", "false"]
    environment = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "SYSTEMROOT", "TEMP")}
    child = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        server = Server(f"http://127.0.0.1:{port}/v1")
        give_up = time.monotonic() + START_WITHIN_S
        while not server.ready():
            if child.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError(f"llama_cpp.server did not start; see what it says: {' '.join(command)}")
            time.sleep(0.1)
        yield server
    finally:
        child.terminate()
        child.wait(10)


def play(server: Server, case: Case) -> Iterator[Reply]:
    """The replies to a case's messages, the marked one last. The model answers the earlier ones itself."""
    said: list[dict[str, str]] = []
    system = [{"role": "system", "content": case.system}] if case.system else []
    for question in case.before:
        said.append({"role": "user", "content": question})
        reply = server.reply(system + said)
        said.append({"role": "assistant", "content": reply.text})
        yield reply
    window = said[max(0, len(said) - 2 * case.kept) :]
    yield server.reply([*system, *window, {"role": "user", "content": case.question}])


def judge(server: Server, suite: Suite) -> Tally:
    """All cases of a suite."""
    tally = Tally(suite)
    for case in suite.cases:
        replies = list(play(server, case))
        tally.replies += replies
        marked = replies[-1].text.strip()
        if case.right(marked):
            tally.right += 1
        else:
            tally.failures.append(
                {
                    "ability": suite.ability,
                    "before": case.before,
                    "question": case.question,
                    "expected": case.expected,
                    "reply": marked,
                }
            )
    return tally


def speed(server: Server) -> tuple[float, float]:
    """Median seconds to the first token of short questions, and tokens a second of a long reply."""
    ask = [{"role": "system", "content": DEFAULT_SYSTEM}]
    firsts = [server.reply([*ask, {"role": "user", "content": f"Count to {n}."}]).first_token_s for n in range(5, 16)]
    long = [server.reply([*ask, {"role": "user", "content": "Count from 1 to 60."}]) for _ in range(5)]
    return statistics.median(firsts), statistics.median(reply.tokens / reply.writing_s for reply in long)


def table(tallies: list[Tally], first_token_s: float, tokens_per_s: float) -> str:
    """The figures as a Markdown table."""
    lines = ["| ability | right | of | reached | at least |", "| --- | ---: | ---: | ---: | ---: |"]
    for tally in tallies:
        suite = tally.suite
        lines.append(
            f"| {suite.ability} | {tally.right} | {len(suite.cases)} | {tally.share:.1%} | {suite.least:.0%} |"
        )
    replies = [reply for tally in tallies for reply in tally.replies]
    ended = sum(reply.ended for reply in replies)
    lines += [
        f"| ends by itself within {LONGEST} tokens | {ended} | {len(replies)} | {ended / len(replies):.1%} | 99% |",
        f"| time to first token, median | | | {1000 * first_token_s:.0f} ms | < 100 ms |",
        f"| tokens a second | | | {tokens_per_s:.0f} | 150 |",
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=MODEL)
    parser.add_argument("--threads", type=int, default=2, help="threads of the server")
    parser.add_argument("--seed", type=int, default=2026, help="of the cases")
    parser.add_argument("--seen", action="store_true", help="ask in the training's phrasings and values, to develop by")
    parser.add_argument("--failures", type=Path, help="write the wrong replies here, a JSON object a line")
    arguments = parser.parse_args()
    with served(arguments.model, arguments.threads) as server:
        first_token_s, tokens_per_s = speed(server)
        tallies = [judge(server, suite) for suite in suites(arguments.seed, held_out=not arguments.seen)]
    print(table(tallies, first_token_s, tokens_per_s))
    if arguments.failures:
        lines = [json.dumps(failure, ensure_ascii=False) for tally in tallies for failure in tally.failures]
        arguments.failures.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


if __name__ == "__main__":
    main()

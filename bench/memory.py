"""What a window costs on a real llama_cpp.server: `exact` beside the default, which drops blocks.

    python -m bench.memory [--model PATH] [--windows 6 12 17] [--asks 20]

The same questions are asked in each conversation, at temperature 0. Told are the prompt tokens that the server
evaluated, as its log says, and the time to the first token; both over all questions, and over those from the first one
at which the exact window was full. Needs the extra `server`.
"""

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from hat_tui.adapters.openai_endpoint import OpenAIEndpoint
from hat_tui.adapters.server_process import ServerProcess
from hat_tui.chat.conversation import Conversation
from hat_tui.chat.dialogue import Dialogue, TurnBegun, TurnEnded
from hat_tui.chat.message import Role
from hat_tui.chat.parameters import SamplingParameters
from hat_tui.chat.record import ModelUsed, Record
from hat_tui.chat.tokens import TokenCounter
from hat_tui.server.launch import LaunchOptions, ServedModel
from hat_tui.server.log_line import LogLine, PromptTimed
from hat_tui.server.phase import Phase

N_CTX = 4096
QUESTIONS = [
    "My name is Anna and I live in Lima. What can you do?",
    "Count from 1 to 30.",
    "What does temperature do? Say it in a few sentences, please.",
    "Tell me a short story.",
    "List the months of the year.",
    "My favourite colour is green and my favourite number is 17. Which keys are there?",
    "How do I find my sessions, and how do I go on with one of them later?",
    "List the planets.",
    "Show me a table.",
    "What is the memory window, and what happens when it is full?",
]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: tokens of the prompt, those evaluated, seconds to the first token, earlier turns sent."""

    prompt: int
    evaluated: int
    first_s: float
    kept: int
    full: bool


class Nowhere:
    """Keeps nothing."""

    def keep(self, record: Record) -> None:
        """Nothing."""


async def main() -> None:
    """Start the server once for each conversation, so that no cache is left from the one before."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, default=Path("models/hat-demo.gguf"))
    parser.add_argument("--windows", type=int, nargs="+", default=[6, 12, 17], help="turns kept")
    parser.add_argument("--asks", type=int, default=20)
    parser.add_argument("--max-tokens", type=int, default=80)
    options = parser.parse_args()
    print(f"{options.model.name}, {options.asks} questions, n_ctx {N_CTX}\n")
    print(
        "| turns kept | window | evaluated | of exact | once full | of exact | first token, s | once full, s | turns |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for turns in options.windows:
        exact = await conversation(options, turns, exact=True)
        blocks = await conversation(options, turns, exact=False)
        full = next((at for at, asked in enumerate(exact) if asked.full), len(exact))
        for name, asked in (("exact", exact), ("default", blocks)):
            print(row(turns, name, asked, exact, full), flush=True)


def row(turns: int, name: str, asked: Sequence[Asked], exact: Sequence[Asked], full: int) -> str:
    """A line of the table."""
    every, later = evaluated(asked), evaluated(asked[full:])
    kept = [one.kept for one in asked[full:]]
    cells = [
        *(turns, name, every, f"{every / evaluated(exact):.0%}"),
        *(later, f"{later / max(1, evaluated(exact[full:])):.0%}"),
        f"{statistics.mean(one.first_s for one in asked):.3f}",
        f"{statistics.mean(one.first_s for one in asked[full:]):.3f}" if kept else "-",
        f"{min(kept)}-{max(kept)}" if kept else "-",
    ]
    return f"| {' | '.join(map(str, cells))} |"


def evaluated(asked: Sequence[Asked]) -> int:
    return sum(one.evaluated for one in asked)


async def conversation(options: argparse.Namespace, turns: int, *, exact: bool) -> list[Asked]:
    """Ask all questions in one conversation on a fresh server."""
    timed: asyncio.Queue[PromptTimed] = asyncio.Queue()

    def note(lines: Sequence[LogLine]) -> None:
        for line in lines:
            if isinstance(line.event, PromptTimed):
                timed.put_nowait(line.event)

    with tempfile.TemporaryDirectory() as folder:
        server = ServerProcess(Path(folder), on_lines=note)
        await server.start(LaunchOptions((ServedModel(str(options.model)),), n_ctx=N_CTX))
        try:
            state = await server.settled()
            if state.phase is not Phase.READY:
                raise SystemExit(f"The server did not start: {state.diagnosis}")
            endpoint = OpenAIEndpoint(server.base_url, counts=True)
            dialogue = talk(endpoint, server.base_url, turns, options.max_tokens, exact=exact)
            asked = [await ask(dialogue, number, timed) for number in range(options.asks)]
            await endpoint.aclose()
            return asked
        finally:
            await server.stop()


def talk(endpoint: OpenAIEndpoint, url: str, turns: int, max_tokens: int, *, exact: bool) -> Dialogue:
    """A dialogue whose replies are the same each time."""
    parameters = SamplingParameters(temperature=0.0, turns=turns, max_tokens=max_tokens, seed=1)
    clock = lambda: datetime.now(UTC)  # noqa: E731
    dialogue = Dialogue(Conversation(), Nowhere(), TokenCounter(), endpoint, parameters, clock, time.perf_counter)
    dialogue.model = ModelUsed("", url, N_CTX)
    dialogue.exact_window = exact
    return dialogue


async def ask(dialogue: Dialogue, number: int, timed: "asyncio.Queue[PromptTimed]") -> Asked:
    """Ask one question, and wait until the server's log tells what it cost."""
    window, reply = None, None
    question = QUESTIONS[number % len(QUESTIONS)]
    async with aclosing(dialogue.ask(question)) as events:
        async for event in events:
            if isinstance(event, TurnBegun) and event.turn.role is Role.ASSISTANT:
                window = event.window
            elif isinstance(event, TurnEnded):
                reply = event.turn
    if window is None or reply is None or reply.measure.first_token_s is None:
        raise SystemExit(f"No reply: {reply.why if reply else dialogue.window(question).refusal}")
    cost = await asyncio.wait_for(timed.get(), timeout=60)
    full = bool(window.forgotten)
    return Asked(window.sent_tokens, cost.tokens, reply.measure.first_token_s, len(window.kept), full)


if __name__ == "__main__":
    asyncio.run(main())

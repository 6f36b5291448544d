"""Runs, stores and models for the tests of the acceptance test, without a server or a disk."""

from contextlib import asynccontextmanager
from datetime import timedelta

from fakes import ListKeeper, ScriptedEndpoint, Ticks

from hat_tui.acceptance.conduct import Loaded, ModelNotLoaded
from hat_tui.acceptance.protocol import Check, Criteria, Limits, Protocol, Task
from hat_tui.acceptance.run import Answered, Marked, ModelReady, Planned, Run, Slot
from hat_tui.chat.dialogue import NotKept
from hat_tui.chat.record import ModelUsed
from hat_tui.chat.reply import Ending, Measure

AT = Ticks().clock()
HOSTILE = "</pre><script>alert(1)</script> [bold](x) | `a` ```\n# no heading\x1b[2J\u202e **b**"
PROTOCOL = Protocol(
    "Mine",
    (
        Task("hello", "Say hello", ("Say hello.",), "Greets.", checks=(Check("words", "1-3"),), must_pass=True),
        Task("story", "A story", ("Tell a story.",), "A story.", weight=3, limits=Limits(first_token_s=2)),
    ),
    Criteria(mean_mark=3.5, must_pass_mark=3, limits=Limits(first_token_s=5, tokens_per_s=4)),
)


def measure(first=0.5, speed=10.0, tokens=21):
    return Measure(prompt_tokens=40, evaluated_tokens=20, tokens=tokens, first_token_s=first, generation_s=20 / speed)


def run_of(marks, *, protocol=PROTOCOL, measures=None, remarks=None, at=AT, machine=None, text="Hello."):
    """A run with an answer in every slot; `marks` are lists by model, one mark a task, None for none."""
    facts = {"sha256": "ab" * 32, "metadata": {"general.architecture": "llama"}, "threads": 2}
    run = Run([Planned(at, protocol, tuple(marks), 5, machine=machine or {"processor": "any"})])
    for model, given in marks.items():
        run.apply(ModelReady(model, AT, facts))
        for task, mark in zip(protocol.tasks, given, strict=True):
            for repeat in range(protocol.repeats):
                slot = Slot(task.id, model, repeat)
                cost = (measures or {}).get(model) or measure()
                run.apply(Answered(slot, AT, text, Ending.STOP, measure=cost, resident=500_000_000))
                if mark is not None:
                    run.apply(Marked(slot, AT + timedelta(seconds=1), mark, (remarks or {}).get(task.id, "")))
    return run


TALK = Protocol(
    "Talk",
    (
        Task("hello", "Hello", ("Say hello.",), "Greets."),
        Task("who", "Who", ("I am Ada.", "Who am I?"), "Ada.", max_tokens=20),
    ),
)


class MemoryStore:
    def __init__(self):
        self.records = []
        self.sessions = {}
        self.trouble = ""

    def keep(self, record):
        if self.trouble:
            raise NotKept(self.trouble)
        self.records.append(record)

    def session(self, slot):
        self.sessions[slot] = ListKeeper()
        return self.sessions[slot]


class Shelf:
    """Opens models; `scripts` are what each says, `broken` cannot be loaded, `opened` is what was loaded and when."""

    def __init__(self, scripts=None, broken=(), n_ctx=2048):
        self.endpoints = {label: ScriptedEndpoint(*said) for label, said in (scripts or {}).items()}
        self.broken = set(broken)
        self.opened = []
        self.closed = []
        self._n_ctx = n_ctx

    @asynccontextmanager
    async def open(self, label):
        if label in self.broken:
            raise ModelNotLoaded(f"{label} is no GGUF file")
        self.opened.append(label)
        endpoint = self.endpoints.setdefault(label, ScriptedEndpoint())
        try:
            yield Loaded(endpoint, ModelUsed(label, "here", self._n_ctx), {"sha256": "abc"}, lambda: 1_000_000)
        finally:
            self.closed.append(label)

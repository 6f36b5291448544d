"""Runs, stores and models for the tests of the acceptance test, without a server or a disk."""

from contextlib import asynccontextmanager
from datetime import timedelta

from fakes import ListKeeper, ScriptedEndpoint, Ticks

from hat_tui.acceptance.bench import NoSuchRun, OpenRun, ProtocolChoice, RunChoice
from hat_tui.acceptance.conduct import Loaded, ModelNotLoaded
from hat_tui.acceptance.protocol import Check, Criteria, Limits, Protocol, Task
from hat_tui.acceptance.protocol_text import BadProtocol, Problem
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
    """Keeps records in a list; `trouble` makes it fail."""

    def __init__(self, id="run-1"):
        self.id = id
        self.closed = False
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

    def close(self):
        self.closed = True


class Shelf:
    """Opens models; `scripts` are what each says, `broken` cannot be loaded, `opened` is what was loaded and when.

    One that was loaded before cannot be loaded for the next `away` times. `facts` are told of each.
    """

    def __init__(self, scripts=None, broken=(), n_ctx=2048, told=None, away=0):
        self.endpoints = {label: ScriptedEndpoint(*said) for label, said in (scripts or {}).items()}
        self.broken = set(broken)
        self.opened = []
        self.closed = []
        self.away = away
        self.facts = {"sha256": "abc"}
        self._n_ctx = n_ctx
        self._told = {"told": told} if told else {}

    @asynccontextmanager
    async def open(self, label):
        if label in self.broken:
            raise ModelNotLoaded(f"{label} is no GGUF file")
        if label in self.opened and self.away:
            self.away -= 1
            raise ModelNotLoaded("There is no server.")
        self.opened.append(label)
        endpoint = self.endpoints.setdefault(label, ScriptedEndpoint())
        try:
            yield Loaded(endpoint, ModelUsed(label, "here", self._n_ctx), self.facts, lambda: 1_000_000, **self._told)
        finally:
            self.closed.append(label)


class MemoryBench:
    """A bench whose runs live as long as the test; `shelf` has the models, by name. `paused` is what was waited, in
    seconds that do not pass.
    """

    def __init__(self, shelf=None, models=("small", "large"), protocol=TALK):
        self.shelf = shelf or Shelf()
        self.models = models
        self.known = {"talk": protocol}
        self.stores = {}
        self.saved = {}
        self.tasks = []
        self.paused = []
        self._ticks = Ticks()

    def protocols(self):
        return [ProtocolChoice(name, it.name, len(it.tasks), it.about) for name, it in self.known.items()]

    def protocol(self, asked):
        if asked not in self.known:
            raise BadProtocol(asked, (Problem(0, "there is no such protocol; there are talk"),))
        return self.known[asked]

    def add_task(self, task, name="mine"):
        self.tasks.append(task)
        return f"{name}.toml"

    def plan(self, protocol, models, seed=None):
        for model in models:
            if model not in self.models:
                raise ModelNotLoaded(f"There is no model {model}.")
        if not models:
            raise ModelNotLoaded("No model was named; name one with --model")
        return Planned(self.clock(), protocol, tuple(models), 5 if seed is None else seed)

    def create(self, plan):
        id = f"run-{len(self.stores) + 1}"
        self.stores[id] = MemoryStore(id)
        self.stores[id].keep(plan)
        return self.open(id)

    def add(self, run):
        """Put a run in that was made elsewhere."""
        opened = self.create(run.plan)
        facts = [ModelReady(model, AT, told) for model, told in run.facts.items()]
        for record in (*facts, *run.answers.values(), *run.marks.values()):
            opened.store.keep(record)
        return opened.store.id

    def open(self, id):
        store = self._store(id)
        store.closed = False
        return OpenRun(Run(store.records), store)

    def read(self, id):
        store = self._store(id)
        return store.id, Run(store.records)

    def runs(self):
        choices = []
        for id, store in self.stores.items():
            run = Run(store.records)
            counts = (len(run.slots), len(run.answers), len(run.marks))
            choices.append(RunChoice(id, run.protocol.name, run.plan.at, run.plan.models, *counts))
        return choices[::-1]

    def opener(self, run):
        return self.shelf.open

    def save(self, id, name, text):
        self.saved[name] = text
        return f"{id}/{name}"

    def clock(self):
        return self._ticks.clock()

    def seconds(self):
        return self._ticks.seconds()

    async def pause(self, seconds):
        self.paused.append(seconds)

    def _store(self, id):
        if not self.stores or id not in ("last", *self.stores):
            raise NoSuchRun("There are no runs yet" if not self.stores else f"No run has {id} in the name")
        return self.stores[id] if id != "last" else list(self.stores.values())[-1]

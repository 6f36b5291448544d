"""`hat-tui accept …`: the Home Acceptance Test in plain lines, for a shell, a pipe, a screen reader."""

import argparse
import asyncio
import io
import sys
from collections.abc import Callable, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TextIO

from hat_tui.acceptance.bench import Bench, NoSuchRun, OpenRun
from hat_tui.acceptance.comparison import NotComparable, comparison
from hat_tui.acceptance.conduct import Asked, ModelNotLoaded, Opening, Waiting, conduct
from hat_tui.acceptance.document import Block, to_markdown, to_text
from hat_tui.acceptance.document_html import to_html
from hat_tui.acceptance.judging import Judging, PairJudging
from hat_tui.acceptance.marks_csv import BadMarks, from_csv, to_csv
from hat_tui.acceptance.protocol import RUBRIC
from hat_tui.acceptance.protocol_text import BadProtocol, protocol_text
from hat_tui.acceptance.report import hidden, outcomes, sheet
from hat_tui.acceptance.run import Answered, Marked, ModelLost, Preference, Run
from hat_tui.acceptance.verdict import Outcome
from hat_tui.acceptance.words import cost_of, duration, state_of
from hat_tui.chat.dialogue import NotKept
from hat_tui.chat.safe_text import shown, shown_line
from hat_tui.shell.trouble import in_words

OK, NOT_ACCEPTED, WRONG_USE, OPEN = 0, 1, 2, 3
"""Exit codes: done or accepted; not accepted, or not all answered; a mistake in the command; not wholly judged."""


def accept(options: argparse.Namespace, bench: Bench, out: TextIO, ask: Callable[[str], str] = input) -> int:
    """Run one of the commands of `acceptance.flags`; the exit code. Results go to `out`, trouble to standard error."""
    if isinstance(out, io.TextIOWrapper):
        out.reconfigure(errors="replace")  # bars and signs, where the locale has none
    command = {
        "run": _run,
        "resume": _resume,
        "judge": _judge,
        "list": _list,
        "show": _show,
        "report": _report,
        "compare": _compare,
        "protocol": _protocol,
    }[options.accept]
    try:
        return command(options, bench, out, ask)
    except (BadProtocol, BadMarks, ModelNotLoaded, NoSuchRun, NotComparable) as trouble:
        for line in str(trouble).splitlines():
            print(f"hat-tui: {shown(line)}", file=sys.stderr)
        return WRONG_USE
    except OSError as trouble:
        print(f"hat-tui: {shown_line(in_words(trouble))}", file=sys.stderr)
        return WRONG_USE
    except NotKept as trouble:
        print(f"hat-tui: {shown_line(str(trouble))}", file=sys.stderr)
        return NOT_ACCEPTED


Ask = Callable[[str], str]


def _run(options: argparse.Namespace, bench: Bench, out: TextIO, _: Ask) -> int:
    protocol = bench.protocol(options.protocol)
    values = {"repeats": options.repeats, "seed": options.run_seed}
    plan = bench.plan(protocol.asked_otherwise(**values), options.models)
    return asyncio.run(_conducted(bench.create(plan), bench, out))


def _resume(options: argparse.Namespace, bench: Bench, out: TextIO, _: Ask) -> int:
    return asyncio.run(_conducted(_opened(options.run, bench), bench, out))


def _opened(id: str, bench: Bench) -> OpenRun:
    opened = bench.open(id)
    for problem in opened.problems:
        print(f"hat-tui: {shown_line(f'{opened.store.id}: {problem}')}", file=sys.stderr)
    return opened


async def _conducted(opened: OpenRun, bench: Bench, out: TextIO) -> int:
    """Fill the run, a line for each answer; what is broken off can be resumed."""
    run, store = opened.run, opened.store
    id = shown_line(store.id)
    print(f"run {id}: {len(run.pending())} of {len(run.slots)} answers to get", file=out, flush=True)
    try:
        opener, clock, seconds, pause = bench.opener(run), bench.clock, bench.seconds, bench.pause
        async with aclosing(conduct(run, store, opener, clock, seconds, pause)) as events:
            async for event in events:
                match event:
                    case Opening(model=model):
                        print(f"loading {shown_line(model)} …", file=out, flush=True)
                    case Waiting(model=model, why=why):
                        again = f"{shown_line(model)} is tried again in {duration(event.pause_s)}"
                        print(f"{again}: {shown_line(why)}", file=out, flush=True)
                    case ModelLost(model=model, why=why):
                        print(f"{shown_line(model)} is passed over: {shown_line(why)}", file=out, flush=True)
                    case Asked(slot=slot):
                        left = f"   about {duration(event.left_s)} left" if event.left_s is not None else ""
                        title = shown_line(run.protocol.task(slot.task).title)
                        print(f"[{event.number}/{event.total}] {title}{left}", file=out, flush=True)
                    case Answered():
                        print(f"        {cost_of(event)}", file=out, flush=True)
    finally:
        store.close()
        if run.pending():
            print(f"{len(run.pending())} answers are missing; go on with: hat-tui accept resume {id}", file=out)
        else:
            print(f"all answered; give the marks with: hat-tui accept judge {id}", file=out)
    return NOT_ACCEPTED if run.pending() else OK


def _judge(options: argparse.Namespace, bench: Bench, out: TextIO, ask: Ask) -> int:
    opened = _opened(options.run, bench)
    try:
        if options.marks:
            _take_marks(options.marks, opened, bench, out)
        elif options.pairs:
            _judge_pairs(PairJudging(opened.run, opened.store.keep, bench.clock), out, ask)
        else:
            _judge_answers(Judging(opened.run, opened.store.keep, bench.clock), out, ask)
    finally:
        opened.store.close()
    left = len(opened.run.slots) - len(opened.run.marks)
    if options.pairs:
        return OK
    told = f"{left} of {len(opened.run.slots)} have no mark yet" if left else "all marked; see: hat-tui accept report"
    print(told, file=out)
    return OPEN if left else OK


def _take_marks(file: Path, opened: OpenRun, bench: Bench, out: TextIO) -> None:
    text = file.read_text(encoding="utf-8-sig", errors="replace")
    for slot, mark, remark in from_csv(text, opened.run):
        record = Marked(slot, bench.clock(), mark, remark)
        opened.store.keep(record)
        opened.run.apply(record)
    print(f"marks taken from {shown_line(file.name)}", file=out)


def _judge_answers(judging: Judging, out: TextIO, ask: Ask) -> None:
    """Line by line: the task, its intent, the answer, the checks; then a mark and a remark."""
    print("Marks:", *(f"  {mark}  {words}" for mark, words in RUBRIC.items()), sep="\n", file=out)
    while judging.slot is not None:
        answer, task = judging.answer, judging.task
        print(f"\n=== answer {judging.at + 1} of {len(judging.order)}: {shown_line(task.title)}", file=out)
        _print_prompts(task.questions(), answer.earlier, out)
        print(f"intent: {shown_line(task.intent)}", file=out)
        print(f"--- answer\n{shown(answer.text) or '(nothing)'}\n---", file=out)
        print(*(f"  {shown_line(str(finding))}" for finding in judging.findings), sep="\n", file=out)
        print(f"  {cost_of(answer)}", file=out)
        if judging.marked:
            print(f"  marked {judging.marked.mark} {shown_line(judging.marked.remark)}", file=out)
        typed = _typed(ask, "mark 0-5, s skip, b back, q quit: ")
        match typed:
            case "q":
                return
            case "s":
                judging.skip()
            case "b":
                judging.back()
            case "0" | "1" | "2" | "3" | "4" | "5":
                slot, before = judging.slot, judging.marked.remark if judging.marked else ""
                judging.mark(int(typed), before)
                if remark := _typed(ask, "remark (or nothing): ", at_end=""):
                    judging.remark(remark, slot)
            case _:
                print("Type a number from 0 to 5, or s, b or q.", file=out)


def _judge_pairs(judging: PairJudging, out: TextIO, ask: Ask) -> None:
    if not judging.order:
        print("There are no pairs: a run of two models or more has them.", file=out)
    while judging.pair is not None:
        print(f"\n=== pair {judging.at + 1} of {len(judging.order)}: {shown_line(judging.task.title)}", file=out)
        _print_prompts(judging.task.questions(), (), out)
        print(f"intent: {shown_line(judging.task.intent)}", file=out)
        for name, answer in zip("AB", judging.answers, strict=True):
            print(f"--- {name}\n{shown(answer.text) or '(nothing)'}", file=out)
        typed = _typed(ask, "---\nbetter: a, b, e equal; s skip, z back, q quit: ")
        match typed:
            case "q":
                return
            case "s":
                judging.skip()
            case "z":
                judging.back()
            case "a" | "b" | "e":
                judging.prefer({"a": Preference.A, "b": Preference.B, "e": Preference.EQUAL}[typed])
            case _:
                print("Type a, b, e, s, z or q.", file=out)


def _print_prompts(prompts: Sequence[str], replies: Sequence[str], out: TextIO) -> None:
    for number, prompt in enumerate(prompts):
        print(f"asked: {shown(prompt)}", file=out)
        if number < len(replies):
            print(f"replied: {shown(replies[number])}", file=out)


def _typed(ask: Ask, prompt: str, at_end: str = "q") -> str:
    """What a person types, `at_end` when nothing comes any more."""
    try:
        return ask(prompt).strip()
    except EOFError:
        return at_end


def _list(options: argparse.Namespace, bench: Bench, out: TextIO, _: Ask) -> int:
    choices = bench.runs()
    if not choices:
        print("There are no runs yet; make one with: hat-tui accept run quick --model NAME", file=out)
    for choice in choices:
        models = shown_line(", ".join(choice.models))
        print(f"{shown_line(choice.id)}  {shown_line(choice.protocol)}: {models}; {state_of(choice)}", file=out)
    return OK


def _show(options: argparse.Namespace, bench: Bench, out: TextIO, _: Ask) -> int:
    id, run = bench.read(options.run)
    _write(to_text(sheet(run, id, reveal=options.reveal)), None, out)
    return OK


def _report(options: argparse.Namespace, bench: Bench, out: TextIO, _: Ask) -> int:
    id, run = bench.read(options.run)
    found = outcomes(run)
    if options.of_model and options.of_model not in found:
        raise NoSuchRun(f"The run {id} has no model {options.of_model}; it has {', '.join(found)}")
    reveal = options.reveal or not hidden(run)
    text = (
        to_csv([(id, run)]) if options.format == "csv" and reveal
        else _formatted(sheet(run, id, reveal=options.reveal, answers=options.format == "html"), options.format)
    )  # fmt: skip
    _write(text, options.output, out)
    asked = [found[options.of_model]] if options.of_model else list(found.values())
    if Outcome.OPEN in asked:
        return OPEN
    return OK if all(outcome is Outcome.ACCEPTED for outcome in asked) else NOT_ACCEPTED


def _compare(options: argparse.Namespace, bench: Bench, out: TextIO, _: Ask) -> int:
    runs: dict[str, Run] = dict(bench.read(id) for id in options.runs)
    blocks = comparison(list(runs.items()), reveal=options.reveal)
    text = to_csv(list(runs.items())) if options.format == "csv" else _formatted(blocks, options.format)
    _write(text, options.output, out)
    return OK


def _formatted(blocks: Sequence[Block], format: str) -> str:
    return {"text": to_text, "markdown": to_markdown, "html": to_html, "csv": to_text}[format](blocks)


def _write(text: str, file: Path | None, out: TextIO) -> None:
    if file is None:
        print(text, end="", file=out)
    else:
        file.write_text(text, encoding="utf-8", newline="")
        print(f"written to {shown_line(str(file))}", file=out)


def _protocol(options: argparse.Namespace, bench: Bench, out: TextIO, _: Ask) -> int:
    if options.protocol:
        text = protocol_text(bench.protocol(options.protocol))
        print(shown(text) if out.isatty() else text, end="", file=out)
        return OK
    for choice in bench.protocols():
        about = shown_line(choice.trouble.splitlines()[0] if choice.trouble else choice.about)
        print(f"{shown_line(choice.name):12} {choice.tasks:3} tasks  {about}", file=out)
    return OK

"""What the doctor found, as values; and as a text or as JSON."""

import json
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from hat_tui.server.log_line import safe_text


class Verdict(StrEnum):
    GOOD = "good"
    NOTE = "note"
    """Worth knowing; nothing to do."""
    WARNING = "warning"
    """It works, but worse than it could."""
    BAD = "bad"
    """Something will not work."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: what was found, and what to do about it. `command` is a line for a shell, or ""."""

    part: str
    """What it belongs to: "terminal", "server", the name of an endpoint…"""
    name: str
    verdict: Verdict
    found: str
    advice: str = ""
    command: str = ""


SIGNS = {Verdict.GOOD: "✓", Verdict.NOTE: "·", Verdict.WARNING: "!", Verdict.BAD: "✗"}
PLAIN_SIGNS = {Verdict.GOOD: "ok  ", Verdict.NOTE: "note", Verdict.WARNING: "warn", Verdict.BAD: "BAD "}


def exit_code(checks: Iterable[Check]) -> int:
    """0 when nothing is bad, else 1."""
    return int(any(check.verdict is Verdict.BAD for check in checks))


def line(check: Check, *, width: int = 80, ascii_only: bool = False) -> str:
    """One check as text: a sign, the name, what was found; below it, indented, what to do.

    What was found may hold a server's own words: they are made safe to show.
    """
    sign = (PLAIN_SIGNS if ascii_only else SIGNS)[check.verdict]
    room = max(30, width)
    indent = " " * (len(sign) + 1)
    found = f"{check.name}: {safe_text(check.found)}"
    found = f"{check.name}: {safe_text(check.found)}"
    told = textwrap.fill(found, room, initial_indent=f"{sign} ", subsequent_indent=indent, break_on_hyphens=False)
    if check.advice:
        told += "\n" + textwrap.fill(check.advice, room, initial_indent=indent, subsequent_indent=indent)
    if check.command:
        told += f"\n{indent}    {check.command}"  # never wrapped: it is to be copied
    return told.encode("ascii", "replace").decode() if ascii_only else told


def as_text(checks: Sequence[Check], *, width: int = 80, ascii_only: bool = False) -> str:
    """All checks in the order they were made, a heading for each part, and a last line that sums them up."""
    lines: list[str] = []
    part = ""
    for check in checks:
        if check.part != part:
            part = check.part
            lines += ["", part] if lines else [part]
        lines.append(line(check, width=width, ascii_only=ascii_only))
    return "\n".join([*lines, "", summary(checks)])


def summary(checks: Sequence[Check]) -> str:
    """How it stands, in one sentence."""
    bad = sum(check.verdict is Verdict.BAD for check in checks)
    warnings = sum(check.verdict is Verdict.WARNING for check in checks)
    if not bad and not warnings:
        return f"All {len(checks)} checks are fine."
    told = [f"{bad} will not work"] if bad else []
    told += [f"{warnings} could be better"] if warnings else []
    return f"Of {len(checks)} checks, {' and '.join(told)}."


def as_json(checks: Sequence[Check]) -> str:
    """For scripts: `{"ok": …, "checks": [{"part", "name", "verdict", "found", "advice", "command"}, …]}`."""
    return json.dumps(
        {"ok": not exit_code(checks), "checks": [asdict(check) for check in checks]}, indent=2, ensure_ascii=False
    )

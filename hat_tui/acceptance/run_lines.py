"""Records of a run as lines of JSON, one each, and back. A file cut anywhere still tells all whole lines."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from hat_tui.acceptance.protocol import Protocol
from hat_tui.acceptance.protocol_text import BadProtocol, parse, protocol_text
from hat_tui.acceptance.run import (
    Answered,
    Marked,
    ModelLost,
    ModelReady,
    Pair,
    Planned,
    Preference,
    Preferred,
    RunRecord,
    Slot,
)
from hat_tui.chat.reply import Ending, Measure

FORMAT = 1

# What JSON leaves as it is but a terminal may act upon: DEL, C1, line separators, bidi controls, lone surrogates.
_UNSAFE = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def line_of(record: RunRecord) -> str:
    """The record as one line, with its line break, safe to show in a terminal."""
    text = json.dumps(_values(record), ensure_ascii=False)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


def _values(record: RunRecord) -> dict[str, Any]:
    kind = _KINDS[type(record)]
    values: dict[str, Any] = {"record": kind, "at": record.at.isoformat()}
    match record:
        case Planned(protocol=protocol):
            values |= {"format": FORMAT, "models": record.models, "seed": record.seed}
            values |= {"sources": dict(record.sources)}
            values |= {"versions": dict(record.versions), "machine": dict(record.machine)}
            values |= {"protocol_hash": protocol.hash, "protocol": protocol_text(protocol)}
        case ModelReady(model=model, facts=facts):
            values |= {"model": model, "facts": dict(facts)}
        case ModelLost(model=model, why=why):
            values |= {"model": model, "why": why}
        case Answered():
            values |= asdict(record) | {"at": values["at"]}
            values["measure"] = {key: value for key, value in asdict(record.measure).items() if value is not None}
        case Marked(slot=slot):
            values |= {"slot": asdict(slot), "mark": record.mark, "remark": record.remark}
        case Preferred(pair=pair):
            values |= {"a": asdict(pair.a), "b": asdict(pair.b), "preference": record.preference}
    return values


_KINDS: Mapping[type, str] = {
    Planned: "run",
    ModelReady: "ready",
    ModelLost: "lost",
    Answered: "answer",
    Marked: "mark",
    Preferred: "preference",
}


def records_of(data: bytes) -> tuple[list[RunRecord], list[str]]:
    """The records in a file's bytes, and what could not be read, in sentences. Raises nothing."""
    records: list[RunRecord] = []
    problems: list[str] = []
    for number, line in enumerate(data.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            records.append(_record(json.loads(line.decode("utf-8"))))
        except BadProtocol as error:
            problems.append(f"line {number}: {error}")
        except (ValueError, KeyError, TypeError, RecursionError):
            problems.append(f"line {number} is cut off or damaged and was passed over")
    return records, problems


def _record(values: Mapping[str, Any]) -> RunRecord:
    at = datetime.fromisoformat(values["at"])
    match values["record"]:
        case "run":
            told = (_texts(values[name]) for name in ("sources", "versions", "machine"))
            return Planned(at, _protocol(values), tuple(map(str, values["models"])), int(values["seed"]), *told)
        case "ready":
            return ModelReady(str(values["model"]), at, dict(values["facts"]))
        case "lost":
            return ModelLost(str(values["model"]), at, str(values["why"]))
        case "answer":
            return _answered(values, at)
        case "mark":
            mark = values["mark"]
            return Marked(_slot(values["slot"]), at, None if mark is None else int(mark), str(values["remark"]))
        case "preference":
            preference = values["preference"]
            pair = Pair(_slot(values["a"]), _slot(values["b"]))
            return Preferred(pair, at, None if preference is None else Preference(preference))
    raise ValueError(values["record"])


def _protocol(values: Mapping[str, Any]) -> Protocol:
    return parse(str(values["protocol"]), "the run's protocol")


def _texts(values: Mapping[str, Any]) -> Mapping[str, str]:
    return {str(key): str(value) for key, value in dict(values).items()}


def _slot(values: Mapping[str, Any]) -> Slot:
    return Slot(str(values["task"]), str(values["model"]), int(values["repeat"]))


def _answered(values: Mapping[str, Any], at: datetime) -> Answered:
    return Answered(
        _slot(values["slot"]),
        at,
        str(values["text"]),
        Ending(values["ending"]),
        str(values["thought"]),
        tuple(_as_texts(values["earlier"])),
        Measure(**dict(values["measure"])),
        str(values["why"]),
        None if values["resident"] is None else int(values["resident"]),
        float(values["took_s"]),
        str(values["session"]),
    )


def _as_texts(values: Iterable[Any]) -> Iterable[str]:
    return (str(value) for value in values)

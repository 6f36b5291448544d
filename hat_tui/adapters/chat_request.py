"""What a chat completion request says, and what of it a server turns out not to take."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from hat_tui.adapters.chat_chunks import without_surrogates
from hat_tui.adapters.endpoint_trouble import Rejected
from hat_tui.chat.dialogue import Request
from hat_tui.chat.folding import fold
from hat_tui.chat.message import Message
from hat_tui.chat.parameters import SPECS, SamplingParameters

LABELS = {entry.name: entry.label for entry in SPECS if entry.sent != "own"}
"""The fields a person sets, by the names they are sent under."""

LENGTHS = ("max_tokens", "max_completion_tokens")
"""The names of the longest a reply may be: OpenAI's newer models take the second, most servers the first."""

TEMPLATE_REFUSES = re.compile(
    r"system (role|message)|roles? must|alternate user|only user|must (start|begin) with|first message", re.IGNORECASE
)
"""What chat templates say to a system message, to an assistant who speaks first, and to a speaker who speaks twice."""

NO_REASON = ("", "Internal Server Error")

UNKNOWN_FIELD = re.compile(
    r"unrecogni[sz]ed|unknown|unsupported|not supported|unexpected|extra (inputs|fields)|extra_forbidden"
    r"|not (permitted|allowed)|additional propert",
    re.IGNORECASE,
)
"""Words by which a server says that it does not take a field, whatever its value."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A request's messages and the fields beside them; `folded` when the messages are not as they were asked."""

    messages: tuple[Message, ...]
    fields: Mapping[str, Any]
    folded: bool = False

    def body(self, *, stream: bool) -> dict[str, Any]:
        """The request's JSON."""
        messages = [{"role": str(each.role), "content": without_surrogates(each.text)} for each in self.messages]
        return {"messages": messages, **self.fields, "stream": stream}

    def in_brief(self) -> "Sent":
        """The same request for one token: enough to be told what is wrong with it."""
        fields = _without(self.fields, ("stream_options", "return_progress"))
        return replace(self, fields={name: 1 if name in LENGTHS else value for name, value in fields.items()})


def sampling_fields(parameters: SamplingParameters) -> dict[str, Any]:
    """The parameters as fields of the request; a seed and stop strings only where they are set."""
    values = parameters.as_mapping()
    return {name: values[name] for name in LABELS if values[name] is not None and values[name] != []}


class Manners:
    """What one server takes, learned from what it rejects and remembered for the next request."""

    def __init__(self) -> None:
        self._refused: set[tuple[str, str]] = set()
        self._folding: set[str] = set()
        self._length = "max_tokens"

    def prepared(self, request: Request, more: Mapping[str, Any]) -> Sent:
        """The request as this server takes it, as far as is known. `more` are fields that no person sets."""
        fields = {**sampling_fields(request.parameters), "stream_options": {"include_usage": True}, **more}
        fields[self._length] = fields.pop("max_tokens")
        if request.model:
            fields["model"] = request.model
        fields = {name: value for name, value in fields.items() if (name, json.dumps(value)) not in self._refused}
        if request.model in self._folding:
            return Sent(fold(request.messages), fields, folded=True)
        return Sent(request.messages, fields)

    def worked(self, sent: Sent) -> None:
        """The server has answered this request, so the next one to that model is sent in the same way."""
        if sent.folded:
            self._folding.add(sent.fields.get("model", ""))

    def mended(self, sent: Sent, error: Rejected) -> tuple[Sent, str]:
        """`sent` without what the server rejects, and a sentence for the person or "". Raises `error` if none helps."""
        if _may_be_the_template(error) and not sent.folded and fold(sent.messages) != sent.messages:
            why = error.said or "no reason given"
            note = (
                f"The server refuses these messages ({why}): asked again with the system prompt in the first question."
            )
            return replace(sent, messages=fold(sent.messages), folded=True), note
        if "max_completion_tokens" in error.said and "max_tokens" in sent.fields:
            self._length = "max_completion_tokens"
            length = {self._length: sent.fields["max_tokens"]}
            return replace(sent, fields=_without(sent.fields, ("max_tokens",)) | length), ""
        names = _named(error, sent.fields)
        if not names:
            raise error
        self._refused |= {(name, json.dumps(sent.fields[name])) for name in names}
        labels = [LABELS[name] for name in names if name in LABELS]
        note = f"The server rejects {_listed(labels)} ({error.said}): asked without." if labels else ""
        return replace(sent, fields=_without(sent.fields, names)), note


def _may_be_the_template(error: Rejected) -> bool:
    """Also an error 500 without a reason, as transformers' server answers to whatever its template raises."""
    return bool(TEMPLATE_REFUSES.search(error.said)) or (error.status == 500 and error.said in NO_REASON)


def _named(error: Rejected, fields: Mapping[str, Any]) -> list[str]:
    """Which fields an error is about: those it points at, else those it quotes or calls unknown."""
    if error.status not in (400, 422, 500):
        return []
    removable = [name for name in fields if name != "model"]
    pointed = [name for name in removable if name in error.fields]
    if pointed or error.status == 500:
        return pointed
    mark = r"\b{}\b" if UNKNOWN_FIELD.search(error.said) else r"[`'\"]{}[`'\"]"
    return [name for name in removable if re.search(mark.format(name), error.said)]


def _listed(words: list[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _without(fields: Mapping[str, Any], names: tuple[str, ...] | list[str]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in names}

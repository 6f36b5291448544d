"""A conversation's path for other programs and people: Markdown, JSON of the OpenAI API, one HTML page."""

import json
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from hat_tui.chat.conversation import Conversation, Turn
from hat_tui.chat.message import Role
from hat_tui.chat.reply import Ending
from hat_tui.chat.safe_text import shown

_STYLE = """
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif;
  color: #1c1c1c; background: #fdfdfb; }
header p, article p, footer { color: #666; font-size: .85rem; margin: 0 0 .3rem; }
article { margin: 1.2rem 0; padding: .7rem 1rem; border-left: .25rem solid #bbb; background: #fff; }
article.user { border-color: #2a6f97; }
article.assistant { border-color: #588157; }
pre { margin: 0; white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; }
details pre { color: #666; }
@media (prefers-color-scheme: dark) { body { color: #ddd; background: #181818; } article { background: #202020; } }
"""


def markdown(conversation: Conversation) -> str:
    """Headings for the speakers, their words as they are, thoughts quoted."""
    parts = [f"# {shown(conversation.title) or 'A chat'}\n", *_circumstances(conversation)]
    for turn in conversation.path():
        parts.append(f"\n## {_speaker(turn)}\n\n")
        if turn.thought:
            parts.append("".join(f"> {line}\n" for line in shown(turn.thought).splitlines()) + "\n")
        parts.append(f"{shown(turn.text)}\n")
        if ending := _ending(turn):
            parts.append(f"\n*({ending})*\n")
    return "".join(parts)


def openai_json(conversation: Conversation) -> str:
    """An object with `messages` and the parameters of a chat completion request: what the API takes as it stands."""
    values = dict(conversation.parameters.values) if conversation.parameters else {}
    system, _ = values.pop("system", ""), values.pop("turns", None)
    messages = [{"role": "system", "content": system}] if system else []
    messages += [{"role": turn.role.value, "content": turn.text} for turn in conversation.path()]
    request: dict[str, Any] = {"model": conversation.model.model, "messages": messages}
    request |= {name: value for name, value in values.items() if value not in (None, [])}
    # Lone surrogates cannot be written as UTF-8 and stay escaped; everything else is readable.
    text = json.dumps(request, ensure_ascii=False, indent=2)
    return "".join(f"\\u{ord(c):04x}" if "\ud800" <= c <= "\udfff" else c for c in text) + "\n"


def html(conversation: Conversation) -> str:
    """One page that needs nothing else and runs nothing; every text is shown as plain text."""
    title = escape(shown(conversation.title) or "A chat")
    head = "".join(f"<p>{escape(line.strip())}</p>\n" for line in _circumstances(conversation))
    articles = "".join(map(_article, conversation.path()))
    return (
        f'<!doctype html>\n<html>\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f'<meta name="viewport" content="width=device-width">\n<style>{_STYLE}</style>\n</head>\n<body>\n'
        f"<header>\n<h1>{title}</h1>\n{head}</header>\n{articles}</body>\n</html>\n"
    )


FORMATS: Mapping[str, tuple[str, Callable[[Conversation], str]]] = {
    "markdown": (".md", markdown),
    "json": (".json", openai_json),
    "html": (".html", html),
}
"""By name: the usual ending of the file, and what makes its text."""


def _article(turn: Turn) -> str:
    ending = _ending(turn)
    thought = (
        f"<details><summary>Thought</summary><pre>{escape(shown(turn.thought))}</pre></details>\n"
        if turn.thought
        else ""
    )
    return (
        f'<article class="{turn.role.value}">\n<p>{escape(_speaker(turn))} · {turn.at:%Y-%m-%d %H:%M}</p>\n{thought}'
        f"<pre>{escape(shown(turn.text))}</pre>\n" + (f"<p>({escape(ending)})</p>\n" if ending else "") + "</article>\n"
    )


def _speaker(turn: Turn) -> str:
    return {Role.USER: "You", Role.ASSISTANT: shown(turn.model) or "Model"}.get(turn.role, turn.role.value)


def _ending(turn: Turn) -> str:
    match turn.ending:
        case Ending.LENGTH:
            return "reached the length limit"
        case Ending.STOPPED:
            return "stopped"
        case Ending.CUT:
            return "cut off by the server"
        case Ending.FAILED:
            return f"failed: {shown(turn.why)}" if turn.why else "failed"
    return ""


def _circumstances(conversation: Conversation) -> list[str]:
    model, started = conversation.model.model, conversation.started
    lines = [f"\nModel: {shown(model)}\n"] if model else []
    return lines + ([f"\n{started:%Y-%m-%d %H:%M}\n"] if started else [])

"""A task made from a turn of a chat: "make this a test"."""

import re

from hat_tui.acceptance.protocol import Task
from hat_tui.acceptance.protocol_text import task_text
from hat_tui.chat.asides import title_of
from hat_tui.chat.conversation import Conversation, Turn
from hat_tui.chat.message import Role

HINTS = """# Say in the intent what an acceptable answer does. Any of these may be added, without the # in front:
# weight = 2
# must_pass = true
# max_tokens = 200
# [task.checks]
# sentences = 1               # or "2-4", ">=3"; also: paragraphs, words, list_items
# contains = ["Paris"]        # also: lacks, equals, matches
# parses_as = "json"          # or "python list", "markdown table"
# says_unknown = true
"""


def task_from(conversation: Conversation, turn: Turn) -> Task:
    """The task that asks what was asked up to `turn`, a question or the answer to one. Its intent is still empty."""
    turns = [*conversation.before(turn), turn]
    prompts = tuple(said.text for said in turns if said.role is Role.USER) or (turn.text,)
    system = conversation.parameters.values.get("system") if conversation.parameters else None
    title = title_of(prompts[-1])
    return Task(_id(title), title, prompts, "", system=str(system) if system else None)


def _id(title: str) -> str:
    words = re.findall(r"[a-z0-9]+", title.lower())
    return "-".join(words)[:40].strip("-") or "task"


def draft(task: Task) -> str:
    """The task as text for a person to finish."""
    return task_text(task) + HINTS

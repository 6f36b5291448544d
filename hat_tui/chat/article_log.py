"""Logs of the article's Streamlit page: text in which a speaker's emoji opens each turn."""

import re
from datetime import datetime
from itertools import pairwise

from hat_tui.chat.asides import title_of
from hat_tui.chat.message import Role
from hat_tui.chat.record import Begun, Ended, Opened, Record, Said, Titled

# A symbol with what may be joined to it: variation selectors, skin tones, and further symbols by zero-width joiners.
_SYMBOL = "[\u2600-\u27bf\u2b50\u2b55\U0001f000-\U0001faff]"
_TURN = re.compile(
    rf"^({_SYMBOL}[\ufe0f\U0001f3fb-\U0001f3ff]*(?:\u200d{_SYMBOL}\ufe0f?)*)[ \t]*:?[ \t]*", re.MULTILINE
)
_PEOPLE = frozenset("👤👥🗣🙂😀😊🙋👷👦👧👨👩👱👴👵👶🧑🧒🧓🧔🕵💂🥷👮👸🤴🤵👰🦸🦹🧙🙎🙍🙅🙆💁🙇🤦🤷💬")


def read_log(data: bytes, at: datetime) -> list[Record]:
    """The log's conversation as records, all of the time `at`, for the log tells none.

    Only two emojis open turns: the first that shows a person, and the other speaker's; a list in a reply may begin its
    lines with more of them. Raises ValueError, with a sentence, when no turn is found.
    """
    text = data.decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
    opened = list(_TURN.finditer(text))
    person = next((found[1] for found in opened if found[1][0] in _PEOPLE), None)
    if person is None:
        raise ValueError("No line begins with a person's emoji, as each question does in a log of the article's page")
    other = _other(opened, person)
    turns = [found for found in opened if found[1] in (person, other)]
    records: list[Record] = [Opened(at)]
    for id, (found, end) in enumerate(zip(turns, [*(turn.start() for turn in turns[1:]), len(text)], strict=True), 1):
        said = re.sub(r"\n\s*(?:-{3,}|={3,}|\*{3,})\s*\Z", "", text[found.end() : end]).strip()
        role = Role.USER if found[1] == person else Role.ASSISTANT
        if role is Role.USER and len(records) < 4 and not any(isinstance(record, Titled) for record in records):
            records.insert(1, Titled(title_of(said)))
        records += [Begun(id, role, id - 1, at), Said(id, said), Ended(id)]
    return records


def _other(opened: list[re.Match[str]], person: str) -> str | None:
    """The emoji that stands after the person's most often."""
    after = [later[1] for first, later in pairwise(opened) if first[1] == person != later[1]]
    return max(after, key=after.count, default=None)

"""What can be counted in a text: sentences, paragraphs, words, list items, tags, repetition.

Counts are those a careful reader would give; where readers differ, the rule is in the docstring.
"""

import re
from operator import eq

_FENCE = re.compile(r"^[ ]{0,3}(```+|~~~+)[^\n]*\n(.*?)(?:^[ ]{0,3}\1[`~]*[ \t]*$|\Z)", re.DOTALL | re.MULTILINE)
_SYMBOL = "[\u2190-\u2bff\u3010-\u303f\U0001f300-\U0001faff]\ufe0f?"
_BULLET = (
    rf"(?:[-*•+–▪●○]|\(?\d{{1,3}}[.)]|\(?[a-zA-Z][.)]|\(?(?:[ivxl]{{1,6}}|[IVXL]{{1,6}})[.)]|{_SYMBOL}"
    r"|(?:\*\*)?[^\W\d_]{2,12} \d{1,3}(?:\*\*)?\s?[:.–-])"
)
"""What opens an item: a bullet, a number, a letter, a Roman numeral, a symbol, or a word with a number: "Step 1:"."""
_ITEM = re.compile(rf"^(\s*){_BULLET}\s+\S")
_MARKER = re.compile(rf"^\s*(?:>\s*)*(?:{_BULLET}\s+|#{{1,6}}\s+)?")
_TABLE_LINE = re.compile(r"^\s*\|.*\|\s*$")
_RULE = re.compile(r"^\s*([-*_=])(?:\s*\1){2,}\s*$")
_HEADING = re.compile(r"^\s*#{1,6}\s|^\s*(\*\*|__)[^*_]+\1:?\s*$")
_SETEXT = re.compile(r"^\s*(=+|-+)\s*$")
_CLOSERS = "\"'”’»)]*_`"
_SENTENCE_END = re.compile(rf"(?:[.!?…]+[{re.escape(_CLOSERS)}]*(?=\s|$)|[。！？]+[」』”’）]*)")
_BEFORE = r"(?:^|[\s(\"'“‘])"
_TITLE = re.compile(_BEFORE + r"(?:mr|mrs|ms|dr|prof|st|vs|e\.g|i\.e|cf|approx|z\.b|d\.h|bzw)\.$", re.IGNORECASE)
_INITIAL = re.compile(_BEFORE + r"(?:U\.S|U\.K|[A-HJ-Z])\.$")
_NUMBERED = re.compile(_BEFORE + r"(?:no|fig|vol|pp?|nr|ca)\.$", re.IGNORECASE)
_STARTER = re.compile(r"(?:The|A|An|It|He|She|They|We|You|I|In|On|At|This|That|There|But|And|So|Then|If|When)\b")
_WIDE = "\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_WIDE}]|(?:(?![{_WIDE}])\w)+(?:['’.,\-‐‑]?(?:(?![{_WIDE}])\w)+)*")
_TAG = re.compile(r"<(/?)([A-Za-z][\w.-]{0,40})(?:\s[^<>]{0,200})?(/?)>")
_VOID = {"br", "hr", "img", "input", "meta", "link"}

_STUCK = re.compile(r"([^\W\d_]{1,6}?)\1{11,}")

SHORTEST_REPEATED = 4
"""Words a sentence or line must have before saying it three times counts as repeating."""


def without_code(text: str) -> str:
    """The text with its fenced code blocks taken out."""
    return _FENCE.sub("\n", text)


def words(text: str) -> list[str]:
    """Words as they stand; "don't", "well-known" and "3.14" are one, and so is each character of Chinese or Korean."""
    return _WORD.findall(text)


def sentences(text: str) -> list[str]:
    """Sentences, a list item or a heading that ends without a stop counting as one; code and tables are left out."""
    found: list[str] = []
    for block in re.split(r"\n\s*\n", without_code(text)):
        for run in _flowing(block.splitlines()):
            found.extend(_split_sentences(run))
    return found


def _flowing(lines: list[str]) -> list[str]:
    """Lines joined where one goes on in the next: not across list items, headings, tables or a line that has ended."""
    runs: list[str] = []
    open_run = False
    for line in lines:
        if not line.strip() or _RULE.match(line) or _TABLE_LINE.match(line):
            open_run = False
            continue
        bare = _MARKER.sub("", line, count=1).strip()
        starts_anew = bool(_ITEM.match(line)) or bool(_HEADING.match(line))
        goes_on = open_run and not starts_anew and not bare[:1].isupper()
        if goes_on:
            runs[-1] += " " + bare
        else:
            runs.append(bare)
        open_run = not _HEADING.match(line)
    return runs


def _split_sentences(run: str) -> list[str]:
    found: list[str] = []
    start = 0
    for end in _SENTENCE_END.finditer(run):
        piece = run[start : end.end()]
        if _goes_on(piece.rstrip(_CLOSERS)[-20:], run[end.end() :].lstrip()[:20]):
            continue
        if words(piece):
            found.append(piece.strip())
        start = end.end()
    if words(run[start:]):
        found.append(run[start:].strip())
    return found


def _goes_on(before: str, after: str) -> bool:
    """Whether the stop that ends `before` ends no sentence, by what comes after it."""
    if not after:
        return False
    if after[0].islower() or _TITLE.search(before):
        return True
    if _NUMBERED.search(before):
        return after[0].isdigit()
    return bool(_INITIAL.search(before)) and not _STARTER.match(after)


def paragraphs(text: str) -> list[str]:
    """Blocks of prose between blank lines. Headings, lists, tables, rules and code are none.

    A text without blank lines whose every line ends a sentence has a paragraph a line.
    """
    blocks = [block for block in re.split(r"\n[ \t]*\n", without_code(text)) if block.strip()]
    if len(blocks) == 1:
        lines = [line for line in blocks[0].splitlines() if line.strip()]
        if len(lines) > 1 and all(_ends_sentence(line) or _HEADING.match(line) for line in lines):
            blocks = lines
    return [block.strip() for block in map(_prose_of, blocks) if block]


def _prose_of(block: str) -> str:
    """The block without headings, lists, rules and tables in it; "" when nothing else is there."""
    prose: list[str] = []
    in_item = False
    lines = block.splitlines()
    for number, line in enumerate(lines):
        underlined = number + 1 < len(lines) and bool(_SETEXT.match(lines[number + 1]))
        if _HEADING.match(line) or _RULE.match(line) or _TABLE_LINE.match(line) or underlined or _SETEXT.match(line):
            in_item = False
        elif _ITEM.match(line):
            in_item = True
        elif not (in_item and line.startswith((" ", "\t"))):
            in_item = False
            prose.append(line)
    joined = "\n".join(prose)
    return "" if _is_title(joined) else joined


def _is_title(block: str) -> bool:
    """A short single line without a stop, such as "Title: The River" or "Here are the points:"."""
    bare = block.strip()
    return "\n" not in bare and not _ends_sentence(bare) and len(words(bare)) <= 12


def _ends_sentence(line: str) -> bool:
    return line.rstrip().rstrip(_CLOSERS + "」』）")[-1:] in tuple(".!?…。！？")


def list_items(text: str) -> list[str]:
    """Items of lists, numbered or bulleted, of the outermost level; code is left out."""
    found = [
        (len(match[1].expandtabs(4)), line)
        for line in without_code(text).splitlines()
        if (match := _ITEM.match(line)) and not _RULE.match(line)
    ]
    outermost = min((indent for indent, _ in found), default=0)
    return [_MARKER.sub("", line, count=1).strip() for indent, line in found if indent < outermost + 2]


def unbalanced_tags(text: str, wanted: tuple[str, ...] = ()) -> str:
    """What is wrong with the tags of `text`, "" when each that opens closes in order and all `wanted` are there."""
    open_tags: list[str] = []
    seen: set[str] = set()
    for match in _TAG.finditer(text):
        closing, name, itself = match[1], match[2].lower(), match[3]
        if wanted and name not in wanted:
            continue
        seen.add(name)
        if itself or name in _VOID:
            continue
        if not closing:
            open_tags.append(name)
        elif not open_tags or open_tags[-1] != name:
            return f"</{name}> closes what is not open" if name not in open_tags else f"<{open_tags[-1]}> is not closed"
        else:
            open_tags.pop()
    if open_tags:
        return f"<{open_tags[-1]}> is not closed"
    missing = [name for name in wanted if name not in seen]
    if missing:
        return f"no <{missing[0]}>"
    return "" if seen else "no tags"


def repetition(text: str) -> str:
    """What is said over and over, "" when nothing is.

    Over and over: a sentence or line of four words or more three times; or the same run of words three times in a
    row, eight words in all at least; or up to six letters twelve times in a row. Tables and code are left out.
    """
    prose = "\n".join(line for line in without_code(text).splitlines() if not _TABLE_LINE.match(line))
    counted: dict[str, int] = {}
    for sentence in sentences(prose):
        key = " ".join(words(sentence.lower()))
        if key.count(" ") >= SHORTEST_REPEATED - 1:
            counted[key] = counted.get(key, 0) + 1
            if counted[key] == 3:
                return sentence
    if stuck := _STUCK.search(prose):
        return stuck[1]
    return _repeated_run([word.lower() for word in words(prose)])


def _repeated_run(said: list[str], longest: int = 60) -> str:
    """A run of words that stands three times in a row, eight words in all at least; "" when none does."""
    for period in range(1, min(longest, len(said) // 3) + 1):
        needed = max(2 * period, 8 - period)
        same_as_before = bytes(map(eq, said[period:], said))
        start = same_as_before.find(b"\x01" * needed)
        if start >= 0:
            return " ".join(said[start : start + period])
    return ""

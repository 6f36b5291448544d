"""What there is to make safe in a text that is more than plain letters: `safe_text.shown` asks for it.

Compiling these patterns takes longer than all that a start shows: they are imported with the first text that needs
them.
"""

import re

_PICTURES = {code: chr(0x2400 + code) for code in range(0x20) if code not in (0x09, 0x0A)}
_PICTURES[0x7F] = "␡"
# C1 controls: U+009B alone is a CSI to some terminals, and has no picture of its own.
_PICTURES |= dict.fromkeys(range(0x80, 0xA0), "�")
_PICTURES |= {0x2028: "␤", 0x2029: "␤", 0x85: "␤"}
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")

# What shows nothing: soft hyphen, zero-width spaces and joiners, marks, embeddings, overrides and isolates of the
# bidirectional algorithm, fillers, interlinear marks, language tags. Between them they hide or reorder text.
_INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    r"\u3164\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]+"
)
# Cannot be encoded, or is no character at all.
_NO_CHARACTER = re.compile(r"[\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")

_MARK = (
    r"\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u064b-\u065f"
    r"\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f"
)
_PILE = re.compile(rf"([{_MARK}]{{5}})[{_MARK}]+")
_PICTOGRAPH = r"\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff"
# A non-joiner spells words in Arabic and Indian scripts; anywhere else it only hides.
_STRAY_NON_JOINER = re.compile(r"(?<![\u0600-\u0dff])\u200c+|\u200c+(?![\u0600-\u0dff])")
# A joiner is kept inside an emoji sequence alone; elsewhere terminals and width tables disagree about what follows.
_STRAY_JOINER = re.compile(rf"(?<![{_PICTOGRAPH}\ufe0f])\u200d+|\u200d+(?![{_PICTOGRAPH}])")
_LINK = rf"[{_PICTOGRAPH}][\ufe0f\U0001f3fb-\U0001f3ff]*\u200d"
_LONG_CHAIN = re.compile(rf"((?:{_LINK}){{4}})([{_PICTOGRAPH}\ufe0f\u200d]+)")
_STRAY_SELECTOR = re.compile(rf"(?<![{_PICTOGRAPH}#*0-9])[\ufe00-\ufe0f]+|(?<=[\ufe00-\ufe0f])[\ufe00-\ufe0f]+")


def made_safe(text: str) -> str:
    """The rules of `safe_text.shown`, for a text of any kind."""
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    text = _NO_CHARACTER.sub("�", text)
    text = _UNPRINTABLE.sub(lambda found: _PICTURES[ord(found[0])], text)
    if text.isascii():
        return text
    text = _STRAY_NON_JOINER.sub("", _INVISIBLE.sub("", text))
    text = _STRAY_SELECTOR.sub("", text)
    if "\u200d" in text:
        text = _STRAY_JOINER.sub("", text)
        text = _LONG_CHAIN.sub(lambda found: found[1] + found[2].replace("\u200d", ""), text)
        text = _STRAY_JOINER.sub("", text)
    return _PILE.sub(r"\1", text)

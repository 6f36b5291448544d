"""A small byte-level BPE tokenizer that splits text as llama.cpp's `qwen2` pre-tokenizer does.

Single digits are tokens of their own and every byte is a token, so any text goes in and comes out unchanged. Standard
library only, so the corpus can be looked at and tested without the trainer's packages.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from itertools import pairwise

IM_START = "<|im_start|>"
IM_END = "<|im_end|>"
END_OF_TEXT = "<|endoftext|>"
SPECIALS = (END_OF_TEXT, IM_START, IM_END)

# llama.cpp's qwen2 expression with \p{L} and \p{N} said in the words of `re`; they differ only for letter-like
# numbers such as "²", which costs nothing but a slightly different split of a rare text.
_SPLIT = re.compile(
    r"'(?:[sdmt]|ll|ve|re)|(?:[^\r\n\w]|_)?[^\W\d_]+|\d| ?(?:[^\s\w]|_)+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
    re.IGNORECASE,
)
_SPECIAL = re.compile("|".join(re.escape(special) for special in SPECIALS))

Pair = tuple[bytes, bytes]


def _printable_bytes() -> dict[int, str]:
    """GPT-2's one printable character for each byte, the spelling that GGUF vocabularies use."""
    kept = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    letters = {byte: chr(byte) for byte in kept}
    for byte in range(256):
        letters.setdefault(byte, chr(256 + len(letters) - len(kept)))
    return letters


_PRINTABLE = _printable_bytes()


class Tokenizer:
    """Text to token ids and back. Ids: the specials, then the 256 bytes, then one for each merge."""

    def __init__(self, merges: Iterable[Pair]) -> None:
        self.merges = tuple(merges)
        self.pieces = tuple(bytes([byte]) for byte in range(256)) + tuple(left + right for left, right in self.merges)
        self._rank = {pair: rank for rank, pair in enumerate(self.merges)}
        self._id = {piece: number for number, piece in enumerate(self.pieces, len(SPECIALS))}
        self._known: dict[str, tuple[int, ...]] = {}

    def __len__(self) -> int:
        return len(SPECIALS) + len(self.pieces)

    def special(self, name: str) -> int:
        """The id of one of SPECIALS; ValueError for any other text."""
        return SPECIALS.index(name)

    def encode(self, text: str) -> list[int]:
        """Token ids of plain text: special tokens' names in it are spelt out, not taken as special."""
        ids: list[int] = []
        for match in _SPLIT.finditer(text):
            ids.extend(self._word(match[0]))
        return ids

    def encode_marked(self, text: str) -> list[int]:
        """Token ids of text in which special tokens' names stand for them, as the server reads a prompt."""
        ids: list[int] = []
        start = 0
        for match in _SPECIAL.finditer(text):
            ids += [*self.encode(text[start : match.start()]), self.special(match[0])]
            start = match.end()
        return ids + self.encode(text[start:])

    def decode(self, ids: Iterable[int]) -> str:
        """The text of ids; bytes that are no UTF-8 come out as the replacement character."""
        first = len(SPECIALS)
        return b"".join(
            SPECIALS[number].encode() if number < first else self.pieces[number - first] for number in ids
        ).decode("utf-8", errors="replace")

    def vocabulary(self) -> list[str]:
        """Each token as a GGUF file of the `gpt2` kind spells it, in the order of the ids."""
        return [*SPECIALS, *map(spelt, self.pieces)]

    def merge_lines(self) -> list[str]:
        """Each merge as a GGUF file spells it, the earliest first."""
        return [f"{spelt(left)} {spelt(right)}" for left, right in self.merges]

    def _word(self, word: str) -> tuple[int, ...]:
        ids = self._known.get(word)
        if ids is None:
            ids = tuple(self._id[piece] for piece in self._merged(word.encode("utf-8", errors="surrogatepass")))
            if len(self._known) < 200_000:
                self._known[word] = ids
        return ids

    def _merged(self, word: bytes) -> list[bytes]:
        parts = [bytes([byte]) for byte in word]
        while len(parts) > 1:
            ranks = [self._rank.get(pair, len(self._rank)) for pair in pairwise(parts)]
            best = min(ranks)
            if best == len(self._rank):
                break
            parts = _joined(parts, self.merges[best])
        return parts


def train(texts: Iterable[str], size: int) -> Tokenizer:
    """A tokenizer of at most `size` tokens, its merges the most frequent pairs of `texts`, ties by their bytes."""
    counts = Counter(match[0].encode() for text in texts for match in _SPLIT.finditer(text))
    words = [[bytes([byte]) for byte in word] for word in counts]
    weights = list(counts.values())
    pairs: Counter[Pair] = Counter()
    where: defaultdict[Pair, set[int]] = defaultdict(set)
    for index, word in enumerate(words):
        for pair in pairwise(word):
            pairs[pair] += weights[index]
            where[pair].add(index)
    merges: list[Pair] = []
    while len(merges) < size - len(SPECIALS) - 256:
        best = max(pairs, key=lambda pair: (pairs[pair], pair), default=None)
        if best is None or pairs[best] < 2:
            break
        merges.append(best)
        for index in where.pop(best):
            for pair in pairwise(words[index]):
                pairs[pair] -= weights[index]
            words[index] = _joined(words[index], best)
            for pair in pairwise(words[index]):
                pairs[pair] += weights[index]
                where[pair].add(index)
        del pairs[best]
    return Tokenizer(merges)


def spelt(piece: bytes) -> str:
    """Bytes in the printable spelling of GGUF vocabularies."""
    return "".join(_PRINTABLE[byte] for byte in piece)


def _joined(parts: list[bytes], pair: Pair) -> list[bytes]:
    out: list[bytes] = []
    index = 0
    while index < len(parts):
        if tuple(parts[index : index + 2]) == pair:
            out.append(parts[index] + parts[index + 1])
            index += 2
        else:
            out.append(parts[index])
            index += 1
    return out

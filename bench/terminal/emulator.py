"""A terminal's screen, kept from the bytes a program sends to it, written apart from hat-tui's own model of one.

It knows what current terminals know (xterm, VTE, kitty, foot, Windows Terminal): background colour erase, REP, ECH,
scroll regions, the alternate screen, OSC 8 links and synchronized output, and it answers status requests.
"""

import re
from codecs import getincrementaldecoder
from collections.abc import Callable
from dataclasses import dataclass

from rich.cells import split_graphemes

_TOKEN = re.compile(
    r"(?P<text>[^\x00-\x1f\x7f]+)"
    r"|\x1b\[(?P<parameters>[0-?]*)(?P<between>[ -/]*)(?P<final>[@-~])"
    r"|\x1b\](?P<osc>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    r"|\x1b[PX^_][^\x1b]*\x1b\\"
    r"|\x1b(?P<escape>[ -/]*[0-OQ-WYZ\\`-~])"
    r"|(?P<control>[\x00-\x1a\x1c-\x1f\x7f])"
)
_UNFINISHED = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]*\x1b?|[ -/]*)?$"
    r"|[\u200d\ufe0f\u2600-\u2bff\U0001f000-\U0010ffff]+$"
)

_ON = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 5: "blink", 7: "reverse", 8: "hidden", 9: "strike"}
_OFF = {22: {"bold", "dim"}, 23: {"italic"}, 24: {"underline"}, 25: {"blink"}, 27: {"reverse"}, 28: {"hidden"}}
_OFF |= {29: {"strike"}}
_INK = frozenset({"underline", "reverse", "strike"})


@dataclass(frozen=True, slots=True)
class Look:
    """How a cell is drawn."""

    attributes: frozenset[str] = frozenset()
    foreground: str = ""
    background: str = ""
    link: str = ""

    def on_blank(self) -> "Look":
        """What of it can be seen on a space."""
        ink = self.attributes & _INK
        return Look(ink, self.foreground if ink else "", self.background, self.link)


_DEFAULT = Look()


class Terminal:
    """`columns` × `rows` cells fed with a program's bytes; `reply` takes what the terminal answers.

    `bce` and `rep` can be switched off to be a lesser terminal; `answers` off makes it a mute one. Sequences it does
    not know are kept in `unknown`; text written while wrap is off and the row is full overwrites the last cell.
    """

    def __init__(
        self,
        columns: int,
        rows: int,
        reply: Callable[[bytes], None] = lambda data: None,
        *,
        bce: bool = True,
        rep: bool = True,
        answers: bool = True,
        sync: bool = True,
    ) -> None:
        self.columns, self.rows = columns, rows
        self._reply, self._bce, self._rep, self._answers, self._sync = reply, bce, rep, answers, sync
        self.light = False
        self.unknown: list[str] = []
        self.modes: set[int] = {7, 25}
        self.clipboard: list[str] = []
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._rest = ""
        self._last = ""
        self._saved: tuple[list[list[str]], list[list[Look]]] | None = None
        self.look = _DEFAULT
        self._kept = (0, 0, _DEFAULT)
        self._blank_screen()

    def _blank_screen(self) -> None:
        self.chars = [[" "] * self.columns for _ in range(self.rows)]
        self.looks = [[_DEFAULT] * self.columns for _ in range(self.rows)]
        self.x = self.y = 0
        self.top, self.bottom = 0, self.rows

    def resize(self, columns: int, rows: int) -> None:
        """Take another size; what stays on the screen is left to chance, as on real ones."""
        self.columns, self.rows = columns, rows
        self._blank_screen()
        self.chars = [["#"] * columns for _ in range(rows)]

    @property
    def caret_shown(self) -> bool:
        """Whether the cursor shows."""
        return 25 in self.modes

    def row_text(self, y: int) -> str:
        """The text of a row."""
        return "".join(self.chars[y])

    def text(self) -> str:
        """The text of the screen, rows ended by newlines."""
        return "\n".join(self.row_text(y).rstrip() for y in range(self.rows))

    def cells(self) -> list[list[tuple[str, Look]]]:
        """Every cell as it can be seen: what does not show on a space is left out."""
        return [
            [(char, look.on_blank() if char == " " else look) for char, look in zip(chars, looks, strict=True)]
            for chars, looks in zip(self.chars, self.looks, strict=True)
        ]

    def feed(self, data: bytes) -> None:
        """Read what the program wrote."""
        text = self._rest + self._decode(data)
        self._rest = ""
        if unfinished := _UNFINISHED.search(text):
            text, self._rest = text[: unfinished.start()], text[unfinished.start() :]
        self._interpret(text)

    def settle(self) -> None:
        """Draw what is held back as perhaps unfinished."""
        text, self._rest = self._rest, ""
        if text and text[0] != "\x1b":
            self._interpret(text)
        else:
            self._rest = text

    def _interpret(self, text: str) -> None:
        for token in _TOKEN.finditer(text):
            match token.lastgroup:
                case "text":
                    self._print(token["text"])
                case "final":
                    self._csi(token["parameters"], token["between"], token["final"])
                case "osc":
                    self._osc(token["osc"])
                case "control":
                    self._c0(token["control"])
                case "escape":
                    self._escape(token["escape"])
                case _:
                    self.unknown.append(token[0])

    def _c0(self, control: str) -> None:
        match control:
            case "\n" if self.y == self.bottom - 1:
                self._scroll(1)
            case "\n":
                self.y = min(self.y + 1, self.rows - 1)
            case "\r":
                self.x = 0
            case "\b":
                self.x = max(min(self.x, self.columns - 1) - 1, 0)
            case "\t":
                self.x = min((self.x // 8 + 1) * 8, self.columns - 1)
            case "\x07" | "\x00" | "\x0e" | "\x0f":
                pass
            case _:
                self.unknown.append(control)

    def _escape(self, escape: str) -> None:
        match escape:
            case "7":
                self._kept = (self.x, self.y, self.look)
            case "8":
                self.x, self.y, self.look = self._kept
            case "M" if self.y == self.top:
                self._scroll(-1)
            case "M":
                self.y = max(self.y - 1, 0)
            case "=" | ">" | "(B" | "(0" | ")B" | "\\":
                pass
            case _:
                self.unknown.append("ESC " + escape)

    def _osc(self, osc: str) -> None:
        kind, _, rest = osc.partition(";")
        if kind == "8":
            self.look = Look(self.look.attributes, self.look.foreground, self.look.background, rest.partition(";")[2])
        elif kind == "52":
            self.clipboard.append(rest)
        elif kind in ("10", "11") and rest == "?" and self._answers:
            is_light = (kind == "10") != self.light
            self._reply(f"\x1b]{kind};rgb:{'eeee/eeee/eeee' if is_light else '1111/1111/1111'}\x1b\\".encode())

    def _csi(self, parameters: str, between: str, final: str) -> None:
        if parameters[:1] in ("<", "=", ">", "?") and final not in "hlpu":
            if not (parameters[:1] == ">" and final in "mqc"):
                self.unknown.append(f"CSI {parameters}{between}{final}")
            return
        private = parameters[:1] if parameters[:1] in ("<", "=", ">", "?") else ""
        numbers = [int(n) if n.isdecimal() else 0 for n in parameters[len(private) :].split(";")]
        n = max(numbers[0], 1)
        if not (private or between) and self._move(final, n, numbers):
            return
        match private + between + final:
            case "m":
                self._sgr(parameters)
            case "K":
                start, end = ((self.x, self.columns), (0, self.x + 1), (0, self.columns))[numbers[0]]
                self._erase(self.y, start, end)
            case "J":
                self._erase_display(numbers[0])
            case "X":
                self._erase(self.y, self.x, self.x + n)
            case "P":
                del self.chars[self.y][self.x : self.x + n], self.looks[self.y][self.x : self.x + n]
                missing = self.columns - len(self.chars[self.y])
                self.chars[self.y] += [" "] * missing
                self.looks[self.y] += [self._erased()] * missing
            case "b" if self._rep:
                self._print(self._last * n)
            case "S" | "T":
                self._scroll(n if final == "S" else -n)
            case "L" | "M":
                self._scroll_from(self.y, n if final == "M" else -n)
            case "r":
                self.top = n - 1
                self.bottom = min(numbers[1] if len(numbers) > 1 and numbers[1] else self.rows, self.rows)
                self.x = self.y = 0
            case "n":
                self._status(numbers[0])
            case "c":
                self._answer("\x1b[?62;22c")
            case "?h" | "?l":
                self._set_modes(numbers, final == "h")
            case "?$p":
                known = numbers[0] == 2026 and self._sync
                self._answer(f"\x1b[?{numbers[0]};{(1 if numbers[0] in self.modes else 2) if known else 0}$y")
            case ">u" | "<u" | "?u" | "=u" | " q" | "!p" | "h" | "l" | "t":
                pass
            case _:
                self.unknown.append(f"CSI {parameters}{between}{final}")

    def _move(self, final: str, n: int, numbers: list[int]) -> bool:
        match final:
            case "H" | "f":
                self.y = min(n, self.rows) - 1
                self.x = min(max(numbers[1] if len(numbers) > 1 else 1, 1), self.columns) - 1
            case "A":
                self.y = max(self.y - n, 0)
            case "B":
                self.y = min(self.y + n, self.rows - 1)
            case "C":
                self.x = min(self.x + n, self.columns - 1)
            case "D":
                self.x = max(min(self.x, self.columns - 1) - n, 0)
            case "E" | "F":
                self.y = max(min(self.y + (n if final == "E" else -n), self.rows - 1), 0)
                self.x = 0
            case "G" | "`":
                self.x = min(n, self.columns) - 1
            case "d":
                self.y = min(n, self.rows) - 1
            case _:
                return False
        return True

    def _answer(self, text: str) -> None:
        if self._answers:
            self._reply(text.encode())

    def _status(self, request: int) -> None:
        if request == 5:
            self._answer("\x1b[0n")
        elif request == 6:
            self._answer(f"\x1b[{self.y + 1};{min(self.x, self.columns - 1) + 1}R")

    def _set_modes(self, numbers: list[int], on: bool) -> None:
        for number in numbers:
            if number == 1049 and on and 1049 not in self.modes:
                self._saved = (self.chars, self.looks)
                x, y = self.x, self.y
                self._blank_screen()
                self.x, self.y = x, y
            elif number == 1049 and not on and self._saved is not None:
                self.chars, self.looks = self._saved
                self._saved = None
            (self.modes.add if on else self.modes.discard)(number)

    def _sgr(self, parameters: str) -> None:
        attributes = set(self.look.attributes)
        foreground, background = self.look.foreground, self.look.background
        codes = [code or "0" for code in parameters.replace(":", ";").split(";")]
        while codes:
            code = int(codes.pop(0))
            if code == 0:
                attributes, foreground, background = set(), "", ""
            elif code in _ON:
                attributes.add(_ON[code])
            elif code in _OFF:
                attributes -= _OFF[code]
            elif code in (38, 48):
                length = 4 if codes[0] == "2" else 2
                colour = ";".join(codes[:length])
                del codes[:length]
                foreground, background = (colour, background) if code == 38 else (foreground, colour)
            elif 30 <= code <= 39 or 90 <= code <= 97:
                foreground = "" if code == 39 else str(code)
            elif 40 <= code <= 49 or 100 <= code <= 107:
                background = "" if code == 49 else str(code)
            else:
                self.unknown.append(f"SGR {code}")
        self.look = Look(frozenset(attributes), foreground, background, self.look.link)

    def _erased(self) -> Look:
        return Look(background=self.look.background) if self._bce else _DEFAULT

    def _erase(self, y: int, start: int, end: int) -> None:
        end = min(end, self.columns)
        chars, looks = self.chars[y], self.looks[y]
        start = min(start, self.columns - 1)
        if start and not chars[start]:
            chars[start - 1] = " "
        if end < self.columns and not chars[end]:
            chars[end] = " "
        chars[start:end] = [" "] * (end - start)
        looks[start:end] = [self._erased()] * (end - start)

    def _erase_display(self, part: int) -> None:
        if part == 0:
            self._erase(self.y, self.x, self.columns)
        elif part == 1:
            self._erase(self.y, 0, self.x + 1)
        first, last = ((self.y + 1, self.rows), (0, self.y), (0, self.rows), (0, 0))[part]
        for y in range(first, last):
            self._erase(y, 0, self.columns)

    def _scroll(self, count: int) -> None:
        self._scroll_from(self.top, count)

    def _scroll_from(self, top: int, count: int) -> None:
        for _ in range(min(abs(count), self.bottom - top)):
            gone, new = (top, self.bottom - 1) if count > 0 else (self.bottom - 1, top)
            del self.chars[gone], self.looks[gone]
            self.chars.insert(new, [" "] * self.columns)
            self.looks.insert(new, [self._erased()] * self.columns)

    def _print(self, text: str) -> None:
        if text.isascii():
            glyphs = [(char, 1) for char in text]
        else:
            glyphs = [(text[start:end], width) for start, end, width in split_graphemes(text)[0]]
        for glyph, width in glyphs:
            if width:
                self._draw(glyph, width)
            else:
                self._combine(glyph)

    def _combine(self, mark: str) -> None:
        at = min(self.x, self.columns) - 1
        row = self.chars[self.y]
        if at > 0 and not row[at]:
            at -= 1
        if at >= 0:
            row[at] += mark

    def _draw(self, glyph: str, width: int) -> None:
        if self.x + width > self.columns:
            if 7 in self.modes:
                self._c0("\n")
                self.x = 0
            else:
                self.x = self.columns - width
        chars, looks, x, end = self.chars[self.y], self.looks[self.y], self.x, self.x + width
        if x and not chars[x]:
            chars[x - 1] = " "
        if end < self.columns and not chars[end]:
            chars[end] = " "
        chars[x:end] = [glyph] + [""] * (width - 1)
        looks[x:end] = [self.look] * width
        self.x = end
        self._last = glyph

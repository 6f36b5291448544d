"""A reasoning model's thoughts, told apart from its answer where both come as one text with `<think>` marks."""

from collections.abc import Callable

from hat_tui.chat.reply import Delta, Thought
from hat_tui.frozen import frozen

MARKS = {f"<{name}>": f"</{name}>" for name in ("think", "thinking", "thought", "reasoning")}
"""Opening and closing marks of small reasoning models."""
_USUAL = "</think>"


@frozen
class AllThought:
    """What came so far as the answer was thought: a closing mark came without an opening one.

    The chat templates of some models put the opening mark at the end of the prompt, so it is never streamed.
    """


Part = Delta | Thought | AllThought


class ThoughtSplitter:
    """Feed it a reply's pieces, cut anywhere; it gives them on as thoughts and answer, without the marks.

    A reply thinks where it begins with an opening mark. A lone closing mark counts at the start of a line only, and
    marks anywhere else are the answer's own text. White space around a thought is left away.
    """

    def __init__(self) -> None:
        self._held = ""
        self._closing = ""
        self._fresh = False
        self._may_close = True
        self._at_line_start = True
        self._mode: Callable[[], list[Part]] = self._begin

    def feed(self, piece: str) -> list[Part]:
        """What is certain with this piece."""
        self._held += piece
        parts: list[Part] = []
        while True:
            mode = self._mode
            parts += mode()
            if self._mode == mode:
                return parts

    def end(self) -> list[Part]:
        """What was held back for a mark that did not come."""
        held, self._held = self._held, ""
        if self._mode == self._think:
            return [Thought(held.rstrip())] if held.strip() else []
        return [Delta(held)] if held else []

    def _begin(self) -> list[Part]:
        """White space, or the start of an opening mark."""
        text = self._held.lstrip()
        for opening, closing in MARKS.items():
            if text.startswith(opening):
                self._held, self._closing = text[len(opening) :], closing
                self._fresh, self._may_close = True, False
                self._mode = self._think
                return []
        if not any(opening.startswith(text) for opening in MARKS):
            self._mode = self._answer
        return []

    def _think(self) -> list[Part]:
        text = self._held.lstrip() if self._fresh else self._held
        thought, closed, rest = text.partition(self._closing)
        if closed:
            thought, self._held = thought.rstrip(), rest
            self._fresh = True
            self._mode = self._answer
        else:
            # White space before the closing mark goes with it, so it waits as well.
            thought = text[: len(text) - _started(text, self._closing)].rstrip()
            self._held = text[len(thought) :]
            self._fresh = self._fresh and not thought
        return [Thought(thought)] if thought else []

    def _answer(self) -> list[Part]:
        text = self._held.lstrip() if self._fresh else self._held
        at = self._lone_mark(text) if self._may_close else -1
        if at >= 0:
            self._held = text[at + len(_USUAL) :]
            self._fresh, self._may_close = True, False
            return [*([Delta(text[:at])] if at else []), AllThought(), *self._answer()]
        keep = _started(text, _USUAL) if self._may_close else 0
        said, self._held = text[: len(text) - keep], text[len(text) - keep :]
        if said:
            self._fresh = False
            self._at_line_start = said.endswith("\n")
        return [Delta(said)] if said else []

    def _lone_mark(self, text: str) -> int:
        """Where a closing mark begins a line; -1 when none does."""
        if self._at_line_start and text.startswith(_USUAL):
            return 0
        return text.find(f"\n{_USUAL}") + 1 or -1


def _started(text: str, mark: str) -> int:
    """How many characters at the end of `text` may be the start of `mark`."""
    return next((size for size in range(min(len(mark), len(text)), 0, -1) if text.endswith(mark[:size])), 0)

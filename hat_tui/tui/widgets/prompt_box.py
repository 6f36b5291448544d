"""Where a prompt is written: grows with its text, Enter sends, history by Up and Down."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, cast

from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual.binding import Binding, BindingType
from textual.keys import Keys
from textual.message import Message
from textual.widgets import TextArea

from hat_tui import commands
from hat_tui.tui.bindings import binding

# A terminal sends Alt+Enter as Escape and Return; Textual's table has no name for it and would report a plain Enter.
cast("dict[str, tuple[Keys, ...]]", ANSI_SEQUENCES_KEYS).update(
    {"\x1b\r": (Keys.ControlJ,), "\x1b\n": (Keys.ControlJ,)}
)

EXTENDED_ENTERS = "shift+enter,shift+\r,alt+enter"
"""What terminals with extended keys make of Shift+Enter and Alt+Enter, tmux's odd one among them."""


class PromptBox(TextArea):
    """A multi-line box. It keeps the history it is given and what is typed; it sends nothing itself."""

    DEFAULT_CSS = """
    PromptBox.-hardware-caret .text-area--cursor, PromptBox.-hardware-caret:focus .text-area--cursor {
        background: transparent;
        color: $foreground;
        text-style: none;
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        binding("send", "send", show=True),
        binding("undo", "undo"),
        binding("suspend", "app.suspend_process"),
        binding("newline", "new_line", also=EXTENDED_ENTERS, show=True),
        Binding("tab", "complete", "Complete", show=False),
        binding("older-prompt", "older"),
        binding("newer-prompt", "newer"),
    ]

    @dataclass
    class Submitted(Message):
        """A prompt was sent off; the box is empty again."""

        text: str

    class SentNothing(Message):
        """Enter was pressed in the empty box: prompts that are held are to be sent."""

    class TakeBack(Message):
        """Up was pressed in the empty box: the last queued prompt, if there is one, is wanted back."""

    def __init__(self, *, placeholder: str = "", id: str | None = None) -> None:
        super().__init__(
            id=id,
            placeholder=placeholder,
            soft_wrap=True,
            tab_behavior="focus",
            highlight_cursor_line=False,
            show_line_numbers=False,
        )
        # compact=True would style what is not mounted yet.
        self.set_reactive(TextArea.compact, True)
        self.add_class("-textual-compact", update=False)
        # The terminal's own cursor costs nothing to move, and input methods open their windows there.
        self.hardware_caret = getattr(self.app.driver_class, "hardware_caret", False) and not self.app.is_headless
        self.set_class(self.hardware_caret, "-hardware-caret", update=False)
        self.cursor_blink = False
        self.complete_path: Callable[[str], Sequence[str]] = lambda begun: ()
        self._history: list[str] = []
        self._at: int | None = None
        self._draft = ""

    def on_mount(self) -> None:
        keymap = self.app._keymap
        # TextArea selects with F6 and F7; these are the chat's here, like all keys that the person has given an action.
        taken = {"f6", "f7", *",".join(keymap.values()).split(",")}
        bound = self._bindings.key_to_bindings
        for key in taken:
            if key in bound and not bound[key][0].id:
                del bound[key]
        self._own_bindings = self._bindings.copy()
        self._own_bindings.apply_keymap(keymap)
        for key, binding_of_text_area in TextArea._merged_bindings or ():
            if key not in taken:  # Up goes a line up again when another key brings the history
                self._own_bindings.key_to_bindings.setdefault(key, [binding_of_text_area])

    def remember(self, prompts: Sequence[str]) -> None:
        """Put prompts into the history, oldest first; the same one twice in a row counts once."""
        for prompt in prompts:
            if not self._history or self._history[-1] != prompt:
                self._history.append(prompt)

    def recall_before(self, prompts: Sequence[str]) -> None:
        """Put the prompts of earlier sessions before those of this one."""
        here, self._history = self._history, []
        self.remember([*prompts, *here])

    def put(self, text: str) -> None:
        """Replace what stands in the box and go to its end."""
        self.load_text(text)
        self.move_cursor(self.document.end)

    def begin(self, command: str) -> None:
        """Write the start of a command; what stood in the box can be had back by Up."""
        if self.text.strip():
            self.remember([self.text])
        self.put(command)

    def paths(self) -> Sequence[str]:
        """While a path is written after /attach: those it may become."""
        begun = self.text.removeprefix("/attach ")
        return self.complete_path(begun) if begun != self.text and "\n" not in begun else ()

    def action_complete(self) -> None:
        """Tab: complete a slash command; elsewhere go to the next place."""
        fitting = commands.matching(self.text)
        if paths := self.paths():
            self.put(f"/attach {paths[0]}")
        elif fitting:
            self.put(f"/{fitting[0].name} " if fitting[0].takes else f"/{fitting[0].name}")
        else:
            self.screen.focus_next()

    def action_send(self) -> None:
        """Post what was written, when there is something."""
        text = self.text.strip("\n")
        if not text.strip():
            self.post_message(self.SentNothing())
            return
        self.remember([text])
        self.load_text("")
        self._notice_change()
        self.post_message(self.Submitted(text))

    def action_new_line(self) -> None:
        self.insert("\n")

    def action_older(self) -> None:
        """Up: a line up, and from the first line into the history; what is being written waits at its end."""
        if self.wrapped_document.location_to_offset(self.cursor_location).y > 0:
            self.action_cursor_up()
            return
        self._notice_change()
        if not self.text and self._at is None:
            self.post_message(self.TakeBack())
        if self._at is None and self._history:
            self._draft = self.text
            self._at = len(self._history)
        if self._at:
            self._at -= 1
            self.put(self._history[self._at])

    def action_newer(self) -> None:
        """Down: a line down, and from the last line forward in the history."""
        if self.wrapped_document.location_to_offset(self.cursor_location).y < self.wrapped_document.height - 1:
            self.action_cursor_down()
            return
        self._notice_change()
        if self._at is not None:
            self._at += 1
            if self._at < len(self._history):
                self.put(self._history[self._at])
            else:
                self._at = None
                self.put(self._draft)

    def _notice_change(self) -> None:
        """What is no longer the prompt recalled is being written; the draft that waits goes into the history."""
        if self._at is not None and self.text != self._history[self._at]:
            self._at = None
            if self._draft.strip():
                self.remember([self._draft])

    async def on_key(self, event: events.Key) -> None:
        """Do what the box's keys are bound to, as the person has set them, in the order in which they were typed.

        Textual runs a binding on the app's queue, where it may overtake the letters before it or fall behind those
        after it: a line and its Enter, or a slip and its Backspace, that arrive in one packet would be torn apart.
        """
        for bound in self._own_bindings.key_to_bindings.get(event.key, ()):
            if await self.app.run_action(bound.action, self):
                event.stop()
                event.prevent_default()
                return
        if event.key.startswith("alt+"):
            # Textual gives it the letter as its character, and TextArea would write that.
            event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """A paste only ever inserts, whatever line ends it holds; TextArea's own handler comes after this one."""
        event.text = event.text.replace("\r\n", "\n").replace("\r", "\n")

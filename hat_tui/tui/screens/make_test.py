"""Make a task of a protocol from a turn of the chat: its text to finish, with every fault told by its line."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Static, TextArea

from hat_tui.acceptance.bench import Bench
from hat_tui.acceptance.from_chat import draft
from hat_tui.acceptance.protocol import Task
from hat_tui.acceptance.protocol_text import BadProtocol, parse_task
from hat_tui.chat.safe_text import shown
from hat_tui.tui.widgets.key_bar import KeyBar


class MakeTestScreen(ModalScreen[str]):
    """Returns where the task was added, "" when the screen was left."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "add", "Add it", priority=True),
        Binding("escape", "dismiss('')", "Leave", priority=True),
    ]
    DEFAULT_CSS = """
    MakeTestScreen {
        #dialog { width: 100; }
        #dialog > TextArea { height: 18; max-height: 70vh; }
        #task-told { color: $text-error; height: auto; max-height: 5; }
    }
    """

    area = query_one(TextArea)
    told = query_one("#task-told", Static)

    def __init__(self, task: Task, bench: Bench) -> None:
        super().__init__()
        self._drafted = task
        self._bench = bench

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static("Make this a test", id="dialog-title", markup=False)
            yield TextArea(draft(self._drafted), compact=True, soft_wrap=True, highlight_cursor_line=False)
            yield Static(id="task-told", markup=False)
            yield KeyBar()

    def on_mount(self) -> None:
        self.area.cursor_blink = False
        for row, line in enumerate(self.area.text.split("\n")):
            if line.startswith("intent ="):
                self.area.move_cursor((row, len(line) - 1))

    def action_add(self) -> None:
        """Add the task to the person's own protocol, or say what is wrong with it."""
        try:
            self.dismiss(self._bench.add_task(parse_task(self.area.text)))
        except (BadProtocol, OSError) as trouble:
            self.told.update(shown(str(trouble)))

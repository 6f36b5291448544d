"""A small app for the driver's tests: `driver_demo.py ours|plain`."""

import sys
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.containers import Horizontal
from textual.widgets import Footer, Input, RichLog, Static

from hat_tui.tui.driver import choose_driver


class Demo(App[None]):
    BINDINGS: ClassVar = [
        ("ctrl+q", "quit", "Quit"),
        ("ctrl+z", "suspend_process", "Stop"),
        ("f2", "light", "Light"),
        ("f3", "copy", "Copy"),
        ("f4", "stream", "Stream"),
    ]
    CSS = "#side { width: 20; border-left: solid red; } #log { height: 1fr; } Input { dock: bottom; margin-bottom: 1; }"
    ENABLE_COMMAND_PALETTE = False

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield RichLog(id="log", wrap=True)
            yield Static("side 漢字 😀\n" * 5, id="side")
        yield Input(placeholder="type here")
        yield Footer()

    def on_mount(self) -> None:
        self.animation_level = "none"
        self.query_one(Input).cursor_blink = False
        self.query_one(Input).focus()
        for line in range(30):
            self.query_one(RichLog).write(f"line {line} of text with 漢字, e\u0301 and 😀")
        self.query_one(RichLog).write("DONE")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.query_one(RichLog).write(f"you: {event.value}")
        event.input.value = ""

    def action_light(self) -> None:
        self.theme = "textual-light"

    def action_copy(self) -> None:
        self.bell()
        self.copy_to_clipboard("copied")

    def action_stream(self) -> None:
        self.set_interval(0.1, lambda: self.query_one(RichLog).write("busy with a line that fills the log " * 3))


app = Demo(driver_class=choose_driver() if sys.argv[1] == "ours" else None)
app.run()
print("bye")

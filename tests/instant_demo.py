"""A program for the tests of the instant prompt: `instant_demo.py MODE MODULE_PATH…`."""

import sys

sys.path[:] = sys.argv[2:]

from hat_tui import instant  # noqa: E402 (without site-packages the path comes first)

MODE = sys.argv[1]
handover = instant.begin([] if MODE in ("slow", "quick", "error", "crash") else MODE.split(), "test")


def run() -> int:
    if handover is None:
        print("no prompt")
        return 0
    if MODE == "error":
        print("no such model", file=sys.stderr)
        return 1
    if MODE == "crash":
        return 1 // 0
    import time

    if MODE == "slow":
        time.sleep(1)
    from textual.app import App, ComposeResult
    from textual.widgets import Static, TextArea

    from hat_tui.tui.driver import choose_driver

    class Prompt(TextArea):
        hardware_caret = True

        def on_mount(self) -> None:
            self.insert(handover.take())

        def on_key(self, event) -> None:
            if event.key == "enter":
                event.prevent_default()
                self.app.query_one(Static).update(f"sent: {self.text}")
                self.clear()

    class Demo(App[None]):
        BINDINGS = (("ctrl+q", "quit", "Quit"),)
        CSS = (
            "TextArea { dock: bottom; height: 3; border: none; padding: 0 1; } .text-area--cursor { text-style: none; }"
        )
        ENABLE_COMMAND_PALETTE = False

        def compose(self) -> ComposeResult:
            yield Static("app is here")
            yield Prompt(show_line_numbers=False)

        def on_mount(self) -> None:
            self.query_one(Prompt).cursor_blink = False

    Demo(driver_class=choose_driver(handover)).run()
    return 0


try:
    raise SystemExit(run())
except KeyboardInterrupt:
    raise SystemExit(130) from None
finally:
    if handover is not None:
        handover.give_back()

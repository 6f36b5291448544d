"""A minimal Textual app: one Input."""

from textual.app import App, ComposeResult
from textual.widgets import Input


class OneInput(App[None]):
    """An Input, at Textual's defaults."""

    def compose(self) -> ComposeResult:
        yield Input(placeholder="Ask")


if __name__ == "__main__":
    OneInput().run()

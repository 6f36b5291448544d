"""While a slash command is written: which there are, and what they take."""

from collections.abc import Sequence

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from hat_tui import commands
from hat_tui.chat.safe_text import shown_line

MOST = 6
"""Lines in a window that is high enough; a low one keeps its prompt."""


class CommandHints(Widget):
    """One line for each command that may be meant; nothing while a prompt is written."""

    DEFAULT_CSS = """
    CommandHints { height: auto; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    text: reactive[str] = reactive("", layout=True)
    paths: reactive[Sequence[str]] = reactive((), layout=True)

    def hint(self, text: str, paths: Sequence[str]) -> bool:
        """Show what `text` may become: a command, or with one of these paths. Whether there is anything to show."""
        wanted = bool(paths or commands.matching(text))
        if wanted:
            self.text, self.paths = text, paths
        if wanted != self.display:
            # Set to what it is, it would have the screen laid out for every letter.
            self.display = wanted
        return wanted

    def render(self) -> Content:
        """The commands that fit, the one that Tab takes first."""
        most = max(1, min(MOST, self.screen.size.height // 4 - 1))
        if self.paths:
            lines = [Content(shown_line(path)) for path in self.paths[:most]]
            return Content("\n").join([*lines, Content.styled("Tab completes", "$foreground 60%")])
        fitting = commands.matching(self.text)
        width = max((len(command.name) + len(command.takes) for command in fitting), default=0) + 4
        lines = [
            Content.assemble(
                (f"/{command.name} {command.takes}".ljust(width), "bold $accent" if at == 0 else "bold"),
                (command.help, "$foreground 60%"),
            )
            for at, command in enumerate(fitting[:most])
        ]
        more = len(fitting) - most
        tail = f"Tab completes; {more} more, write on" if more > 0 else "Tab completes"
        return Content("\n").join([*lines, Content.styled(tail, "$foreground 60%")])

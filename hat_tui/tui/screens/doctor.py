"""The doctor: what was looked at, what is wrong and what to do, each as it is found."""

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any, ClassVar, cast

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Static

from hat_tui.chat.safe_text import shown, shown_line
from hat_tui.server.checkup import SIGNS, Check, Verdict, as_text, summary
from hat_tui.tui.widgets.key_bar import KeyBar

COLOURS = {
    Verdict.GOOD: "$text-success",
    Verdict.NOTE: "$foreground 60%",
    Verdict.WARNING: "$text-warning",
    Verdict.BAD: "$text-error",
}


class DoctorScreen(ModalScreen[None]):
    """Examines once it is shown, and again by key."""

    AUTO_FOCUS = "VerticalScroll"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "examine", "Again"),
        Binding("c", "copy_all", "Copy"),
        Binding("j", "scroll(1)", "Down", show=False),
        Binding("k", "scroll(-1)", "Up", show=False),
        Binding("escape,q", "dismiss(None)", "Leave", key_display="Esc"),
    ]
    DEFAULT_CSS = """
    DoctorScreen {
        VerticalScroll { height: 1fr; scrollbar-size-vertical: 1; }
        #doctor-found { height: auto; }
    }
    """

    title_line = query_one("#dialog-title", Static)
    area = query_one(VerticalScroll)
    found = query_one("#doctor-found", Static)

    def __init__(self, examine: Callable[[], AsyncIterator[Check]], copy: Callable[[str], None]) -> None:
        super().__init__()
        self._examine = examine
        self._copy = copy
        self._checks: list[Check] = []

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog", classes="-wide"):
            yield Static(id="dialog-title", markup=False)
            with VerticalScroll():
                yield Static(id="doctor-found", markup=False)
            yield KeyBar()

    def on_mount(self) -> None:
        self.action_examine()

    @work(exclusive=True, group="examine")
    async def action_examine(self) -> None:
        """Look at everything anew."""
        self._checks = []
        self.title_line.update("Doctor: looking …")
        self.found.update("")
        # What examines is a generator, and has children to end when the screen is left.
        async with aclosing(cast("Any", self._examine())) as checks:
            async for check in checks:
                self._checks.append(check)
                self.found.update(report(self._checks))
        self.title_line.update(f"Doctor: {shown_line(summary(self._checks))}")

    def action_copy_all(self) -> None:
        """Copy all findings as text."""
        self._copy(as_text(self._checks))

    def action_scroll(self, rows: int) -> None:
        self.area.scroll_relative(y=rows, animate=False)


def report(checks: list[Check]) -> Content:
    """The findings below a heading for each part; what to do stands below what is wrong."""
    lines: list[Content] = []
    part = ""
    for check in checks:
        if check.part != part:
            part = check.part
            lines += [Content("")] if lines else []
            lines.append(Content.styled(shown_line(part), "bold $accent"))
        lines.append(
            Content.assemble(
                (f"{SIGNS[check.verdict]} ", COLOURS[check.verdict]),
                shown_line(check.name),
                (f"  {shown_line(check.found)}", "$foreground 70%"),
            )
        )
        if check.advice:
            lines.append(Content(f"  {shown(check.advice)}"))
        if check.command:
            lines.append(Content.styled(f"    {shown(check.command)}", "bold"))
    return Content("\n").join(lines)

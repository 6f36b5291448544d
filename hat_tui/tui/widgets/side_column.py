"""The panels beside the conversation: which are shown, and the way to each."""

from typing import ClassVar, Literal, get_args

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.getters import query_one
from textual.widget import Widget
from textual.widgets import Input

from hat_tui.tui.widgets.memory_meter import MemoryMeter
from hat_tui.tui.widgets.parameter_form import ParameterForm
from hat_tui.tui.widgets.server_log import ServerLog

Panel = Literal["memory", "parameters", "log"]

WIDE = 96
"""Columns from which conversation and panels stand side by side; below, a panel takes the conversation's place."""
TALL_ENOUGH_FOR_LOG = 36


class SideColumn(Vertical):
    """Memory, parameters and server log, one above the other.

    Until a person says otherwise, a panel is shown when the window has room for it.
    """

    DEFAULT_CSS = """
    SideColumn {
        width: 40;
        background: $surface;
        border-left: vkey $panel;
        & > * { display: none; }
        & > .-shown { display: block; }
        & > ServerLog { height: 1fr; min-height: 4; }
        &.-full { width: 1fr; border-left: none; }
    }
    """

    memory = query_one(MemoryMeter)
    form = query_one(ParameterForm)
    log_panel = query_one(ServerLog)
    names: ClassVar[tuple[Panel, ...]] = get_args(Panel)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._wanted: dict[Panel, bool] = {}
        self._window = (0, 0)

    def compose(self) -> ComposeResult:
        room = _room(*self.app.size)

        def classes(name: Panel) -> str | None:
            return "-shown" if room[name] else None  # set later, it would have the panel styled twice

        yield MemoryMeter(id="panel-memory", classes=classes("memory"))
        yield ParameterForm(id="panel-parameters", classes=classes("parameters"))
        yield ServerLog(id="panel-log", classes=classes("log"))

    def fit(self, width: int, height: int) -> None:
        """Show what the window has room for and what is wanted."""
        wide = width >= WIDE
        if wide != (self._window[0] >= WIDE):
            self._wanted.clear()
        self._window = (width, height)
        room = _room(width, height)
        for name in self.names:
            self._panel(name).set_class(self._wanted.get(name, room[name]), "-shown")
        if self.is_shown("log"):
            self.log_panel.fill()
        self.display = any(self.is_shown(name) for name in self.names)
        self.set_class(not wide, "-full")

    @property
    def covers(self) -> bool:
        """Whether the panels stand in the conversation's place."""
        return self.display and self._window[0] < WIDE

    def is_shown(self, name: Panel) -> bool:
        return self._panel(name).has_class("-shown")

    def toggle(self, name: Panel) -> bool:
        """Show and enter a panel; hide it when the focus is in it already. Tells whether it is shown now.

        In a narrow window one panel is shown at a time. The memory panel takes no focus: it is shown or hidden.
        """
        panel = self._panel(name)
        leave = self.is_shown(name) and (panel.has_focus_within or name == "memory")
        if not leave and self._window[0] < WIDE:
            self._wanted = dict.fromkeys(self.names, False)
        self._wanted[name] = not leave
        self.fit(*self._window)
        if leave:
            return False
        self.enter(name)
        return True

    def enter(self, name: Panel) -> None:
        """Put the focus into a panel that is shown."""
        if name == "parameters":
            self.form.rows.focus()
        elif name == "log":
            self.log_panel.lines.focus()

    @property
    def is_typed_in(self) -> bool:
        """Whether the panel that has the focus holds a box to type in."""
        return any(panel.has_focus_within and panel.query(Input) for panel in (self.form, self.log_panel))

    def close_nearest(self) -> bool:
        """Escape in a panel: end what is typed there, else leave it. False when there was nothing to close."""
        searching = self.log_panel.has_focus_within and self.log_panel.close_search()
        return searching or self.form.rows.close_input() or self.uncover()

    def uncover(self) -> bool:
        """Give the conversation its place back; False when it is there."""
        if not self.covers:
            return False
        self._wanted = dict.fromkeys(self.names, False)
        self.fit(*self._window)
        return True

    def _panel(self, name: Panel) -> Widget:
        return self.query_one(f"#panel-{name}", Widget)

    def on_resize(self, event: events.Resize) -> None:
        event.stop()


def _room(width: int, height: int) -> dict[Panel, bool]:
    """Which panels a window has room for beside the conversation."""
    wide = width >= WIDE
    return {"memory": wide, "parameters": wide, "log": wide and height >= TALL_ENOUGH_FOR_LOG}

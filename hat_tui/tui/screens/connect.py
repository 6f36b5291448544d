"""Connect to a server that is there already: one that is saved under a name, or any by its URL."""

import asyncio
from collections.abc import Sequence
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from hat_tui.chat.safe_text import shown, shown_line
from hat_tui.server.target import RemoteServer
from hat_tui.services import NotSaved, SavedConnection, SavedConnections
from hat_tui.tui.bindings import after_typing
from hat_tui.tui.screens.confirm import ConfirmScreen
from hat_tui.tui.widgets.key_bar import KeyBar

EXAMPLE = "http://192.168.1.52:8000/v1"
SIGNS = {None: ("… ", "$foreground 60%"), True: ("● ", "$success"), False: ("○ ", "$error")}
"""Whether it is reachable: not known yet, yes, no."""


class ConnectScreen(ModalScreen[RemoteServer | None]):
    """Returns the server to connect to, None when the screen was left. Saving and deleting happen here."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "connect", "Connect", priority=True),
        Binding("ctrl+s", "save", "Save", priority=True, tooltip="Keep what stands in the fields under the name"),
        Binding("ctrl+e", "edit", "Edit", priority=True, tooltip="Bring the saved one into the fields"),
        Binding("ctrl+d", "delete", "Delete", priority=True),
        Binding("tab,down", "app.focus_next", "Next field", key_display="Tab"),
        Binding("shift+tab,up", "app.focus_previous", "Field before", show=False),
        Binding("escape", "dismiss(None)", "Leave"),
    ]
    DEFAULT_CSS = """
    ConnectScreen {
        #connect-saved { max-height: 7; margin-bottom: 1; text-wrap: nowrap; text-overflow: ellipsis; }
        #connect-saved:focus > .option-list--option-highlighted {
            background: $block-cursor-blurred-background;
            color: $foreground;
            text-style: none;
        }
        #connect-form { height: auto; layout: grid; grid-size: 2; grid-columns: 10 1fr; grid-rows: 1; }
        #connect-form > .label { color: $foreground 70%; }
        #connect-form > Input { background: $boost; }
        #connect-about { color: $foreground 60%; height: auto; margin-top: 1; }
    }
    """

    options = query_one("#connect-saved", OptionList)
    url = query_one("#connect-url", Input)
    key = query_one("#connect-key", Input)
    model = query_one("#connect-model", Input)
    as_name = query_one("#connect-name", Input)
    error = query_one("#connect-error", Static)

    def __init__(self, saved: SavedConnections, server: RemoteServer, *, why: str = "", may_save: bool = True) -> None:
        """`server` stands in the fields already, without its key; `why` says what it wants: a key."""
        super().__init__()
        self._why = why
        self._may_save = may_save
        self._saved = saved
        self._server = server
        self._list: Sequence[SavedConnection] = ()
        self._reachable: dict[str, bool | None] = {}

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static("Connect to an OpenAI-compatible server", id="dialog-title", markup=False)
            yield OptionList(id="connect-saved", compact=True, markup=False)
            with Vertical(id="connect-form"):
                for name, label, value, hint in (
                    ("url", "Address", self._server.url, EXAMPLE),
                    ("key", "Key", "", "if it wants one; it is never shown"),
                    ("model", "Model", self._server.model, "if it serves several; empty for its first"),
                    ("name", "Name", "", "to save it under, if you like"),
                ):
                    yield Static(label, classes="label", markup=False)
                    yield Input(value, id=f"connect-{name}", placeholder=hint, password=name == "key", compact=True)
            yield Static(
                "A saved key lies in a file that only you can read. Or write $VARIABLE for a key from the environment, "
                "!COMMAND for a program that prints it, such as !pass show office.",
                id="connect-about",
                markup=False,
            )
            yield Static(id="connect-error", markup=False)
            yield KeyBar()

    def on_mount(self) -> None:
        for box in self.query(Input):
            box.cursor_blink = False
        self._show_saved()
        if self._why:
            self.error.update(shown(self._why))
            known = self._known(self._server)
            self.model.value, self.as_name.value = known.model, known.name
        (self.key if self._why else self.options if self._list else self.url).focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """In the list, what can be done with a saved one; in the fields, saving."""
        in_list = self.focused is self.options
        if action == "save":
            return self._may_save and not in_list
        return self._may_save and in_list if action in ("edit", "delete") else True

    # The saved ones

    def _known(self, server: RemoteServer) -> RemoteServer:
        """The server as it is saved; as it is, when it has a name already, or none or several may be it."""
        same = [one for one in self._list if one.url == server.url and server.model in ("", one.model)]
        return same[0].target if not server.name and len(same) == 1 else server

    def _show_saved(self) -> None:
        try:
            self._list = self._saved.list()
        except NotSaved as trouble:
            self.error.update(shown(str(trouble)))
        self.options.set_options(Option(self._line(saved), id=saved.name) for saved in self._list)
        self.options.display = bool(self._list)
        if self._list:
            self.options.highlighted = 0
            self._look()

    def _line(self, saved: SavedConnection) -> Content:
        key = f", key {saved.key}" if saved.key else ""
        model = f", {saved.model}" if saved.model else ""
        return Content.assemble(
            SIGNS[self._reachable.get(saved.url)],
            shown_line(saved.name),
            (f"  {shown_line(saved.url)}{shown_line(model)}{shown_line(key)}", "$foreground 60%"),
        )

    @work(exclusive=True, group="reach")
    async def _look(self) -> None:
        """Whether each takes a connection. Nothing is asked of them: somebody may be in the middle of a reply."""

        async def look_at(saved: SavedConnection) -> None:
            self._reachable[saved.url] = await self._saved.is_reachable(saved.url)
            if any(option.id == saved.name for option in self.options.options):
                self.options.replace_option_prompt(saved.name, self._line(saved))

        await asyncio.gather(*(look_at(saved) for saved in self._list))

    @property
    def _here(self) -> SavedConnection | None:
        """The saved one under the bar, while the focus is in the list."""
        at = self.options.highlighted
        in_list = self.focused is self.options and at is not None and at < len(self._list)
        return self._list[at] if in_list and at is not None else None

    def action_edit(self) -> None:
        """Bring a saved one into the fields; its key stays where it is unless another is written."""
        if saved := self._here:
            self.url.value, self.model.value, self.as_name.value = saved.url, saved.model, saved.name
            self.url.focus()

    @work(exclusive=True, group="dialog")
    async def action_delete(self) -> None:
        """Forget a saved one and the key that was kept for it."""
        if (saved := self._here) is None:
            return
        if await self.app.push_screen_wait(ConfirmScreen(f"Forget the connection {saved.name}?")):
            try:
                self._saved.delete(saved.name)
            except NotSaved as trouble:
                self.error.update(shown(str(trouble)))
                return
            self._show_saved()
            if not self._list:
                self.url.focus()

    # The fields

    def _typed_server(self) -> RemoteServer | None:
        address = self.url.value.strip()
        if not address:
            self.error.update(f"Type the server's address first, for example {EXAMPLE}")
            self.url.focus()
            return None
        return RemoteServer(address, self.key.value.strip(), self.model.value.strip(), self.as_name.value.strip())

    def action_save(self) -> None:
        """Keep what stands in the fields under its name."""
        after_typing(self, self._save)

    def _save(self) -> bool:
        if (server := self._typed_server()) is None:
            return False
        if not self._may_save:
            self.error.update("This hat-tui is restricted: it saves no connections. Leave the name empty.")
            return False
        if not server.name:
            self.error.update("Give it a name to save it under.")
            self.as_name.focus()
            return False
        try:
            self._saved.save(server.name, server)
        except NotSaved as trouble:
            self.error.update(shown(str(trouble)))
            return False
        self._show_saved()
        return True

    def action_connect(self) -> None:
        """Return the saved one under the bar, or what was typed; saved before when it has a name."""
        after_typing(self, self._connect)

    def _connect(self) -> None:
        if saved := self._here:
            self.dismiss(saved.target)
            return
        if (server := self._typed_server()) is None:
            return
        if server.key[:1] in ("$", "!") and not server.name:
            self.error.update(
                "A key from the environment or a program is looked up by the connection's name: give one."
            )
            self.as_name.focus()
        elif not server.name:
            self.dismiss(server)
        elif self._save():
            self.dismiss(RemoteServer(server.url, "", server.model, server.name))

    @on(OptionList.OptionSelected)
    def _clicked(self) -> None:
        self.action_connect()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        if event.input.has_focus:
            self.error.update("")

"""What answers: models loaded, launched otherwise, shared; servers reached, lost and reached again.

Dialogs are imported when they are opened. One that nobody asked for is in a group of its own: in "dialog" it would
cancel what waits for the one that is open.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.binding import BindingType

from hat_tui.chat.conversation import Turn
from hat_tui.chat.record import ModelUsed
from hat_tui.chat.safe_text import shown_line
from hat_tui.server.launch import LaunchOptions, is_loopback
from hat_tui.server.target import LocalModel, RemoteServer, Target
from hat_tui.services import KeyWanted, NotConnected, NotSaved, Stray
from hat_tui.tui.bindings import binding
from hat_tui.tui.screens.turns import TurnsScreen

BUSY_AFTER_S = 6.0
"""Seconds without a word from somebody else's server after which it is said that it may serve others."""


class ServingScreen(TurnsScreen):
    """The conversation, with everything that can be done to what answers. The conversation stays, whatever it is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        binding("models", "pick_model", show=True),
        binding("connect", "connect", show=True),
        binding("launch", "launch"),
        binding("share", "share"),
        binding("doctor", "doctor"),
    ]

    @property
    def serving_commands(self) -> Mapping[str, Callable[[str], object]]:
        """The slash commands of this layer."""
        return {
            "connect": self._connect_to,
            "doctor": lambda rest: self.action_doctor(),
            "launch": lambda rest: self.action_launch(),
            "model": self._run_model,
            "share": lambda rest: self.action_share(),
            "unload": lambda rest: self._unload(),
            "unshare": lambda rest: self._unshare(),
        }

    @property
    def is_restricted(self) -> bool:
        """Whether the person must reach no files and no programs: then nothing here is launched otherwise, shared,
        downloaded or saved."""
        return self.services.files is None

    def _refused(self) -> bool:
        if self.is_restricted:
            self.tell("This hat-tui is restricted: it reaches no files and no programs.", "warning")
        return self.is_restricted

    # Models

    @work(exclusive=True, group="dialog")
    async def action_pick_model(self) -> None:
        """The model library: load, launch otherwise, switch, unload, download."""
        from hat_tui.tui.screens.models import Configure, Load, ModelsScreen, Switch, Unload

        screen = ModelsScreen(
            self.services.models,
            self.services.launcher,
            None if self.is_restricted else self.services.downloads,
            served=self.link.served,
            answering=self.dialogue.model.model,
            is_open=self.link.connection is not None,
        )
        match await self.app.push_screen_wait(screen):
            case Load(paths=paths):
                self._load(*paths)
            case Configure(path=path) if not self._refused():
                if isinstance(target := self._local(path), LocalModel):
                    await self._configure(self._running_or(target.options))
            case Switch(model=model):
                self._ask_other(model)
            case Unload():
                self._unload()

    def _run_model(self, name: str) -> None:
        """`/model NAME`: one that the server has, else one of the files here."""
        for model in self.link.served:
            if len(self.link.served) > 1 and model.model.casefold() == name.casefold():
                self._ask_other(model)
                return
        found = [model for model in self.services.models.list() if model.name.casefold() == name.casefold()]
        if found:
            self._load(found[0].path)
        else:
            self.action_pick_model()

    def _local(self, path: Path) -> Target | None:
        try:
            return self.services.models.local(path)
        except NotConnected as trouble:
            self.tell(str(trouble), "error")
            return None

    def _load(self, *paths: Path) -> None:
        """Run the first file as it is set to be, with the others behind the same server."""
        targets = [self._local(path) for path in paths]
        launches = [target.options for target in targets if isinstance(target, LocalModel)]
        if launches and len(launches) == len(paths):
            models = tuple(model for options in launches for model in options.models)
            self.open(LocalModel(replace(launches[0], models=models)))

    def _ask_other(self, model: ModelUsed) -> None:
        """Ask another model of the same server from the next prompt on."""
        if self.replying:
            self.notify("Wait for the reply to end, or stop it with Escape", markup=False)
            return
        self.dialogue.model = model
        self.status.model = shown_line(model.model)
        self.tell(f"From here on {model.model} answers.")
        self.look_ahead()

    @work(exclusive=True, group="link")
    async def _unload(self) -> None:
        self.stop_reply()
        self.tried = self.opening = None
        if self.link.connection is None:
            return
        await self.link.close()
        self.status.state = self.status.model = self.status.endpoint = ""
        self.show_queue()
        self.tell("Nothing is loaded now. The conversation stays; Ctrl+S loads a model, Alt+C connects to a server.")

    # How a model is launched

    @work(exclusive=True, group="dialog")
    async def action_launch(self) -> None:
        """Change how the model that runs here is launched."""
        if self._refused():
            return
        if isinstance(target := self.tried, LocalModel):
            await self._configure(target.options)
        else:
            self.tell(
                "No model of this machine runs: Ctrl+S lists them, Ctrl+L there sets how one is launched.", "warning"
            )

    def _running_or(self, options: LaunchOptions) -> LaunchOptions:
        """The options that this model runs with now, else these."""
        running = self.tried.options if isinstance(self.tried, LocalModel) else None
        return running if running and running.models[:1] == options.models[:1] else options

    async def _configure(self, options: LaunchOptions) -> None:
        from hat_tui.tui.screens.launch import LaunchScreen

        chosen = await self.app.push_screen_wait(LaunchScreen(options, self.services.launcher, self.copy))
        if chosen is None:
            return
        try:
            self.services.launcher.remember(chosen)
        except OSError as trouble:
            self.tell(f"How it is launched could not be kept for the next time: {trouble}", "warning")
        self.open(LocalModel(chosen))

    # Servers of others

    @work(exclusive=True, group="dialog")
    async def action_connect(self) -> None:
        """Connect to a server that is there already."""
        target = self.link.target
        await self._connect(target if isinstance(target, RemoteServer) and not target.name else RemoteServer(""))

    async def _connect(self, server: RemoteServer, why: str = "") -> None:
        from hat_tui.tui.screens.connect import ConnectScreen

        may_save = not self.is_restricted
        screen = ConnectScreen(self.services.saved, server, why=why, may_save=may_save)
        if chosen := await self.app.push_screen_wait(screen):
            self.open(chosen)

    def not_opened(self, trouble: NotConnected) -> None:
        """A server that wants a key is asked again with the one that is typed."""
        if isinstance(trouble, KeyWanted) and isinstance(self.tried, RemoteServer):
            self._ask_for_key(self.tried, str(trouble))

    @work(exclusive=True, group="key")
    async def _ask_for_key(self, server: RemoteServer, why: str) -> None:
        await self._connect(server, why)

    def _connect_to(self, where: str) -> None:
        """`/connect NAME` or `/connect URL`."""
        if not where:
            self.action_connect()
            return
        try:
            saved = [one for one in self.services.saved.list() if one.name.casefold() == where.casefold()]
        except NotSaved as trouble:
            self.tell(str(trouble), "error")
            return
        self.open(saved[0].target if saved else RemoteServer(where))

    def reach_again(self) -> None:
        """A server of somebody else that could not be reached is tried again when something is to be asked."""
        if isinstance(self.tried, RemoteServer) and not self.link.ready and self.opening is None:
            self.open(self.tried)

    def reply_begun(self, turn: Turn) -> None:
        """Say, after a while without a word, why that may be."""
        if isinstance(self.link.target, RemoteServer):
            self.set_timer(BUSY_AFTER_S, lambda: self._say_busy(turn))

    def _say_busy(self, turn: Turn) -> None:
        if self.replying is turn and not turn.text and not turn.thought:
            self.transcript.set_progress(turn.id, "no word yet: it may serve someone else; Escape stops")

    # Sharing

    @work(exclusive=True, group="dialog")
    async def action_share(self) -> None:
        """Ask, then serve the local network with a key, and show what a colleague needs."""
        from hat_tui.tui.screens.share import ShareScreen

        if self._refused():
            return
        running = self.link.target
        if not isinstance(running, LocalModel):
            self.tell("Only a model that runs on this machine can be shared: Ctrl+S loads one.", "warning")
            return
        options = running.options
        if is_loopback(options.host):
            try:
                options = self.services.launcher.share(options)
            except NotConnected as trouble:
                self.tell(str(trouble), "error")
                return
            if await self.app.push_screen_wait(ShareScreen(options)):
                self.open(LocalModel(options), lambda: self._invite(options.api_key))
        elif self.link.ready:
            self._invite(options.api_key)

    def _invite(self, key: str) -> None:
        from hat_tui.server.sharing import invitation
        from hat_tui.tui.screens.share import InvitationScreen

        where = self.link.connection.url if self.link.connection else ""
        self.app.push_screen(InvitationScreen(invitation(where, key), self.copy))

    def _unshare(self) -> None:
        target = self.link.target
        if not isinstance(target, LocalModel) or is_loopback(target.options.host):
            self.tell("Nothing is shared.")
            return
        self.open(
            LocalModel(replace(target.options, host="127.0.0.1", port=0, api_key="")),
            lambda: self.tell("The server listens to this machine alone again."),
        )

    # The machine

    def action_doctor(self) -> None:
        """Look at everything hat-tui needs."""
        from hat_tui.tui.screens.doctor import DoctorScreen

        self.app.push_screen(DoctorScreen(self.services.examine, self.copy))

    @work(thread=True)
    def look_for_strays(self) -> None:
        """Offer to stop servers that a crash has left behind: they hold memory and a port."""
        if strays := self.services.launcher.strays():
            self.app.call_from_thread(self._offer_to_stop, strays)

    @work(exclusive=True, group="offer")
    async def _offer_to_stop(self, strays: Sequence[Stray]) -> None:
        from hat_tui.tui.screens.confirm import ConfirmScreen

        for stray in strays:
            which = f"{shown_line(stray.model)}, port {stray.port}, process {stray.pid}"
            question = f"A server of ours was left behind by a crash: {which}. It holds memory. Stop it?"
            if await self.app.push_screen_wait(ConfirmScreen(question)):
                self._stop(stray)

    @work(thread=True, group="strays")
    def _stop(self, stray: Stray) -> None:
        gone = self.services.launcher.stop(stray)
        told = (
            f"The server left behind, process {stray.pid}, is {'stopped' if gone else 'still there: stop it by hand'}."
        )
        self.app.call_from_thread(self.tell, told, "" if gone else "error")

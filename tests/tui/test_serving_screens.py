"""Models, launch form, downloads, saved servers, sharing and the doctor, driven by keys through the whole app."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fakes import (
    DEMO,
    THEIRS,
    FakeConnection,
    FakeDownloads,
    FakeLauncher,
    FakeStray,
    MemoryConnections,
    ScriptedEndpoint,
    ShelfOfModels,
    fake_services,
    says,
)
from textual.pilot import Pilot

from hat_tui.chat.parameters import SPECS
from hat_tui.chat.record import ModelUsed
from hat_tui.chat.reply import Delta, Ending, Finished
from hat_tui.gguf.facts import ModelFacts
from hat_tui.gguf.fit import Fit
from hat_tui.gguf.repository import RemoteFile, RemoteModel, Repository
from hat_tui.server.checkup import Check, Verdict
from hat_tui.server.phase import Phase, ServerState, Speed
from hat_tui.server.sharing import shared
from hat_tui.server.target import LocalModel, RemoteServer, Target
from hat_tui.services import KeyWanted, ModelChoice, NotConnected, ServerPart
from hat_tui.tui.app import HatTuiApp
from hat_tui.tui.screens.chat import ChatScreen
from hat_tui.tui.screens.confirm import ConfirmScreen
from hat_tui.tui.screens.connect import ConnectScreen
from hat_tui.tui.screens.doctor import DoctorScreen
from hat_tui.tui.screens.download import DownloadScreen
from hat_tui.tui.screens.keys_help import KeysHelpScreen
from hat_tui.tui.screens.launch import LaunchScreen
from hat_tui.tui.screens.models import ModelsScreen
from hat_tui.tui.screens.serving import BUSY_AFTER_S
from hat_tui.tui.screens.sessions import SessionsScreen
from hat_tui.tui.screens.share import InvitationScreen, ShareScreen
from hat_tui.tui.screens.write import WriteScreen
from hat_tui.tui.widgets.server_vitals import ServerVitals

SMALL = ModelFacts(
    "Small", "llama", 360_000_000, "Q8_0", 8.5, 386_000_000, 0, 8192, "x", "apache-2.0", "model", 49152, 0
)
LIBRARY = (
    ModelChoice(Path("models/gemma-2b-it.gguf"), "gemma-2b-it", SMALL, fits=Fit.FITS),
    ModelChoice(Path("models/bad.gguf"), "bad [b]\x1b[31m", None, "It is no GGUF file: it begins with PK."),
    ModelChoice(Path("models/hat-demo.gguf"), "hat-demo", SMALL),
)
FILES = RemoteModel("m-Q4_K_M", (RemoteFile("m-Q4_K_M.gguf", 100_000_000),))
FINE = RemoteModel("m-Q8_0", (RemoteFile("m-Q8_0.gguf", 200_000_000),))
SHARED = LocalModel(shared(DEMO.options, "192.168.1.52", "open-sesame"))


class NoFiles:
    """Files a person may reach, of which these tests use none."""

    def complete(self, typed: str) -> list[str]:
        return []


class Driven:
    """The app under test, and what it opened."""

    def __init__(self, pilot: Pilot[None], opened: list[FakeConnection]) -> None:
        self.pilot = pilot
        self.opened = opened
        chat = pilot.app.screen_stack[0]
        assert isinstance(chat, ChatScreen)
        self.chat = chat

    @property
    def targets(self) -> list[Target]:
        return [connection.target for connection in self.opened]

    @property
    def told(self) -> list[str]:
        return [entry.text for entry in self.chat.transcript.entries]

    def text(self, selector: str) -> str:
        return self.pilot.app.screen.query_one(selector).render().plain

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        names = {" ": "space", "=": "equals_sign", ".": "full_stop", "_": "underscore", "/": "slash", ":": "colon"}
        await self.pilot.press(*(names.get(letter, letter) for letter in text))

    async def until(self, holds: Callable[[], object]) -> None:
        async with asyncio.timeout(10):
            while not holds():
                await self.pilot.pause()

    async def on(self, screen: type) -> None:
        await self.until(lambda: isinstance(self.pilot.app.screen, screen))


@asynccontextmanager
async def driven(
    served: Sequence[ModelUsed] = (),
    endpoint: ScriptedEndpoint | None = None,
    trouble: Callable[[Target], NotConnected | None] = lambda target: None,
    held: Callable[[Target], asyncio.Event | None] = lambda target: None,
    size: tuple[int, int] = (100, 30),
    **more: object,
) -> AsyncIterator[Driven]:
    """The whole app. What is `held` opens when its event is set; a `trouble` is raised instead, after that."""
    opened: list[FakeConnection] = []
    answering = endpoint or ScriptedEndpoint()

    class Refusing(FakeConnection):
        async def open(self, on_state, on_log):
            if gate := held(self.target):
                await gate.wait()
            if failure := trouble(self.target):
                raise failure
            return await super().open(on_state, on_log)

    def connect(target: Target) -> FakeConnection:
        opened.append(Refusing(target, answering, served=served))
        return opened[-1]

    more.setdefault("files", NoFiles())
    app = HatTuiApp(fake_services(connect=connect, models=ShelfOfModels(LIBRARY), **more))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        screens = Driven(pilot, opened)
        yield screens
        # A dialog that is still open waits for ever.
        app.workers.cancel_all()


# The library


async def test_the_library_tells_what_a_model_is_and_enter_loads_it_keeping_the_conversation() -> None:
    async with driven(endpoint=ScriptedEndpoint(says("one"))) as app:
        await app.until(lambda: app.chat.link.ready)
        await app.type("a")
        await app.press("enter")
        await app.until(lambda: "one" in app.told)
        await app.press("ctrl+s")
        await app.on(ModelsScreen)
        await app.type("gemma")
        await app.until(lambda: "gemma-2b-it" in app.text("#models-detail > Static"))
        told = app.text("#models-detail > Static")
        assert "360 M" in told
        assert "of 4.0 GB free" in told
        assert "▸   2048" in told
        await app.press("enter")
        await app.until(lambda: len(app.opened) == 2)
        assert app.targets[1].options.models[0].path == "models/gemma-2b-it.gguf"
        assert app.opened[0].closed
        assert "one" in app.told


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (160, 45)])
async def test_the_library_fits_every_window(size: tuple[int, int]) -> None:
    async with driven(size=size) as app:
        await app.press("ctrl+s")
        await app.on(ModelsScreen)
        await app.until(lambda: "memory needed" in app.text("#models-detail > Static"))
        assert app.pilot.app.screen.query_one("KeyBar").region.bottom <= size[1] - 1
        assert app.pilot.app.screen.query_one("OptionList").region.height >= 3


@pytest.mark.parametrize("key", ["alt+c", "ctrl+o", "ctrl+s"])
async def test_in_a_window_of_twelve_lines_a_dialog_takes_it_all_and_shows_its_keys(key: str) -> None:
    async with driven(size=(40, 12)) as app:
        await app.press(key)
        await app.until(lambda: len(app.pilot.app.screen_stack) == 2)
        dialog = app.pilot.app.screen.query_one("#dialog")
        await app.until(lambda: dialog.region.height == 12)
        assert app.pilot.app.screen.query_one("KeyBar").region.bottom == 12


async def test_a_broken_file_is_told_and_not_loaded_and_its_name_commands_no_terminal() -> None:
    async with driven() as app:
        await app.press("ctrl+s")
        await app.on(ModelsScreen)
        await app.type("bad")
        await app.press("enter")
        await app.until(lambda: "cannot be run" in app.text("#dialog-told"))
        assert "\x1b" not in app.text("#dialog-told")
        assert "[b]" in app.text("#dialog-told")
        assert app.targets == [DEMO]


async def test_several_marked_models_are_put_behind_one_server() -> None:
    async with driven() as app:
        await app.press("ctrl+s")
        await app.on(ModelsScreen)
        await app.until(lambda: app.pilot.app.screen.query_one("OptionList").option_count == 3)
        await app.press("ctrl+t", "up", "up", "ctrl+t", "enter")
        await app.until(lambda: len(app.opened) == 2)
        assert [model.name for model in app.targets[1].options.models] == ["gemma-2b-it", "hat-demo"]


async def test_the_model_that_answers_is_marked_in_the_library_until_it_is_unloaded() -> None:
    async with driven() as app:
        await app.until(lambda: app.chat.link.ready)
        await app.press("ctrl+s")
        await app.on(ModelsScreen)
        rows = app.pilot.app.screen.query_one("OptionList")
        await app.until(lambda: rows.option_count == 3)
        assert [str(row.prompt).startswith("● ") for row in rows.options].count(True) == 1
        assert str(rows.highlighted_option.prompt).startswith("● hat-demo")
        await app.press("ctrl+x")
        await app.until(lambda: app.opened[0].closed)
        await app.press("ctrl+s")
        await app.on(ModelsScreen)
        await app.until(lambda: app.pilot.app.screen.query_one("OptionList").option_count == 3)
        assert not any("●" in str(row.prompt) for row in app.pilot.app.screen.query_one("OptionList").options)


async def test_another_model_of_the_same_server_is_asked_from_the_next_prompt_on() -> None:
    served = [ModelUsed("small", "own server", 2048), ModelUsed("large", "own server", 4096)]
    endpoint = ScriptedEndpoint()
    async with driven(served, endpoint) as app:
        await app.until(lambda: app.chat.link.ready)
        await app.press("ctrl+s")
        await app.on(ModelsScreen)
        await app.type("large")
        await app.press("enter")
        await app.until(lambda: app.chat.status.model == "large")
        await app.type("a")
        await app.press("enter")
        await app.until(lambda: endpoint.requests)
        assert endpoint.requests[0].model == "large"
        assert len(app.opened) == 1
        await app.type("/model small")
        await app.press("enter")
        await app.until(lambda: app.chat.status.model == "small")


async def test_unloading_lets_go_of_the_server_and_keeps_the_conversation() -> None:
    async with driven() as app:
        await app.until(lambda: app.chat.link.ready)
        await app.press("ctrl+s")
        await app.on(ModelsScreen)
        await app.press("ctrl+x")
        await app.until(lambda: app.opened[0].closed)
        await app.until(lambda: "Nothing is loaded now." in app.told[-1])
        assert not app.chat.link.ready


async def test_a_reply_edited_while_a_queued_prompt_is_asked_changes_nothing_and_the_words_are_given_back() -> None:
    gate, end = asyncio.Event(), asyncio.Event()
    endpoint = ScriptedEndpoint(says("one"), [Delta("tw"), end, Delta("o"), Finished(Ending.STOP)])
    async with driven(endpoint=endpoint, held=lambda target: gate if target == THEIRS else None) as app:
        await app.until(lambda: app.chat.link.ready)
        await app.type("a")
        await app.press("enter")
        await app.until(lambda: app.told[-1:] == ["one"] and not app.chat.is_answering)
        await app.type(f"/connect {THEIRS.url}")
        await app.press("enter")
        await app.until(lambda: app.chat.opening)
        await app.type("b")
        await app.press("enter", "shift+tab")
        app.chat.transcript.selected = app.chat.last_reply().id
        await app.press("e")
        await app.on(WriteScreen)
        app.pilot.app.screen.area.load_text("other words")
        gate.set()
        await endpoint.reached.wait()
        await app.press("ctrl+s")
        await app.on(ChatScreen)
        await app.until(lambda: app.chat.prompt.text == "other words")
        end.set()
        await app.until(lambda: not app.chat.is_answering)
        assert [turn.text for turn in app.chat.dialogue.conversation.path()] == ["a", "one", "b", "two"]
        assert app.told[-2:] == ["b", "two"]


# Downloads


class SlowHub(FakeDownloads):
    """Answers the first question at last, when `late` is set, and every other one at once."""

    def __init__(self, repositories: dict[str, Repository]) -> None:
        super().__init__(repositories)
        self.asked = threading.Event()
        self.late = threading.Event()
        self.answered = threading.Event()

    def repository(self, id: str) -> Repository:
        if not self.asked.is_set():
            self.asked.set()
            assert self.late.wait(10)
            self.answered.set()
        return super().repository(id)


@pytest.mark.parametrize("first", ["Own/m-GGUF", "Own/none"])
async def test_an_answer_of_the_hub_that_comes_late_takes_nothing_from_a_download_that_runs(first: str) -> None:
    hub = SlowHub({"Own/m-GGUF": Repository("Own/m-GGUF", "x", "", (FILES,))})
    async with driven(downloads=hub) as app:
        await app.press("ctrl+s")
        await app.on(ModelsScreen)
        await app.press("ctrl+d")
        await app.on(DownloadScreen)
        screen = app.pilot.app.screen
        await app.type(first)
        await app.press("enter")
        await app.until(hub.asked.is_set)
        screen.box.value = "Own/m-GGUF"
        await app.press("enter")
        await app.until(lambda: "Which file" in app.text("#dialog-title"))
        await app.press("enter")
        await app.until(lambda: screen.has_class("-downloading"))
        hub.late.set()
        await app.until(hub.answered.is_set)
        await app.pilot.pause()
        assert screen.has_class("-downloading")
        assert not app.text("#dialog-told")
        await app.press("escape")
        await app.until(lambda: "are kept" in app.text("#dialog-told"))


async def test_a_model_is_downloaded_with_progress_and_is_under_the_bar_afterwards() -> None:
    downloads = FakeDownloads({"Own/m-GGUF": Repository("Own/m-GGUF", "x", "mit", (FILES, FINE))})
    async with driven(downloads=downloads) as app:
        await app.press("ctrl+s")
        await app.on(ModelsScreen)
        await app.press("ctrl+d")
        await app.on(DownloadScreen)
        await app.type("Own/m-GGUF")
        await app.press("enter")
        await app.until(lambda: "Which file of Own/m-GGUF (mit)?" in app.text("#dialog-title"))
        await app.press("up", "enter")
        await app.until(lambda: "25%, 25 MB of 100 MB, 2.5 MB/s, about 30 s left" in app.text("#download-progress"))
        downloads.go.set()
        await app.on(ModelsScreen)
        await app.until(lambda: "m-Q4_K_M.gguf is here" in app.text("#dialog-told"))
        assert downloads.downloaded == ["m-Q4_K_M"]


async def test_escape_stops_a_download_and_says_what_is_kept() -> None:
    downloads = FakeDownloads({"Own/m-GGUF": Repository("Own/m-GGUF", "x", "", (FILES,))})
    async with driven(downloads=downloads) as app:
        await app.press("ctrl+s")
        await app.on(ModelsScreen)
        await app.press("ctrl+d")
        await app.on(DownloadScreen)
        await app.type("Own/m-GGUF")
        await app.press("enter")
        await app.until(lambda: "Which file" in app.text("#dialog-title"))
        await app.press("enter")
        await app.until(lambda: app.pilot.app.screen.has_class("-downloading"))
        await app.press("escape")
        await app.until(lambda: "are kept: download again to continue" in app.text("#dialog-told"))
        assert not downloads.downloaded
        await app.press("escape", "escape")
        await app.on(ModelsScreen)


async def test_a_download_that_ends_while_the_keys_are_read_is_there_when_they_are_left() -> None:
    downloads = FakeDownloads({"Own/m-GGUF": Repository("Own/m-GGUF", "x", "", (FILES,))})
    async with driven(downloads=downloads) as app:
        await app.press("ctrl+s")
        await app.on(ModelsScreen)
        await app.press("ctrl+d")
        await app.on(DownloadScreen)
        await app.type("Own/m-GGUF")
        await app.press("enter")
        await app.until(lambda: "Which file" in app.text("#dialog-title"))
        await app.press("enter")
        await app.until(lambda: app.pilot.app.screen.has_class("-downloading"))
        await app.press("f1")
        await app.on(KeysHelpScreen)
        downloading = [worker for worker in app.pilot.app.workers if worker.group == "hub"]
        downloads.go.set()
        await app.pilot.app.workers.wait_for_complete(downloading)
        assert isinstance(app.pilot.app.screen, KeysHelpScreen)
        await app.press("escape")
        await app.on(ModelsScreen)
        await app.until(lambda: "m-Q4_K_M.gguf is here" in app.text("#dialog-told"))


async def test_what_the_hub_says_is_told_in_place() -> None:
    async with driven() as app:
        await app.press("ctrl+s")
        await app.on(ModelsScreen)
        await app.press("ctrl+d")
        await app.on(DownloadScreen)
        await app.type("Own/none")
        await app.press("enter")
        await app.until(lambda: "There is no repository Own/none" in app.text("#dialog-told"))


async def test_a_restricted_program_downloads_launches_shares_and_saves_nothing() -> None:
    saved = MemoryConnections()
    async with driven(files=None, saved=saved) as app:
        await app.until(lambda: app.chat.link.ready)
        await app.press("ctrl+s")
        await app.on(ModelsScreen)
        await app.press("ctrl+d")
        assert isinstance(app.pilot.app.screen, ModelsScreen)
        await app.press("escape")
        for key in ("alt+l", "alt+s"):
            await app.press(key)
            await app.until(lambda: "restricted" in app.told[-1])
        await app.press("alt+c")
        await app.on(ConnectScreen)
        await app.type("http://x:1")
        await app.press("tab")
        await app.type("!sh")
        await app.press("tab", "tab")
        await app.type("x")
        await app.press("enter")
        await app.until(lambda: "restricted" in app.text("#connect-error"))
        assert not saved.saved


# The launch form


async def test_the_launch_form_starts_the_server_anew_with_what_it_says_and_remembers_it() -> None:
    launcher = FakeLauncher()
    async with driven(launcher=launcher) as app:
        await app.until(lambda: app.chat.link.ready)
        await app.press("alt+l")
        await app.on(LaunchScreen)
        await app.type("1024")
        await app.press("tab")
        await app.type("3")
        await app.until(lambda: "--n_ctx 1024 --n_threads 3" in app.text("#launch-line"))
        await app.press("enter")
        await app.until(lambda: len(app.opened) == 2)
        options = app.targets[1].options
        assert (options.n_ctx, options.threads) == (1024, 3)
        assert launcher.remembered == [options]


async def test_a_bad_field_is_told_in_place_holds_the_start_and_gets_the_focus() -> None:
    async with driven() as app:
        await app.until(lambda: app.chat.link.ready)
        await app.press("alt+l")
        await app.on(LaunchScreen)
        await app.type("many")
        fields = list(app.pilot.app.screen.query("LaunchField"))
        assert fields[0].problem == "Context (n_ctx) is a whole number, not “many”."
        await app.press("tab", "enter")
        assert isinstance(app.pilot.app.screen, LaunchScreen)
        assert app.pilot.app.focused is fields[0].input
        assert len(app.opened) == 1


async def test_choices_are_stepped_through_and_chat_formats_are_those_of_the_installed_server() -> None:
    async with driven() as app:
        await app.until(lambda: app.chat.link.ready)
        await app.press("alt+l")
        await app.on(LaunchScreen)
        field = next(one for one in app.pilot.app.screen.query("LaunchField") if one.option == "chat_format")
        field.input.focus()
        await app.until(lambda: field.input._choices)
        await app.press("right", "right")
        await app.until(lambda: "--chat_format gemma" in app.text("#launch-line"))
        await app.press("left")
        await app.until(lambda: "--chat_format chatml" in app.text("#launch-line"))


async def test_other_options_are_checked_against_the_installed_server() -> None:
    async with driven() as app:
        await app.until(lambda: app.chat.link.ready)
        await app.press("alt+l")
        await app.on(LaunchScreen)
        await app.press("shift+tab")
        last = app.pilot.app.focused
        await app.type("n_bach=256")
        field = next(one for one in app.pilot.app.screen.query("LaunchField") if one.input is last)
        await app.until(lambda: "no setting “n_bach”" in field.problem)
        last.value = "n_batch=256"
        await app.until(lambda: "--n_batch 256" in app.text("#launch-line"))
        await app.press("enter")
        await app.until(lambda: len(app.opened) == 2)
        assert app.targets[1].options.extra == (("n_batch", "256"),)


async def test_an_address_of_the_network_needs_a_key() -> None:
    async with driven() as app:
        await app.until(lambda: app.chat.link.ready)
        await app.press("alt+l")
        await app.on(LaunchScreen)
        fields = {one.option: one for one in app.pilot.app.screen.query("LaunchField")}
        fields["host"].input.value = "192.168.1.52"
        await app.until(lambda: "give it a key" in fields["host"].problem)
        fields["api_key"].input.value = "open-sesame"
        await app.until(lambda: not fields["host"].problem)
        assert "open-sesame" not in app.text("#launch-line")


async def test_what_is_not_installed_is_told_in_the_form() -> None:
    launcher = FakeLauncher(ServerPart(error="ModuleNotFoundError: No module named 'llama_cpp'"))
    async with driven(launcher=launcher) as app:
        await app.until(lambda: app.chat.link.ready)
        await app.press("alt+l")
        await app.on(LaunchScreen)
        await app.until(lambda: "cannot be started: ModuleNotFoundError" in app.text("#launch-about"))


# Servers of others


async def test_a_server_is_saved_under_a_name_and_reached_by_it() -> None:
    saved = MemoryConnections()
    async with driven(saved=saved) as app:
        await app.press("alt+c")
        await app.on(ConnectScreen)
        await app.type(THEIRS.url)
        await app.press("tab")
        await app.type("secret")
        await app.press("tab", "tab")
        await app.type("office")
        await app.press("enter")
        await app.until(lambda: app.targets[-1] == RemoteServer(THEIRS.url, "", "", "office"))
        assert saved.saved["office"].key == "secret"
        await app.until(lambda: app.chat.link.ready)
        await app.type("/connect office")
        await app.press("enter")
        await app.until(lambda: len(app.opened) == 3)
        assert app.targets[-1] == RemoteServer(THEIRS.url, "", "", "office")


async def test_saved_servers_are_listed_with_whether_they_are_reachable_and_can_be_forgotten() -> None:
    saved = MemoryConnections({"home": RemoteServer("http://10.0.0.1:1"), "office": THEIRS}, up=[THEIRS.url])
    async with driven(saved=saved) as app:
        await app.press("alt+c")
        await app.on(ConnectScreen)
        options = app.pilot.app.screen.query_one("#connect-saved")
        await app.until(lambda: [str(option.prompt)[0] for option in options.options] == ["○", "●"])
        await app.press("ctrl+d", "enter")
        await app.until(lambda: list(saved.saved) == ["office"])
        await app.on(ConnectScreen)
        await app.press("enter")
        await app.until(lambda: app.targets[-1] == RemoteServer(THEIRS.url, "", "", "office"))


async def test_a_server_that_wants_a_key_is_asked_again_with_the_one_that_is_typed() -> None:
    def trouble(target: Target) -> NotConnected | None:
        wrong = isinstance(target, RemoteServer) and target.key != "right"
        return KeyWanted("192.168.1.52:8000 wants an API key.") if wrong else None

    async with driven(trouble=trouble, first=THEIRS) as app:
        await app.on(ConnectScreen)
        assert "wants an API key" in app.text("#connect-error")
        await app.type("right")
        await app.press("enter")
        await app.until(lambda: app.chat.link.ready)
        assert app.targets[-1] == RemoteServer(THEIRS.url, "right")


async def test_the_key_of_one_of_two_connections_to_one_address_goes_to_that_one() -> None:
    saved = MemoryConnections({name: RemoteServer(THEIRS.url, f"old {name}", f"model-{name}", name) for name in "ab"})
    locked = True
    async with driven(saved=saved, trouble=lambda target: KeyWanted("A key.") if locked else None, first=None) as app:
        app.chat.run_command("connect", "b")
        await app.on(ConnectScreen)
        locked = False
        await app.type("new")
        await app.press("enter")
        await app.until(lambda: app.chat.link.ready)
        assert app.targets[-1] == RemoteServer(THEIRS.url, "", "model-b", "b")
        assert [saved.saved[name].key for name in "ab"] == ["old a", "new"]


async def test_a_server_that_wants_a_key_is_still_asked_for_the_model_that_was_named() -> None:
    named = RemoteServer(THEIRS.url, "wrong", "large")
    saved = MemoryConnections({"office": RemoteServer(THEIRS.url, "", "small", "office")})
    locked = True
    async with driven(saved=saved, trouble=lambda target: KeyWanted("A key.") if locked else None, first=named) as app:
        await app.on(ConnectScreen)
        locked = False
        await app.type("right")
        await app.press("enter")
        await app.until(lambda: app.chat.link.ready)
        assert app.targets[-1] == RemoteServer(THEIRS.url, "right", "large")


async def test_a_server_that_wants_a_key_takes_nothing_from_the_system_prompt_that_is_being_written() -> None:
    gate = asyncio.Event()
    async with driven(trouble=lambda target: KeyWanted("A key."), held=lambda target: gate, first=THEIRS) as app:
        await app.press("ctrl+t", *["down"] * len(SPECS), "enter")
        await app.on(WriteScreen)
        await app.type("Be brief.")
        gate.set()
        await app.on(ConnectScreen)
        await app.press("escape")
        await app.on(WriteScreen)
        await app.press("ctrl+s")
        await app.on(ChatScreen)
        await app.until(lambda: app.chat.parameters.system.endswith("Be brief."))


async def test_a_server_that_could_not_be_reached_is_tried_again_at_the_next_prompt_and_nothing_is_lost() -> None:
    gone = True

    def trouble(target: Target) -> NotConnected | None:
        return NotConnected("Nothing listens at 192.168.1.52:8000.") if gone else None

    endpoint = ScriptedEndpoint()
    async with driven(trouble=trouble, first=THEIRS, endpoint=endpoint) as app:
        await app.until(lambda: "Nothing listens" in app.told[-1])
        gone = False
        await app.type("a")
        await app.press("enter")
        await app.until(lambda: endpoint.requests)
        assert endpoint.requests[0].messages[-1].text == "a"
        assert len(app.opened) == 2


async def test_a_long_silence_of_somebody_elses_server_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hat_tui.tui.screens.serving.BUSY_AFTER_S", BUSY_AFTER_S / 100)
    gate = asyncio.Event()
    endpoint = ScriptedEndpoint([gate, Delta("at last"), Finished(Ending.STOP)])
    async with driven(first=THEIRS, endpoint=endpoint) as app:
        await app.until(lambda: app.chat.link.ready)
        await app.type("a")
        await app.press("enter")
        shown = app.chat.transcript
        await app.until(lambda: "serve someone else" in "".join(strip.text for strip in strips(shown)))
        gate.set()
        await app.until(lambda: app.told[-1] == "at last")


def strips(transcript):
    return [transcript.render_line(y) for y in range(transcript.size.height)]


# Sharing


async def test_sharing_asks_restarts_with_a_key_and_shows_what_a_colleague_types() -> None:
    async with driven() as app:
        await app.until(lambda: app.chat.link.ready)
        await app.press("alt+s")
        await app.on(ShareScreen)
        assert len(app.opened) == 1
        await app.press("enter")
        await app.on(InvitationScreen)
        assert app.targets[1].options.host == "192.168.1.52"
        shown = "".join(strip.text for strip in app.pilot.app.screen._compositor.render_strips())
        assert "hat-tui --url http://192.168.1.52:8000/v1" in shown
        assert "open-sesame" in shown
        await app.press("enter")
        assert not any("open-sesame" in line for line in app.told)
        await app.type("/unshare")
        await app.press("enter")
        await app.until(lambda: len(app.opened) == 3)
        back = app.targets[2].options
        assert (back.host, back.port, back.api_key) == ("127.0.0.1", 0, "")


def held_in(network: str, gate: asyncio.Event) -> Callable[[Target], asyncio.Event | None]:
    """Holds the models that are served at that address."""
    return lambda target: gate if isinstance(target, LocalModel) and target.options.host == network else None


async def test_while_a_shared_model_loads_another_dialog_opens_and_the_load_goes_on() -> None:
    gate = asyncio.Event()
    async with driven(held=held_in("192.168.1.52", gate)) as app:
        await app.until(lambda: app.chat.link.ready)
        await app.press("alt+s")
        await app.on(ShareScreen)
        await app.press("enter")
        await app.until(lambda: len(app.opened) == 2)
        await app.press("ctrl+o")
        await app.on(SessionsScreen)
        gate.set()
        await app.on(InvitationScreen)
        assert app.chat.link.ready
        await app.press("enter")
        await app.on(SessionsScreen)


async def test_a_shared_model_that_is_unloaded_while_it_loads_invites_nobody_and_what_is_queued_stays() -> None:
    gate = asyncio.Event()
    async with driven(held=held_in("192.168.1.52", gate)) as app:
        await app.until(lambda: app.chat.link.ready)
        await app.press("alt+s")
        await app.on(ShareScreen)
        await app.press("enter")
        await app.until(lambda: len(app.opened) == 2)
        await app.type("a")
        await app.press("enter")
        await app.type("/unload")
        await app.press("enter")
        await app.until(lambda: "Nothing is loaded now." in app.told[-1])
        gate.set()
        await app.pilot.pause()
        assert app.opened[1].closed
        assert app.chat.queue == ["a"]
        assert app.pilot.app.screen is app.chat


async def test_while_a_model_is_taken_back_to_this_machine_another_dialog_opens_and_the_load_goes_on() -> None:
    gate = asyncio.Event()
    async with driven(first=SHARED, held=held_in("127.0.0.1", gate)) as app:
        await app.until(lambda: app.chat.link.ready)
        await app.type("/unshare")
        await app.press("enter")
        await app.until(lambda: len(app.opened) == 2)
        await app.press("ctrl+o")
        await app.on(SessionsScreen)
        gate.set()
        await app.until(lambda: "this machine alone again" in app.told[-1])
        assert app.chat.link.ready
        assert isinstance(app.pilot.app.screen, SessionsScreen)


async def test_sharing_that_is_declined_or_impossible_changes_nothing() -> None:
    launcher = FakeLauncher()
    async with driven(launcher=launcher) as app:
        await app.until(lambda: app.chat.link.ready)
        await app.press("alt+s")
        await app.on(ShareScreen)
        await app.press("escape")
        launcher.trouble = "This machine has no network address to share."
        await app.press("alt+s")
        await app.until(lambda: "no network address" in app.told[-1])
        assert app.targets == [DEMO]


async def test_a_server_left_by_a_crash_is_offered_to_be_stopped() -> None:
    launcher = FakeLauncher(left=[FakeStray()])
    async with driven(launcher=launcher) as app:
        await app.until(lambda: len(app.pilot.app.screen_stack) > 1)
        assert "gemma-2b-it, port 8000, process 4711" in app.text("#dialog-title")
        await app.press("enter")
        await app.until(lambda: launcher.stopped == [FakeStray()])
        await app.until(lambda: "is stopped" in app.told[-1])


async def test_a_server_left_by_a_crash_takes_nothing_from_the_library_that_is_open_already() -> None:
    async with driven(first=None, launcher=FakeLauncher(left=[FakeStray()])) as app:
        await app.on(ConfirmScreen)
        await app.press("escape")
        await app.on(ModelsScreen)
        await app.type("gemma")
        await app.press("enter")
        await app.until(lambda: app.opened)


# The doctor and the panel


async def test_the_doctor_shows_every_check_with_what_to_do() -> None:
    checks = [
        Check("python", "Python", Verdict.GOOD, "3.11"),
        Check("server", "smoke run", Verdict.BAD, "It crashes.", "Build it again:", "pip install \x1b[31mx"),
    ]
    async with driven(checks=checks) as app:
        await app.press("alt+d")
        await app.on(DoctorScreen)
        await app.until(lambda: "1 will not work" in app.text("#dialog-title"))
        found = app.text("#doctor-found")
        assert "✓ Python" in found
        assert "✗ smoke run" in found
        assert "Build it again:" in found
        assert "\x1b" not in found
        await app.press("escape")


async def test_the_log_panel_tells_how_the_server_is_doing_and_each_request() -> None:
    async with driven(size=(160, 45)) as app:
        await app.until(lambda: app.chat.link.ready)
        busy = ServerState(Phase.BUSY, requests=1, open_requests=1, clients=frozenset({"192.168.1.7"}))
        app.opened[0].on_state(busy)
        vitals = app.chat.side.log_panel.vitals
        await app.until(lambda: "612 MB · 1.9 cores · up since" in vitals.render().plain)
        assert "1 request, from 192.168.1.7" in vitals.render().plain
        lines = app.chat.side.log_panel.lines.line_count
        done = ServerState(Phase.READY, requests=1, prompt=Speed(190, 500), reply=Speed(100, 2000))
        app.opened[0].on_state(done)
        await app.until(lambda: app.chat.side.log_panel.lines.line_count == lines + 1)
        assert "reads 380 tokens/s · writes 50/s" in vitals.render().plain


async def test_an_idle_server_is_not_looked_at() -> None:
    async with driven(size=(160, 45)) as app:
        await app.until(lambda: app.chat.link.ready)
        vitals = app.chat.side.log_panel.query_one(ServerVitals)
        app.opened[0].on_state(ServerState(Phase.BUSY))
        await app.until(lambda: vitals._timer is not None)
        looks = app.opened[0].looks
        await app.until(lambda: app.opened[0].looks > looks)
        app.opened[0].on_state(ServerState(Phase.READY))
        await app.until(lambda: vitals._timer is None)
        assert "idle" in vitals.render().plain


async def test_a_models_name_commands_no_terminal_wherever_it_stands() -> None:
    evil = "a\x1b]0;title\x07"
    served = [ModelUsed(evil, "own server", 2048), ModelUsed("b", "own server", 2048)]
    async with driven(served) as app:
        await app.until(lambda: app.chat.link.ready)
        await app.type("/model")
        await app.press("enter")
        await app.on(ModelsScreen)
        await app.type("title")
        await app.press("enter")
        await app.until(lambda: app.chat.dialogue.model.model == evil)
        assert "\x1b" not in app.chat.status.render().plain
        assert "␛]0;title␇" in app.chat.status.render().plain

"""Get a model: from the list of those worth a try, or any repository by its name; stopped and continued at will."""

import re
import threading
import time
from collections.abc import Sequence
from pathlib import Path
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
from textual.worker import get_current_worker

from hat_tui.chat.safe_text import shown, shown_line
from hat_tui.gguf.repository import DownloadProgress, NotThere, RemoteModel, Repository, choose, recommended
from hat_tui.server.catalogue import CATALOGUE, Recommended
from hat_tui.services import Downloads, NotDownloaded
from hat_tui.tui.bindings import after_typing
from hat_tui.tui.leaving import leave_once_on_top
from hat_tui.tui.widgets.amounts import duration, size
from hat_tui.tui.widgets.key_bar import KeyBar

FRAME_S = 0.25
"""Progress is painted so often."""

REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")


class DownloadScreen(ModalScreen[Path | None]):
    """Three steps: a repository, one of its files, the download. Escape goes one back; returns where the model lies."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "Take", priority=True),
        Binding("up", "move(-1)", "Up", priority=True),
        Binding("down", "move(1)", "Down", priority=True),
        Binding("pageup", "move(-10)", "Page up", show=False, priority=True),
        Binding("pagedown", "move(10)", "Page down", show=False, priority=True),
        Binding("escape", "back", "Stop, back"),
    ]
    DEFAULT_CSS = """
    DownloadScreen {
        OptionList { text-wrap: nowrap; text-overflow: ellipsis; }
        #download-progress { height: auto; display: none; }
        #dialog-told { height: auto; color: $text-warning; }
        &.-downloading {
            OptionList, Input { display: none; }
            #download-progress { display: block; }
        }
    }
    """

    title_line = query_one("#dialog-title", Static)
    box = query_one(Input)
    options = query_one(OptionList)
    progress = query_one("#download-progress", Static)
    told = query_one("#dialog-told", Static)

    def __init__(self, downloads: Downloads) -> None:
        super().__init__()
        self._downloads = downloads
        self._repository: Repository | None = None
        self._offered: Sequence[Recommended | RemoteModel] = ()
        self._cancelled = threading.Event()
        self._painted = 0.0

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(id="dialog-title", markup=False)
            yield Input(compact=True)
            yield OptionList(compact=True, markup=False)
            yield Static(id="download-progress", markup=False)
            yield Static(id="dialog-told", markup=False)
            yield KeyBar()

    def on_mount(self) -> None:
        self.box.cursor_blink = False
        self.options.can_focus = False
        self._offer_repositories()

    def on_unmount(self) -> None:
        self._cancelled.set()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While bytes come, there is only the way back."""
        return action == "back" or not self.has_class("-downloading")

    # The steps

    def _offer_repositories(self) -> None:
        self._repository = None
        self.title_line.update("Which model? One of these, or any repository of the hub by its name")
        self._begin_step("type to narrow the list, or OWNER/NAME of another repository")

    def _offer_files(self, repository: Repository, wanted: str) -> None:
        self._repository = repository
        licence = f" ({shown_line(repository.licence)})" if repository.licence else ""
        self.title_line.update(f"Which file of {shown_line(repository.id)}{licence}?")
        self._begin_step("type to narrow the list")
        try:
            best = choose(repository, wanted) if wanted else recommended(repository.models)
        except NotThere:
            best = recommended(repository.models)
        if best in self._offered:
            self.options.highlighted = self._offered.index(best)
        if not repository.models:
            self.told.update("There is no GGUF file in it. Look for a repository whose name ends in -GGUF.")

    def _begin_step(self, placeholder: str) -> None:
        self.remove_class("-downloading")
        self.told.update("")
        self.box.placeholder = placeholder
        with self.prevent(Input.Changed):
            self.box.value = ""
        self._narrow("")
        self.box.focus()
        self.refresh_bindings()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self.told.update("")
        self._narrow(event.value)

    def _narrow(self, words: str) -> None:
        wanted = words.casefold().split()
        everything: Sequence[Recommended | RemoteModel] = self._repository.models if self._repository else CATALOGUE
        self._offered = [one for one in everything if all(word in _line(one).plain.casefold() for word in wanted)]
        self.options.set_options(Option(_line(one)) for one in self._offered)
        if self._offered:
            self.options.highlighted = 0

    def action_move(self, rows: int) -> None:
        if self._offered:
            self.options.highlighted = max(0, min(len(self._offered) - 1, (self.options.highlighted or 0) + rows))

    @on(OptionList.OptionSelected)
    def _clicked(self) -> None:
        self.action_take()

    def action_take(self) -> None:
        """Go on with what was typed or is under the bar."""
        after_typing(self, self._take)

    def _take(self) -> None:
        typed, at = self.box.value.strip(), self.options.highlighted
        chosen = self._offered[at] if at is not None and at < len(self._offered) else None
        if self._repository is None and REPOSITORY.fullmatch(typed):
            self._ask(typed, "")
        elif isinstance(chosen, Recommended):
            self._ask(chosen.repository, chosen.file)
        elif isinstance(chosen, RemoteModel) and self._repository:
            self._download(self._repository, chosen)
        else:
            self.told.update("A repository is written OWNER/NAME, such as Qwen/Qwen3-0.6B-GGUF.")

    def action_back(self) -> None:
        """Stop what is on its way, or go a step back, or leave."""
        if self.has_class("-downloading"):
            self._cancelled.set()
        elif self._repository:
            self._offer_repositories()
        else:
            self.dismiss(None)

    # The hub

    @work(thread=True, exclusive=True, group="hub")
    def _ask(self, id: str, wanted: str) -> None:
        """Ask for the files of a repository; an answer that is overtaken shows nothing."""
        worker = get_current_worker()
        self.app.call_from_thread(self.told.update, f"Asking the hub for {shown_line(id)} …")
        try:
            repository = self._downloads.repository(id)
        except NotDownloaded as trouble:
            if not worker.is_cancelled:
                self.app.call_from_thread(self.told.update, shown(str(trouble)))
            return
        if not worker.is_cancelled:
            self.app.call_from_thread(self._offer_files, repository, wanted)

    @work(thread=True, exclusive=True, group="hub")
    def _download(self, repository: Repository, model: RemoteModel) -> None:
        self._cancelled.clear()
        self.app.call_from_thread(self._show_begun, model)
        try:
            path = self._downloads.download(repository, model, self._came, self._cancelled)
        except NotDownloaded as trouble:
            if self.is_attached:
                self.app.call_from_thread(self._show_ended, repository, model, str(trouble))
            return
        if self.is_attached:
            self.app.call_from_thread(leave_once_on_top, self, path)

    def _came(self, progress: DownloadProgress) -> None:
        now = time.monotonic()
        if now - self._painted >= FRAME_S and not self._cancelled.is_set():
            self._painted = now
            self.app.call_from_thread(self.progress.update, progress_told(progress, self.title_line.size.width))

    def _show_begun(self, model: RemoteModel) -> None:
        self.title_line.update(f"Downloading {shown_line(model.name)}, {size(model.size)}")
        self.progress.update("connecting …")
        self.told.update("")
        self.add_class("-downloading")
        self.refresh_bindings()

    def _show_ended(self, repository: Repository, model: RemoteModel, why: str) -> None:
        self._offer_files(repository, model.name)
        self.told.update(shown(why))


def progress_told(progress: DownloadProgress, width: int) -> Content:
    """A bar, how much is here, how fast it comes and how long it will take; three lines of `width` columns at most."""
    width = max(20, width)
    full = round(width * min(1.0, progress.share))
    bar = Content.assemble(("━" * full, "$accent"), ("─" * (width - full), "$foreground 30%"))
    if progress.checking:
        told = "comparing with the checksum"
    else:
        parts = [f"{size(progress.speed)}/s" if progress.speed else ""]
        left = progress.seconds_left
        parts.append(f"about {duration(left)} left" if left is not None else "")
        told = ", ".join(part for part in parts if part)
    here = f"{progress.share:.0%}, {size(progress.done)} of {size(progress.total)}"
    return Content("\n").join(
        [
            bar,
            Content(f"{here}{', ' if told else ''}{told}"),
            Content.styled(shown_line(progress.file), "$foreground 60%"),
        ]
    )


def _line(one: Recommended | RemoteModel) -> Content:
    if isinstance(one, Recommended):
        beside = f"  {one.parameters}, {one.licence or 'licence unknown'}; {one.about}"
        return Content.assemble(one.name, (beside, "$foreground 60%"))
    return Content.assemble(
        f"{size(one.size):>8}  ",
        shown_line(one.quantization or "").ljust(8),
        (f"  {shown_line(one.name)}", "$foreground 60%"),
    )

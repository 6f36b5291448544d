"""The model library: what is here, what each model is and needs, and everything that can be done with one."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from hat_tui.chat.record import ModelUsed
from hat_tui.chat.safe_text import shown_line
from hat_tui.gguf.facts import ModelFacts
from hat_tui.gguf.fit import Fit, fit
from hat_tui.server.target import LocalModel
from hat_tui.services import Downloads, Launcher, ModelChoice, Models, NotConnected
from hat_tui.tui.bindings import after_typing
from hat_tui.tui.screens.download import DownloadScreen
from hat_tui.tui.widgets.amounts import amount, size
from hat_tui.tui.widgets.key_bar import KeyBar

CONTEXTS = (2048, 4096, 8192, 16384, 32768)
"""Tokens for which the memory need is told, up to the trained length, beside the one it would be run with."""

FIT_COLOURS = {Fit.FITS: "$text-success", Fit.TIGHT: "$text-warning", Fit.TOO_BIG: "$text-error", Fit.UNKNOWN: ""}


@dataclass(frozen=True, slots=True)
class Load:
    """Run these files behind one server; the first answers."""

    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Configure:
    """Fill in the launch form of this file."""

    path: Path


@dataclass(frozen=True, slots=True)
class Switch:
    """Ask another model of the server that is connected."""

    model: ModelUsed


@dataclass(frozen=True, slots=True)
class Unload:
    """Let go of the server."""


Wanted = Load | Configure | Switch | Unload


class ModelsScreen(ModalScreen[Wanted | None]):
    """Returns what is wanted, None when it was left. Downloads happen here.

    `served` are the models of the server that is connected, `answering` the one of them that is asked; they stand
    first when there are several.
    """

    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [(0, "-stacked"), (100, "-beside")]  # noqa: RUF012 (Screen's)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "load", "Load", priority=True),
        Binding("ctrl+l", "configure", "Launch form", priority=True, tooltip="Set how this model is launched"),
        Binding("ctrl+d", "download", "Download", priority=True, tooltip="Get another model from a hub"),
        Binding("ctrl+x", "unload", "Unload", priority=True, tooltip="Let go of the server that runs"),
        Binding("ctrl+t", "mark", "Mark", priority=True, tooltip="Several behind one server: Enter loads the marked"),
        Binding("up", "move(-1)", "Up", show=False, priority=True),
        Binding("down", "move(1)", "Down", show=False, priority=True),
        Binding("pageup", "move(-10)", "Page up", show=False, priority=True),
        Binding("pagedown", "move(10)", "Page down", show=False, priority=True),
        Binding("escape", "dismiss(None)", "Leave"),
    ]
    DEFAULT_CSS = """
    ModelsScreen {
        #models-split { height: 1fr; }
        #models-detail { height: 1fr; padding: 0 1; background: $boost; scrollbar-size-vertical: 1; }
        #models-detail > Static { height: auto; }
        OptionList { height: 1fr; text-wrap: nowrap; text-overflow: ellipsis; }
        #dialog-told { height: auto; color: $text-warning; }
        &.-stacked #models-split { layout: vertical; }
        &.-stacked #models-detail { height: auto; max-height: 9; }
        &.-beside #models-split { layout: horizontal; }
        &.-beside #models-detail { width: 46; border-left: vkey $panel; }
    }
    """

    box = query_one(Input)
    options = query_one(OptionList)
    detail = query_one("#models-detail > Static", Static)
    told = query_one("#dialog-told", Static)

    def __init__(
        self,
        models: Models,
        launcher: Launcher,
        downloads: Downloads | None,
        *,
        served: Sequence[ModelUsed] = (),
        answering: str = "",
        is_open: bool = False,
    ) -> None:
        super().__init__()
        self._models = models
        self._launcher = launcher
        self._downloads = downloads
        self._served = served if len(served) > 1 else ()
        self._answering = answering
        self._is_open = is_open
        self._found: Sequence[ModelChoice] = ()
        self._marked: set[Path] = set()

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog", classes="-wide"):
            yield Static("Models", id="dialog-title", markup=False)
            yield Input(placeholder="type to narrow the list", compact=True)
            with Container(id="models-split"):
                yield OptionList(compact=True, markup=False)
                with VerticalScroll(id="models-detail", can_focus=False):
                    yield Static(markup=False)
            yield Static(id="dialog-told", markup=False)
            yield KeyBar()

    def on_mount(self) -> None:
        self.box.cursor_blink = False
        self.options.can_focus = False
        self.told.update("Reading the headers of the model files …")
        self._read()

    def on_resize(self) -> None:
        self.call_after_refresh(self._explain)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Unloading is offered while something is loaded, downloading where it is allowed."""
        return {"unload": self._is_open, "download": self._downloads is not None}.get(action, True)

    @work(thread=True, exclusive=True, group="read")
    def _read(self, show: Path | None = None) -> None:
        """List the files beside the screen: the first time each header is read."""
        found = self._models.list()
        self.app.call_from_thread(self._take, found, show)

    def _take(self, found: Sequence[ModelChoice], show: Path | None) -> None:
        self._found = found
        none = "No model here yet: Ctrl+D downloads one; Alt+C in the chat connects to a server."
        here = f"{shown_line(show.name)} is here; Enter loads it." if show else ""
        self.told.update(here if found or self._served else none)
        self._narrow(self.box.value)
        if show:
            self._go_to(f"file {show}")

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._narrow(event.value)

    def _narrow(self, words: str) -> None:
        wanted = words.casefold().split()
        rows: list[tuple[str, Content]] = []
        for number, model in enumerate(self._served):
            if all(word in model.model.casefold() for word in wanted):
                rows.append((f"served {number}", self._served_line(model)))
        for choice in self._found:
            if all(word in f"{choice.name} {choice.line}".casefold() for word in wanted):
                rows.append((f"file {choice.path}", self._line(choice)))
        before = self.options.highlighted_option
        ids = [id for id, _ in rows]
        self.options.set_options(Option(line, id=id) for id, line in rows)
        best = [id for id in (before.id if before else None, self._asked) if id in ids]
        if rows:
            self.options.highlighted = ids.index(best[0]) if best else 0
            self.call_after_refresh(self.options.scroll_to_highlight)
        self._explain()

    @property
    def _asked(self) -> str:
        """The row of the model that answers now."""
        names = [model.model for model in self._served]
        if self._answering in names:
            return f"served {names.index(self._answering)}"
        return next((f"file {choice.path}" for choice in self._found if choice.name == self._answering), "")

    def _go_to(self, id: str | None) -> None:
        if id and any(option.id == id for option in self.options.options):
            self.options.highlighted = self.options.get_option_index(id)

    def _served_line(self, model: ModelUsed) -> Content:
        asked = model.model == self._answering
        return Content.assemble(
            ("● " if asked else "○ ", "$success"), shown_line(model.model), ("  served here", "$foreground 60%")
        )

    def _line(self, choice: ModelChoice) -> Content:
        mark = ("■ ", "bold $accent") if choice.path in self._marked else ("", "")
        answers = ("● ", "$success") if self._is_open and f"file {choice.path}" == self._asked else ("", "")
        return Content.assemble(
            mark, answers, shown_line(choice.name), (f"  {shown_line(choice.line)}", "$foreground 60%")
        )

    # The model under the bar

    @property
    def _here(self) -> ModelChoice | ModelUsed | None:
        option = self.options.highlighted_option
        if option is None or option.id is None:
            return None
        kind, _, which = option.id.partition(" ")
        if kind == "served":
            return self._served[int(which)]
        return next((choice for choice in self._found if str(choice.path) == which), None)

    @on(OptionList.OptionHighlighted)
    def _explain(self) -> None:
        match self._here:
            case ModelUsed(model=name, n_ctx=n_ctx, endpoint=endpoint):
                context = f"\ncontext {n_ctx} tokens" if n_ctx else ""
                about = "\nEnter asks it from the next prompt on; nothing is loaded or stopped here."
                self.detail.update(Content(f"{shown_line(name)}\n{shown_line(endpoint)}{context}{about}"))
            case ModelChoice() as choice:
                told = (choice, self._context_of(choice), self._launcher.free_memory())
                self.detail.update(in_brief(*told) if self.has_class("-stacked") else detail(*told))
            case _:
                self.detail.update("")

    def _context_of(self, choice: ModelChoice) -> int:
        """Tokens it would be run with; 0 when it cannot be."""
        try:
            target = self._models.local(choice.path)
        except NotConnected:
            return 0
        if not isinstance(target, LocalModel):
            return 0
        model = target.options.models[0]
        return target.options.context_of(model) or model.trained_context or 0

    def action_move(self, rows: int) -> None:
        if count := self.options.option_count:
            self.options.highlighted = max(0, min(count - 1, (self.options.highlighted or 0) + rows))

    # What can be done

    @on(OptionList.OptionSelected)
    def _clicked(self) -> None:
        self.action_load()

    def action_load(self) -> None:
        """Leave with the marked models, or the one under the bar."""
        after_typing(self, self._load)

    def _load(self) -> None:
        here = self._here
        if self._marked:
            marked = tuple(choice.path for choice in self._found if choice.path in self._marked)
            self.dismiss(Load(marked))
        elif isinstance(here, ModelUsed):
            self.dismiss(Switch(here))
        elif here:
            self._if_whole(here, Load((here.path,)))

    def action_configure(self) -> None:
        """Leave for the launch form of the model under the bar."""
        after_typing(self, self._configure)

    def _configure(self) -> None:
        if isinstance(here := self._here, ModelChoice):
            self._if_whole(here, Configure(here.path))

    def _if_whole(self, choice: ModelChoice, wanted: Wanted) -> None:
        if choice.problem:
            self.told.update(f"{shown_line(choice.name)} cannot be run. {shown_line(choice.problem)}")
        else:
            self.dismiss(wanted)

    def action_unload(self) -> None:
        self.dismiss(Unload())

    def action_mark(self) -> None:
        """Take this one too, or no more: several behind one server, of which one at a time is in memory."""
        if isinstance(here := self._here, ModelChoice) and not here.problem:
            self._marked ^= {here.path}
            self._narrow(self.box.value)
            count = len(self._marked)
            self.told.update(
                f"Enter loads {count} models behind one server; it holds one at a time in memory." if count > 1 else ""
            )

    @work(exclusive=True, group="dialog")
    async def action_download(self) -> None:
        """Get another model; it is under the bar afterwards."""
        if self._downloads is None:
            return
        path = await self.app.push_screen_wait(DownloadScreen(self._downloads))
        if path:
            self.box.value = ""
            self._read(path)


def detail(choice: ModelChoice, context: int, free: int | None) -> Content:
    """What a model is and needs, by context length; the row of `context`, the one it would run with, is marked."""
    lines = _head(choice)
    if (facts := choice.facts) is None:
        return Content("\n").join(lines)
    bits = f"{facts.quantization}, {facts.bits_per_weight:.1f} bits a weight"
    rows = [
        ("architecture", facts.architecture),
        ("parameters", amount(facts.parameters) if facts.parameters else ""),
        ("quantization", bits if facts.quantization else ""),
        ("file", size(facts.file_size)),
        ("trained with", f"{facts.trained_context} tokens" if facts.trained_context else ""),
        ("chat template", facts.template_taken),
        ("licence", facts.licence),
    ]
    lines += [Content.assemble((name.ljust(15), "$foreground 60%"), shown_line(told)) for name, told in rows if told]
    lines += [Content(""), _needed(free)]
    for tokens, need, fits in _needs(facts, context, free):
        mark = ("▸ " if tokens == context else "  ", "$accent")
        lines.append(Content.assemble(mark, f"{tokens:>6} {size(need):>8}  ", (str(fits), FIT_COLOURS[fits])))
    return Content("\n").join(lines)


def in_brief(choice: ModelChoice, context: int, free: int | None) -> Content:
    """The same in few lines."""
    lines = _head(choice)
    if (facts := choice.facts) is None:
        return Content("\n").join(lines)
    size_of = f"{amount(facts.parameters)} parameters" if facts.parameters else ""
    trained = f"trained with {facts.trained_context} tokens" if facts.trained_context else ""
    what = [facts.architecture, size_of, facts.quantization, size(facts.file_size), facts.licence]
    lines.append(Content(", ".join(shown_line(part) for part in what if part)))
    lines.append(Content(", ".join(filter(None, (trained, f"chat template {facts.template_taken}")))))
    lines.append(_needed(free))
    needs = [
        Content.assemble(
            ("▸ " if tokens == context else "", "$accent"), f"{tokens}: {size(need)} ", (str(fits), FIT_COLOURS[fits])
        )
        for tokens, need, fits in _needs(facts, context, free)
    ]
    lines.append(Content.styled(" · ", "$foreground 50%").join(needs))
    return Content("\n").join(lines)


def _head(choice: ModelChoice) -> list[Content]:
    problem = [Content.styled(shown_line(choice.problem), "$text-error")] if choice.problem else []
    where = Content.styled(shown_line(str(choice.path)), "$foreground 60%")
    return [Content.styled(shown_line(choice.name), "bold"), where, *problem]


def _needed(free: int | None) -> Content:
    have = f", of {size(free)} free" if free is not None else ""
    return Content.styled(f"memory needed by context{have}", "$foreground 60%")


def _needs(facts: ModelFacts, context: int, free: int | None) -> list[tuple[int, int, Fit]]:
    """Context in tokens, bytes it needs, and whether they are free."""
    most = facts.trained_context or max(CONTEXTS)
    lengths = sorted({*(tokens for tokens in CONTEXTS if tokens <= most), *([context] if context else [])})
    needs = [(tokens, facts.memory(tokens)) for tokens in lengths]
    return [(tokens, need.total, fit(need, free)) for tokens, need in needs]

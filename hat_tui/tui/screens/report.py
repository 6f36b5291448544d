"""An acceptance sheet or a comparison on the screen, and written to files."""

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.screen import Screen
from textual.widgets import Static

from hat_tui.acceptance.document import Bars, Block, Scatter, Section, Stamp, Title, to_markdown, to_text
from hat_tui.acceptance.document_html import to_html
from hat_tui.chat.safe_text import shown_line
from hat_tui.tui.widgets.key_bar import KeyBar
from hat_tui.tui.widgets.mark_bar import MarkBars, SpeedPicture

FORMS: Mapping[str, tuple[str, Callable[[Sequence[Block]], str]]] = {
    "text": (".txt", to_text),
    "markdown": (".md", to_markdown),
    "html": (".html", to_html),
}

MOODS = {True: "bold $text-success", False: "bold $text-error", None: "bold $text-warning"}


class ReportScreen(Screen[None]):
    """Shows blocks. `save` writes a file by its name and says where it is; `csv` is the text of that form."""

    AUTO_FOCUS = "VerticalScroll"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("h", "save('html')", "HTML", tooltip="Write the sheet as a page to print or to send"),
        Binding("m", "save('markdown')", "Markdown"),
        Binding("t", "save('text')", "Text"),
        Binding("c", "save('csv')", "CSV", tooltip="Write the marks as a table: #, TASK, VOTE, REMARKS and more"),
        Binding("down,j", "scroll(1)", "Down", show=False),
        Binding("up,k", "scroll(-1)", "Up", show=False),
        Binding("escape,q", "dismiss(None)", "Back", key_display="Esc"),
    ]
    DEFAULT_CSS = """
    ReportScreen {
        & > VerticalScroll { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
        #told { height: auto; padding: 0 1; background: $panel; display: none; }
        VerticalScroll > Static { height: auto; margin-bottom: 1; max-width: 110; }
        VerticalScroll > MarkBars, VerticalScroll > SpeedPicture { margin-bottom: 1; max-width: 120; }
    }
    """

    page = query_one(VerticalScroll)
    told = query_one("#told", Static)

    def __init__(self, blocks: Sequence[Block], name: str, save: Callable[[str, str], str], csv: str = "") -> None:
        super().__init__()
        self._blocks = blocks
        self._name = name
        self._save = save
        self._csv = csv

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            for block in self._blocks:
                yield _widget(block)
        yield Static(id="told", markup=False)
        yield KeyBar()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """No CSV while names are hidden."""
        return not (action == "save" and parameters == ("csv",) and not self._csv)

    def action_scroll(self, lines: int) -> None:
        self.page.scroll_relative(y=lines, animate=False)

    def action_save(self, form: str) -> None:
        """Write one form of the sheet and say where it is."""
        ending, write = FORMS.get(form, (".csv", lambda _: self._csv))
        try:
            told = f"written to {self._save(self._name + ending, write(self._blocks))}"
        except OSError as error:
            told = f"not written: {error.strerror or error}"
        self.told.display = True
        self.told.update(shown_line(told))


def _widget(block: Block) -> Static | MarkBars | SpeedPicture:
    match block:
        case Bars():
            return MarkBars(block)
        case Scatter():
            return SpeedPicture(block)
        case Stamp(text=text, good=good):
            return Static(Content.styled(f"▐ {text} ▌", MOODS[good]))
        case Title(text=text):
            return Static(Content.styled(shown_line(text), "bold underline"))
        case Section(text=text):
            return Static(Content.styled(shown_line(text), "bold $accent"))
        case _:
            return Static(Content(to_text([block]).rstrip("\n")))

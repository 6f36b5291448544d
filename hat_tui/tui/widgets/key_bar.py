"""One line of what can be done here, and with which key."""

from rich.cells import cell_len
from textual.binding import Binding
from textual.content import Content
from textual.widget import Widget


class KeyBar(Widget):
    """The shown bindings of where the focus is, as many as fit; one widget instead of Footer's one a key."""

    DEFAULT_CSS = """
    KeyBar {
        height: 1;
        background: $footer-background;
        color: $footer-foreground;
    }
    """

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.refresh())

    def render(self) -> Content:
        """The bindings' keys and labels; those nearest to the focus come first."""
        room = self.size.width
        parts: list[str | Content] = []
        for key, label in self._hints():
            width = cell_len(key) + cell_len(label) + 3
            if width > room:
                break
            room -= width
            parts += [Content.styled(f" {key}", "bold $footer-key-foreground"), f" {label} "]
        return Content.assemble(*parts)

    def _hints(self) -> list[tuple[str, str]]:
        seen: dict[str, tuple[str, str]] = {}
        for active in self.screen.active_bindings.values():
            shown: Binding = active.binding
            if shown.show and active.enabled and shown.id not in seen:
                seen[shown.id or shown.action] = (self.app.get_key_display(shown), shown.description)
        return list(seen.values())

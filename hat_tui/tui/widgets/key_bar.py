"""One line of what can be done here, and with which key."""

from textual.binding import ActiveBinding, Binding
from textual.content import Content
from textual.widget import Widget

FIRST = "stop"
"""The action whose key stands first of all, wherever the focus is: the way out of what goes on."""

ALWAYS = ("help", "palette", "quit")
"""Actions whose keys stand at the right end wherever there is room for anything."""


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
        """Those nearest to the focus from the left, those that hold everywhere at the right end."""
        hints = self._hints()
        left = self._as_content(hints.pop(FIRST)) if FIRST in hints else Content("")
        ends = [self._as_content(hints.pop(id)) for id in ALWAYS if id in hints]
        while ends and left.cell_length + sum(end.cell_length for end in ends) > self.size.width:
            ends.pop(0)
        right = Content("").join(ends)
        room = self.size.width - right.cell_length
        for shown in hints.values():
            hint = self._as_content(shown)
            if left.cell_length + hint.cell_length > room:
                break
            left += hint
        return left.pad_right(max(0, room - left.cell_length)) + right

    def _hints(self) -> dict[str, Binding]:
        """By place, the focus first, and at each place in the order in which its bindings were declared."""
        focused = self.screen.focused or self.screen
        places = [*focused.ancestors_with_self]
        active = [bound for bound in self.screen.active_bindings.values() if bound.binding.show and bound.enabled]

        def order(bound: ActiveBinding) -> tuple[int, int]:
            place = places.index(bound.node) if bound.node in places else len(places)
            # By what it does, since a person may have given it another key.
            return place, [_does(declared) for _, declared in bound.node._bindings].index(_does(bound.binding))

        hints: dict[str, Binding] = {}
        for bound in sorted(active, key=order):
            hints.setdefault(_does(bound.binding), bound.binding)
        return hints

    def _as_content(self, shown: Binding) -> Content:
        key = self.app.get_key_display(shown)
        return Content.assemble((f" {key}", "bold $footer-key-foreground"), f" {shown.description} ")


def _does(binding: Binding) -> str:
    return binding.id or binding.action

"""The key table's entries as Textual bindings."""

from textual.binding import Binding

from hat_tui.tui.keymap import action


def binding(id: str, do: str, *, also: str = "", show: bool = False, priority: bool = False) -> Binding:
    """The binding of action `id` to the Textual action `do`. `also` adds keys that are not worth showing."""
    entry = action(id)
    keys = ",".join(filter(None, (entry.keys, also)))
    return Binding(keys, do, entry.label, show=show, priority=priority, id=entry.id, tooltip=entry.help)

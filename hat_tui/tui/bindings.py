"""The key table's entries as Textual bindings, and keys that must not overtake letters."""

from collections.abc import Callable
from typing import Any

from textual.binding import Binding
from textual.screen import Screen

from hat_tui.tui.keymap import action


def binding(id: str, do: str, *, also: str = "", show: bool = False, priority: bool = False) -> Binding:
    """The binding of action `id` to the Textual action `do`. `also` adds keys that are not worth showing."""
    entry = action(id)
    keys = ",".join(filter(None, (entry.keys, also)))
    return Binding(keys, do, entry.label, show=show, priority=priority, id=entry.id, tooltip=entry.help)


def after_typing(screen: Screen[Any], do: Callable[[], object]) -> None:
    """Do it when the letters typed before have arrived, and what they changed has been heard of.

    A priority binding acts at once, while letters go through the queue of the widget that has the focus: in a burst, as
    over a slow link, Enter would come before the text it is to take. So this goes the way of a letter, and after it the
    way of the message about it: the widget's queue twice, then those of its parents up to the screen.
    """
    focused = screen.focused or screen
    way = [focused, *focused.ancestors_with_self[: focused.ancestors_with_self.index(screen) + 1]]

    def go_on() -> None:
        if way:
            way.pop(0).call_later(go_on)
        else:
            do()

    go_on()

"""Leaving a screen from a worker, which may end while another screen lies over it."""

from typing import TypeVar

from textual.screen import Screen

Result = TypeVar("Result")


def leave_once_on_top(screen: Screen[Result], result: Result) -> None:
    """Dismiss `screen` with `result` as soon as it is on top: Textual would take away whichever screen is."""

    def leave_if_on_top(_: object = None) -> None:
        if screen.is_active:
            changes.unsubscribe(screen)
            screen.dismiss(result)

    changes = screen.app.screen_change_signal
    changes.subscribe(screen, leave_if_on_top)
    leave_if_on_top()

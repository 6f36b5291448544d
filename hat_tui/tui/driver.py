"""Which driver the app talks to its terminal through."""

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from textual.driver import Driver

    from hat_tui.tui.terminal.handover import Handover


def choose_driver(handover: "Handover | None" = None) -> "type[Driver] | None":
    """The driver for `App(driver_class=…)`; None leaves the choice to Textual, as on Windows.

    `handover` is a screen that is there already and is taken over in place.
    """
    if sys.platform == "win32" or not os.isatty(0) or os.environ.get("TEXTUAL_DRIVER"):
        return None
    from hat_tui.tui.terminal.frame_driver import FrameDriver  # noqa: PLC0415 (it needs termios, which Windows lacks)

    return FrameDriver if handover is None else type("TakingOverDriver", (FrameDriver,), {"handover": handover})

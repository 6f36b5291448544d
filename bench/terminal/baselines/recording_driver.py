"""hat-tui's driver, which also keeps what Textual wrote to it: what a plain driver would have sent.

Used through Textual's TEXTUAL_DRIVER; the file named by BENCH_RECORDING gets every frame.
"""

import os
from pathlib import Path

from hat_tui.tui.terminal.frame_driver import FrameDriver


class RecordingDriver(FrameDriver):
    """Appends what it is given to a file."""

    def write(self, data: str) -> None:
        """Keep `data`, then send what of it is new."""
        with Path(os.environ["BENCH_RECORDING"]).open("ab") as file:
            file.write(data.encode())
        super().write(data)

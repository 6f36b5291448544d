"""The `hat-tui` command, and `python -m hat_tui`: the prompt first, then the program behind it."""

import gc
import sys

from hat_tui import __version__, instant


def main() -> int:
    """Run the command line; the exit code."""
    handover = instant.begin(sys.argv[1:], __version__)
    if handover is not None:
        # While everything is imported there is nothing to collect; the app turns it on again.
        gc.disable()
    try:
        from hat_tui import cli  # noqa: PLC0415 (what takes long is imported behind the prompt)

        return cli.main(handover=handover)
    finally:
        if handover is not None:
            handover.give_back()


if __name__ == "__main__":
    raise SystemExit(main())

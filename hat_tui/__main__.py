"""`python -m hat_tui`, the same as the `hat-tui` command."""

from hat_tui.cli import main

if __name__ == "__main__":
    raise SystemExit(main())

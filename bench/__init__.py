"""The benchmarks of hat-tui, black box and side by side, runnable by anyone: `python -m bench`."""

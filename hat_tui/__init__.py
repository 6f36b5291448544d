"""hat-tui: chat with small language models at home, and judge them yourself."""

__version__ = "0.1.0"

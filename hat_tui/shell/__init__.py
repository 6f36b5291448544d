"""Subcommands that print something and end: no screen, no keys."""

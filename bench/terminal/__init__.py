"""A terminal to run clients in: a pty, an emulator of its screen, and links of a set speed."""

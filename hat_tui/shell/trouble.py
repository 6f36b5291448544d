"""What went wrong, in words for a shell."""


def in_words(trouble: Exception) -> str:
    """A sentence; the system's number of an error stays out of it."""
    if isinstance(trouble, OSError) and trouble.filename is not None and trouble.strerror:
        return f"{trouble.filename} cannot be opened: {trouble.strerror}"
    return str(trouble)

"""Bytes and times as one reads them."""


def amount(number: float) -> str:
    """A number as 7, 2.3 M, 494 M or 1.8 G, in powers of a thousand."""
    for unit in ("", " k", " M"):
        if number < 999.5:
            return f"{number:.0f}{unit}" if number >= 10 or not unit else f"{number:.1f}{unit}"
        number /= 1000
    return f"{number:.1f} G"


def size(count: float) -> str:
    """Bytes as 612 MB or 1.8 GB."""
    told = amount(count)
    return f"{told}B" if " " in told else f"{told} B"


def duration(seconds: float) -> str:
    """A time to wait: seconds, then minutes, then hours."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"

"""One writer for a file, on every system."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_FAR = 2**31 - 2
"""Windows locks bytes, and a locked byte cannot be read: one beyond every session file."""

if sys.platform == "win32":
    import msvcrt

    def lock(descriptor: int) -> bool:
        """Take the file for as long as `descriptor` is open; False when another one has it."""
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def lock(descriptor: int) -> bool:
        """Take the file for as long as `descriptor` is open; False when another one has it.

        True as well where the file system knows no locks.
        """
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True
        return True


@contextmanager
def lock_file(path: Path) -> Iterator[bool]:
    """Hold a file of this name that is there for its lock alone; False when another one has it. Raises OSError."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    taken = False
    try:
        # Without a link it is one that its holder has just removed: the next one would lock another.
        taken = lock(descriptor) and os.fstat(descriptor).st_nlink > 0
        yield taken
    finally:
        if taken:
            with suppress(OSError):  # Windows removes no open file: there an empty one stays
                path.unlink()
        os.close(descriptor)

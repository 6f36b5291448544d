"""One writer for a file, on every system."""

import os
import sys

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

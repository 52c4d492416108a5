"""One process at a time works a SQLite file: a second one would run the first one's jobs again.

The lock is the operating system's, on a file beside the database; it ends with the process, however that ends.
"""

import errno
import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import IO

from app.domain.errors import DatabaseBusy, SettingInvalid

HELD = frozenset({errno.EWOULDBLOCK, errno.EACCES})
"""What flock(2) says of a lock that somebody has; some network file systems have none to give."""


class FileLock:
    """Held from `take` to `release`. `holder` is said to whoever comes second."""

    def __init__(self, database: str, holder: str) -> None:
        self._path = Path(f"{database}.lock")
        self._holder = holder
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Raises DatabaseBusy that says who holds the lock, or SettingInvalid where no file can be, or no lock."""
        try:
            file = self._path.open("a+", encoding="utf-8")
        except OSError as error:
            raise SettingInvalid(
                f"DUEBOX_DATABASE_URL: {self._path.parent} is no folder that can be written to ({error.strerror})"
            ) from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            holder = file.read().strip() or "another process"
            file.close()
            if error.errno not in HELD:
                raise SettingInvalid(
                    f"DUEBOX_DATABASE_URL: {self._path.parent} takes no locks ({error.strerror}); use a disk of this"
                    " machine, or PostgreSQL"
                ) from None
            raise DatabaseBusy(
                f"the database {self._path.with_suffix('')} is in use by {holder}; stop that first,"
                " or use PostgreSQL for more than one process"
            ) from None
        self._file = file
        with suppress(OSError):  # a full disk: who holds the lock cannot be said, and it is held all the same
            file.seek(0)
            file.truncate()
            file.write(f"{self._holder} (process {os.getpid()})\n")
            file.flush()

    def release(self) -> None:
        if self._file is not None:
            with suppress(OSError):
                self._file.close()
            self._file = None

"""One process at a time works a SQLite file: a second one would run the first one's jobs again.

The lock is the operating system's, on a file beside the database; it ends with the process, however that ends.
"""

import fcntl
import os
from pathlib import Path
from typing import IO

from app.domain.errors import DatabaseBusy, SettingInvalid


class FileLock:
    """Held from `take` to `release`. `holder` is said to whoever comes second."""

    def __init__(self, database: str, holder: str) -> None:
        self._path = Path(f"{database}.lock")
        self._holder = holder
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Raises DatabaseBusy that says who holds the lock, or SettingInvalid where no file can be."""
        try:
            file = self._path.open("a+", encoding="utf-8")
        except OSError as error:
            raise SettingInvalid(
                f"DUEBOX_DATABASE_URL: {self._path.parent} is no folder that can be written to ({error.strerror})"
            ) from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            holder = file.read().strip() or "another process"
            file.close()
            raise DatabaseBusy(
                f"the database {self._path.with_suffix('')} is in use by {holder}; stop that first,"
                " or use PostgreSQL for more than one process"
            ) from None
        file.seek(0)
        file.truncate()
        file.write(f"{self._holder} (process {os.getpid()})\n")
        file.flush()
        self._file = file

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

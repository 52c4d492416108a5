"""The clean rows of a checked file, kept on disk until they are taken: memory stays small however long the file is.

The file has no name in the file system, so nothing of it stays behind, whatever happens to the process.
"""

import csv
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, BinaryIO, cast


class Spool:
    """Rows of these fields, written as CSV in the order given. An empty cell of a field that may be empty is None."""

    def __init__(self, fields: Sequence[str]) -> None:
        self.fields = tuple(fields)
        self._cells = itemgetter(*fields)
        self.rows = 0
        self._file = tempfile.TemporaryFile("w+", encoding="utf-8", newline="")  # noqa: SIM115  # closed with the spool
        self._writer = csv.writer(self._file, lineterminator="\n")

    def write(self, values: Mapping[str, Any]) -> None:
        self._writer.writerow(self._cells(values))
        self.rows += 1

    def as_file(self) -> BinaryIO:
        """From the beginning, as CSV without a header."""
        self._file.flush()
        self._file.seek(0)
        return cast(BinaryIO, self._file.buffer)

    def __iter__(self) -> Iterator[list[str]]:
        """The rows as text, from the beginning."""
        self._file.flush()
        self._file.seek(0)
        yield from csv.reader(self._file)

    def close(self) -> None:
        self._file.close()

"""CSV as accounting systems write it. Nothing here knows what a column means.

A file is UTF-8 with or without a byte order mark, its first row names the columns, its delimiter is `,`, `;`, a tab or
`|`, whichever that row has most of. What cannot be read is given back as a BadRow among the rows: the caller collects
them and goes on.
"""

import csv
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from app.domain.errors import BadRow, Invalid
from app.ledger.sources import DecimalMark, SourceRow, cells_of, has_thousandths, mark_of

DELIMITERS = {",": "", ";": "delimiter ;", "\t": "delimiter tab", "|": "delimiter |"}
"""And what is said of each: the usual one goes without saying."""


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A file whose first row has been read."""

    path: Path
    delimiter: str
    header: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def recognised(self) -> str:
        return DELIMITERS[self.delimiter]

    def rows(self) -> Iterator[SourceRow | BadRow]:
        """The rows below the header, stripped, blank ones left out. After bytes that are not UTF-8 nothing follows."""
        with _opened(self.path) as file:
            reader = csv.reader(file, delimiter=self.delimiter, strict=True)
            line, width = 1, len(self.header)
            while True:
                try:
                    cells = next(reader, None)
                except UnicodeDecodeError:
                    yield _not_utf8(self.path, self.delimiter)
                    return
                except csv.Error as error:
                    yield BadRow(self.name, line, "1", f"cannot be read as CSV: {error}")
                    return
                if cells is None:
                    return
                cells = list(map(str.strip, cells))
                if line > 1 and any(cells):
                    yield SourceRow(line, cells) if len(cells) == width else self._ragged(line, len(cells))
                line = reader.line_num + 1

    def decimal_mark(self, columns: Collection[str]) -> DecimalMark:
        mark = mark_of(cells_of(self, columns))
        if mark is DecimalMark.UNCLEAR and self.delimiter == ",":
            return DecimalMark.POINT
        return mark

    def writes_thousandths(self, columns: Collection[str]) -> bool:
        return has_thousandths(cells_of(self, columns))

    def _ragged(self, line: int, cells: int) -> BadRow:
        width = len(self.header)
        column = self.header[cells] if cells < width else str(width + 1)
        return BadRow(self.name, line, column, f"the row has {cells} cells, the header {width}")


def open_csv(path: Path) -> CsvFile | BadRow:
    """Read the header. Raises Invalid when there is no such file."""
    try:
        with _opened(path) as file:
            first = _first_line(file)
            delimiter = max(DELIMITERS, key=first.count)
            names = next(csv.reader([first], delimiter=delimiter), [])
    except UnicodeDecodeError:
        return _not_utf8(path, ",")
    except csv.Error as error:
        return BadRow(path.name, 1, "1", f"cannot be read as CSV: {error}")
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}") from error
    if not any(name.strip() for name in names):
        return BadRow(path.name, 1, "1", "the first row must name the columns, and it is empty")
    return CsvFile(path, delimiter, tuple(name.strip().lower() for name in names))


def _opened(path: Path) -> TextIO:
    return path.open(encoding="utf-8-sig", newline="")


def _first_line(lines: Iterable[str]) -> str:
    return next(iter(lines), "").rstrip("\r\n")


def _not_utf8(path: Path, delimiter: str) -> BadRow:
    """Where the bytes stop being UTF-8."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                encoding = "UTF-16" if line.startswith((b"\xff\xfe", b"\xfe\xff")) else "perhaps Windows-1252"
                column = str(line[: error.start].count(delimiter.encode()) + 1)
                return BadRow(path.name, number, column, f"not UTF-8 ({encoding}): save the file as CSV UTF-8")
    return BadRow(path.name, 1, "1", "not UTF-8: save the file as CSV UTF-8")

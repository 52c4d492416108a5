"""CSV as accounting systems write it. Nothing here knows what a column means.

A file is UTF-8 with or without a byte order mark, or UTF-16 with one, its first row names the columns, its delimiter
is `,`, `;`, a tab or `|`, whichever that row has most of, unless a line `sep=;` above it says so. What cannot be read
is given back as a BadRow among the rows: the caller collects them and goes on.
"""

import csv
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_LE
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from app.domain.errors import BadRow, Invalid
from app.ledger.sources import DecimalMark, SourceRow, cells_of, has_thousandths, mark_of

DELIMITERS = {",": "", ";": "delimiter ;", "\t": "delimiter tab", "|": "delimiter |"}
"""And what is said of each: the usual one goes without saying."""

UTF_8, UTF_16 = "utf-8-sig", "utf-16"
ENCODINGS = {UTF_8: "", UTF_16: "UTF-16"}
_SEPARATOR = re.compile(r"sep=([,;\t|])")
"""Excel's own line above the header."""


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A file whose first row has been read."""

    path: Path
    delimiter: str
    header: tuple[str, ...]
    encoding: str = UTF_8
    header_line: int = 1
    only_iso: bool = False

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def recognised(self) -> str:
        return " and ".join(filter(None, [ENCODINGS[self.encoding], DELIMITERS[self.delimiter]]))

    def rows(self) -> Iterator[SourceRow | BadRow]:
        """The rows below the header, stripped, blank ones left out. After bytes that are no text nothing follows."""
        with _opened(self.path, self.encoding) as file:
            reader = csv.reader(file, delimiter=self.delimiter, strict=True)
            line, width = 1, len(self.header)
            while True:
                try:
                    cells = next(reader, None)
                except UnicodeError:
                    yield _not_text(self.path, self.encoding, self.delimiter)
                    return
                except csv.Error as error:
                    yield BadRow(self.name, line, "1", f"cannot be read as CSV: {error}")
                    return
                if cells is None:
                    return
                cells = list(map(str.strip, cells))
                if line > self.header_line and any(cells):
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
    encoding, line = UTF_8, 1
    try:
        encoding = _encoding(path)
        with _opened(path, encoding) as file:
            first = _first_line(file)
            said = _SEPARATOR.fullmatch(first)
            if said:
                first, line = _first_line(file), 2
            delimiter = said[1] if said else max(DELIMITERS, key=first.count)
            names = next(csv.reader([first], delimiter=delimiter), [])
    except UnicodeError:
        return _not_text(path, encoding, ",")
    except csv.Error as error:
        return BadRow(path.name, 1, "1", f"cannot be read as CSV: {error}")
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}") from error
    if not any(name.strip() for name in names):
        return BadRow(path.name, 1, "1", "the first row must name the columns, and it is empty")
    return CsvFile(path, delimiter, tuple(name.strip().lower() for name in names), encoding, line)


def _encoding(path: Path) -> str:
    """By the byte order mark; that of UTF-32 begins like one of UTF-16 and means another one."""
    with path.open("rb") as file:
        mark = file.read(4)
    return UTF_16 if mark.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) and mark != BOM_UTF32_LE else UTF_8


def _opened(path: Path, encoding: str) -> TextIO:
    return path.open(encoding=encoding, newline="")


def _first_line(lines: Iterable[str]) -> str:
    return next(iter(lines), "").rstrip("\r\n")


def _not_text(path: Path, encoding: str, delimiter: str) -> BadRow:
    """Where the bytes stop being text."""
    if encoding == UTF_16:
        return BadRow(path.name, 1, "1", "begins as UTF-16 and is none: save the file as CSV UTF-8")
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                likely = "UTF-32" if line.startswith(BOM_UTF32_LE) else "perhaps Windows-1252"
                column = str(line[: error.start].count(delimiter.encode()) + 1)
                return BadRow(path.name, number, column, f"not UTF-8 ({likely}): save the file as CSV UTF-8")
    return BadRow(path.name, 1, "1", "not UTF-8: save the file as CSV UTF-8")

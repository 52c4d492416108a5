"""CSV as accounting systems write it. Nothing here knows what a column means.

A file is UTF-8 with or without a byte order mark, or UTF-16 with one, its first row names the columns, its delimiter
is `,`, `;`, a tab or `|`, whichever that row has most of, unless a line `sep=;` above it says so. What cannot be read
is given back as a BadRow among the rows: the caller collects them and goes on. Exports of other systems may have titles
above the header, and another encoding.
"""

import csv
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_LE, getincrementaldecoder
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TextIO

from app.domain.errors import BadRow, Invalid
from app.ledger.sources import (
    HEADS,
    DecimalMark,
    FindHead,
    Head,
    SourceRow,
    cells_of,
    first_head,
    has_thousandths,
    mark_of,
)

DELIMITERS = {",": "", ";": "delimiter ;", "\t": "delimiter tab", "|": "delimiter |"}
"""And what is said of each: the usual one goes without saying."""

UTF_8, UTF_16 = "utf-8-sig", "utf-16"
ENCODINGS = {UTF_8: "", UTF_16: "UTF-16", "cp1252": "Windows-1252"}
_BLOCK = 1 << 20
_SEPARATOR = re.compile(r"sep=([,;\t|])")
"""Excel's own line above the header."""


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A file whose header has been read. `is_list`: a printed list, whose rows may be shorter than the header."""

    path: Path
    head: Head
    heads: tuple[Head, ...]
    encoding: str = UTF_8
    is_list: bool = False
    only_iso: bool = False

    @property
    def header(self) -> tuple[str, ...]:
        return self.head.names

    @property
    def delimiter(self) -> str:
        return self.head.delimiter

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def recognised(self) -> str:
        encoding = ENCODINGS.get(self.encoding, self.encoding)
        return " and ".join(filter(None, [encoding, DELIMITERS[self.delimiter]]))

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
                if self.is_list:
                    cells = _as_long_as(width, cells)
                if line > self.head.line and any(cells):
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


def open_csv(path: Path, find: FindHead = first_head, *, encoding: str = "", is_list: bool = False) -> CsvFile | BadRow:
    """Read the header. `encoding` of a file that is not UTF-8. Raises Invalid when there is no such file."""
    read_as = UTF_8
    try:
        read_as = _encoding(path, encoding)
        with _opened(path, read_as) as file:
            heads = tuple(_heads(file))
    except UnicodeError:
        return _not_text(path, read_as, ",")
    except csv.Error as error:
        return BadRow(path.name, 1, "1", f"cannot be read as CSV: {error}")
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}") from error
    return CsvFile(path, find(path.name, heads), heads, read_as, is_list)


def _heads(lines: Iterable[str]) -> Iterator[Head]:
    """The first row with the delimiter that it has most of; those below it that can be read by themselves."""
    given = ""
    for number, line in enumerate(islice(lines, HEADS), 1):
        text = line.rstrip("\r\n")
        said = _SEPARATOR.fullmatch(text) if number == 1 else None
        if said:
            given = said[1]
            continue
        delimiter = given or max(DELIMITERS, key=text.count)
        try:
            names = next(csv.reader([text], delimiter=delimiter), [])
        except csv.Error:
            if number == 1:
                raise
            continue
        yield Head(number, tuple(name.strip().lower() for name in names), delimiter)


def _as_long_as(width: int, cells: list[str]) -> list[str]:
    """A row of a printed list: shorter ones are filled up, and longer ones cut if nothing is lost."""
    return cells[:width] if not any(cells[width:]) and len(cells) > width else cells + [""] * (width - len(cells))


def _encoding(path: Path, other: str) -> str:
    """By the byte order mark; that of UTF-32 begins like one of UTF-16 and means another one. What is not UTF-8 is
    `other`, if there may be one."""
    with path.open("rb") as file:
        mark = file.read(4)
    if mark.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) and mark != BOM_UTF32_LE:
        return UTF_16
    return other if other and not _is_utf_8(path) else UTF_8


def _is_utf_8(path: Path) -> bool:
    decoder = getincrementaldecoder(UTF_8)()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _opened(path: Path, encoding: str) -> TextIO:
    return path.open(encoding=encoding, newline="")


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

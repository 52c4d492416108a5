"""Excel workbooks: the first visible sheet, read like a CSV file of what its cells hold.

A number is a number whatever the sheet shows, a date cell is that day; text is taken as in a CSV file. Macros and
formulas are never run: the values are those that the sheet was saved with, and a cell without one is BROKEN.
"""

import zipfile
import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BytesIO
from itertools import chain, islice
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from app.domain.errors import BadRow, ImportRefused, Invalid
from app.ledger.sheet_parts import Place, broken_cells, reach
from app.ledger.sources import (
    BROKEN,
    HEADS,
    DecimalMark,
    FindHead,
    Head,
    SourceRow,
    first_head,
    has_thousandths,
    mark_of,
)

EXACT_DIGITS = 15
"""As many decimal digits as a sheet's binary numbers keep (IEEE 754 double)."""

MOST_CELLS = 30_000_000
"""From the first cell to the last one that is filled: room is made for all of them, filled or not, and a process that
does not get it ends on the spot. A million rows of thirty columns."""

_NO_WORKBOOK = "cannot be read as an Excel workbook; save it as .xlsx, without a password"


@dataclass(slots=True)
class Sheet:
    """A sheet whose header has been read. Amounts that are text decide the decimal mark; numbers follow it.
    `broken`: cells that hold an error, or a formula without its value."""

    name: str
    head: Head
    heads: tuple[Head, ...]
    first_line: int
    sheet: CalamineSheet
    broken: frozenset[Place] = frozenset()
    mark: DecimalMark = DecimalMark.POINT
    recognised: str = ""
    only_iso: bool = False

    @property
    def header(self) -> tuple[str, ...]:
        return self.head.names

    def rows(self) -> Iterator[SourceRow | BadRow]:
        width = len(self.header)
        for line, values in enumerate(self._below(), self.head.line + 1):
            cells = [self._text(value) for value in values]
            if self.broken:
                self._tell_broken(line, cells)
            if any(cells[width:]):
                yield BadRow(self.name, line, str(width + 1), "the row has more cells than the header")
            elif any(cells):
                yield SourceRow(line, cells[:width])

    def _tell_broken(self, line: int, cells: list[str]) -> None:
        first = self.sheet.start[1] if self.sheet.start else 0
        for place, cell in enumerate(cells):
            if not cell and (line, first + place + 1) in self.broken:
                cells[place] = BROKEN

    def decimal_mark(self, columns: Collection[str]) -> DecimalMark:
        mark = mark_of(self._texts(columns))
        self.mark = DecimalMark.POINT if mark is DecimalMark.UNCLEAR else mark
        return self.mark

    def writes_thousandths(self, columns: Collection[str]) -> bool:
        return has_thousandths(self._texts(columns))

    def _texts(self, columns: Collection[str]) -> Iterator[str]:
        """Those cells of the columns that are text."""
        places = [place for place, name in enumerate(self.header) if name in columns]
        given = chain.from_iterable((row[place] for place in places) for row in self._below())
        return (value.strip() for value in given if isinstance(value, str))

    def _below(self) -> Iterator[Sequence[object]]:
        """The rows below the header. Raises ImportRefused."""
        try:
            yield from islice(self.sheet.iter_rows(), self.head.line - self.first_line + 1, None)
        except OverflowError:
            raise ImportRefused(
                [BadRow(self.name, self.first_line, "1", "a cell holds a time beyond all days")]
            ) from None

    def _text(self, value: object) -> str:
        if isinstance(value, str):
            return value.strip()
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, float):
            return f"{value:.{EXACT_DIGITS}g}".replace(".", self.mark)
        if isinstance(value, datetime) and value.time() == time():
            return value.date().isoformat()
        return value.isoformat() if isinstance(value, date) else str(value)


def open_sheet(path: Path, find: FindHead = first_head) -> Sheet | BadRow:
    """Read the header. Raises Invalid when there is no such file."""
    try:
        content = path.read_bytes()
        if reach(content) > MOST_CELLS:
            return BadRow(
                path.name, 1, "1", f"a cell far from the table is filled: there is room for {MOST_CELLS:,} cells"
            )
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        visible = [sheet.name for sheet in book.sheets_metadata if sheet.visible is SheetVisibleEnum.Visible]
        sheet = book.get_sheet_by_name(visible[0])
        broken = broken_cells(content, book.sheet_names.index(visible[0]))
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}") from error
    except (CalamineError, IndexError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError):
        return BadRow(path.name, 1, "1", _NO_WORKBOOK)
    line = (sheet.start[0] if sheet.start else 0) + 1
    heads = tuple(_heads(sheet, line)) or (Head(line, ()),)
    recognised = f"only the sheet {visible[0]}, the first of {len(visible)}," if len(visible) > 1 else ""
    return Sheet(path.name, find(path.name, heads), heads, line, sheet, broken, recognised=recognised)


def _heads(sheet: CalamineSheet, line: int) -> Iterator[Head]:
    """The first rows, without the empty cells at their ends."""
    try:
        for number, row in enumerate(islice(sheet.iter_rows(), HEADS), line):
            names = [str(value).strip().lower() for value in row]
            while names and not names[-1]:
                names.pop()
            yield Head(number, tuple(names))
    except OverflowError:
        return

"""Workbooks (.xlsx, .xls, .ods) as text: a line a row, a tab between cells. Hidden sheets are nobody's words, and in
.xlsx neither are rows and columns that are folded away; cells that hide by their look are left out, and said.

Formulas and macros are never run: the values are those that the file was saved with.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from io import BytesIO
from itertools import islice

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from app.reading.charsets import UNPRINTABLE
from app.reading.files.sheet_looks import Unseen, unseen_of
from app.reading.files.text import FileRefused, FileText, Trouble, as_far_as_read

ROW_LIMIT = 5_000
CELL_LIMIT = 60
SHEET_LIMIT = 10
EXACT_DIGITS = 15


def workbook_text(content: bytes, most: int, parts: Mapping[str, bytes] | None = None) -> FileText:
    """At most so many characters of the visible sheets; `parts` are the files in an .xlsx. Raises FileRefused."""
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        visible = [sheet.name for sheet in book.sheets_metadata if sheet.visible is SheetVisibleEnum.Visible]
        reading = _Reading(book, unseen_of(parts or {}))
        lines: list[str] = []
        size = 0
        for line in reading.lines(visible[:SHEET_LIMIT]):
            lines.append(line)
            size += len(line) + 1
            if size > most:
                break
    except PasswordError as error:
        raise FileRefused(Trouble.ENCRYPTED) from error
    except (CalamineError, ValueError, OverflowError, OSError) as error:
        raise FileRefused(Trouble.BROKEN) from error
    text = UNPRINTABLE.sub("", "\n".join(lines))
    is_cut = reading.is_cut or len(visible) > SHEET_LIMIT or size > most
    return as_far_as_read(text, hides=reading.found_hidden, is_cut=is_cut, most=most)


@dataclass(slots=True)
class _Reading:
    book: CalamineWorkbook
    unseen: Mapping[str, Unseen] = field(default_factory=dict)
    found_hidden: bool = False
    is_cut: bool = False

    def lines(self, names: list[str]) -> Iterator[str]:
        for name in names:
            unseen = self.unseen.get(name, Unseen())
            sheet = self.book.get_sheet_by_name(name)
            _, left = sheet.start or (0, 0)  # rows are counted from the first, columns from the first that is filled
            bottom, right = sheet.end or (0, 0)
            self.is_cut = self.is_cut or bottom >= ROW_LIMIT or right >= left + CELL_LIMIT
            for number, row in enumerate(islice(sheet.iter_rows(), ROW_LIMIT)):
                cells = self._cells(row[:CELL_LIMIT], unseen, number, left)
                if any(cells):
                    yield "\t".join(cells).rstrip("\t")

    def _cells(self, row: Sequence[object], unseen: Unseen, number: int, left: int) -> list[str]:
        cells = [_text(value) for value in row]
        for place, text in enumerate(cells):
            seen = unseen.texts.get((number, place + left)) if text else None
            if seen is not None:
                cells[place], self.found_hidden = " ".join(seen.split()), True
            if text and unseen.has(number, place + left):
                cells[place] = ""
                self.found_hidden = self.found_hidden or (number, place + left) in unseen.cells
        return cells


def _text(value: object) -> str:
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, float):
        cents = f"{value:.2f}"
        return cents if float(cents) == value and not value.is_integer() else f"{value:.{EXACT_DIGITS}g}"
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date | time) else str(value)

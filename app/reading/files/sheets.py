"""Workbooks (.xlsx, .xls, .ods) as text: a line a row, a tab between cells. Hidden sheets are nobody's words.

Formulas and macros are never run: the values are those that the file was saved with.
"""

from collections.abc import Iterator
from datetime import date, datetime, time
from io import BytesIO
from itertools import islice

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from app.reading.charsets import UNPRINTABLE
from app.reading.files.text import FileRefused, Trouble

ROW_LIMIT = 5_000
CELL_LIMIT = 60
SHEET_LIMIT = 10
EXACT_DIGITS = 15


def workbook_text(content: bytes, most: int) -> str | None:
    """At most so many characters of the visible sheets; None when they are empty. Raises FileRefused."""
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(content))
        visible = [sheet.name for sheet in book.sheets_metadata if sheet.visible is SheetVisibleEnum.Visible]
        lines: list[str] = []
        size = 0
        for line in _lines(book, visible[:SHEET_LIMIT]):
            lines.append(line)
            size += len(line) + 1
            if size > most:
                break
    except PasswordError as error:
        raise FileRefused(Trouble.ENCRYPTED) from error
    except (CalamineError, ValueError, OverflowError, OSError) as error:
        raise FileRefused(Trouble.BROKEN) from error
    return UNPRINTABLE.sub("", "\n".join(lines))[:most] or None


def _lines(book: CalamineWorkbook, names: list[str]) -> Iterator[str]:
    for name in names:
        for row in islice(book.get_sheet_by_name(name).iter_rows(), ROW_LIMIT):
            cells = [_text(value) for value in row[:CELL_LIMIT]]
            if any(cells):
                yield "\t".join(cells).rstrip("\t")


def _text(value: object) -> str:
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, float):
        cents = f"{value:.2f}"
        return cents if float(cents) == value and not value.is_integer() else f"{value:.{EXACT_DIGITS}g}"
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date | time) else str(value)

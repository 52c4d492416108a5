"""Days that are not written as ISO: read when they mean one day only, refused with the question otherwise."""

from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import xlsxwriter
from babel import localedata
from babel.core import UnknownLocaleError
from babel.dates import get_date_format, get_month_names
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import ImportRefused
from app.domain.intents import LANGUAGES
from app.ledger.imports import check
from app.ledger.opening import open_source
from app.ledger.written_days import DayOrder

HEADER = "payment_id;customer_id;date;amount;currency;reference;invoice_number"
ISSUED = "number,customer_id,kind,amount,open_amount,currency,issue_date,due_date,po_number,status"


def _read(path: Path, kind: str = "payments", order: DayOrder | None = None) -> tuple[list[list[str]], list[str]]:
    with closing(check(kind, open_source(path), frozenset({"C-1"}), order=order)) as checked:
        days = [place for place, name in enumerate(checked.spool.fields) if name in {"day", "issue_date", "due_date"}]
        return [[row[place] for place in days] for row in checked.spool], checked.notes


def _payments(folder: Path, dates: Sequence[str]) -> Path:
    path = folder / "payments.csv"
    rows = [f'P-{number};C-1;"{day}";10,00;EUR;;' for number, day in enumerate(dates)]
    path.write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("dates", "read"),
    [
        (["5.3.2026"], ["2026-03-05"]),
        (["05.03.26", "04.04.26"], ["2026-03-05", "2026-04-04"]),
        (["05/03/2026", "28/03/2026"], ["2026-03-05", "2026-03-28"]),
        (["3/5/2026", "3/28/2026"], ["2026-03-05", "2026-03-28"]),
        (["03-05-26", "03-28-26"], ["2026-03-05", "2026-03-28"]),
        (["04/04/2026"], ["2026-04-04"]),
        (["2026/03/05"], ["2026-03-05"]),
        (["20260305"], ["2026-03-05"]),
        (["2026-03-05 00:00:00", "2026-03-06"], ["2026-03-05", "2026-03-06"]),
        (["3/28/2026 12:00:00 AM"], ["2026-03-28"]),
        (["5 Mar 2026", "28-MAY-2026"], ["2026-03-05", "2026-05-28"]),
        (["5. März 2026", "1. Mai 2026"], ["2026-03-05", "2026-05-01"]),
        (["Mar 5, 2026"], ["2026-03-05"]),
    ],
)
def test_a_date_that_means_one_day_is_read(tmp_path: Path, dates: list[str], read: list[str]) -> None:
    assert _read(_payments(tmp_path, dates))[0] == [[day] for day in read]


@pytest.mark.parametrize(
    ("dates", "reason"),
    [
        (["05/03/2026"], "2026-03-05 .day-first. or 2026-05-03 .month-first., and no other date tells which"),
        (["28/03/26"], "2026-03-28 .day-first. or 2028-03-26 .year-first."),
        (["13/03/2026", "03/28/2026"], "some dates of the file have the day first, and some the month"),
        (["2026-03-05", "28/03/2026"], "a spreadsheet may have swapped days and months"),
        (["28.03.2026", "04/04/2026"], "is written otherwise than '28.03.2026' in the same column"),
        (["46086"], "counted from 1900 or from 1904"),
        (["31.02.2026"], "is not a date such as 2026-03-31"),
        (["05032026"], "is not a date such as 2026-03-31"),
        (["5 Brumaire 2026"], "is not a date such as 2026-03-31"),
        (["2026-03-05 23:00:00"], "is not a date such as 2026-03-31"),
    ],
)
def test_a_date_that_may_mean_another_day_is_refused(tmp_path: Path, dates: list[str], reason: str) -> None:
    with pytest.raises(ImportRefused, match=reason):
        _read(_payments(tmp_path, dates))


def test_somebody_may_say_what_stands_first(tmp_path: Path) -> None:
    path = _payments(tmp_path, ["05/03/2026"])
    days, notes = _read(path, order=DayOrder.MONTH_FIRST)
    assert days == [["2026-05-03"]]
    assert "dates read month-first: 05/03/2026 as 2026-05-03" in notes


def test_what_is_said_must_fit_the_file(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match=r"'03/28/2026' is not a date such as 2026-03-31 read day-first"):
        _read(_payments(tmp_path, ["03/28/2026"]), order=DayOrder.DAY_FIRST)


def test_one_column_shows_the_order_of_the_other(tmp_path: Path) -> None:
    path = tmp_path / "invoices.csv"
    path.write_text(f"{ISSUED}\nI-1,C-1,invoice,10.00,10.00,EUR,28/03/2026,04/05/2026,,open\n", encoding="utf-8")
    assert _read(path, "invoices")[0] == [["2026-03-28", "2026-05-04"]]


def test_date_cells_among_dates_that_are_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "payments.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER.split(";"))
        sheet.write_row(1, 0, ["P-1", "C-1", "", 10, "EUR"])
        sheet.write_datetime(1, 2, date(2026, 4, 3), book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_row(2, 0, ["P-2", "C-1", "28/03/2026", 10, "EUR"])
    with pytest.raises(ImportRefused, match="a spreadsheet may have swapped days and months"):
        _read(path)


@given(
    days=st.lists(st.dates(date(2020, 1, 1), date(2027, 12, 31)), min_size=1, max_size=6),
    written=st.sampled_from(["%d/%m/%Y", "%m/%d/%Y", "%d-%m-%y", "%m/%d/%y", "%y-%m-%d", "%d.%m.%Y", "%Y%m%d"]),
)
def test_a_day_is_never_misread(days: list[date], written: str) -> None:
    with TemporaryDirectory() as folder:
        path = _payments(Path(folder), [format(day, written) for day in days])
        try:
            assert _read(path)[0] == [[day.isoformat()] for day in days]
        except ImportRefused:
            assert written not in {"%d.%m.%Y", "%Y%m%d"}


def test_no_locale_writes_the_month_first_with_dots() -> None:
    for locale in localedata.locale_identifiers():
        try:
            pattern = get_date_format("short", locale).pattern
        except UnknownLocaleError:
            continue
        if "." in pattern and "/" not in pattern and "-" not in pattern:
            assert pattern.lstrip("'").startswith(("d", "y")), locale


def test_no_name_of_a_month_means_two() -> None:
    numbers: dict[str, set[int]] = {}
    for language in LANGUAGES:
        for width in ("wide", "abbreviated"):
            for number, name in get_month_names(width, "format", language).items():
                numbers.setdefault(name.lower().rstrip("."), set()).add(number)
    assert all(len(meant) == 1 for meant in numbers.values())

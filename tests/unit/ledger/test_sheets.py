"""Excel workbooks read like CSV files: the same columns, the same errors."""

import zipfile
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from app.domain.errors import BadRow, ImportRefused, Invalid
from app.ledger.imports import check
from app.ledger.opening import open_source
from tests.workbooks import Cell, write_workbook

COLUMNS = "number,customer_id,kind,amount,open_amount,currency,issue_date,due_date,po_number,status"
HEADER = tuple(COLUMNS.split(","))
ROW: tuple[Cell, ...] = (
    "INV-1", "C-1", "invoice", 100.0, 60.5, "EUR", date(2026, 4, 1), date(2026, 5, 1), None, "partly_paid",
)  # fmt: skip


def _rows(path: Path, kind: str = "invoices") -> list[list[str]]:
    """The clean rows, without our ids."""
    with closing(check(kind, open_source(path), frozenset({"C-1", "10045"}))) as checked:
        return [row[1:] for row in checked.spool]


def _with(**cells: Cell) -> tuple[Cell, ...]:
    return tuple(cells.get(name, cell) for name, cell in zip(HEADER, ROW, strict=True))


def test_numbers_and_dates_are_cells_or_text(tmp_path: Path) -> None:
    as_text = _with(number="INV-2", amount="100.00", open_amount="60.50", issue_date="2026-04-01")
    path = write_workbook(tmp_path / "invoices.xlsx", [HEADER, ROW, as_text])
    assert _rows(path) == [
        ["INV-1", "C-1", "invoice", "100", "60.5", "EUR", "2026-04-01", "2026-05-01", "", "partly_paid"],
        ["INV-2", "C-1", "invoice", "100.00", "60.50", "EUR", "2026-04-01", "2026-05-01", "", "partly_paid"],
    ]


def test_text_with_decimal_comma_beside_numbers(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "invoices.xlsx", [HEADER, _with(amount="1.250,00")])
    assert _rows(path)[0][3:5] == ["1250.00", "60.5"]


def test_sums_of_binary_fractions_are_the_decimals_that_were_meant(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "invoices.xlsx", [HEADER, _with(open_amount=0.1 + 0.2)])
    assert _rows(path)[0][4] == "0.3"


def test_customer_number_that_is_a_number_stays_whole(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "invoices.xlsx", [HEADER, _with(customer_id=10045.0)])
    assert _rows(path)[0][1] == "10045"


def test_bad_cell_is_named_with_its_row_in_the_sheet(tmp_path: Path) -> None:
    blank = (None,) * len(HEADER)
    path = write_workbook(tmp_path / "invoices.xlsx", [HEADER, ROW, blank, _with(number="INV-2", currency="EURO")])
    with pytest.raises(ImportRefused) as refusal:
        _rows(path)
    assert refusal.value.rows == (
        BadRow("invoices.xlsx", 4, "currency", "'EURO' is not a currency code of ISO 4217 such as EUR"),
    )


def test_cell_beyond_the_header_is_named(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "invoices.xlsx", [HEADER, (*ROW, "note")])
    with pytest.raises(ImportRefused, match="line 2, column 11: the row has more cells"):
        _rows(path)


@pytest.mark.parametrize("content", [b"", b"number,customer_id\n", b"PK\x03\x04 broken"])
def test_what_is_no_workbook_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "invoices.xlsx"
    path.write_bytes(content)
    with pytest.raises(ImportRefused, match="cannot be read as an Excel workbook"):
        _rows(path)


def test_empty_sheet_and_missing_file_are_said(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="the first row must name the columns"):
        _rows(write_workbook(tmp_path / "invoices.xlsx", []))
    with pytest.raises(Invalid, match="No such file"):
        _rows(tmp_path / "nothing.xlsx")


def _with_more(path: Path, cells: str) -> Path:
    """The workbook with more cells, as XML, below its rows."""
    return _with_other_words(path, "xl/worksheets/sheet1.xml", "</sheetData>", f"{cells}</sheetData>")


def _with_other_words(path: Path, part: str, old: str, new: str) -> Path:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert old in parts[part]
    parts[part] = parts[part].replace(old, new)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize(
    "cells",
    [
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        "<row r='1048576'><c r = 'ZZ1048576'><v>1</v></c></row>",
        '<row r="4294967295"><c><v>1</v></c></row>',
        f'<row r="3"><c r="{"Z" * 30}{"9" * 30}"><v>1</v></c></row>',
    ],
)
def test_a_cell_far_from_the_table_ends_no_process(tmp_path: Path, cells: str) -> None:
    """Room for all cells up to it would have to be made, which the library does or dies."""
    path = _with_more(write_workbook(tmp_path / "invoices.xlsx", [HEADER, ROW]), cells)
    with pytest.raises(ImportRefused, match="a cell far from the table is filled"):
        _rows(path)


def test_a_time_that_is_none_is_said(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "invoices.xlsx", [HEADER, ROW])
    as_hours = _with_other_words(path, "xl/styles.xml", 'numFmtId="14"', 'numFmtId="46"')  # ECMA-376 part 1, 18.8.30
    with pytest.raises(ImportRefused, match="beyond all days"):
        _rows(_with_more(as_hours, '<row r="3"><c r="D3" s="1"><v>1e15</v></c></row>'))


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="G2" t="e"><f>VLOOKUP(A2,B:C,2,0)</f><v>#N/A</v></c>',
        "<c r='G2' s='1' t='e'><v>#REF!</v></c>",
        '<c r="G2"><f>A1</f><v></v></c>',
        '<c r="G2"><f>A1</f></c>',
    ],
)
def test_an_error_or_a_formula_without_its_value_is_no_empty_cell(tmp_path: Path, cell: str) -> None:
    """A payment whose invoice number could not be looked up would else be one without a number."""
    header = ("payment_id", "customer_id", "date", "amount", "currency", "reference", "invoice_number")
    row = ("P-1", "C-1", date(2026, 4, 9), 40.0, "EUR", "HALDEN", "MARK")
    path = write_workbook(tmp_path / "payments.xlsx", [header, row])
    mark = '<c r="G2" t="inlineStr"><is><t>MARK</t></is></c>'
    with pytest.raises(ImportRefused, match="line 2, column invoice_number: holds an error"):
        _rows(_with_other_words(path, "xl/worksheets/sheet1.xml", mark, cell), "payments")


def test_a_formula_that_gives_no_text_is_an_empty_cell(tmp_path: Path) -> None:
    cell, mark = '<c r="I2" t="str"><f>""</f><v></v></c>', '<c r="I2" t="inlineStr"><is><t>MARK</t></is></c>'
    path = write_workbook(tmp_path / "invoices.xlsx", [HEADER, _with(po_number="MARK")])
    assert _rows(_with_other_words(path, "xl/worksheets/sheet1.xml", mark, cell))[0][8] == ""


def test_a_sheet_that_is_not_read_is_said(tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "invoices.xlsx", [HEADER, ROW])
    first = '<sheet name="Sheet1" sheetId="1" r:id="r1"/>'
    path = _with_other_words(path, "xl/workbook.xml", first, f'{first}<sheet name="More" sheetId="2" r:id="r1"/>')
    with closing(check("invoices", open_source(path), frozenset({"C-1"}))) as checked:
        assert checked.notes == ["only the sheet Sheet1, the first of 2, recognised"]

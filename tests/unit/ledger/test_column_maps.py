"""Exports of other systems: each as that system writes it, and the ledger that it is."""

from collections.abc import Callable, Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from app.domain.errors import ImportRefused, Invalid
from app.ledger.adapter_files import FOLDER, ours
from app.ledger.column_maps import adapted, open_export
from app.ledger.folder import Exports
from app.ledger.given import GivenRows
from app.ledger.imports import check
from app.ledger.opening import open_ours, open_source
from tests.workbooks import Cell, write_workbook

EXPORTS = Path(__file__).with_name("exports")
MONEY = ("amount", "open_amount")
ALPHA, BETA = "Halden Foods Ltd", "Ash GmbH"
CUSTOMERS = frozenset(
    {"C-1", "C-2", ALPHA, "Halden Foods, Ltd", BETA, "4271668000000095032", "4271668000000095040"}
    | {"D10000", "D20000", "1000042", "1000050", "10001", "10002"}
)

Rows = dict[str, dict[str, object]]


def _rows(path: Path, adapter: str | Path, currency: str = "") -> Rows:
    """The clean rows by number; a purchase order is known to some of the systems."""
    with closing(check("invoices", open_export(path, adapter, "invoices", currency), CUSTOMERS)) as checked:
        rows: Rows = {}
        for cells in checked.spool:
            row: dict[str, object] = dict(zip(checked.spool.fields, cells, strict=True))
            row |= {field: Decimal(str(row[field])) for field in MONEY}
            rows[str(row["number"])] = {name: row[name] for name in row if name not in {"id", "po_number"}}
        return rows


def _export(adapter: str, currency: str = "") -> Rows:
    return _rows(EXPORTS / f"{adapter}.csv", adapter, currency)


def _refusal(path: Path, adapter: str | Path, currency: str = "") -> str:
    with pytest.raises(ImportRefused) as refused:
        _rows(path, adapter, currency)
    return str(refused.value)


def _changed(folder: Path, adapter: str, change: Callable[[str], str], encoding: str = "utf-8") -> Path:
    path = folder / f"{adapter}.csv"
    path.write_text(change((EXPORTS / path.name).read_text(encoding=encoding)), encoding=encoding)
    return path


def test_three_systems_give_one_ledger() -> None:
    odoo = _export("odoo")
    assert sorted(odoo) == ["INV/2026/00041", "INV/2026/00042", "INV/2026/00044", "RINV/2026/00003"]
    assert odoo["RINV/2026/00003"] == {
        "number": "RINV/2026/00003",
        "customer_id": "C-2",
        "kind": "credit_note",
        "amount": Decimal(-300),
        "open_amount": Decimal(-300),
        "currency": "EUR",
        "issue_date": "2026-03-15",
        "due_date": "2026-03-15",
        "status": "open",
    }
    assert {row["status"] for row in odoo.values()} == {"open", "paid", "cancelled"}
    assert _export("erpnext") == odoo
    assert _export("lago") | _export("lago-credit-notes") == odoo


LEDGERS: dict[tuple[str, str], list[str]] = {
    ("xero", ""): [
        f"INV-0041 {ALPHA} invoice 4860 3860 GBP 2026-03-10 2026-04-09 partly_paid",
        f"INV-0042 {ALPHA} invoice 1200.5 0 GBP 2026-03-28 2026-04-27 paid",
        f"CN-0003 {BETA} credit_note -300 -300 EUR 2026-03-15 2026-03-15 open",
        f"On account 16/03/2026 -80.0000 Ash GmbH {BETA} credit_note -80 -80 EUR 2026-03-16 2026-03-16 open",
        f"INV-0044 {BETA} invoice 75 0 EUR 2026-03-18 2026-04-17 cancelled",
    ],
    ("quickbooks", "USD"): [
        "1041 Halden Foods, Ltd invoice 4860 3860 USD 2026-03-28 2026-04-27 partly_paid",
        f"01042 {BETA} invoice 75 75 USD 2026-05-12 2026-06-11 open",
        f"1043 {BETA} credit_note -300 -300 USD 2026-05-14 2026-05-14 open",
        "On account 05/15/2026 -500.00 Halden Foods, Ltd Halden Foods, Ltd credit_note -500 -200 USD "
        "2026-05-15 2026-05-15 partly_paid",
    ],
    ("zoho-books", ""): [
        "INV-000041 4271668000000095032 invoice 4860 3860 GBP 2026-03-10 2026-04-09 partly_paid",
        "INV-000042 4271668000000095032 invoice 1200.5 0 GBP 2026-03-12 2026-04-11 paid",
        "INV-000044 4271668000000095040 invoice 75 0 EUR 2026-03-18 2026-04-17 cancelled",
        "INV-000045 4271668000000095040 invoice 120 120 EUR 2026-05-01 2026-05-31 open",
    ],
    ("zoho-books-credit-notes", ""): [
        "CN-00003 4271668000000095040 credit_note -300 -120 EUR 2026-03-15 2026-03-15 partly_paid",
        "CN-00004 4271668000000095040 credit_note -40 0 EUR 2026-03-16 2026-03-16 paid",
    ],
    ("business-central", "EUR"): [
        "103041 D10000 invoice 4860 3860 GBP 2026-03-10 2026-04-09 partly_paid",
        "103042 D10000 invoice 1200.5 0 EUR 2026-03-12 2026-04-11 paid",
        "104003 D20000 credit_note -300 -300 EUR 2026-03-15 2026-03-15 open",
        "On account 16.03.2026 -80,00 D20000 D20000 credit_note -80 -80 EUR 2026-03-16 2026-03-16 open",
        "103044 D20000 invoice 75 75 EUR 2026-03-18 2026-04-17 disputed",
    ],
    ("sap", ""): [
        "1800000041 1000042 invoice 4860 4860 GBP 2026-03-10 2026-04-09 open 1000",
        "1800000042 1000042 invoice 1200.5 0 GBP 2026-03-12 2026-04-11 paid 1000",
        "1600000003 1000050 credit_note -300 -300 EUR 2026-03-15 2026-03-15 open 1000",
        "On account 16.03.2026 80,00- 1000050 1000050 credit_note -80 -80 EUR 2026-03-16 2026-03-16 open 1000",
        "1800000044 1000050 invoice 75 75 EUR 2026-03-18 2026-04-17 disputed 1000",
    ],
    ("sap-local", ""): [
        "90000041 1000042 invoice 4860 4860 USD 2026-03-28 2026-04-27 open 1000",
        "90000003 1000050 credit_note -300 -300 USD 2026-03-15 2026-03-15 open 1000",
        "On account 03/16/2026 -80.00 1000050 1000050 credit_note -80 -80 USD 2026-03-16 2026-03-16 open 1000",
    ],
    ("datev", "EUR"): [
        "RE2026-041 10001 invoice 4860 3860 EUR 2026-03-10 2026-04-09 partly_paid",
        "RE2026-044 10002 invoice 75 75 EUR 2026-03-18 2026-04-17 open",
        "GU2026-003 10002 credit_note -300 -300 EUR 2026-03-15 2026-03-15 open",
        "o. Nr. 10002 16.03.2026 -80,00 10002 credit_note -80 -80 EUR 2026-03-16 2026-03-16 open",
        "RE2026-042 10001 invoice 1200.5 0 EUR 2026-03-12 2026-04-11 paid",
    ],
}
"""What their samples are, by adapter and told currency: number, customer, kind, amounts, currency, days, status."""


@pytest.mark.parametrize(("adapter", "currency"), LEDGERS)
def test_export_is_the_ledger_that_it_is(adapter: str, currency: str) -> None:
    rows = _export(adapter, currency)
    told = [
        " ".join(f"{cell.normalize():f}" if isinstance(cell, Decimal) else str(cell) for cell in row.values())
        for row in rows.values()
    ]
    assert [line.replace("-0 ", "0 ") for line in told] == LEDGERS[adapter, currency]


def test_every_adapter_has_an_export_that_it_reads() -> None:
    told = {adapter for adapter, _currency in LEDGERS} | {"odoo", "erpnext", "lago", "lago-credit-notes"}
    assert {path.stem for path in FOLDER.glob("*.toml")} == told
    assert all(adapter.system for adapter in ours())


def test_workbook_with_titles_above_its_header(tmp_path: Path) -> None:
    header = ["", "Date", "Transaction type", "Num", "Customer full name", "Due date", "Amount", "Open balance"]
    rows: Sequence[Sequence[Cell]] = [
        ["Nordhaven Trading Inc."], ["A/R Aging Detail Report"], [], header,
        ["CURRENT (1)"], ["", "05/28/2026", "Invoice", "1041", ALPHA, "06/27/2026", 4860.0, 3860.25],
        ["Total for CURRENT", "", "", "", "", "", 4860.0, 3860.25],
    ]  # fmt: skip
    [row] = _rows(write_workbook(tmp_path / "open.xlsx", rows), "quickbooks", "CAD").values()
    assert (row["open_amount"], row["due_date"], row["currency"]) == (Decimal("3860.25"), "2026-06-27", "CAD")


def test_two_payments_on_account_of_one_day_are_two(tmp_path: Path) -> None:
    path = _changed(tmp_path, "quickbooks", lambda text: text.replace("TOTAL", _twice(text) + "TOTAL"))
    made = [number for number in _rows(path, "quickbooks", "USD") if number.startswith("On account")]
    assert made == [
        "On account 05/15/2026 -500.00 Halden Foods, Ltd",
        "On account 05/15/2026 -500.00 Halden Foods, Ltd (2)",
    ]


def test_payments_with_one_reference_are_several(tmp_path: Path) -> None:
    path = _changed(tmp_path, "quickbooks", lambda text: text.replace("Invoice,01042", "Payment,ACH").replace(
        "Credit Memo,1043", "Payment,ACH"))  # fmt: skip
    assert [number[:10] for number in _rows(path, "quickbooks", "USD")] == ["1041", *["On account"] * 3]


def _twice(text: str) -> str:
    return next(line for line in text.splitlines() if ",Payment," in line) + "\n"


def test_lines_of_one_invoice_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    path = _changed(tmp_path, "zoho-books", lambda text: text.replace("4860.00,3860.00", "4860.00,1.00", 1))
    assert "zoho-books.csv, line 3, column number: INV-000041 is on line 2 already" in _refusal(path, "zoho-books")


def test_items_in_several_rows_are_refused_and_not_summed(tmp_path: Path) -> None:
    row = ";10001;Halden Foods Ltd;RE2026-041;02.04.2026;09.04.2026;;1.000,00;3.860,00;S;1200;;;;;;Zahlung;;;;;\r\n"
    path = _changed(tmp_path, "datev", lambda text: text.replace(";;Summe", f"{row};;Summe"), "cp1252")
    assert "line 8, column amount: is empty" in _refusal(path, "datev", "EUR")


def test_currency_that_no_file_says_is_asked_for(tmp_path: Path) -> None:
    assert "does not say its currency: say it with --currency" in _refusal(EXPORTS / "datev.csv", "datev")
    said = _refusal(EXPORTS / "business-central.csv", "business-central")
    assert said.splitlines()[0].endswith("line 3, column currency: is empty: say it with --currency (or ?currency=)")
    with pytest.raises(Invalid, match="'EURO' is not a currency code"):
        _export("datev", "EURO")


def test_what_is_left_out_is_said() -> None:
    with closing(check("invoices", open_export(EXPORTS / "sap.csv", "sap", "invoices"), CUSTOMERS)) as checked:
        assert checked.notes[0].startswith("export of sap (left out: 1 headings and totals) and Windows-1252 and")


def test_minor_units_follow_the_currency(tmp_path: Path) -> None:
    rows = _rows(_changed(tmp_path, "lago", lambda text: text.replace("GBP", "JPY")), "lago")
    assert (rows["INV/2026/00041"]["amount"], rows["INV/2026/00044"]["amount"]) == (Decimal(486000), Decimal(75))


def test_word_that_the_adapter_does_not_know_is_refused(tmp_path: Path) -> None:
    path = _changed(tmp_path, "erpnext", lambda text: text.replace("Overdue", "Frozen"))
    assert "line 2, column status: 'Frozen' is not a status" in _refusal(path, "erpnext")


def test_missing_column_is_named_as_the_export_calls_it(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("name,state\n", encoding="utf-8")
    assert "column amount_total: the column is missing; the adapter odoo reads it" in _refusal(
        tmp_path / "x.csv", "odoo"
    )
    path = _changed(tmp_path, "sap", lambda text: text.replace("Nettofälligkeit", "Zahlungsfrist"), "cp1252")
    assert _refusal(path, "sap").startswith(
        "sap.csv, line 1, column Net due date or Nettofälligkeit or Echéance nette: the column is missing"
    )


def test_column_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    path = _changed(tmp_path, "datev", lambda text: text.replace("Betrag Haben", "Betrag Soll"), "cp1252")
    assert "column betrag haben" in _refusal(path, "datev", "EUR").lower()
    path = _changed(tmp_path, "xero", lambda text: text.replace("TaxTotal", "Total", 1), "utf-8-sig")
    assert "column total: the column is there twice" in _refusal(path, "xero")


def test_file_that_is_nothing_of_the_kind_is_quoted(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("Title\nsome,thing,else\n", encoding="utf-8")
    said = _refusal(tmp_path / "x.csv", "xero")
    assert said.startswith(
        "x.csv, line 1, column 1: no row of the first 2 names the columns that the adapter xero reads:"
    )
    assert said.endswith("the first says: title")
    (tmp_path / "x.csv").write_text("", encoding="utf-8")
    assert _refusal(tmp_path / "x.csv", "xero").endswith("; the first is empty")


@pytest.mark.parametrize(
    ("adapter", "system"),
    [("xero", "Xero"), ("quickbooks", "QuickBooks Online"), ("sap", "SAP"), ("datev", "DATEV (OPOS-Liste)"),
     ("business-central", "Business Central"), ("zoho-books", "Zoho Books"), ("odoo", "Odoo")],
)  # fmt: skip
def test_export_that_nobody_named_is_recognised(adapter: str, system: str) -> None:
    with pytest.raises(ImportRefused) as refused:
        check("invoices", open_ours(EXPORTS / f"{adapter}.csv", "invoices"), CUSTOMERS)
    [row] = refused.value.rows
    assert (
        f"this looks like an export of {system}: read it with the adapter {adapter} (--adapter {adapter}, "
        in row.reason
    )


def test_export_of_another_system_than_was_said_is_recognised() -> None:
    assert "this looks like an export of Zoho Books: read it with" in _refusal(EXPORTS / "zoho-books.csv", "xero")
    assert "this looks like an export of SAP: read it with the adapter sap (" in _refusal(EXPORTS / "sap.csv", "datev")


def test_export_with_a_column_taken_away_is_told_from_a_file_of_ours(tmp_path: Path) -> None:
    path = _changed(tmp_path, "xero", lambda text: text.replace("InvoiceAmountDue", "Due"), "utf-8-sig")
    with pytest.raises(ImportRefused, match="most like an export of Xero, but InvoiceAmountDue is missing"):
        check("invoices", open_source(path), CUSTOMERS)
    (tmp_path / "own.csv").write_text(
        "number,customer_id,kind,amount,open_amount,currency,issue_date,due_date,status\n"
    )
    with pytest.raises(ImportRefused, match=r"column po_number: the column is missing$"):
        check("invoices", open_source(tmp_path / "own.csv"), CUSTOMERS)


@pytest.mark.parametrize(("adapter", "column"), [("zoho-books", "PurchaseOrder"), ("sap-local", "Company Code")])
def test_column_that_may_be_missing_is_empty(tmp_path: Path, adapter: str, column: str) -> None:
    path = _changed(tmp_path, adapter, lambda text: text.replace(column, "Something"))
    plain = [{name: row[name] for name in row if name != "company"} for row in _export(adapter).values()]
    assert [{name: row[name] for name in row if name != "company"} for row in _rows(path, adapter).values()] == plain


def test_rows_of_a_program_are_read_alike() -> None:
    given = GivenRows.of(
        [
            {
                "InvoiceNumber": "INV-1",
                "ContactName": ALPHA,
                "Currency": "GBP",
                "InvoiceDate": "2026-03-10",
                "DueDate": "2026-04-09",
                "Reference": "",
                "Type": "Sales invoice",
                "Total": "10.00",
                "InvoiceAmountDue": "4.00",
                "Status": "Awaiting Payment",
            }
        ]
    )
    with closing(check("invoices", adapted(given, "xero", "invoices"), CUSTOMERS)) as checked:
        [row] = checked.spool
    assert row[-1] == "partly_paid"


def test_adapter_or_kind_that_there_is_not_is_said() -> None:
    with pytest.raises(
        Invalid, match=r"there is no adapter 'sage': business-central, datev, erpnext, .*, zoho-books-cr"
    ):
        open_export(EXPORTS / "odoo.csv", "sage", "invoices")
    with pytest.raises(Invalid, match="the adapter odoo reads invoices, not contacts"):
        open_export(EXPORTS / "odoo.csv", "odoo", "contacts")


OWN = """
system = "Our own"

[invoices.columns]
number = { from = ["Beleg", "Document"] }
customer_id = { from = "Kunde" }
kind = { from_amounts = true }
amount = { from = "Brutto" }
open_amount = { from = "Rest" }
currency = { constant = "CHF" }
issue_date = { from = "Datum" }
due_date = { from = "Fällig", or_from = "Datum" }
po_number = { constant = "" }
status = { from_amounts = true, when = [{ column = "Sperre", gives = "disputed", optional = true }] }
"""


def test_adapter_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(OWN, encoding="utf-8")
    (tmp_path / "own.csv").write_text(
        "Titel\nbeleg;Kunde;Brutto;Rest;Datum;FÄLLIG;Sperre\n7;C-1;1'250.50;50.00;31.03.2026;;x\n"
    )
    [row] = _rows(tmp_path / "own.csv", tmp_path / "own.toml").values()
    assert list(row.values()) == [
        "7", "C-1", "invoice", Decimal("1250.50"), Decimal(50), "CHF", "2026-03-31", "2026-03-31", "disputed",
    ]  # fmt: skip


def test_example_of_the_manual_is_read_as_it_says(tmp_path: Path) -> None:
    manual = FOLDER.with_name("README.md").read_text(encoding="utf-8").partition("### An adapter of your own")[2]
    listed, described = manual.split("```")[1], manual.split("```toml")[1].split("```")[0]
    (tmp_path / "own.csv").write_text(listed.lstrip(), encoding="cp1252")
    (tmp_path / "own.toml").write_text(described, encoding="utf-8")
    [row] = _rows(tmp_path / "own.csv", tmp_path / "own.toml").values()
    assert (row["amount"], row["open_amount"], row["due_date"]) == (Decimal("1250.50"), Decimal(50), "2026-04-30")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace("Brutto", 'Brutto" oops'), "own.toml is no adapter: "),
        (
            lambda text: text.replace("from_amounts", "by_amounts"),
            "invoices.columns.kind.by_amounts: there is no such word",
        ),
        (
            lambda text: text.replace("amount =", "ammount =", 1),
            "invoices has no column ammount: amount, company, currency",
        ),
        (
            lambda text: text.replace("[invoices.", "[invoice."),
            "there is no ledger file of kind 'invoice': customers, ",
        ),
        (lambda text: text.replace('po_number = { constant = "" }', ""), "does not say what po_number of invoices is"),
        (
            lambda text: text.replace('{ from = "Kunde" }', "{ optional = true }"),
            "invoices.customer_id says neither from nor",
        ),
        (
            lambda text: text.replace('{ from = "Kunde" }', '{ from = "Kunde", or_given = true }'),
            "or_given for currency",
        ),
        (lambda text: text.replace('{ from = "Kunde" }', '{ or_made_of = "{who}" }'), "{who} is none of its columns"),
        (lambda text: "", "own.toml: needs a table of customers, contacts, invoices, payments"),
    ],
)
def test_mistake_in_ones_own_adapter_is_named(tmp_path: Path, change: Callable[[str], str], said: str) -> None:
    (tmp_path / "own.toml").write_text(change(OWN), encoding="utf-8")
    with pytest.raises(Invalid) as invalid:
        open_export(EXPORTS / "odoo.csv", tmp_path / "own.toml", "invoices")
    assert said in str(invalid.value)


def test_adapter_of_the_folder_that_there_is_not_is_said_at_the_start() -> None:
    with pytest.raises(Invalid, match="there is no adapter 'sage'"):
        Exports("sage")
    with pytest.raises(Invalid, match="'EURO' is not a currency code"):
        Exports(currency="EURO")

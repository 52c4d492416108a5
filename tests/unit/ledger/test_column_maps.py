"""Exports of other systems: the same invoices, written by three of them, are the same ledger."""

from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from app.domain.errors import ImportRefused, Invalid
from app.ledger.column_maps import FOLDER, adapted
from app.ledger.imports import check, open_source

EXPORTS = Path(__file__).with_name("exports")
CUSTOMERS = frozenset({"C-1", "C-2"})
MONEY = ("amount", "open_amount")

Rows = dict[str, dict[str, object]]


def _rows(path: Path, adapter: str) -> Rows:
    """The clean rows by number; a purchase order is known to two of the systems."""
    with closing(check("invoices", adapted(open_source(path), adapter, "invoices"), CUSTOMERS)) as checked:
        rows: Rows = {}
        for cells in checked.spool:
            row: dict[str, object] = dict(zip(checked.spool.fields, cells, strict=True))
            row |= {field: Decimal(str(row[field])) for field in MONEY}
            rows[str(row["number"])] = {name: row[name] for name in row if name not in {"id", "po_number"}}
        return rows


def _export(adapter: str) -> Rows:
    return _rows(EXPORTS / f"{adapter}.csv", adapter)


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


@pytest.mark.parametrize("adapter", sorted(path.stem for path in FOLDER.glob("*.toml")))
def test_every_adapter_has_an_export_that_it_reads(adapter: str) -> None:
    assert _export(adapter)


def test_minor_units_follow_the_currency(tmp_path: Path) -> None:
    text = (EXPORTS / "lago.csv").read_text(encoding="utf-8").replace("GBP", "JPY")
    (tmp_path / "lago.csv").write_text(text, encoding="utf-8")
    rows = _rows(tmp_path / "lago.csv", "lago")
    assert (rows["INV/2026/00041"]["amount"], rows["INV/2026/00044"]["amount"]) == (Decimal(486000), Decimal(75))


def test_word_that_the_adapter_does_not_know_is_refused(tmp_path: Path) -> None:
    text = (EXPORTS / "erpnext.csv").read_text(encoding="utf-8").replace("Overdue", "Frozen")
    (tmp_path / "erpnext.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ImportRefused, match="line 2, column status: 'Frozen' is not a status"):
        _rows(tmp_path / "erpnext.csv", "erpnext")


def test_missing_column_is_named_as_the_export_calls_it(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("name,state\n", encoding="utf-8")
    with pytest.raises(ImportRefused, match="column amount_total: the column is missing; the adapter odoo reads it"):
        _rows(tmp_path / "x.csv", "odoo")


def test_adapter_or_kind_that_there_is_not_is_said() -> None:
    source = open_source(EXPORTS / "odoo.csv")
    with pytest.raises(Invalid, match="there is no adapter 'sap': erpnext, lago, lago-credit-notes, odoo"):
        adapted(source, "sap", "invoices")
    with pytest.raises(Invalid, match="the adapter odoo reads invoices, not contacts"):
        adapted(source, "odoo", "contacts")

"""The statement and the lists of a case file: rows once, for CSV and for paper."""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal

from app.db.tables.ledger import CaseRow, HoldRow, InvoiceRow, PaymentRow
from app.domain.account import Account

Rows = Sequence[Sequence[str]]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

INVOICES = ("number", "kind", "issue_date", "due_date", "currency", "amount", "open_amount", "status", "po_number")
PAYMENTS = ("date", "currency", "amount", "reference", "invoice_number")
CASES = ("kind", "state", "opened", "invoices", "amount", "currency", "day", "detail")
HOLDS = ("set_on", "until")
TOTALS = ("currency", "open_amount")


def invoices(rows: Iterable[InvoiceRow]) -> Rows:
    return [
        (
            row.number,
            row.kind.value,
            row.issue_date.isoformat(),
            row.due_date.isoformat(),
            row.currency,
            money(row.amount),
            money(row.open_amount),
            row.status.value,
            row.po_number,
        )
        for row in rows
    ]


def payments(rows: Iterable[PaymentRow]) -> Rows:
    return [(r.day.isoformat(), r.currency, money(r.amount), r.reference, r.invoice_number) for r in rows]


def cases(rows: Iterable[CaseRow]) -> Rows:
    return [
        (
            row.kind.value,
            row.state.value,
            row.opened_at.date().isoformat(),
            " ".join(row.invoices),
            money(row.amount) if row.amount is not None else "",
            row.currency or "",
            row.day.isoformat() if row.day else "",
            row.detail,
        )
        for row in rows
    ]


def holds(rows: Iterable[HoldRow]) -> Rows:
    """Without their reasons, which are private."""
    return [(row.set_at.date().isoformat(), row.until.isoformat()) for row in rows]


def totals(account: Account) -> Rows:
    """What is claimed, one sum a currency, credit notes netted."""
    return [(total.currency, money(total.amount)) for total in account.outstanding]


def money(amount: Decimal) -> str:
    """At least two decimals, no more than the amount has."""
    plain = amount.normalize()
    return f"{amount:.2f}" if plain == plain.quantize(Decimal("0.01")) else f"{plain:f}"


def as_csv(columns: Sequence[str], rows: Rows) -> bytes:
    """UTF-8 with a byte order mark, for spreadsheets. A text that a spreadsheet would run is quoted."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")


def _harmless(cell: str) -> str:
    is_number = cell.lstrip("-").replace(".", "", 1).isdigit()
    return f"'{cell}" if cell.startswith(_FORMULA) and not is_number else cell

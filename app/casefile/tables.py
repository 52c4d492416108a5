"""The statement and the lists of a case file: rows once, for CSV and for paper."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from app.db.tables.ledger import CaseRow, HoldRow, InvoiceRow, PaymentRow, TaskRow
from app.domain.account import Account
from app.domain.interest import CompanyClaims
from app.domain.spreadsheets import harmless

Rows = Sequence[Sequence[str]]

INVOICES = ("number", "kind", "issue_date", "due_date", "currency", "amount", "open_amount", "status", "po_number")
PAYMENTS = ("date", "currency", "amount", "reference", "invoice_number")
CASES = ("kind", "state", "opened", "invoices", "amount", "currency", "day", "detail")
HOLDS = ("set_on", "until")
TASKS = ("kind", "state", "due", "opened", "closed")
TIMELINE = ("at_utc", "what", "detail", "who")
CLAIMS = (
    *("company", "invoice", "law", "first", "last", "base", "percent_a_year", "reference_rate", "rate_of", "source"),
    *("currency", "interest", "fixed_sum"),
)
CLAIM_SUMS = ("company", "invoice", "late_from", "reckoned_to", "currency", "interest", "fixed_sum", "together")
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


def claims(companies: Iterable[CompanyClaims]) -> Rows:
    """A row for each stretch of days at one rate, with the rate's source. Interest is that of the stretch, to a
    hundredth of a cent, and the fixed sum stands at the first: the claim's own sum is rounded once (`claim_sums`)."""
    return [
        (
            found.company,
            claim.number,
            found.law,
            stretch.first.isoformat(),
            stretch.last.isoformat(),
            money(stretch.base),
            str(stretch.percent),
            str(stretch.rate.percent),
            stretch.rate.since.isoformat(),
            stretch.rate.source if stretch.rate.is_confirmed else f"{stretch.rate.source} (checked by us)",
            found.currency,
            f"{stretch.interest:.4f}",
            money(claim.fixed_sum) if position == 0 else "",
        )
        for found in companies
        for claim in found.claims
        for position, stretch in enumerate(claim.stretches)
    ]


def claim_sums(companies: Iterable[CompanyClaims]) -> Rows:
    """A row for each invoice."""
    return [
        (
            found.company,
            claim.number,
            claim.stretches[0].first.isoformat(),
            claim.stretches[-1].last.isoformat(),
            found.currency,
            money(claim.interest),
            money(claim.fixed_sum),
            money(claim.total),
        )
        for found in companies
        for claim in found.claims
    ]


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


def tasks(rows: Iterable[TaskRow]) -> Rows:
    return [
        (
            row.kind.value,
            row.state.value,
            row.due.isoformat(),
            row.opened_at.date().isoformat(),
            row.closed_at.date().isoformat() if row.closed_at else "",
        )
        for row in rows
    ]


def timeline(
    entries: Iterable[Mapping[str, Any]],
    payments: Iterable[PaymentRow],
    cases: Iterable[CaseRow],
    tasks: Iterable[TaskRow],
    names: Mapping[str, str],
) -> Rows:
    """What the audit entries say, in words, with what the ledger knows of the cases; payments and tasks between them.
    `names`: of the actors."""
    by_id = {str(case.id): case for case in cases}
    rows = [
        (
            entry["at"][:19].replace("T", " "),
            _happened(entry),
            _about(entry["refs"], by_id),
            names.get(entry["actor"], entry["actor"]),
        )
        for entry in entries
    ]
    rows += [
        (r.day.isoformat(), "Payment", _joined(r.invoice_number, _sum(r.amount, r.currency)), "") for r in payments
    ]
    rows += [(_second(row.opened_at), "Task opened", row.kind.value.replace("_", " "), "") for row in tasks]
    return sorted(rows, key=lambda row: row[0])


def _happened(entry: Mapping[str, Any]) -> str:
    """`ledger.case.broken` of a promise is "Promise broken"."""
    thing, _, happened = str(entry["kind"]).partition(".")[2].partition(".")
    return f"{entry['refs'].get('case_kind') or thing} {happened}".replace("_", " ").replace(".", " ").capitalize()


def _about(refs: Mapping[str, Any], cases: Mapping[str, CaseRow]) -> str:
    case = cases.get(str(refs.get("case_id")))
    words = [str(refs[key]).replace("_", " ") for key in ("stage", "tone", "task_kind", "resolution") if refs.get(key)]
    words += [f"until {refs['until']}"] if refs.get("until") else []
    if case is None:
        return _joined(*words)
    amount = _sum(case.amount, case.currency) if case.amount is not None else ""
    return _joined(*words, " ".join(case.invoices), amount, f"for {case.day}" if case.day else "", case.detail)


def _joined(*words: str) -> str:
    return ", ".join(filter(None, words))


def _sum(amount: Decimal, currency: str | None) -> str:
    return f"{money(amount)} {currency or ''}".strip()


def _second(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


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
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", "replace")

"""Questions that the ledger answers: when something is due, how much is open, which invoices are."""

import re
import tomllib
from functools import cache
from pathlib import Path

from agents.triage.brief import Payment
from app.domain.account import Account, Invoice, InvoiceKind
from app.reading.spans import fold

MOST = 12
"""A longer list is a statement of account, which a person sends."""

_FILE = Path(__file__).with_name("queries.toml")


def asks_the_ledger(passage: str) -> bool:
    """Whether the words ask for due dates, open amounts or open invoices."""
    return _pattern("asked").search(fold(passage)) is not None


def asks_for_the_total(passage: str) -> bool:
    """Whether the words ask for all that is open, whatever invoice they name besides."""
    return _pattern("total").search(fold(passage)) is not None


def open_items(account: Account, invoices: tuple[str, ...]) -> tuple[Payment, ...]:
    """The open invoices asked about, or all of them if none is named; nothing where the ledger has no plain answer."""
    named = [invoice for invoice in account.invoices if not invoices or invoice.number in invoices]
    found = [invoice for invoice in named if invoice.is_open]
    is_plain = all(invoice.kind is InvoiceKind.INVOICE and not invoice.payment_seen for invoice in found)
    if not is_plain or len(found) > MOST or (invoices and len(found) < len(invoices)):
        return ()
    return tuple(_item(invoice) for invoice in sorted(found, key=lambda invoice: (invoice.due_date, invoice.number)))


def _item(invoice: Invoice) -> Payment:
    return Payment((invoice.number,), invoice.due_date, invoice.open.amount, invoice.open.currency)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    phrases: list[str] = tomllib.loads(_FILE.read_text(encoding="utf-8"))[name]
    return re.compile(rf"\b(?:{'|'.join(phrases)})")

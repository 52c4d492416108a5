"""An invented ledger as the four CSV files that `duebox import` takes, as they would have been exported on a day."""

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

from app.demo.history import SampleCustomer, SampleInvoice, SampleLedger
from app.domain.account import InvoiceKind, InvoiceStatus

CUSTOMERS = (
    "customer_id,name,language,country,currency,timezone,payment_terms_days,strategic,natural_person,segment,"
    "owner_email,credit_limit"
)
CONTACTS = "customer_id,name,email,role,language,active"
INVOICES = "number,customer_id,kind,amount,open_amount,currency,issue_date,due_date,po_number,status"
PAYMENTS = "payment_id,customer_id,date,amount,currency,reference,invoice_number"

Cells = Iterable[object]


def write_files(ledger: SampleLedger, folder: Path, as_of: date) -> None:
    """Write customers.csv, contacts.csv, invoices.csv and payments.csv into `folder`, as known at the end of a day."""
    folder.mkdir(parents=True, exist_ok=True)
    issued = [invoice for invoice in ledger.invoices if invoice.issued_on <= as_of]
    _write(folder / "customers.csv", CUSTOMERS, map(_customer, ledger.customers))
    _write(folder / "contacts.csv", CONTACTS, map(_contact, ledger.customers))
    _write(folder / "invoices.csv", INVOICES, (_invoice(invoice, as_of) for invoice in issued))
    _write(folder / "payments.csv", PAYMENTS, (row for invoice in issued for row in _payments(invoice, as_of)))


def _write(path: Path, header: str, rows: Iterable[Cells]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header.split(","))
        writer.writerows(rows)


def _customer(customer: SampleCustomer) -> Cells:
    country = customer.country
    return (
        customer.id,
        customer.name,
        country.language,
        country.code,
        country.currency,
        country.timezone,
        customer.terms_days,
        "false",
        str(customer.natural_person).lower(),
        customer.segment,
        "",
        "" if customer.credit_limit is None else customer.credit_limit,
    )


def _contact(customer: SampleCustomer) -> Cells:
    contact = customer.contact
    return customer.id, contact.name, contact.email, contact.role.value, customer.country.language, "true"


def _invoice(invoice: SampleInvoice, as_of: date) -> Cells:
    left = invoice.open_on(as_of)
    return (
        invoice.number,
        invoice.customer_id,
        InvoiceKind.INVOICE.value,
        invoice.amount.amount,
        left,
        invoice.amount.currency,
        invoice.issued_on,
        invoice.due_date,
        "",
        _status(invoice, left, as_of).value,
    )


def _status(invoice: SampleInvoice, left: Decimal, as_of: date) -> InvoiceStatus:
    if not left:
        return InvoiceStatus.PAID
    if invoice.disputed_until is not None and invoice.due_date <= as_of < invoice.disputed_until:
        return InvoiceStatus.DISPUTED
    return InvoiceStatus.OPEN if left == invoice.amount.amount else InvoiceStatus.PARTLY_PAID


def _payments(invoice: SampleInvoice, as_of: date) -> Iterator[Cells]:
    for number, payment in enumerate(invoice.payments, 1):
        if payment.day <= as_of:
            yield (
                f"P-{invoice.number}-{number}",
                invoice.customer_id,
                payment.day,
                payment.amount,
                invoice.amount.currency,
                invoice.number,
                invoice.number,
            )

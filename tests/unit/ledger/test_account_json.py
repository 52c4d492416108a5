"""The `account` object of data sets."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.domain.account import ContactRole, InvoiceKind, InvoiceStatus
from app.domain.account_json import account_from_json
from app.domain.errors import Invalid
from app.domain.money import Money

INVOICE = {"number": "INV-1", "amount": "1990.00", "currency": "GBP", "due_date": "2026-03-15", "status": "open"}


def _account(**fields: Any) -> dict[str, Any]:
    return {"name": "Oakdale Print Ltd", "strategic": False, "invoices": [INVOICE]} | fields


def test_what_the_data_set_writes_is_enough() -> None:
    account = account_from_json(_account())
    (invoice,) = account.invoices
    assert (account.name, account.timezone, account.strategic) == ("Oakdale Print Ltd", "UTC", False)
    assert invoice.open == invoice.amount == Money(Decimal("1990.00"), "GBP")
    assert (invoice.kind, invoice.due_date) == (InvoiceKind.INVOICE, date(2026, 3, 15))


def test_optional_fields_are_taken() -> None:
    invoices = [
        INVOICE | {"open_amount": "90.00", "status": "partly_paid"},
        INVOICE | {"number": "CN-1", "amount": "-20.00"},
    ]
    contacts = [{"name": "Mei Chen", "email": "Mei@Oakdale.example", "role": "purchasing", "active": False}]
    account = account_from_json(_account(invoices=invoices, contacts=contacts, timezone="Europe/London", language="en"))
    assert [i.open.amount for i in account.invoices] == [Decimal("90.00"), Decimal("-20.00")]
    assert [i.status for i in account.invoices] == [InvoiceStatus.PARTLY_PAID, InvoiceStatus.OPEN]
    assert account.invoices[1].kind is InvoiceKind.CREDIT_NOTE
    assert [(c.email, c.role, c.active) for c in account.contacts] == [
        ("mei@oakdale.example", ContactRole.PURCHASING, False)
    ]


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ([], "account must be an object"),
        (_account(strategic="yes"), "account.strategic"),
        (_account(name=7), "account.name"),
        (_account(timezone="Mars/Base"), "account.timezone"),
        (_account(timezone="../../etc/passwd"), "account.timezone"),
        (_account(invoices={}), "account.invoices must be a list"),
        (_account(invoices=[INVOICE, 3]), r"account.invoices\[1\] must be an object"),
        (_account(invoices=[INVOICE | {"amount": 19.9}]), r"account.invoices\[0\].amount"),
        (_account(invoices=[INVOICE | {"amount": "NaN"}]), r"account.invoices\[0\].amount"),
        (_account(invoices=[INVOICE | {"currency": "POUND"}]), r"account.invoices\[0\].currency"),
        (_account(invoices=[INVOICE | {"due_date": "soon"}]), r"account.invoices\[0\].due_date"),
        (_account(invoices=[INVOICE | {"status": "late"}]), r"account.invoices\[0\].status"),
        (_account(invoices=[{"number": "INV-1"}]), r"account.invoices\[0\].currency"),
        (_account(contacts=[{"name": "Mei"}]), r"account.contacts\[0\].email"),
    ],
)
def test_fault_names_the_field(data: Any, named: str) -> None:
    with pytest.raises(Invalid, match=named):
        account_from_json(data)

"""Accounts for the tests of reading: invoices by number, open amount and month due."""

from datetime import date
from decimal import Decimal

from app.domain.account import Account, Invoice, InvoiceKind
from app.domain.money import Money


def account(*invoices: tuple[str, str], currency: str = "EUR", country: str = "", month: int = 1) -> Account:
    return Account(
        customer_id="c-1",
        name="Example",
        country=country,
        currency=currency,
        invoices=tuple(
            invoice(number, amount, currency, (month + at - 1) % 12 + 1) for at, (number, amount) in enumerate(invoices)
        ),
    )


def invoice(number: str, amount: str, currency: str = "EUR", month: int = 1) -> Invoice:
    money = Money(Decimal(amount), currency)
    return Invoice(number, InvoiceKind.INVOICE, money, money, date(2026, month, 15), date(2026, month, 1))

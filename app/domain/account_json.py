"""An account as data sets and `duebox triage --ledger` write it: the JSON object `account`."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.domain.account import Account, Contact, ContactRole, Invoice, InvoiceKind, InvoiceStatus, Payment
from app.domain.clock import written_day
from app.domain.errors import Invalid
from app.domain.money import Money

E = TypeVar("E", bound=StrEnum)

CURRENCY_LETTERS = 3


def account_from_json(data: Any) -> Account:
    """Fields that are left out have their defaults; what is open is the amount, unless `open_amount` says otherwise.

    Raises Invalid, naming the field.
    """
    account = _Fields(data, "account")
    return Account(
        customer_id=account.text("customer_id"),
        name=account.text("name"),
        language=account.text("language"),
        country=account.text("country"),
        currency=account.text("currency"),
        timezone=account.timezone(),
        strategic=account.truth("strategic", False),
        natural_person=account.truth("natural_person", False),
        segment=account.text("segment", "standard"),
        invoices=tuple(_invoice(fields) for fields in account.each("invoices")),
        contacts=tuple(_contact(fields) for fields in account.each("contacts")),
        payments=tuple(_payment(fields) for fields in account.each("payments")),
    )


class _Fields:
    """An object's fields, each with the path by which a fault is named."""

    def __init__(self, data: Any, path: str) -> None:
        if not isinstance(data, Mapping):
            raise Invalid(f"{path} must be an object")
        self._data = data
        self._path = path

    def has(self, name: str) -> bool:
        return self._data.get(name) is not None

    def text(self, name: str, default: str | None = "") -> str:
        """`default` None: the field is needed."""
        value = self._data.get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise self._wrong(name, "must be a text")
        return value.strip()

    def truth(self, name: str, default: bool) -> bool:
        value = self._data.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            raise self._wrong(name, "must be true or false")
        return value

    def money(self, name: str, currency: str) -> Money:
        """A decimal in quotes, or a whole number: never a float."""
        value = self._data.get(name)
        try:
            if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
                amount = Decimal(value)
                if amount.is_finite():
                    return Money(amount, currency)
        except InvalidOperation:
            pass
        raise self._wrong(name, 'must be an amount in quotes, such as "1250.00"')

    def currency(self) -> str:
        code = self.text("currency", None)
        if not (len(code) == CURRENCY_LETTERS and code.isascii() and code.isalpha()):
            raise self._wrong("currency", "must be a currency code of three letters")
        return code.upper()

    def day(self, name: str) -> date:
        try:
            return written_day(self.text(name, None))
        except ValueError:
            raise self._wrong(name, "must be a date such as 2026-03-31") from None

    def word(self, name: str, enum: type[E], default: E) -> E:
        try:
            return enum(self.text(name, default.value))
        except ValueError:
            raise self._wrong(name, f"must be one of {', '.join(enum)}") from None

    def timezone(self) -> str:
        name = self.text("timezone", "UTC")
        try:
            return ZoneInfo(name).key
        except (ZoneInfoNotFoundError, ValueError):
            raise self._wrong("timezone", "must be a time zone such as Europe/Berlin") from None

    def each(self, name: str) -> list["_Fields"]:
        values = self._data.get(name)
        if values is None:
            return []
        if not isinstance(values, list):
            raise self._wrong(name, "must be a list")
        return [_Fields(value, f"{self._path}.{name}[{place}]") for place, value in enumerate(values)]

    def _wrong(self, name: str, reason: str) -> Invalid:
        return Invalid(f"{self._path}.{name} {reason}")


def _invoice(fields: _Fields) -> Invoice:
    currency = fields.currency()
    amount = fields.money("amount", currency)
    is_owed = amount.amount >= 0
    return Invoice(
        number=fields.text("number", None),
        kind=fields.word("kind", InvoiceKind, InvoiceKind.INVOICE if is_owed else InvoiceKind.CREDIT_NOTE),
        amount=amount,
        open=fields.money("open_amount", currency) if fields.has("open_amount") else amount,
        due_date=fields.day("due_date"),
        issue_date=fields.day("issue_date") if fields.has("issue_date") else None,
        status=fields.word("status", InvoiceStatus, InvoiceStatus.OPEN),
        po_number=fields.text("po_number"),
        payment_link=fields.text("payment_link"),
        payment_seen=fields.truth("payment_seen", False),
    )


def _contact(fields: _Fields) -> Contact:
    return Contact(
        name=fields.text("name"),
        email=fields.text("email", None).lower(),
        role=fields.word("role", ContactRole, ContactRole.OTHER),
        language=fields.text("language"),
        active=fields.truth("active", True),
    )


def _payment(fields: _Fields) -> Payment:
    return Payment(
        day=fields.day("date"),
        amount=fields.money("amount", fields.currency()),
        reference=fields.text("reference"),
        invoice_number=fields.text("invoice_number"),
    )

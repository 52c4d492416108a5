"""Customers for tests of the plan. Thursday 2026-05-21 is the day; C-1 in Britain owes INV-1, three weeks overdue."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.domain.account import ContactRole
from app.domain.contact import Reachability
from app.domain.reminder import Addressee, CustomerSituation, OpenItem

TODAY = date(2026, 5, 21)
NOON = datetime(2026, 5, 21, 12, tzinfo=UTC)


def invoice(number: str = "INV-1", overdue: int = 21, amount: str = "100.00", **other: Any) -> OpenItem:
    usual = OpenItem(number, "", False, Decimal(amount), "EUR", TODAY - timedelta(days=overdue), False, False)
    return usual._replace(**other)


def credit_note(number: str = "CN-1", amount: str = "-30.00") -> OpenItem:
    return invoice(number, amount=amount, is_credit_note=True)


def contact(
    email: str = "petra@customer.example",
    role: ContactRole = ContactRole.ACCOUNTS_PAYABLE,
    *,
    language: str = "en",
    active: bool = True,
    reachability: Reachability = Reachability.OK,
) -> Addressee:
    return Addressee(UUID(int=len(email)), email, role, language, active, reachability)


def customer(**other: Any) -> CustomerSituation:
    usual: dict[str, Any] = {
        "customer_id": "C-1",
        "language": "en",
        "country": "GB",
        "currency": "EUR",
        "timezone": "Europe/London",
        "items": (invoice(),),
        "contacts": (contact(),),
    }
    return CustomerSituation(**(usual | other))

"""Invented customers for the tests of signals, priority, forecast and next action. All stands on one day."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from app.domain.conduct import Conduct, OpenItem, PaidInvoice, Position, Stop
from app.domain.money import Money

TODAY = date(2026, 5, 20)


def item(days_overdue: int, amount: str = "100.00", currency: str = "EUR", *stops: Stop) -> OpenItem:
    due = TODAY - timedelta(days=days_overdue)
    return OpenItem(f"INV-{days_overdue}", Money(Decimal(amount), currency), due, frozenset(stops))


def position(*items: OpenItem, stops: Iterable[Stop] = ()) -> Position:
    return Position("C-1", TODAY, items, frozenset(stops))


def paid(*delays: int) -> tuple[PaidInvoice, ...]:
    """Due 10 days apart, the last one 80 days ago."""
    first = TODAY - timedelta(days=80 + 10 * (len(delays) - 1))
    dues = (first + timedelta(days=10 * number) for number in range(len(delays)))
    return tuple(
        PaidInvoice(f"OLD-{number}", due, due + timedelta(days=delay))
        for number, (due, delay) in enumerate(zip(dues, delays, strict=True), 1)
    )


def conduct(*delays: int, **known: object) -> Conduct:
    return Conduct("C-1", TODAY, paid=paid(*delays), **known)  # type: ignore[arg-type]

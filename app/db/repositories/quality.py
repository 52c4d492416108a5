"""What is odd in the stored ledger: one statement a table counts, and what was found is asked for examples."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.db.tables.ledger import ContactRow, CustomerRow, InvoiceRow, PaymentRow
from app.domain.account import CLOSED, InvoiceKind, InvoiceStatus

EXAMPLES = 5
UNDELIVERABLE = (
    "noreply@%", "no-reply@%", "no.reply@%", "donotreply@%", "do-not-reply@%", "mailer-daemon@%", "postmaster@%",
    "%@localhost%", "%.invalid", "%.test", "%.local",
)  # fmt: skip
"""Addresses that nobody reads, and names that no mail reaches (RFC 2606 and 6762)."""

Condition = sa.ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Found:
    """`examples` are the first ids or numbers."""

    count: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """A table to look through; `label` names a row of it."""

    label: InstrumentedAttribute[Any]
    source: sa.FromClause
    checks: Mapping[str, Condition]


class Quality:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def companies(self) -> list[str]:
        """The words of the companies that anything is open for."""
        is_open = InvoiceRow.status.not_in(CLOSED)
        return sorted(await self._session.scalars(sa.select(InvoiceRow.company).where(is_open).distinct()))

    async def findings(self) -> dict[str, Found]:
        """Every check with what it found, also where that is nothing."""
        found: dict[str, Found] = {}
        for place in (_CUSTOMERS, _CONTACTS, _INVOICES, _PAYMENTS):
            found |= await self._look(place)
        for check, groups in _TWINS.items():
            found[check] = await self._twins(groups)
        return found

    async def _look(self, place: _Place) -> dict[str, Found]:
        counting = (sa.func.count().filter(condition).label(check) for check, condition in place.checks.items())
        counts = (await self._session.execute(sa.select(*counting).select_from(place.source))).mappings().one()
        found = {}
        for check, condition in place.checks.items():
            examples: tuple[str, ...] = ()
            if counts[check]:
                some = sa.select(place.label).select_from(place.source).where(condition).order_by(place.label)
                examples = tuple(await self._session.scalars(some.limit(EXAMPLES)))
            found[check] = Found(counts[check], examples)
        return found

    async def _twins(self, groups: sa.Select[tuple[str, str]]) -> Found:
        inner = groups.subquery()
        some = sa.select(inner, sa.func.count().over()).order_by(inner.c[0]).limit(EXAMPLES)
        rows = (await self._session.execute(some)).all()
        return Found(rows[0][2] if rows else 0, tuple(f"{row[0]} / {row[1]}" for row in rows))


def _groups(label: Any, *alike: Any, where: Condition | None = None) -> sa.Select[tuple[str, str]]:
    """The first and the last of rows that agree in what is alike."""
    first, last = sa.func.min(label).label("first"), sa.func.max(label).label("last")
    groups = sa.select(first, last).group_by(*alike).having(first < last)
    return groups if where is None else groups.where(where)


_paid_by = sa.exists().where(
    PaymentRow.customer_id == InvoiceRow.customer_id,
    sa.func.upper(PaymentRow.invoice_number) == sa.func.upper(InvoiceRow.number),
)
_known_invoice = sa.exists().where(
    InvoiceRow.customer_id == PaymentRow.customer_id,
    sa.func.upper(InvoiceRow.number) == sa.func.upper(PaymentRow.invoice_number),
)
_any_payment = sa.exists(sa.select(PaymentRow.id))

_CUSTOMERS = _Place(
    CustomerRow.id,
    CustomerRow.__table__,
    {
        "customers_without_contact": ~sa.exists().where(ContactRow.customer_id == CustomerRow.id, ContactRow.active),
        "customers_without_language": CustomerRow.language == "",
        "customers_without_country": CustomerRow.country == "",
        "customers_without_timezone": CustomerRow.timezone.not_in(sorted(available_timezones())),
    },
)
_CONTACTS = _Place(
    ContactRow.customer_id,
    ContactRow.__table__,
    {
        "contacts_undeliverable": sa.and_(
            ContactRow.active, sa.or_(*(ContactRow.email.like(pattern) for pattern in UNDELIVERABLE))
        )
    },
)
_INVOICES = _Place(
    InvoiceRow.number,
    sa.join(InvoiceRow, CustomerRow, InvoiceRow.customer_id == CustomerRow.id),
    {
        "invoices_due_before_issued": InvoiceRow.due_date < InvoiceRow.issue_date,
        "invoices_open_above_amount": sa.func.abs(InvoiceRow.open_amount) > sa.func.abs(InvoiceRow.amount),
        "invoices_wrong_sign": sa.case(
            (InvoiceRow.kind == InvoiceKind.INVOICE, InvoiceRow.amount < 0), else_=InvoiceRow.amount > 0
        ),
        "invoices_other_currency": sa.and_(CustomerRow.currency != "", InvoiceRow.currency != CustomerRow.currency),
        "invoices_closed_but_open": sa.and_(InvoiceRow.status.in_(CLOSED), InvoiceRow.open_amount != 0),
        "invoices_paid_without_payment": sa.and_(InvoiceRow.status == InvoiceStatus.PAID, _any_payment, ~_paid_by),
    },
)
_PAYMENTS = _Place(
    PaymentRow.id,
    PaymentRow.__table__,
    {"payments_unassigned": sa.or_(PaymentRow.invoice_number == "", ~_known_invoice)},
)
_TWINS: Mapping[str, sa.Select[tuple[str, str]]] = {
    "customers_twice": _groups(CustomerRow.id, sa.func.lower(CustomerRow.name), CustomerRow.country),
    "contacts_shared": _groups(ContactRow.customer_id, ContactRow.email, where=ContactRow.active.is_(True)),
    "invoices_twice": _groups(
        InvoiceRow.number,
        InvoiceRow.customer_id,
        InvoiceRow.amount,
        InvoiceRow.currency,
        InvoiceRow.issue_date,
        where=InvoiceRow.status.not_in(CLOSED),
    ),
}

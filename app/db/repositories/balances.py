"""Lists of customers by what they owe, page by page, without ever counting them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.db.repositories.figures import Slice, within
from app.db.repositories.keyset import Query
from app.db.tables.figures import BalanceRow, NextStepRow
from app.db.tables.ledger import CustomerRow, HoldRow, InvoiceRow, TaskRow
from app.db.tables.mail import MessageRow
from app.db.tables.reminders import PersonsStepRow, ReminderRow
from app.db.tables.work import OutboxRow, ReviewRow
from app.domain.review import OutboxState

NOT_KNOWN = Decimal(-1)


@dataclass(frozen=True, slots=True)
class After:
    """The last row of a page: the next one begins below it. An amount that there is not is NOT_KNOWN."""

    at_risk: Decimal
    overdue: Decimal
    customer_id: str
    company: str
    currency: str


class Balances:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def page(
        self, part: Slice, *, by_risk: bool = False, after: After | None = None, limit: int
    ) -> Sequence[tuple[BalanceRow, CustomerRow, Decimal | None]]:
        """Who owes something, the most overdue first, or what is most at risk and then those of whom no such value is
        known; and each's value at risk, never a natural person's."""
        query = _with_risk(
            sa.select(BalanceRow, CustomerRow).join(CustomerRow, CustomerRow.id == BalanceRow.customer_id)
        )
        place = (BalanceRow.overdue, BalanceRow.customer_id, BalanceRow.company, BalanceRow.currency)
        return await self._sorted(query.where(*within(part)), place, by_risk, after, limit)

    async def find(
        self, text: str, part: Slice, *, by_risk: bool = False, after: After | None = None, limit: int
    ) -> Sequence[tuple[BalanceRow | None, CustomerRow, Decimal | None]]:
        """The same of everybody whom `text` means: it is part of a name, or begins a customer's id, or is an invoice's
        number, in whatever currency. Who owes nothing comes last, without a balance."""
        query = sa.select(BalanceRow, CustomerRow).select_from(CustomerRow)
        query = _with_risk(query.outerjoin(BalanceRow, BalanceRow.customer_id == CustomerRow.id))
        company = sa.func.coalesce(BalanceRow.company, CustomerRow.company)
        known = sa.func.coalesce(BalanceRow.overdue, sa.literal(NOT_KNOWN, BalanceRow.overdue.type))
        place = (known, CustomerRow.id, company, sa.func.coalesce(BalanceRow.currency, CustomerRow.currency))
        asked = ((CustomerRow.segment, part.segment), (CustomerRow.owner_email, part.owner), (company, part.company))
        query = query.where(_matches(text), *(column == value for column, value in asked if value))
        return await self._sorted(query, place, by_risk, after, limit)

    async def _sorted(
        self,
        query: Query,
        place: tuple[sa.ColumnElement[Any] | InstrumentedAttribute[Any], ...],
        by_risk: bool,
        after: After | None,
        limit: int,
    ) -> Sequence[Any]:
        """Below `after`. `place`: overdue, customer, company and currency."""
        amount = BalanceRow.overdue.type
        if by_risk:
            place = (sa.func.coalesce(NextStepRow.at_risk, sa.literal(NOT_KNOWN, amount)), *place)
        if after is not None:
            last = sa.tuple_(
                *([sa.literal(after.at_risk, amount)] if by_risk else []),
                sa.literal(after.overdue, amount),
                sa.literal(after.customer_id),
                sa.literal(after.company),
                sa.literal(after.currency),
            )
            query = query.where(sa.tuple_(*place) < last)
        found = await self._session.execute(query.order_by(*(column.desc() for column in place)).limit(limit))
        return [(balance, customer, at_risk) for balance, customer, at_risk in found]

    async def messages(self, customer_id: str, limit: int) -> Sequence[tuple[MessageRow, UUID | None]]:
        """The newest mails of a customer, each with its newest review."""
        newest = (
            sa.select(sa.func.max(sa.cast(ReviewRow.id, sa.String)))
            .where(ReviewRow.message_id == MessageRow.id)
            .scalar_subquery()
        )
        found = await self._session.execute(
            sa.select(MessageRow, newest)
            .where(MessageRow.customer_id == customer_id)
            .order_by(MessageRow.id.desc())
            .limit(limit)
        )
        return [(message, UUID(review) if review else None) for message, review in found]

    async def sent(self, customer_id: str, limit: int) -> Sequence[tuple[OutboxRow, ReminderRow | None]]:
        """The newest mails to a customer, a reminder with what it asked for."""
        found = await self._session.execute(
            sa.select(OutboxRow, ReminderRow)
            .outerjoin(ReminderRow, ReminderRow.id == OutboxRow.reminder_id)
            .where(OutboxRow.customer_id == customer_id, OutboxRow.state != OutboxState.CANCELLED)
            .order_by(OutboxRow.id.desc())
            .limit(limit)
        )
        return [(row, reminder) for row, reminder in found]

    async def tasks(self, customer_id: str, limit: int) -> Sequence[tuple[TaskRow, PersonsStepRow | None]]:
        """The newest tasks about a customer, one of the plan with what it asked a person for."""
        found = await self._session.execute(
            sa.select(TaskRow, PersonsStepRow)
            .outerjoin(PersonsStepRow, PersonsStepRow.id == TaskRow.id)
            .where(TaskRow.customer_id == customer_id)
            .order_by(TaskRow.id.desc())
            .limit(limit)
        )
        return [(task, step) for task, step in found]

    async def holds(self, customer_id: str) -> Sequence[HoldRow]:
        """All holds, those that have ended too."""
        found = await self._session.scalars(
            sa.select(HoldRow).where(HoldRow.customer_id == customer_id).order_by(HoldRow.set_at)
        )
        return found.all()


def _with_risk(query: Query) -> Query:
    return query.add_columns(NextStepRow.at_risk).outerjoin(
        NextStepRow,
        sa.and_(
            NextStepRow.customer_id == CustomerRow.id,
            NextStepRow.currency == BalanceRow.currency,
            CustomerRow.natural_person.is_(False),
        ),
    )


def _matches(text: str) -> sa.ColumnElement[bool]:
    numbered = sa.select(InvoiceRow.customer_id).where(InvoiceRow.number.in_({text, text.upper()}))
    return sa.or_(
        sa.func.lower(CustomerRow.name).contains(text.lower(), autoescape=True),
        CustomerRow.id.startswith(text, autoescape=True),
        CustomerRow.id.in_(numbered),
    )

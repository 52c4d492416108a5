"""Lists of customers by what they owe, page by page, without ever counting them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.repositories.figures import Slice, within
from app.db.tables.figures import BalanceRow, NextStepRow
from app.db.tables.ledger import CustomerRow, HoldRow, InvoiceRow, TaskRow
from app.db.tables.mail import MessageRow
from app.db.tables.reminders import PersonsStepRow, ReminderRow
from app.db.tables.work import OutboxRow, ReviewRow
from app.domain.review import OutboxState

NOT_KNOWN = Decimal(-1)


@dataclass(frozen=True, slots=True)
class After:
    """The last row of a page: the next one begins below it. `at_risk` is NOT_KNOWN where there is no such value."""

    at_risk: Decimal
    overdue: Decimal
    customer_id: str
    company: str
    currency: str


class Balances:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def page(
        self, part: Slice, *, text: str = "", by_risk: bool = False, after: After | None = None, limit: int
    ) -> Sequence[tuple[BalanceRow, CustomerRow, Decimal | None]]:
        """The most overdue first, or what is most at risk and then those of whom no such value is known; and each's
        value at risk, never a natural person's. `text` is part of a name, or begins a customer's id, or is an invoice's
        number."""
        query = (
            sa.select(BalanceRow, CustomerRow, NextStepRow.at_risk)
            .join(CustomerRow, CustomerRow.id == BalanceRow.customer_id)
            .outerjoin(
                NextStepRow,
                sa.and_(
                    NextStepRow.customer_id == BalanceRow.customer_id,
                    NextStepRow.currency == BalanceRow.currency,
                    CustomerRow.natural_person.is_(False),
                ),
            )
            .where(*within(part))
        )
        first = (
            [sa.func.coalesce(NextStepRow.at_risk, sa.literal(NOT_KNOWN, BalanceRow.overdue.type))] if by_risk else []
        )
        place = (*first, BalanceRow.overdue, BalanceRow.customer_id, BalanceRow.company, BalanceRow.currency)
        if text:
            query = query.where(_matches(text))
        if after is not None:
            last = sa.tuple_(
                *[sa.literal(after.at_risk, BalanceRow.overdue.type) for _ in first],
                sa.literal(after.overdue, BalanceRow.overdue.type),
                sa.literal(after.customer_id),
                sa.literal(after.company),
                sa.literal(after.currency),
            )
            query = query.where(sa.tuple_(*place) < last)
        order = [column.desc() for column in place]
        found = await self._session.execute(query.order_by(*order).limit(limit))
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


def _matches(text: str) -> sa.ColumnElement[bool]:
    numbered = sa.select(InvoiceRow.customer_id).where(InvoiceRow.number.in_({text, text.upper()}))
    return sa.or_(
        sa.func.lower(CustomerRow.name).contains(text.lower(), autoescape=True),
        CustomerRow.id.startswith(text, autoescape=True),
        BalanceRow.customer_id.in_(numbered),
    )

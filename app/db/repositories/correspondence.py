"""What is known about all customers: who waits for an answer, and whom we wrote to or called of late."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables.ledger import TaskRow
from app.db.tables.mail import ConversationRow, HistoryRow, MessageRow
from app.db.tables.reminders import PersonsStepRow
from app.db.tables.work import OutboxRow
from app.domain.message import UNANSWERED
from app.domain.review import OutboxState
from app.domain.task import SPOKEN, TaskState

LOOK_BACK = timedelta(days=8)
LOOK_AHEAD = timedelta(days=14)
"""Caps count by the week; what leaves later counts too: over holidays an approved reminder may wait for ten days."""

NOT_SENT = (OutboxState.CANCELLED, OutboxState.FAILED)

Mail = tuple[set[str], Mapping[str, list[datetime]]]
"""Customers of whom a mail waits, and the moments at which we wrote to each."""


class Correspondence:
    """Of all customers, or of those from one id to another."""

    def __init__(self, session: AsyncSession, between: tuple[str, str] | None = None) -> None:
        self._session = session
        self._between = between

    async def unanswered(self) -> set[str]:
        """Customers of whom a mail waits: not read yet, before a person, or quarantined."""
        customer = sa.func.coalesce(MessageRow.customer_id, ConversationRow.customer_id)
        found = await self._session.scalars(
            sa.select(customer)
            .join(ConversationRow, ConversationRow.id == MessageRow.conversation_id)
            .where(MessageRow.state.in_(UNANSWERED), self._within(customer))
            .distinct()
        )
        return {customer for customer in found if customer is not None}

    async def contacted(self, as_of: date) -> dict[str, list[datetime]]:
        """When we wrote to each customer of late or are about to, from any mailbox and by whomever, or called them."""
        since = start_of(as_of) - LOOK_BACK
        until = start_of(as_of) + LOOK_AHEAD
        found: dict[str, list[datetime]] = defaultdict(list)
        for select in (_answers(since, until), _colleagues_answers(since, until), _persons_steps(since, until)):
            customer_column = select.selected_columns[0]
            for customer, moment in await self._session.execute(select.where(self._within(customer_column))):
                if customer is not None:
                    found[customer].append(moment)
        return found

    def _within(self, customer: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
        return customer.between(*self._between) if self._between else sa.true()


def _answers(since: datetime, until: datetime) -> sa.Select[str | None, datetime]:
    customer = sa.func.coalesce(OutboxRow.customer_id, ConversationRow.customer_id)
    moment = sa.func.coalesce(OutboxRow.sent_at, OutboxRow.send_after)
    return (
        sa.select(customer, moment)
        .join(ConversationRow, ConversationRow.id == OutboxRow.conversation_id)
        .where(OutboxRow.state.not_in(NOT_SENT), moment >= since, moment < until)
    )


def _colleagues_answers(since: datetime, until: datetime) -> sa.Select[str | None, datetime]:
    """Mails of ours that the Sent folder holds and the outbox did not send."""
    ours = sa.exists().where(OutboxRow.rfc_id_hash == HistoryRow.rfc_id_hash)
    return (
        sa.select(ConversationRow.customer_id, HistoryRow.received_at)
        .join(ConversationRow, ConversationRow.id == HistoryRow.conversation_id)
        .where(
            HistoryRow.is_ours,
            HistoryRow.received_at >= since,
            HistoryRow.received_at < until,
            ~ours,
        )
    )


def _persons_steps(since: datetime, until: datetime) -> sa.Select[str, datetime | None]:
    """Calls, letters and messages of the plan that a person saw to, and other talks."""
    is_talk = sa.and_(PersonsStepRow.id.is_(None), TaskRow.kind.in_(SPOKEN))
    return (
        sa.select(TaskRow.customer_id, TaskRow.closed_at)
        .outerjoin(PersonsStepRow, PersonsStepRow.id == TaskRow.id)
        .where(
            sa.or_(PersonsStepRow.channel.is_not(None), is_talk),
            TaskRow.state == TaskState.DONE,
            TaskRow.closed_at >= since,
            TaskRow.closed_at < until,
        )
    )


def start_of(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def end_of(day: date) -> datetime:
    """When a day has ended everywhere: a customer's own day west of us lasts longer than ours."""
    return start_of(day) + timedelta(days=1, hours=12)

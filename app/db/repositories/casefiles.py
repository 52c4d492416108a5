"""All that is kept of one customer, for a case file: mail in both directions, payments, tasks, audit entries."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.repositories.audit import says
from app.db.tables.ledger import PaymentRow, TaskRow
from app.db.tables.mail import ConversationRow, HistoryRow, MessageRow
from app.db.tables.system import AuditRow, Chain
from app.db.tables.work import OutboxRow
from app.domain.audit import Link
from app.domain.review import OutboxState

PAGE = 500
STATIONS = ("ledger", "reminders")
"""Whose audit entries name a customer, and mostly no conversation."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail of the correspondence; its bytes are the payload `raw_id`, None once erased."""

    id: UUID
    at: datetime
    is_ours: bool
    raw_id: UUID = field(repr=False)
    conversation_id: UUID


class CaseFiles:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def letters(self, customer_id: str) -> Sequence[Letter]:
        """Received, sent, and known from before or from the Sent folder; in order of time."""
        threads = sa.select(ConversationRow.id).where(ConversationRow.customer_id == customer_id)
        received = sa.select(
            MessageRow.id, MessageRow.received_at, sa.false(), MessageRow.raw_id, MessageRow.conversation_id
        ).where(MessageRow.customer_id == customer_id)
        sent = sa.select(
            OutboxRow.id,
            sa.func.coalesce(OutboxRow.sent_at, OutboxRow.send_after),
            sa.true(),
            OutboxRow.raw_id,
            OutboxRow.conversation_id,
        ).where(OutboxRow.customer_id == customer_id, OutboxRow.state == OutboxState.SENT)
        known = sa.select(
            HistoryRow.id, HistoryRow.received_at, HistoryRow.is_ours, HistoryRow.raw_id, HistoryRow.conversation_id
        ).where(HistoryRow.conversation_id.in_(threads))
        found = [Letter(*row) for query in (received, sent, known) for row in await self._session.execute(query)]
        return sorted(found, key=lambda letter: (letter.at, letter.id))

    async def payments(self, customer_id: str) -> Sequence[PaymentRow]:
        found = await self._session.scalars(
            sa.select(PaymentRow).where(PaymentRow.customer_id == customer_id).order_by(PaymentRow.day, PaymentRow.id)
        )
        return found.all()

    async def tasks(self, customer_id: str) -> Sequence[TaskRow]:
        found = await self._session.scalars(
            sa.select(TaskRow).where(TaskRow.customer_id == customer_id).order_by(TaskRow.opened_at, TaskRow.id)
        )
        return found.all()

    async def entries(self, customer_id: str, letters: Sequence[Letter]) -> AsyncIterator[Link]:
        """The audit entries of the customer's conversations, and those on their ledger, in the order of the chain."""
        own = await self._session.scalars(
            sa.select(ConversationRow.id).where(ConversationRow.customer_id == customer_id)
        )
        wanted = [*{*own, *(letter.conversation_id for letter in letters)}]
        numbers = set(
            await self._session.scalars(
                sa.select(AuditRow.seq).where(
                    AuditRow.chain == Chain.DECISIONS,
                    sa.or_(*(sa.and_(AuditRow.kind >= f"{one}.", AuditRow.kind < f"{one}/") for one in STATIONS)),
                    says(self._session, "customer_id", customer_id),
                )
            )
        )
        for start in range(0, len(wanted), PAGE):
            some = wanted[start : start + PAGE]
            numbers.update(
                await self._session.scalars(
                    sa.select(AuditRow.seq).where(AuditRow.chain == Chain.DECISIONS, AuditRow.conversation_id.in_(some))
                )
            )
        ordered = sorted(numbers)
        for start in range(0, len(ordered), PAGE):
            rows = await self._session.execute(
                sa.select(AuditRow.seq, AuditRow.previous, AuditRow.hash, AuditRow.body)
                .where(AuditRow.chain == Chain.DECISIONS, AuditRow.seq.in_(ordered[start : start + PAGE]))
                .order_by(AuditRow.seq)
            )
            for row in rows:
                yield Link(*row)

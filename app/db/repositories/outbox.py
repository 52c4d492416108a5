"""The outbox: rows on their way out, and the one UPDATE by which exactly one worker may send each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables.ledger import ContactRow, CustomerRow
from app.db.tables.mail import ConversationRow, MessageRow
from app.db.tables.work import OutboxRow
from app.domain.clock import Clock
from app.domain.errors import NotFound
from app.domain.message import MessageState
from app.domain.review import OutboxState


class Outbox:
    def __init__(self, session: AsyncSession, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    def add(self, row: OutboxRow) -> None:
        self._session.add(row)

    async def get(self, outbox_id: UUID) -> OutboxRow:
        row = await self._session.get(OutboxRow, outbox_id, populate_existing=True)
        if row is None:
            raise NotFound("no such outgoing mail")
        return row

    async def with_unknown_outcome(self, rfc_id_hash: str) -> Sequence[OutboxRow]:
        found = await self._session.scalars(
            sa.select(OutboxRow).where(OutboxRow.rfc_id_hash == rfc_id_hash, OutboxRow.state == OutboxState.UNKNOWN)
        )
        return found.all()

    async def of_review(self, review_id: UUID) -> OutboxRow | None:
        """The newest mail of a review, cancelled ones included."""
        return await self._session.scalar(
            sa.select(OutboxRow).where(OutboxRow.review_id == review_id).order_by(OutboxRow.id.desc()).limit(1)
        )

    async def of_reminder(self, reminder_id: UUID) -> OutboxRow | None:
        """The newest mail of a reminder, cancelled ones included."""
        return await self._session.scalar(
            sa.select(OutboxRow).where(OutboxRow.reminder_id == reminder_id).order_by(OutboxRow.id.desc()).limit(1)
        )

    async def make_ready(self, outbox_id: UUID) -> None:
        """The undo window is over."""
        await self._session.execute(
            sa.update(OutboxRow)
            .where(
                OutboxRow.id == outbox_id,
                OutboxRow.state == OutboxState.WAITING,
                OutboxRow.send_after <= self._clock(),
            )
            .values(state=OutboxState.READY)
        )

    async def claim(self, outbox_id: UUID, *, claimed_by: str) -> bool:
        """ready → sending, if everything that the approval relied on still stands. One UPDATE; commit it before the
        socket opens."""
        claimed = await self._session.execute(
            sa.update(OutboxRow)
            .where(
                OutboxRow.id == outbox_id,
                OutboxRow.state == OutboxState.READY,
                OutboxRow.expires_at > self._clock(),
                *_unchanged(),
                ~self._untriaged(),
            )
            .values(state=OutboxState.SENDING, claimed_by=claimed_by, attempts=OutboxRow.attempts + 1)
        )
        return _rows(claimed) == 1

    async def relies_on_the_past(self, outbox_id: UUID) -> bool:
        """Whether the conversation, the ledger or the contact has changed since the approval."""
        stands = sa.select(OutboxRow.id).where(OutboxRow.id == outbox_id, *_unchanged())
        return await self._session.scalar(stands) is None

    async def move(self, outbox_id: UUID, *, frm: Sequence[OutboxState], to: OutboxState, **values: Any) -> bool:
        """Compare-and-set of the state. False when the row is in none of the expected states."""
        moved = await self._session.execute(
            sa.update(OutboxRow).where(OutboxRow.id == outbox_id, OutboxRow.state.in_(frm)).values(state=to, **values)
        )
        return _rows(moved) == 1

    async def page(
        self, *, state: OutboxState | None, after: UUID | None, limit: int, newest_first: bool = False
    ) -> Sequence[OutboxRow]:
        query = sa.select(OutboxRow).limit(limit)
        if state is not None:
            query = query.where(OutboxRow.state == state)
        if newest_first:
            query = query.order_by(OutboxRow.id.desc())
            query = query.where(OutboxRow.id < after) if after else query
        else:
            query = query.order_by(OutboxRow.id)
            query = query.where(OutboxRow.id > after) if after else query
        return (await self._session.scalars(query)).all()

    async def of_conversation(self, conversation_id: UUID) -> Sequence[OutboxRow]:
        found = await self._session.scalars(
            sa.select(OutboxRow)
            .where(OutboxRow.conversation_id == conversation_id, OutboxRow.state != OutboxState.CANCELLED)
            .order_by(OutboxRow.id)
        )
        return found.all()

    async def counts(self) -> dict[OutboxState, int]:
        rows = await self._session.execute(sa.select(OutboxRow.state, sa.func.count()).group_by(OutboxRow.state))
        counted = {state: count for state, count in rows}
        return {state: counted.get(state, 0) for state in OutboxState}

    async def due(self, *, before: datetime, limit: int) -> Sequence[UUID]:
        """Mails that should have left before a moment: their jobs may be gone."""
        found = await self._session.scalars(
            sa.select(OutboxRow.id)
            .where(OutboxRow.state.in_([OutboxState.WAITING, OutboxState.READY]), OutboxRow.send_after < before)
            .order_by(OutboxRow.id)
            .limit(limit)
        )
        return found.all()

    @staticmethod
    def _untriaged() -> sa.Exists:
        return sa.exists().where(
            MessageRow.conversation_id == OutboxRow.conversation_id, MessageRow.state == MessageState.IN_WORK
        )


def _unchanged() -> tuple[sa.ColumnElement[bool], ...]:
    """The versions that a mail was approved against are the present ones."""
    conversation = sa.select(ConversationRow.version).where(ConversationRow.id == OutboxRow.conversation_id)
    ledger = sa.select(CustomerRow.ledger_version).where(CustomerRow.id == OutboxRow.customer_id)
    contact = sa.select(ContactRow.version).where(ContactRow.id == OutboxRow.contact_id)
    return (
        OutboxRow.conversation_version == conversation.scalar_subquery(),
        sa.or_(OutboxRow.customer_id.is_(None), OutboxRow.ledger_version == ledger.scalar_subquery()),
        sa.or_(OutboxRow.contact_id.is_(None), OutboxRow.contact_version == contact.scalar_subquery()),
    )


def _rows(result: sa.Result[Any]) -> int:
    assert isinstance(result, sa.CursorResult)  # noqa: S101  # an UPDATE gives a cursor result
    return result.rowcount

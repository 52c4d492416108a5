"""The outbox: rows on their way out, and the one UPDATE by which exactly one worker may send each."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.bulk import rows_changed
from app.db.tables.ledger import ContactRow, CustomerRow
from app.db.tables.mail import ConversationRow, MessageRow
from app.db.tables.work import OutboxRow, ReviewRow
from app.domain.clock import Clock
from app.domain.errors import NotFound
from app.domain.message import MessageState
from app.domain.review import LEAVING, OutboxState
from app.domain.sending import ABOUT_THE_SERVER, DAY, Automatic


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

    async def of_ids(self, outbox_ids: Collection[UUID]) -> Sequence[OutboxRow]:
        found = await self._session.scalars(sa.select(OutboxRow).where(OutboxRow.id.in_(outbox_ids)))
        return found.all()

    async def with_unknown_outcome(self, rfc_id_hash: str) -> Sequence[OutboxRow]:
        found = await self._session.scalars(
            sa.select(OutboxRow).where(OutboxRow.rfc_id_hash == rfc_id_hash, OutboxRow.state == OutboxState.UNKNOWN)
        )
        return found.all()

    async def recipients_of(self, rfc_id_hashes: Collection[str]) -> set[str]:
        """The hashes of the addresses that these mails went to."""
        found = await self._session.scalars(
            sa.select(OutboxRow.recipient_hash).where(OutboxRow.rfc_id_hash.in_(rfc_id_hashes))
        )
        return set(found)

    async def of_review(self, review_id: UUID) -> OutboxRow | None:
        """The newest mail of a review, cancelled ones included."""
        return await self._session.scalar(
            sa.select(OutboxRow).where(OutboxRow.review_id == review_id).order_by(OutboxRow.id.desc()).limit(1)
        )

    async def waiting_of(self, user_id: UUID, *, limit: int) -> Sequence[tuple[OutboxRow, ReviewRow]]:
        """The answers that this person approved and that wait for the end of their undo window, the newest first."""
        found = await self._session.execute(
            sa.select(OutboxRow, ReviewRow)
            .join(ReviewRow, ReviewRow.id == OutboxRow.review_id)
            .where(OutboxRow.state == OutboxState.WAITING, ReviewRow.decided_by == user_id)
            .order_by(OutboxRow.id.desc())
            .limit(limit)
        )
        return [(row, review) for row, review in found]

    async def of_reminder(self, reminder_id: UUID) -> OutboxRow | None:
        """The newest mail of a reminder, cancelled ones included."""
        return await self._session.scalar(
            sa.select(OutboxRow).where(OutboxRow.reminder_id == reminder_id).order_by(OutboxRow.id.desc()).limit(1)
        )

    async def of_reminders(self, reminder_ids: Collection[UUID]) -> dict[UUID, OutboxRow]:
        """The newest mail of each reminder, as `of_reminder`."""
        rows = await self._session.scalars(
            sa.select(OutboxRow).where(OutboxRow.reminder_id.in_(reminder_ids)).order_by(OutboxRow.id)
        )
        return {row.reminder_id: row for row in rows if row.reminder_id is not None}

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
        socket opens. A mail whose sender died before any of its body could leave is claimed anew."""
        claimed = await self._session.execute(
            sa.update(OutboxRow)
            .where(
                OutboxRow.id == outbox_id,
                sa.or_(OutboxRow.state == OutboxState.READY, _claimed_only()),
                OutboxRow.expires_at > self._clock(),
                *_unchanged(),
                ~self._untriaged(),
            )
            .values(
                state=OutboxState.SENDING,
                claimed_by=claimed_by,
                claimed_at=self._clock(),
                has_begun=False,
                next_attempt_at=None,
                attempts=OutboxRow.attempts + 1,
            )
        )
        return rows_changed(claimed) == 1

    async def lock_grounds(self, row: OutboxRow) -> None:
        """Hold what the approval relied on as it is until this transaction ends: on PostgreSQL somebody may be changing
        it just now, unseen by our snapshot. In the order in which triage locks them."""
        for table, key in (
            (CustomerRow, row.customer_id),
            (ConversationRow, row.conversation_id),
            (ContactRow, row.contact_id),
        ):
            if key is not None:
                await self._session.execute(
                    sa.select(sa.literal(1)).select_from(table).where(table.id == key).with_for_update(read=True)
                )

    async def begin(self, outbox_id: UUID, *, claimed_by: str) -> bool:
        """Whether the body may go on the wire: the claim is still this one, and all that the approval relied on stands.
        From here on a lost outcome is unknown; commit it first."""
        begun = await self._session.execute(
            sa.update(OutboxRow)
            .where(
                OutboxRow.id == outbox_id,
                OutboxRow.state == OutboxState.SENDING,
                OutboxRow.claimed_by == claimed_by,
                *_unchanged(),
                ~self._untriaged(),
            )
            .values(has_begun=True)
        )
        return rows_changed(begun) == 1

    async def release(self, outbox_id: UUID, *, claimed_by: str = "") -> bool:
        """sending → ready for a mail of which nothing can have left; of this claim, if one is given."""
        query = sa.update(OutboxRow).where(OutboxRow.id == outbox_id, _claimed_only())
        if claimed_by:
            query = query.where(OutboxRow.claimed_by == claimed_by)
        return rows_changed(await self._session.execute(query.values(state=OutboxState.READY))) == 1

    async def next_in_line(self, mailbox_id: UUID) -> OutboxRow | None:
        """The oldest mail of the mailbox that waits for the mail server."""
        return await self._session.scalar(
            sa.select(OutboxRow)
            .where(
                OutboxRow.mailbox_id == mailbox_id,
                OutboxRow.state == OutboxState.READY,
                OutboxRow.last_error.in_(ABOUT_THE_SERVER),
            )
            .order_by(OutboxRow.id)
            .limit(1)
        )

    async def ready_ahead(self, row: OutboxRow) -> int:
        """How many older mails of the mailbox are ready as well."""
        older = sa.select(sa.func.count()).where(
            OutboxRow.mailbox_id == row.mailbox_id, OutboxRow.state == OutboxState.READY, OutboxRow.id < row.id
        )
        return await self._session.scalar(older) or 0

    async def left_lately(self, row: OutboxRow, within: timedelta) -> tuple[int, int]:
        """How many mails of the same mailbox, and how many to the same domain from whichever mailbox, were claimed just
        now. Later than now is from before the clock was set back."""
        now = self._clock()

        async def other(which: sa.ColumnElement[bool]) -> int:
            lately = sa.select(sa.func.count()).where(
                which, OutboxRow.claimed_at.between(now - within, now), OutboxRow.id != row.id
            )
            return await self._session.scalar(lately) or 0

        return (
            await other(OutboxRow.mailbox_id == row.mailbox_id),
            await other(OutboxRow.domain_hash == row.domain_hash),
        )

    async def automatic_lately(self, conversation_id: UUID, recipient_hash: str) -> Automatic:
        """What was said within a day without a person, here and to this address; what was taken back doesn't count."""
        here = sa.func.count().filter(OutboxRow.conversation_id == conversation_id)
        there = sa.func.count().filter(OutboxRow.recipient_hash == recipient_hash)
        counted = await self._session.execute(
            sa.select(here, there).where(
                OutboxRow.is_automatic,
                OutboxRow.state != OutboxState.CANCELLED,
                OutboxRow.created_at > self._clock() - DAY,
                sa.or_(OutboxRow.conversation_id == conversation_id, OutboxRow.recipient_hash == recipient_hash),
            )
        )
        in_conversation, to_address = counted.one()
        return Automatic(in_conversation, to_address)

    async def relies_on_the_past(self, outbox_id: UUID) -> bool:
        """Whether the conversation, the ledger or the contact has changed since the approval."""
        stands = sa.select(OutboxRow.id).where(OutboxRow.id == outbox_id, *_unchanged())
        return await self._session.scalar(stands) is None

    async def move(self, outbox_id: UUID, *, frm: Collection[OutboxState], to: OutboxState, **values: Any) -> bool:
        """Compare-and-set of the state. False when the row is in none of the expected states."""
        moved = await self._session.execute(
            sa.update(OutboxRow).where(OutboxRow.id == outbox_id, OutboxRow.state.in_(frm)).values(state=to, **values)
        )
        return rows_changed(moved) == 1

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

    async def oldest_due(self) -> datetime | None:
        """Since when the mail that waits longest for the mail server should have left."""
        due = sa.select(sa.func.min(OutboxRow.send_after)).where(
            OutboxRow.state.in_(LEAVING), OutboxRow.send_after <= self._clock()
        )
        return await self._session.scalar(due)

    async def due(self, *, before: datetime, limit: int) -> Sequence[UUID]:
        """Mails that should have left before a moment, also those that somebody began to send: their jobs may be
        gone."""
        found = await self._session.scalars(
            sa.select(OutboxRow.id)
            .where(
                OutboxRow.state.in_(LEAVING | {OutboxState.SENDING}),
                OutboxRow.send_after < before,
            )
            .order_by(OutboxRow.id)
            .limit(limit)
        )
        return found.all()

    @staticmethod
    def _untriaged() -> sa.Exists:
        return sa.exists().where(
            MessageRow.conversation_id == OutboxRow.conversation_id, MessageRow.state == MessageState.IN_WORK
        )


def _claimed_only() -> sa.ColumnElement[bool]:
    """A sender took it, and died or gave it back before the body."""
    return sa.and_(OutboxRow.state == OutboxState.SENDING, OutboxRow.has_begun.is_(False))


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

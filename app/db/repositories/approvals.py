"""Approvals of a whole batch of reminders: what was asked for, and how far the work is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.bulk import among, rows_changed
from app.db.tables.reminders import BatchApprovalRow, BatchRow, ReminderRow
from app.domain.errors import NotFound
from app.domain.reminder_life import ReminderState

GOES = (ReminderState.APPROVED, ReminderState.VOID)
"""Void: it was approved, and something has changed since."""


@dataclass(frozen=True, slots=True)
class Approvable:
    """A draft that a person may approve, as it stands."""

    id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class ApprovalProgress:
    """`left` are still to be worked; what is neither approved nor left stayed behind."""

    total: int
    approved: int
    left: int
    is_running: bool

    @property
    def kept(self) -> int:
        return self.total - self.approved - self.left


class Approvals:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def approvable(self, batch_id: UUID, *, to_be_kept: bool = False) -> list[Approvable]:
        """Drafts of a batch that nobody has decided on and the checks have not refused, in the order of their ids.

        `to_be_kept`: nobody changes them until the transaction ends.
        """
        drafts = (
            sa.select(ReminderRow.id, ReminderRow.version)
            .where(
                ReminderRow.batch_id == batch_id,
                ReminderRow.state == ReminderState.DRAFTED,
                ~ReminderRow.is_refused,
            )
            .order_by(ReminderRow.id)
        )
        rows = await self._session.execute(drafts.with_for_update() if to_be_kept else drafts)
        return [Approvable(*row) for row in rows]

    async def running(self, batch_id: UUID) -> BatchApprovalRow | None:
        """The one that is not over, which nobody else can start beside it: the batch stays locked."""
        await self._session.execute(sa.select(BatchRow.id).where(BatchRow.id == batch_id).with_for_update())
        return await self._session.scalar(
            sa.select(BatchApprovalRow).where(
                BatchApprovalRow.batch_id == batch_id, BatchApprovalRow.finished_at.is_(None)
            )
        )

    async def open(self, row: BatchApprovalRow, chosen: Sequence[UUID]) -> None:
        self._session.add(row)
        await self._session.flush()
        await self._session.execute(
            sa.update(ReminderRow)
            .where(among(self._session, ReminderRow.id, chosen))
            .values(approval_id=row.id)
            .execution_options(synchronize_session=False)
        )

    async def get(self, approval_id: UUID) -> BatchApprovalRow:
        """Raises NotFound."""
        row = await self._session.get(BatchApprovalRow, approval_id)
        if row is None:
            raise NotFound("no such batch of reminders")
        return row

    async def next(self, row: BatchApprovalRow, limit: int) -> list[Approvable]:
        """What is left of it, in the order of the ids."""
        rows = await self._session.execute(
            sa.select(ReminderRow.id, ReminderRow.version)
            .where(
                ReminderRow.batch_id == row.batch_id,
                ReminderRow.approval_id == row.id,
                ReminderRow.state == ReminderState.DRAFTED,
            )
            .order_by(ReminderRow.id)
            .limit(limit)
        )
        return [Approvable(*one) for one in rows]

    async def leave(self, row: BatchApprovalRow, reminder_id: UUID | None = None) -> None:
        """What is not approved waits for a person again: one reminder, or all that is left."""
        only = [ReminderRow.id == reminder_id] if reminder_id is not None else []
        await self._session.execute(
            sa.update(ReminderRow)
            .where(
                ReminderRow.batch_id == row.batch_id,
                ReminderRow.approval_id == row.id,
                ReminderRow.state == ReminderState.DRAFTED,
                *only,
            )
            .values(approval_id=None)
            .execution_options(synchronize_session=False)
        )

    async def finish(self, approval_id: UUID, at: datetime) -> bool:
        """False when it was finished before."""
        done = await self._session.execute(
            sa.update(BatchApprovalRow)
            .where(BatchApprovalRow.id == approval_id, BatchApprovalRow.finished_at.is_(None))
            .values(finished_at=at)
        )
        return rows_changed(done) == 1

    async def unfinished(self, asked_before: datetime, limit: int) -> Sequence[UUID]:
        """Approvals that a job should be looking after."""
        found = await self._session.scalars(
            sa.select(BatchApprovalRow.id)
            .where(BatchApprovalRow.finished_at.is_(None), BatchApprovalRow.asked_at < asked_before)
            .limit(limit)
        )
        return found.all()

    async def progress(self, batch_id: UUID) -> ApprovalProgress | None:
        """Of the newest approval of a batch."""
        row = await self._session.scalar(
            sa.select(BatchApprovalRow)
            .where(BatchApprovalRow.batch_id == batch_id)
            .order_by(BatchApprovalRow.id.desc())
            .limit(1)
        )
        if row is None:
            return None
        counts = {
            state: count
            for state, count in await self._session.execute(
                sa.select(ReminderRow.state, sa.func.count())
                .where(ReminderRow.batch_id == batch_id, ReminderRow.approval_id == row.id)
                .group_by(ReminderRow.state)
            )
        }
        approved = sum(counts.get(state, 0) for state in GOES)
        left = counts.get(ReminderState.DRAFTED, 0)
        return ApprovalProgress(row.total, approved, left, row.finished_at is None)

"""The book of reminders: what was drafted, what a person decided, what has left."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.bulk import among, rows_changed
from app.db.tables.ledger import TaskRow
from app.db.tables.reminders import BatchRow, PersonsStepRow, ReminderRow
from app.db.tables.work import OutboxRow
from app.domain.clock import Clock
from app.domain.errors import NotFound
from app.domain.intents import Tone
from app.domain.reminder_life import ReminderState
from app.domain.review import OutboxState
from app.domain.task import TaskState


class ReminderBook:
    def __init__(self, session: AsyncSession, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    def add_batch(self, row: BatchRow) -> None:
        self._session.add(row)

    def add(self, row: ReminderRow) -> None:
        self._session.add(row)

    async def get(self, reminder_id: UUID) -> ReminderRow:
        """Raises NotFound."""
        row = await self._session.get(ReminderRow, reminder_id, populate_existing=True)
        if row is None:
            raise NotFound("no such reminder")
        return row

    async def batch(self, batch_id: UUID) -> BatchRow:
        """Raises NotFound."""
        row = await self._session.get(BatchRow, batch_id)
        if row is None:
            raise NotFound("no such batch of reminders")
        return row

    async def batches(self, limit: int) -> Sequence[BatchRow]:
        """The newest first."""
        found = await self._session.scalars(sa.select(BatchRow).order_by(BatchRow.id.desc()).limit(limit))
        return found.all()

    async def begin(self, batch: BatchRow, planned: int) -> bool:
        """Keep a batch and how many its plan wants. False where an earlier try of the same did."""
        kept = await self._session.get(BatchRow, batch.id, with_for_update=True)
        if kept is None:
            kept = batch
            self.add_batch(kept)
        elif kept.planned is not None:
            return False
        kept.planned = planned
        return True

    async def drafting_of(self, user_id: UUID, as_of: date) -> UUID | None:
        """The batch that is being drafted for this person and day."""
        return await self._session.scalar(
            sa.select(BatchRow.id).where(
                BatchRow.created_by == user_id, BatchRow.as_of == as_of, BatchRow.drafting_since.is_not(None)
            )
        )

    async def undrafted(self, asked_before: datetime, limit: int) -> Sequence[UUID]:
        """Batches that a job should be drafting."""
        found = await self._session.scalars(
            sa.select(BatchRow.id).where(BatchRow.drafting_since < asked_before).limit(limit)
        )
        return found.all()

    async def has_in_batch(self, batch_id: UUID, customer_id: str, company: str, currency: str) -> bool:
        """Whether it holds this reminder, whatever became of it; nobody adds another until this transaction ends."""
        await self._session.execute(sa.select(BatchRow.id).where(BatchRow.id == batch_id).with_for_update())
        found = sa.select(ReminderRow.id).where(
            ReminderRow.batch_id == batch_id,
            ReminderRow.customer_id == customer_id,
            ReminderRow.company == company,
            ReminderRow.currency == currency,
        )
        return await self._session.scalar(found.limit(1)) is not None

    async def of_batch(self, batch_id: UUID) -> Sequence[ReminderRow]:
        """In the order in which they were planned."""
        found = await self._session.scalars(
            sa.select(ReminderRow).where(ReminderRow.batch_id == batch_id).order_by(ReminderRow.id)
        )
        return found.all()

    async def page_of_batch(self, batch_id: UUID, *, offset: int, limit: int) -> Sequence[ReminderRow]:
        """What nobody has decided on first, and of that what a person should look at: refused, firm, large."""
        is_open = ReminderRow.state == ReminderState.DRAFTED
        found = await self._session.scalars(
            sa.select(ReminderRow)
            .where(ReminderRow.batch_id == batch_id)
            .order_by(
                sa.case((is_open, 0), else_=1),
                sa.case((ReminderRow.is_refused, 0), (ReminderRow.tone == Tone.FIRM.value, 1), else_=2),
                ReminderRow.amount.desc(),
                ReminderRow.id,
            )
            .offset(offset)
            .limit(limit)
        )
        return found.all()

    async def tally(self, batch_ids: Sequence[UUID]) -> dict[UUID, dict[ReminderState, int]]:
        """How many of each batch are in which state."""
        rows = await self._session.execute(
            sa.select(ReminderRow.batch_id, ReminderRow.state, sa.func.count())
            .where(ReminderRow.batch_id.in_(batch_ids))
            .group_by(ReminderRow.batch_id, ReminderRow.state)
        )
        tallies: dict[UUID, dict[ReminderState, int]] = {batch_id: {} for batch_id in batch_ids}
        for batch_id, state, count in rows:
            tallies[batch_id][state] = count
        return tallies

    async def move(
        self,
        reminder_id: UUID,
        *,
        frm: ReminderState,
        to: ReminderState,
        version: int | None = None,
        **values: Any,
    ) -> bool:
        """Compare-and-set of the state (and of the version, where a person looked at one). False when it is another."""
        expected = [ReminderRow.id == reminder_id, ReminderRow.state == frm]
        expected += [ReminderRow.version == version] if version is not None else []
        moved = await self._session.execute(
            sa.update(ReminderRow).where(*expected).values(state=to, version=ReminderRow.version + 1, **values)
        )
        return rows_changed(moved) == 1

    async def conversation(self, customer_id: str, company: str, currency: str) -> UUID | None:
        """That of the customer's newest reminder from a company in a currency."""
        return await self._session.scalar(
            sa.select(ReminderRow.conversation_id)
            .where(
                ReminderRow.customer_id == customer_id,
                ReminderRow.company == company,
                ReminderRow.currency == currency,
            )
            .order_by(ReminderRow.id.desc())
            .limit(1)
        )

    async def last_sent(self, customer_id: str, company: str, currency: str) -> date | None:
        """The day (UTC) on which a company last reminded the customer."""
        moment = await self._session.scalar(
            sa.select(sa.func.max(OutboxRow.sent_at))
            .join(ReminderRow, ReminderRow.id == OutboxRow.reminder_id)
            .where(
                ReminderRow.customer_id == customer_id,
                ReminderRow.company == company,
                ReminderRow.currency == currency,
                OutboxRow.state == OutboxState.SENT,
            )
        )
        return moment.date() if moment else None

    def add_step(self, row: PersonsStepRow) -> None:
        self._session.add(row)

    async def persons_step(self, task_id: UUID) -> PersonsStepRow | None:
        """What the plan asked for when it opened this task; None for other tasks."""
        return await self._session.get(PersonsStepRow, task_id)

    async def persons_step_for_update(self, task_id: UUID) -> PersonsStepRow:
        """Which nobody else can change until this transaction ends. Raises NotFound."""
        row = await self._session.get(PersonsStepRow, task_id, with_for_update=True)
        if row is None:
            raise NotFound("this task has no drafted text")
        return row

    async def open_steps(self, customer_ids: Sequence[str]) -> Sequence[PersonsStepRow]:
        """What the plan has asked people for, of these customers, and nobody has done yet."""
        found = await self._session.scalars(
            sa.select(PersonsStepRow)
            .join(TaskRow, TaskRow.id == PersonsStepRow.id)
            .where(TaskRow.state == TaskState.OPEN, among(self._session, PersonsStepRow.customer_id, customer_ids))
        )
        return found.all()

    async def replace(self, old: ReminderRow, new: ReminderRow) -> bool:
        """Let a new draft take the place of one, as `move` does; whatever was decided on the old one is no more."""
        kept = {"id", "batch_id", "state", "version"}
        columns = [column.key for column in sa.inspect(ReminderRow).column_attrs if column.key not in kept]
        values = {column: getattr(new, column) for column in columns}
        return await self.move(old.id, frm=old.state, to=ReminderState.DRAFTED, version=old.version, **values)

    async def drafted_of(self, customer_ids: Collection[str]) -> Sequence[UUID]:
        """Reminders of these customers that nobody has decided on."""
        found = await self._session.scalars(
            sa.select(ReminderRow.id).where(
                ReminderRow.state == ReminderState.DRAFTED, among(self._session, ReminderRow.customer_id, customer_ids)
            )
        )
        return found.all()

    async def void(self, reminder_id: UUID) -> None:
        """What its approval relied on has changed."""
        await self.move(reminder_id, frm=ReminderState.APPROVED, to=ReminderState.VOID)

    async def supersede(self) -> None:
        """Drafts that nobody decided on: a later plan takes their place, whether it wants them again or not."""
        await self._session.execute(
            sa.update(ReminderRow)
            .where(ReminderRow.state == ReminderState.DRAFTED)
            .values(state=ReminderState.SUPERSEDED, version=ReminderRow.version + 1)
        )

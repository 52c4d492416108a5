"""Open tasks in which a person sees to a customer: asked for by a next best action, a broken promise, or the plan."""

from collections.abc import Collection, Mapping
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.bulk import among
from app.db.tables.ledger import CustomerRow, TaskRow
from app.db.tables.reminders import PersonsStepRow
from app.domain.errors import NotFound
from app.domain.task import TALKS, TaskKind, TaskState

OpenTalks = Mapping[tuple[str, TaskKind], UUID]
"""The oldest open task of a customer and kind."""


class Talks:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def open_of(self, customer_ids: Collection[str]) -> OpenTalks:
        """One query, however many customers. A step at which nobody could be written to was once opened as a call."""
        is_lost = sa.and_(PersonsStepRow.id.is_not(None), PersonsStepRow.channel.is_(None), PersonsStepRow.stage != "")
        found = await self._session.execute(
            sa.select(TaskRow.customer_id, TaskRow.kind, TaskRow.id, is_lost)
            .outerjoin(PersonsStepRow, PersonsStepRow.id == TaskRow.id)
            .where(
                TaskRow.state == TaskState.OPEN,
                TaskRow.kind.in_(TALKS),
                among(self._session, TaskRow.customer_id, customer_ids),
            )
            .order_by(TaskRow.id.desc())
        )
        return {
            (customer, TaskKind.SWITCH_CONTACT if is_lost else kind): task_id
            for customer, kind, task_id, is_lost in found
        }

    async def customer_for_update(self, customer_id: str) -> CustomerRow:
        """Of two who open a task for one customer at once, the second waits here and finds that of the first.

        Raises NotFound."""
        row = await self._session.scalar(sa.select(CustomerRow).where(CustomerRow.id == customer_id).with_for_update())
        if row is None:
            raise NotFound("there is no customer {customer_id}", customer_id=customer_id)
        return row

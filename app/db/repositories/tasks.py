"""Tasks for people."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables.ledger import CustomerRow, TaskRow
from app.domain.clock import Clock
from app.domain.errors import NotFound
from app.domain.ids import new_id
from app.domain.task import TaskKind, TaskState


class Tasks:
    def __init__(self, session: AsyncSession, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    async def known_keys(self, keys: Collection[str]) -> set[str]:
        """Those of the keys under which a task was opened before, whatever became of it."""
        return set(await self._session.scalars(sa.select(TaskRow.key).where(TaskRow.key.in_(list(keys)))))

    async def open_once(
        self,
        kind: TaskKind,
        *,
        key: str,
        customer_id: str,
        due: date,
        owner_email: str = "",
        case_id: UUID | None = None,
    ) -> TaskRow | None:
        """Open a task, unless there was one under this key. Returns the new one."""
        if await self.known_keys([key]):
            return None
        row = TaskRow(
            id=new_id(),
            key=key,
            kind=kind,
            state=TaskState.OPEN,
            customer_id=customer_id,
            case_id=case_id,
            owner_email=owner_email,
            due=due,
            opened_at=self._clock(),
        )
        self._session.add(row)
        return row

    async def get_for_update(self, task_id: UUID) -> TaskRow:
        """Raises NotFound."""
        row = await self._session.get(TaskRow, task_id, with_for_update=True)
        if row is None:
            raise NotFound("there is no such task")
        return row

    async def of_case(self, case_id: UUID) -> Sequence[TaskRow]:
        found = await self._session.scalars(sa.select(TaskRow).where(TaskRow.case_id == case_id).order_by(TaskRow.id))
        return found.all()

    async def page(
        self,
        *,
        state: TaskState,
        kind: TaskKind | None = None,
        owner: str = "",
        limit: int = 200,
    ) -> Sequence[tuple[TaskRow, CustomerRow]]:
        """Tasks with their customers, the most urgent first."""
        query = (
            sa.select(TaskRow, CustomerRow)
            .join(CustomerRow, CustomerRow.id == TaskRow.customer_id)
            .where(TaskRow.state == state)
        )
        if kind is not None:
            query = query.where(TaskRow.kind == kind)
        if owner:
            query = query.where(TaskRow.owner_email == owner)
        found = await self._session.execute(query.order_by(TaskRow.due, TaskRow.id).limit(limit))
        return [(row[0], row[1]) for row in found]

    async def count(self) -> dict[TaskState, int]:
        found = await self._session.execute(sa.select(TaskRow.state, sa.func.count()).group_by(TaskRow.state))
        return {row[0]: row[1] for row in found}

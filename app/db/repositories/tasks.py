"""Tasks for people."""

from collections.abc import Collection, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.bulk import among
from app.db.repositories.keyset import Order, Paged, Query, counted
from app.db.sealing import Keyring
from app.db.tables.ledger import CustomerRow, TaskRow
from app.domain.clock import Clock
from app.domain.errors import NotFound
from app.domain.ids import new_id
from app.domain.task import NewTask, TaskState

BY_DUE = Order(TaskRow.due, TaskRow.id)
BY_CLOSED = Order(TaskRow.closed_at, TaskRow.id, is_latest_first=True)


class Tasks:
    def __init__(self, session: AsyncSession, keyring: Keyring, clock: Clock) -> None:
        self._session = session
        self._keyring = keyring
        self._clock = clock

    async def open_once(self, wanted: Sequence[NewTask]) -> list[TaskRow]:
        """Open these tasks but those whose key is known, whatever became of them. Returns the new ones."""
        known = await self._known({task.key for task in wanted})
        rows = [self._row(task) for task in wanted if task.key not in known]
        self._session.add_all(rows)
        return rows

    async def _known(self, keys: Collection[str]) -> set[str]:
        return set(await self._session.scalars(sa.select(TaskRow.key).where(among(self._session, TaskRow.key, keys))))

    def _row(self, task: NewTask) -> TaskRow:
        task_id = new_id()
        return TaskRow(
            id=task_id,
            key=task.key,
            kind=task.kind,
            state=TaskState.OPEN,
            customer_id=task.customer_id,
            case_id=task.case_id,
            review_id=task.review_id,
            owner_email=task.owner_email,
            due=task.due,
            note=self._keyring.seal(task_id, task.note.encode()) if task.note else None,
            opened_at=self._clock(),
        )

    async def owe(self, task: NewTask) -> None:
        """Open this task; one of its key that nobody has closed says what it says now, and is open again."""
        row = await self._of_key(task.key)
        if row is None:
            self._session.add(self._row(task))
        elif row.closed_by is None:
            row.state, row.closed_at, row.due, row.review_id = TaskState.OPEN, None, task.due, task.review_id
            row.note = self._keyring.seal(row.id, task.note.encode()) if task.note else None

    async def withdraw(self, key: str) -> None:
        """It is not needed as things stand: closed by nobody, unless a person closed it."""
        row = await self._of_key(key)
        if row is not None and row.state is TaskState.OPEN:
            row.state, row.closed_at, row.closed_by = TaskState.DISMISSED, self._clock(), None

    async def _of_key(self, key: str) -> TaskRow | None:
        return await self._session.scalar(sa.select(TaskRow).where(TaskRow.key == key).with_for_update())

    async def get(self, task_id: UUID) -> TaskRow:
        """Raises NotFound."""
        row = await self._session.get(TaskRow, task_id)
        if row is None:
            raise NotFound("there is no such task")
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
        self, state: TaskState, *, owner: str = "", after: str = "", limit: int
    ) -> Paged[tuple[TaskRow, CustomerRow]]:
        """Tasks with their customers: of the open ones the first that is due, of the others the last that was closed.

        Raises Invalid for a broken cursor.
        """
        query = _of(state, owner, sa.select(TaskRow, CustomerRow))
        query = query.join(CustomerRow, CustomerRow.id == TaskRow.customer_id)
        return await (BY_DUE if state is TaskState.OPEN else BY_CLOSED).page(
            self._session, query, after=after, limit=limit
        )

    async def count(self, state: TaskState, *, owner: str = "") -> int:
        """At most MOST_COUNTED."""
        return await counted(self._session, _of(state, owner, sa.select(TaskRow.id)))


def _of(state: TaskState, owner: str, query: Query) -> Query:
    query = query.where(TaskRow.state == state)
    return query.where(TaskRow.owner_email == owner) if owner else query

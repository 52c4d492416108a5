"""What waits for people, by whose customers it is: reviews, tasks, promises that are due, what is overdue."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.repositories.figures import Slice, figures_within
from app.db.tables.figures import FigureRow
from app.db.tables.ledger import CustomerRow, TaskRow
from app.db.tables.work import ReviewRow
from app.domain.receivables import AGES, FigureName
from app.domain.review import ReviewState
from app.domain.task import TaskState

SOON = timedelta(days=7)
LATE = AGES[1:]


@dataclass(slots=True)
class Load:
    """`promises` are those whose day is within a week or has passed; sums in the currency that was asked for."""

    reviews: int = 0
    tasks: int = 0
    tasks_late: int = 0
    promises: int = 0
    promised: Decimal = Decimal(0)
    overdue: Decimal = Decimal(0)

    def add(self, other: "Load") -> None:
        self.reviews += other.reviews
        self.tasks += other.tasks
        self.tasks_late += other.tasks_late
        self.promises += other.promises
        self.promised += other.promised
        self.overdue += other.overdue


class Workloads:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def by_owner(self, day: date, part: Slice) -> Mapping[str, Load]:
        """By the owner of the customers, of a task by its own; "" is nobody. Sums are those of the figures of `day`."""
        loads: dict[str, Load] = defaultdict(Load)
        for owner, reviews in await self._reviews(part):
            loads[owner].reviews = reviews
        for owner, tasks, late in await self._tasks(day, part):
            loads[owner].tasks, loads[owner].tasks_late = tasks, int(late or 0)
        for owner, name, value, count in await self._sums(day, part):
            load = loads[owner]
            if name is FigureName.PROMISE_DUE:
                load.promises, load.promised = int(count), value
            else:
                load.overdue += value
        return loads

    async def _reviews(self, part: Slice) -> sa.Result[str, int]:
        """Those of unknown customers too: they are nobody's yet."""
        owner = sa.func.coalesce(CustomerRow.owner_email, "")
        return await self._session.execute(
            sa.select(owner, sa.func.count())
            .select_from(ReviewRow)
            .outerjoin(CustomerRow, CustomerRow.id == ReviewRow.customer_id)
            .where(ReviewRow.state.in_((ReviewState.PENDING, ReviewState.AWAITING_SECOND)), *_of_customer(part))
            .group_by(owner)
        )

    async def _tasks(self, day: date, part: Slice) -> sa.Result[str, int, int]:
        late: sa.ColumnElement[int] = sa.func.sum(sa.case((TaskRow.due < day, 1), else_=0))
        return await self._session.execute(
            sa.select(TaskRow.owner_email, sa.func.count(), late)
            .join(CustomerRow, CustomerRow.id == TaskRow.customer_id)
            .where(TaskRow.state == TaskState.OPEN, *_of_customer(part))
            .group_by(TaskRow.owner_email)
        )

    async def _sums(self, day: date, part: Slice) -> sa.Result[str, FigureName, Decimal, int]:
        is_soon = sa.and_(
            FigureRow.name == FigureName.PROMISE_DUE,
            FigureRow.detail <= (day + SOON).isoformat(),
            FigureRow.detail != "",
        )
        return await self._session.execute(
            sa.select(FigureRow.owner_email, FigureRow.name, sa.func.sum(FigureRow.value), sa.func.sum(FigureRow.count))
            .where(FigureRow.day == day, sa.or_(FigureRow.name.in_(LATE), is_soon), *figures_within(part))
            .group_by(FigureRow.owner_email, FigureRow.name)
        )


def _of_customer(part: Slice) -> list[sa.ColumnElement[bool]]:
    wanted = ((CustomerRow.company, part.company), (CustomerRow.segment, part.segment))
    return [column == value for column, value in wanted if value]

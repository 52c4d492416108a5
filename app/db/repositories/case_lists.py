"""The lists that people work from: promises, disputes, extensions and hardship, and the holds that run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.repositories.keyset import Order, Paged, Query, counted
from app.db.tables.ledger import CaseRow, CustomerRow, HoldRow, PlanStepRow
from app.domain.extension import StepState
from app.domain.review import CaseKind, CaseState

NO_DAY = sa.literal(date.max, sa.Date())
"""What names no day comes after all that do."""

_NEXT_STEP = (
    sa.select(sa.func.min(PlanStepRow.day))
    .where(PlanStepRow.case_id == CaseRow.id, PlanStepRow.state == StepState.DUE)
    .correlate(CaseRow)
    .scalar_subquery()
)


class CaseSort(StrEnum):
    """By the promised or granted day, or that of the next instalment; by when a dispute is to be settled; the oldest
    first; what ended last first."""

    DAY = "day"
    DUE = "due"
    OPENED = "opened"
    ENDED = "ended"


ORDERS: Mapping[CaseSort, Order] = {
    CaseSort.DAY: Order(sa.func.coalesce(_NEXT_STEP, CaseRow.day, NO_DAY, type_=sa.Date()), CaseRow.id),
    CaseSort.DUE: Order(sa.func.coalesce(CaseRow.due, NO_DAY, type_=sa.Date()), CaseRow.id),
    CaseSort.OPENED: Order(CaseRow.opened_at, CaseRow.id),
    CaseSort.ENDED: Order(CaseRow.ended_at, CaseRow.id, is_latest_first=True),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases. `owner`: of the case, else of its customer. `due_by`: promised or granted by that day."""

    kind: CaseKind
    states: frozenset[CaseState]
    reason: str = ""
    owner: str = ""
    due_by: date | None = None


class CaseLists:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def page(
        self, wanted: Wanted, sort: CaseSort, *, after: str, limit: int
    ) -> Paged[tuple[CaseRow, CustomerRow]]:
        """Cases with their customers. Raises Invalid for a broken cursor."""
        query = _of(wanted, sa.select(CaseRow, CustomerRow))
        return await ORDERS[sort].page(self._session, query, after=after, limit=limit)

    async def count(self, wanted: Wanted) -> int:
        """At most MOST_COUNTED."""
        return await counted(self._session, _of(wanted, sa.select(CaseRow.id)))

    async def holds(self, today: date, *, after: str, limit: int) -> Paged[tuple[HoldRow, CustomerRow]]:
        """Those that have neither ended nor been lifted, the first to end first. Raises Invalid for a broken cursor."""
        query = _running(today, sa.select(HoldRow, CustomerRow)).join(
            CustomerRow, CustomerRow.id == HoldRow.customer_id
        )
        order = Order(HoldRow.until, HoldRow.id)
        return await order.page(self._session, query, after=after, limit=limit)

    async def count_holds(self, today: date) -> int:
        """At most MOST_COUNTED."""
        return await counted(self._session, _running(today, sa.select(HoldRow.id)))


def _of(wanted: Wanted, query: Query) -> Query:
    query = query.join(CustomerRow, CustomerRow.id == CaseRow.customer_id).where(
        CaseRow.kind == wanted.kind, CaseRow.state.in_(sorted(wanted.states))
    )
    if wanted.reason:
        query = query.where(CaseRow.detail == wanted.reason)
    if wanted.owner:
        own = sa.func.nullif(CaseRow.owner_email, "")
        query = query.where(sa.func.coalesce(own, CustomerRow.owner_email) == wanted.owner)
    if wanted.due_by is not None:
        query = query.where(CaseRow.day <= wanted.due_by)
    return query


def _running(today: date, query: Query) -> Query:
    return query.where(HoldRow.until >= today, HoldRow.lifted_at.is_(None))

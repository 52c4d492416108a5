"""What to do next about each customer, written anew each day, and read as a list by those who do it."""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables.figures import NextStepRow
from app.db.tables.ledger import CustomerRow
from app.domain.next_action import ActionKind

AT_ONCE = 2_000


class NextSteps:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def replace(self, rows: Sequence[NextStepRow]) -> None:
        """All that stood there goes. The order of the list is that of `_rank`."""
        for place, row in enumerate(sorted(rows, key=_rank), start=1):
            row.place = place
        await self._session.execute(sa.delete(NextStepRow))
        for start in range(0, len(rows), AT_ONCE):
            self._session.add_all(rows[start : start + AT_ONCE])
            await self._session.flush()

    async def page(
        self, kinds: Collection[ActionKind], *, owner: str = "", after: int = 0, limit: int
    ) -> Sequence[tuple[NextStepRow, CustomerRow]]:
        """Those after a place, in the order of their places."""
        query = sa.select(NextStepRow, CustomerRow).join(CustomerRow, CustomerRow.id == NextStepRow.customer_id)
        query = query.where(NextStepRow.kind.in_(sorted(kinds)), NextStepRow.place > after)
        if owner:
            query = query.where(CustomerRow.owner_email == owner)
        found = await self._session.execute(query.order_by(NextStepRow.place).limit(limit))
        return [(row, customer) for row, customer in found]

    async def day(self) -> date | None:
        """As of which day the list is: all of it is of one."""
        return await self._session.scalar(sa.select(NextStepRow.day).limit(1))


def _rank(row: NextStepRow) -> tuple[bool, str, bool, Decimal, int, str]:
    """What waits last; by currency, in each what is most at risk first; then those of whom no such value is known, by
    age."""
    at_risk = row.at_risk or Decimal(0)
    waits = row.kind is ActionKind.WAIT
    return waits, row.currency, row.at_risk is None, -at_risk, -row.days_overdue, row.customer_id

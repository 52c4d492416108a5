"""What to do next about each customer, written anew each day, and read as a list by those who do it."""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby

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
        """All that stood there goes. The order of the list is that of `in_turn`."""
        for place, row in enumerate(in_turn(rows), start=1):
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


def in_turn(rows: Sequence[NextStepRow]) -> list[NextStepRow]:
    """What waits last. Before it the currencies take turns, for Duebox knows no rates between them: what is most at
    risk in each, then what is second in each, and so on: a currency of few customers moves nobody far down, and none
    is read only after all the others. Then those of whom no such value is known, the longest overdue first."""
    turn: dict[str, int] = {}
    for _group, of_it in groupby(sorted(rows, key=_value), key=_group_of):
        turn.update((row.customer_id, place) for place, row in enumerate(of_it))

    def key(row: NextStepRow) -> tuple[bool, bool, int, str, str]:
        is_scored = row.at_risk is not None
        comes = turn[row.customer_id] if is_scored else -row.days_overdue
        return row.kind is ActionKind.WAIT, not is_scored, comes, row.currency, row.customer_id

    return sorted(rows, key=key)


def _group_of(row: NextStepRow) -> tuple[bool, str]:
    return row.kind is ActionKind.WAIT, row.currency


def _value(row: NextStepRow) -> tuple[bool, str, Decimal, int, str]:
    return *_group_of(row), -(row.at_risk or Decimal(0)), -row.days_overdue, row.customer_id

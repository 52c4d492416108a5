"""How many messages are in each state, without counting them.

Whoever changes a message's state adds the change to the tally in the same transaction: rows are only ever added, so no
writer waits for another. `compact` sums them up now and then, so that reading the tally reads a few rows.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapper

from app.db.bulk import among, insert_all
from app.db.tables.mail import MessageRow
from app.db.tables.queue import TallyRow
from app.domain.ids import new_id
from app.domain.message import MessageState

AT_ONCE = 10_000
ENOUGH = 64
"""So few rows are not worth summing."""


class Tally:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def counts(self) -> dict[MessageState, int]:
        rows = await self._session.execute(
            sa.select(TallyRow.state, sa.func.sum(TallyRow.number)).group_by(TallyRow.state)
        )
        counted = {state: int(number) for state, number in rows}
        return {state: counted.get(state, 0) for state in MessageState}

    async def add(self, messages: Iterable[Mapping[str, Any]]) -> None:
        """Count rows that were inserted in bulk."""
        await insert_all(self._session, TallyRow, _rows(Counter(MessageState(row["state"]) for row in messages)))

    async def compact(self) -> int:
        """Sum the rows up. Returns how many there were. Under a lease: two at once would count the same rows twice."""
        rows = (
            await self._session.execute(sa.select(TallyRow.id, TallyRow.state, TallyRow.number).limit(AT_ONCE))
        ).all()
        if len(rows) <= ENOUGH:
            return 0
        sums: Counter[MessageState] = Counter()
        for row in rows:
            sums[row.state] += row.number
        await self._session.execute(
            sa.delete(TallyRow).where(among(self._session, TallyRow.id, [row.id for row in rows]))
        )
        await insert_all(self._session, TallyRow, _rows(sums))
        return len(rows)


def _rows(changes: Mapping[MessageState, int]) -> list[dict[str, Any]]:
    return [{"id": new_id(), "state": state, "number": number} for state, number in changes.items() if number]


def _tell(connection: sa.Connection, changes: Mapping[MessageState, int]) -> None:
    rows = _rows(changes)
    if rows:
        connection.execute(sa.insert(TallyRow), rows)


@event.listens_for(MessageRow, "after_insert")
def _inserted(_mapper: Mapper[MessageRow], connection: sa.Connection, row: MessageRow) -> None:
    _tell(connection, {row.state: 1})


@event.listens_for(MessageRow, "after_update")
def _updated(_mapper: Mapper[MessageRow], connection: sa.Connection, row: MessageRow) -> None:
    history = sa.inspect(row).attrs.state.history
    changes = Counter(history.added)
    changes.subtract(history.deleted)
    _tell(connection, changes)


@event.listens_for(MessageRow, "after_delete")
def _deleted(_mapper: Mapper[MessageRow], connection: sa.Connection, row: MessageRow) -> None:
    _tell(connection, {row.state: -1})

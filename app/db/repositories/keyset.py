"""Lists that are sorted by a day or a moment and, within one, by id: page by page, each beginning below the last row of
the one before, however many there are. A cursor is `2026-05-21~ID`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeAlias, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.db.base import Moment
from app.domain.errors import Invalid

MOST_COUNTED = 1_000
"""A list is counted so far: a number that nobody works off is not counted on."""

Row = TypeVar("Row")
Query: TypeAlias = sa.Select[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Paged(Generic[Row]):
    """One page, and the cursor after which the next begins; empty on the last."""

    rows: Sequence[Row]
    following: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """The earliest first, or the latest. `at` is never NULL."""

    at: sa.ColumnElement[Any] | InstrumentedAttribute[Any]
    id: InstrumentedAttribute[UUID]
    is_latest_first: bool = False

    async def page(self, session: AsyncSession, query: Query, *, after: str, limit: int) -> Paged[Any]:
        """Rows of the query, without the place in the order. Raises Invalid for a broken cursor."""
        place = (self.at, self.id)
        if after:
            at, id_ = self._read(after)
            last = sa.tuple_(sa.literal(at, self.at.type), sa.literal(id_, self.id.type))
            query = query.where(sa.tuple_(*place) < last if self.is_latest_first else sa.tuple_(*place) > last)
        order = [column.desc() for column in place] if self.is_latest_first else place
        found = (await session.execute(query.add_columns(*place).order_by(*order).limit(limit + 1))).all()
        rows = [tuple(row)[:-2] for row in found[:limit]]
        return Paged(rows, f"{found[limit - 1][-2].isoformat()}~{found[limit - 1][-1]}" if len(found) > limit else "")

    def _read(self, cursor: str) -> tuple[date, UUID]:
        read = datetime.fromisoformat if isinstance(self.at.type, Moment) else date.fromisoformat
        at, _, id_ = cursor.partition("~")
        try:
            place = read(at), UUID(id_)
        except ValueError:
            place = None
        if place is None or (isinstance(place[0], datetime) and place[0].tzinfo is None):
            raise Invalid("the address of this page is broken: open the list again")
        return place


async def counted(session: AsyncSession, query: Query) -> int:
    """How many rows there are, but at most MOST_COUNTED."""
    some = query.limit(MOST_COUNTED).subquery()
    return await session.scalar(sa.select(sa.func.count()).select_from(some)) or 0

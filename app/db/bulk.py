"""Many rows and many values at once, in statements that are the same however many there are."""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.db.base import Base

T = TypeVar("T")


async def insert_all(session: AsyncSession, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that name the same columns; on PostgreSQL with one array a column."""
    if not rows:
        return
    if not _is_postgresql(session):
        await session.execute(sa.insert(table), list(rows))
        return
    names = tuple(rows[0])
    await session.execute(_insert_arrays(table, names), {f"{name}s": [row[name] for row in rows] for name in names})


def among(session: AsyncSession, column: InstrumentedAttribute[T], values: Collection[T]) -> sa.ColumnElement[bool]:
    """`column IN values`; on PostgreSQL as one array."""
    if _is_postgresql(session):
        return column == sa.any_(sa.literal(list(values), postgresql.ARRAY(column.type)))
    return column.in_(values)


@lru_cache
def _insert_arrays(table: type[Base], names: tuple[str, ...]) -> sa.Insert:
    """INSERT INTO table (a, b) SELECT a, b FROM unnest(:as, :bs)"""
    target = table.metadata.tables[table.__tablename__]
    columns = [target.columns[name] for name in names]
    arrays = [sa.bindparam(f"{column.name}s", type_=postgresql.ARRAY(column.type)) for column in columns]
    given = sa.func.unnest(*arrays).table_valued(*(sa.column(column.name, column.type) for column in columns))
    given = given.render_derived()
    return sa.insert(target).from_select(columns, sa.select(*given.c))


def _is_postgresql(session: AsyncSession) -> bool:
    return session.get_bind().dialect.name == "postgresql"

"""Many rows and many values at once, in statements that are the same however many there are."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.db.base import Base

T = TypeVar("T")


async def insert_all(session: AsyncSession, table: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that name the same columns; on PostgreSQL by COPY, which costs both sides least.

    COPY is given the values as the driver takes them: for columns of words, bytes, ids, numbers and moments.
    """
    if not rows:
        return
    if not is_postgresql(session):
        await session.execute(sa.insert(table), list(rows))
        return
    names = tuple(rows[0])
    records = [tuple(row[name] for name in names) for row in rows]
    connection = await session.connection()
    driver = (await connection.get_raw_connection()).driver_connection
    assert isinstance(driver, asyncpg.Connection)  # noqa: S101  # PostgreSQL is spoken to by asyncpg
    if not driver.is_in_transaction():
        await session.execute(sa.select(1))  # a transaction begins with its first statement, and COPY does not count
    try:
        await driver.copy_records_to_table(table.__tablename__, records=records, columns=names)
    except asyncpg.IntegrityConstraintViolationError as error:
        raise IntegrityError("COPY", None, error) from error
    except (asyncpg.PostgresConnectionError, asyncpg.InterfaceError) as error:
        raise OperationalError("COPY", None, error) from error
    except (TimeoutError, asyncpg.ReadOnlySQLTransactionError) as error:
        await connection.invalidate(error)
        raise OperationalError("COPY", None, error) from error
    except asyncpg.PostgresError as error:
        raise DBAPIError("COPY", None, error) from error


def among(session: AsyncSession, column: InstrumentedAttribute[T], values: Collection[T]) -> sa.ColumnElement[bool]:
    """`column IN values`; on PostgreSQL as one array."""
    if is_postgresql(session):
        return column == sa.any_(sa.literal(list(values), postgresql.ARRAY(column.type)))
    return column.in_(values)


def rows_changed(result: sa.Result[Any]) -> int:
    """How many rows an UPDATE or DELETE met."""
    assert isinstance(result, sa.CursorResult)  # noqa: S101  # such a statement gives a cursor result
    return result.rowcount


def is_postgresql(session: AsyncSession) -> bool:
    return session.get_bind().dialect.name == "postgresql"

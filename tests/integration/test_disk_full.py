"""A full disk, and other resources that give out: everything waits, nothing is anybody's fault, nothing is lost."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import asyncpg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DataError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.db.engine import sync_engine
from app.db.outages import is_outage, why_unwritable
from app.domain.message import MessageState
from app.health import Health
from tests.instances import Instance, mail


@contextmanager
def disk_full(instance: Instance) -> Iterator[None]:
    """No mail can be stored. SQLite says so of itself; PostgreSQL's answer is that of a full tablespace."""
    if instance.url.startswith("sqlite"):
        engine = instance.database._writing.sync_engine  # noqa: SLF001  # the file's size is capped for its connections

        def cap(connection: sa.Connection) -> None:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            free = connection.exec_driver_sql("PRAGMA freelist_count").scalar_one()
            connection.exec_driver_sql(f"PRAGMA max_page_count = {pages - free}")

        sa.event.listen(engine, "begin", cap)
        yield
        sa.event.remove(engine, "begin", cap)
        sa.event.listen(
            engine, "begin", lambda connection: connection.exec_driver_sql("PRAGMA max_page_count = 1000000000")
        )
        return
    owner = sync_engine(instance.url)
    with owner.begin() as connection:
        connection.exec_driver_sql(
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = '53100'; END $$"
        )
        connection.exec_driver_sql(
            "CREATE TRIGGER full_disk BEFORE INSERT ON messages FOR EACH ROW EXECUTE FUNCTION full_disk()"
        )
    yield
    with owner.begin() as connection:
        connection.exec_driver_sql("DROP FUNCTION full_disk CASCADE")
    owner.dispose()


async def test_nothing_is_stored_until_there_is_space(instance: Instance) -> None:
    large = mail(os.urandom(500_000).hex())
    health = Health(instance.database, instance.engine, instance.clock)
    with disk_full(instance):
        with pytest.raises(SQLAlchemyError) as refused:
            await instance.receive(large)
        assert is_outage(refused.value)
        assert await instance.messages() == []
        assert await health.readiness() == {"database": "full"}
    await instance.receive(large)
    assert (await health.readiness())["database"] == "ok"
    assert [message.state for message in await instance.messages()] == [MessageState.IN_WORK]


@pytest.mark.parametrize(
    "error",
    [
        PoolTimeout(),
        asyncpg.TooManyConnectionsError(),
        asyncpg.DiskFullError(),
        asyncpg.DeadlockDetectedError(),
        asyncpg.ReadOnlySQLTransactionError(),
        asyncpg.PostgresIOError(),
        asyncpg.InvalidPasswordError(),
        asyncpg.InvalidCatalogNameError(),
        asyncpg.LockNotAvailableError(),
        asyncpg.ObjectNotInPrerequisiteStateError(),
        asyncpg.QueryCanceledError(),
        asyncpg.InvalidSQLStatementNameError(),
        asyncpg.DuplicatePreparedStatementError(),
    ],
)
def test_what_gives_out_is_an_outage(error: Exception) -> None:
    assert is_outage(error)


@pytest.mark.parametrize(
    "error",
    [
        ValueError(),
        asyncpg.UniqueViolationError(),
        DataError("", None, ValueError()),
        InterfaceError("", None, asyncpg.InterfaceError("the number of query arguments cannot exceed 32767")),
    ],
)
def test_what_is_wrong_is_none(error: Exception) -> None:
    assert not is_outage(error)


def test_a_file_that_may_only_be_read_has_a_word(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "duebox.db")) as connection:
        connection.execute("CREATE TABLE a (b)")
    engine = sa.create_engine(f"sqlite:///file:{tmp_path}/duebox.db?mode=ro&uri=true")
    with pytest.raises(OperationalError) as refused, engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO a VALUES (1)")
    assert (why_unwritable(refused.value), is_outage(refused.value)) == ("read_only", True)
    assert why_unwritable(PoolTimeout()) == ""
    engine.dispose()


def test_a_statement_that_is_wrong_is_no_outage_on_sqlite_either() -> None:
    engine = sa.create_engine("sqlite://")
    with pytest.raises(OperationalError) as wrong, engine.connect() as connection:
        connection.exec_driver_sql("SELECT nothing FROM nowhere")
    assert not is_outage(wrong.value)
    engine.dispose()

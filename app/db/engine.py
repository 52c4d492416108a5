"""Connections. One URL names the database; which driver speaks to it is our affair.

On SQLite a writing transaction begins IMMEDIATE, so that it waits for its turn at the start rather than fail at the
end,
and reads have an engine of their own with a plain BEGIN, so that a page never waits for a writer (WAL).

On PostgreSQL the sessions of a process bear its name, so that whoever takes over its work can end them; and one that
says nothing in the middle of a transaction (its process was stopped, its machine is gone) is ended by the server.
"""

import sqlite3
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.domain.errors import SettingInvalid

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000", "foreign_keys=ON", "secure_delete=ON")
_SHAPE = "DUEBOX_DATABASE_URL must look like sqlite:///file.db or postgresql://user:password@host/database"
SILENT_SECONDS = 10
"""No transaction of ours thinks for so long: what takes time is done between two (design.md, triage)."""

CONNECT_SECONDS = 5
"""For a blocking connection: a server that is not there may say nothing at all."""

POOL_SIZE = 10
NAMED = "duebox "
LONGEST_NAME = 63
"""PostgreSQL cuts an application_name off there, without a word."""

DRIVERS = {"sqlite": ("sqlite+aiosqlite", "sqlite"), "postgresql": ("postgresql+asyncpg", "postgresql+psycopg")}


def is_sqlite(url: str) -> bool:
    return url.startswith("sqlite")


def sqlite_path(url: str) -> str:
    """The file behind a `sqlite:///file.db` URL."""
    return sa.make_url(url).database or ""


def session_name(process: str) -> str:
    """What sessions of the process of this name are called. The end of a name is what tells two processes apart."""
    return NAMED + process.replace("'", "")[len(NAMED) - LONGEST_NAME :]


def async_engine(url: str, *, for_writing: bool, pool_size: int = POOL_SIZE, process: str = "") -> AsyncEngine:
    """The engine of the application's own transactions, for the process of this name."""
    async_url = _with_driver(url, 0)
    if not is_sqlite(url):
        pooled = create_async_engine(async_url, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True)
        _speak_postgres(pooled.sync_engine, process)
        return pooled
    engine = create_async_engine(async_url)
    _speak_sqlite(engine.sync_engine, "BEGIN IMMEDIATE" if for_writing else "BEGIN")
    return engine


def sync_engine(url: str, *, pool_size: int = POOL_SIZE, process: str = "") -> sa.Engine:
    """A blocking engine: for migrations, which may take their time, and for the job engine's own tables, in the name of
    a process."""
    if not is_sqlite(url):
        pooled = sa.create_engine(
            _with_driver(url, 1),
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=True,
            connect_args={"connect_timeout": CONNECT_SECONDS},
        )
        if process:
            _speak_postgres(pooled, process)
        return pooled
    engine = sa.create_engine(_with_driver(url, 1))
    _speak_sqlite(engine, None)
    return engine


def _with_driver(url: str, which: int) -> sa.URL:
    try:
        parsed = sa.make_url(url)
        drivers = DRIVERS[parsed.get_backend_name()]
    except (sa.exc.ArgumentError, KeyError, ValueError):
        raise SettingInvalid(_SHAPE) from None
    if not parsed.database or parsed.database == ":memory:":
        raise SettingInvalid(_SHAPE)
    return parsed.set(drivername=drivers[which])


def _speak_sqlite(engine: sa.Engine, begin: str | None) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None if begin else "IMMEDIATE"
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    if begin is not None:

        @event.listens_for(engine, "begin")
        def on_begin(connection: sa.Connection) -> None:
            connection.exec_driver_sql(begin)

        @event.listens_for(engine, "invalidate")
        def on_invalidate(connection: Any, _record: Any, _error: BaseException | None) -> None:
            """Whose task was cancelled in the middle of a statement: closed alone, the connection would keep its lock
            until the cursor is collected (sqlite3_close_v2), and nobody could write for that long."""
            connection.rollback()


def _speak_postgres(engine: sa.Engine, process: str) -> None:
    """Said in a statement: poolers between us and the server refuse what they don't know at the start of a session."""

    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(f"SET idle_in_transaction_session_timeout = '{SILENT_SECONDS}s'")
        if process:
            cursor.execute(f"SET application_name = '{session_name(process)}'")
        cursor.close()
        connection.commit()


def sqlite_version() -> str:
    return sqlite3.sqlite_version

"""Connections. One URL names the database; which driver speaks to it is our affair.

On SQLite a writing transaction begins IMMEDIATE, so that it waits for its turn at the start rather than fail at the
end, and reads have an engine of their own with a plain BEGIN, so that a page never waits for a writer (WAL).

On PostgreSQL the sessions of a process bear its name, so that whoever takes over its work can end them; and one that
says nothing in the middle of a transaction (its process was stopped, its machine is gone) is ended by the server. A
server that says nothing, or may only be read from now on (it was demoted, and another one is the primary), is left with
all its connections.
"""

import sqlite3
from typing import Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.db.outages import is_read_only
from app.domain.errors import SettingInvalid

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000", "foreign_keys=ON", "secure_delete=ON")
_SHAPE = "DUEBOX_DATABASE_URL must look like sqlite:///file.db or postgresql://user:password@host/database"
SILENT_SECONDS = 10
"""No transaction of ours thinks for so long: what takes time is done between two (`app/triage/service.py`)."""

CONNECT_SECONDS = 5
"""A server that is not there may say nothing at all."""

PING_SECONDS = 5
COMMAND_SECONDS = 120
"""No statement of ours takes so long, nor waits for a lock for so long."""

KEEPALIVE = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 25_000}
"""A blocking connection has no other limit: migrations may take their time."""

POOL_SIZE = 10
RECYCLE_SECONDS = 300
"""Whoever only reads from a server that was demoted is told nothing, and leaves it when the connection is that old."""

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
        pooled = create_async_engine(
            async_url,
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_recycle=RECYCLE_SECONDS,
            connect_args={"timeout": CONNECT_SECONDS, "command_timeout": COMMAND_SECONDS},
        )
        _speak_postgres(pooled.sync_engine, process)
        _leave_the_useless(pooled.sync_engine)
        _ping_first(pooled.sync_engine)
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
            pool_recycle=RECYCLE_SECONDS,
            connect_args={"connect_timeout": CONNECT_SECONDS, **KEEPALIVE},
        )
        if process:
            _speak_postgres(pooled, process)
        _leave_the_useless(pooled)
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


def _leave_the_useless(engine: sa.Engine) -> None:
    """All connections to a server that may only be read, or that does not answer, are dropped at the first error."""

    @event.listens_for(engine, "handle_error")
    def on_error(context: ExceptionContext) -> None:
        error = context.original_exception
        if isinstance(error, TimeoutError) or is_read_only(error):
            context.is_disconnect = True


def _ping_first(engine: sa.Engine) -> None:
    """The pool's own ping would wait for as long as a statement may take."""

    @event.listens_for(engine, "checkout")
    def on_checkout(connection: Any, _record: Any, _proxy: Any) -> None:
        try:
            connection.run_async(lambda driver: driver.execute("SELECT 1", timeout=PING_SECONDS))
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise InvalidatePoolError from error


def sqlite_version() -> str:
    return sqlite3.sqlite_version

"""Connections. One URL names the database; which driver speaks to it is our affair.

On SQLite a writing transaction begins IMMEDIATE, so that it waits for its turn at the start rather than fail at the
end,
and reads have an engine of their own with a plain BEGIN, so that a page never waits for a writer (WAL).
"""

import sqlite3
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.domain.errors import SettingInvalid

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000", "foreign_keys=ON", "secure_delete=ON")
_SHAPE = "DUEBOX_DATABASE_URL must look like sqlite:///file.db or postgresql://user:password@host/database"
DRIVERS = {"sqlite": ("sqlite+aiosqlite", "sqlite"), "postgresql": ("postgresql+asyncpg", "postgresql+psycopg")}


def is_sqlite(url: str) -> bool:
    return url.startswith("sqlite")


def sqlite_path(url: str) -> str:
    """The file behind a `sqlite:///file.db` URL."""
    return sa.make_url(url).database or ""


def async_engine(url: str, *, for_writing: bool, pool_size: int = 10) -> AsyncEngine:
    """The engine of the application's own transactions."""
    async_url = _with_driver(url, 0)
    if not is_sqlite(url):
        return create_async_engine(async_url, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True)
    engine = create_async_engine(async_url)
    _speak_sqlite(engine.sync_engine, "BEGIN IMMEDIATE" if for_writing else "BEGIN")
    return engine


def sync_engine(url: str, *, pool_size: int = 10) -> sa.Engine:
    """A blocking engine: for migrations, and for the job engine's own tables."""
    if not is_sqlite(url):
        return sa.create_engine(_with_driver(url, 1), pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True)
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


def sqlite_version() -> str:
    return sqlite3.sqlite_version

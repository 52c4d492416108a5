"""Whose fault is an error of the database? Of one that is away, overrun or full nobody's mail and nobody's job."""

import sqlite3

import asyncpg
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

READ_ONLY = "25006"
"""PostgreSQL is a standby, or takes no changes because its operator, or a disk that is almost full, has made it so."""

TRANSIENT = ("08", "28", READ_ONLY, "40", "53", "57P", "58")
"""Classes of SQLSTATE: connection exception, refused credentials, transaction rollback, insufficient resources (a full
disk, no memory, too many connections), operator intervention, system error (PostgreSQL, appendix A)."""


def is_outage(error: BaseException) -> bool:
    """Whether to wait until the database can again: nothing that was asked of it was wrong.

    A driver that is refused a connection raises errors of its own. SQLite calls a statement that is wrong by the same
    name as an outage; asyncpg knows several servers of which none is the primary just now.
    """
    if isinstance(error, OperationalError):
        return getattr(error.orig, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR
    if isinstance(error, DisconnectionError | PoolTimeout | OSError):
        return True
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    cause = getattr(getattr(error, "orig", None), "__cause__", None)
    return isinstance(cause, asyncpg.TargetServerAttributeNotMatched) or _state(error).startswith(TRANSIENT)


def is_read_only(error: BaseException) -> bool:
    """Whether the database can be asked, and takes no changes."""
    return _state(error) == READ_ONLY


def _state(error: BaseException) -> str:
    return getattr(getattr(error, "orig", error), "sqlstate", None) or ""

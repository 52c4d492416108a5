"""Whose fault is an error of the database? Of one that is away, overrun or full nobody's mail and nobody's job."""

import sqlite3

import asyncpg
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

READ_ONLY = "25006"
"""PostgreSQL is a standby, or takes no changes because its operator, or a disk that is almost full, has made it so."""

DISK_FULL = "53100"
CUT_OFF = "57014"
"""A statement ran into `statement_timeout`, or somebody cancelled it."""

LENT_OUT = ("26", "42P05")
"""A prepared statement that is not there, or is there already: a pooler has lent us another session of the server."""

TRANSIENT = ("08", *LENT_OUT, "28", READ_ONLY, "3D", "40", "53", "55", "57", "58")
"""Classes of SQLSTATE: connection exception, refused credentials, no such database (it is being exchanged), transaction
rollback, insufficient resources (a full disk, no memory, too many connections), not in the state for it (a lock was
waited for too long, no connections are allowed), operator intervention (a statement took too long, or was cancelled),
system error (PostgreSQL, appendix A)."""

UNWRITABLE = {sqlite3.SQLITE_READONLY: "read_only", sqlite3.SQLITE_FULL: "full", sqlite3.SQLITE_IOERR: "failing"}
"""SQLite's primary result codes for a file that takes no changes, in our words."""


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


def is_cut_off(error: BaseException) -> bool:
    """Whether a statement took longer than the database allows: it may be busy, or never get through with that one."""
    return _state(error) == CUT_OFF


def why_unwritable(error: BaseException) -> str:
    """A closed word for a database that takes no changes, though it may be read; empty for any other error."""
    code = getattr(getattr(error, "orig", None), "sqlite_errorcode", 0)
    if _state(error) == DISK_FULL:
        return "full"
    return "read_only" if is_read_only(error) else UNWRITABLE.get(code & 0xFF, "")


def is_read_only(error: BaseException) -> bool:
    """Whether the database can be asked, and takes no changes."""
    return _state(error) == READ_ONLY


def _state(error: BaseException) -> str:
    return getattr(getattr(error, "orig", error), "sqlstate", None) or ""

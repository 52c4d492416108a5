"""Whose fault is an error of the database? Of one that is away, overrun or full nobody's mail and nobody's job."""

from sqlalchemy.exc import DBAPIError, DisconnectionError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

TRANSIENT = ("08", "40", "53", "57P")
"""Classes of SQLSTATE: connection exception, transaction rollback, insufficient resources (a full disk, no memory, too
many connections), operator intervention (PostgreSQL, appendix A)."""


def is_outage(error: BaseException) -> bool:
    """Whether to wait until the database can again: nothing that was asked of it was wrong.

    A driver that is refused a connection raises errors of its own.
    """
    if isinstance(error, OperationalError | InterfaceError | DisconnectionError | PoolTimeout | OSError):
        return True
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    state = getattr(getattr(error, "orig", error), "sqlstate", None)
    return isinstance(state, str) and state.startswith(TRANSIENT)

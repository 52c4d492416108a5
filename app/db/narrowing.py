"""What a reader may see is cut in one place: every query of a request, whatever station makes it.

    request ─▶ who asks? ─▶ narrow(portfolio) ─▶ each SELECT, UPDATE and DELETE of the session gets
                                                 "customer_id IS NULL OR customer_id IN (the portfolio's customers)"

A row that belongs to no customer yet stays visible: somebody must find out whose it is. Jobs are narrowed by nobody,
but for what they tell one person.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import sqlalchemy as sa
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlalchemy.orm.util import LoaderCriteriaOption

from app.db.base import Base
from app.db.tables.everything import TABLES
from app.db.tables.figures import BalanceRow, FigureRow
from app.db.tables.ledger import CustomerRow
from app.domain.portfolio import Portfolio

_narrowed: ContextVar[Portfolio | None] = ContextVar("duebox_narrowed", default=None)


class NarrowedSession(Session):
    """A session that sees the reader's portfolio alone."""


@contextmanager
def unnarrowed() -> Iterator[None]:
    """What happens inside begins, and leaves things, as if nobody asked: one request never narrows the next."""
    token = _narrowed.set(None)
    try:
        yield
    finally:
        _narrowed.reset(token)


@contextmanager
def narrowed(portfolio: Portfolio) -> Iterator[None]:
    """What happens inside sees what this person would see: what is done for somebody who is not asking."""
    with unnarrowed():
        narrow(portfolio)
        yield


def narrow(portfolio: Portfolio) -> None:
    """From here on, within this request."""
    _narrowed.set(None if portfolio.is_everything else portfolio)


def is_narrowed() -> bool:
    """Whether the reader sees a portfolio, and not all."""
    return _narrowed.get() is not None


@sa.event.listens_for(NarrowedSession, "do_orm_execute")
def _cut(state: ORMExecuteState) -> None:
    portfolio = _narrowed.get()
    if portfolio is None or state.is_column_load or not (state.is_select or state.is_update or state.is_delete):
        return
    state.statement = state.statement.options(*_criteria(portfolio))


def _criteria(portfolio: Portfolio) -> Iterator[LoaderCriteriaOption]:
    table = CustomerRow.__table__
    theirs = sa.select(table.c.id).where(_fits(portfolio, table.c.owner_email, table.c.segment, table.c.company))
    yield with_loader_criteria(CustomerRow, CustomerRow.id.in_(theirs), include_aliases=True)
    for kind in (FigureRow, BalanceRow):
        fits = _fits(portfolio, kind.owner_email, kind.segment, kind.company)
        yield with_loader_criteria(kind, fits, include_aliases=True)
    for kind_ in _OF_A_CUSTOMER:
        column = kind_.__table__.c["customer_id"]
        yield with_loader_criteria(kind_, sa.or_(column.is_(None), column.in_(theirs)), include_aliases=True)


def _fits(
    portfolio: Portfolio,
    owner: sa.ColumnExpressionArgument[str],
    segment: sa.ColumnExpressionArgument[str],
    company: sa.ColumnExpressionArgument[str],
) -> sa.ColumnElement[bool]:
    parts = ((owner, portfolio.owners), (segment, portfolio.segments), (company, portfolio.companies))
    return sa.or_(*(sa.type_coerce(column, sa.String).in_(sorted(values)) for column, values in parts if values))


_OF_A_CUSTOMER: tuple[type[Base], ...] = tuple(
    table for table in TABLES if table not in (FigureRow, BalanceRow) and "customer_id" in table.__table__.c
)

"""The rolled-up figures: made from the ledger in a few statements that are the same on both databases, and read."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.db.bulk import among
from app.db.repositories.staging import IS_OPEN
from app.db.tables.figures import BalanceRow, FigureRow
from app.db.tables.ledger import CaseRow, CustomerRow, ImportRow, InvoiceRow
from app.db.tables.reminders import ReminderRow
from app.db.tables.work import ReviewRow
from app.domain.account import InvoiceKind, InvoiceStatus
from app.domain.experiment import PAID_WITHIN
from app.domain.receivables import (
    AGE_LIMITS,
    AGES,
    LASTING,
    PERIOD_DAYS,
    FigureName,
    month_starts,
    week_starts,
)
from app.domain.review import RUNNING, CaseKind, ReviewState

FIGURES_LOCK = 0x44554520
"""Advisory lock number on PostgreSQL: two at once would each put the day's figures beside the other's. On SQLite BEGIN
IMMEDIATE is the lock."""

FIGURES = FigureRow.__table__
COLUMNS = ("day", "name", "currency", "company", "segment", "owner_email", "detail", "value", "count")
IS_OWED = sa.and_(IS_OPEN, InvoiceRow.open_amount != 0)
IS_INVOICE = InvoiceRow.kind == InvoiceKind.INVOICE
COMPANY = sa.case((InvoiceRow.company != "", InvoiceRow.company), else_=CustomerRow.company)
"""An invoice without a company is its customer's."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Which part of the ledger; currencies are never added together, empty means all of the others."""

    currency: str
    company: str = ""
    segment: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to choose from, of the newest day; the currency with the most business first."""

    currencies: tuple[str, ...]
    companies: tuple[str, ...]
    segments: tuple[str, ...]
    owners: tuple[str, ...]


class Figures:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def refresh(self, day: date) -> None:
        """Write the figures of the ledger as it stands, as those of `day`; of earlier days only trends stay."""
        if self._session.get_bind().dialect.name == "postgresql":
            await self._session.execute(sa.select(sa.func.pg_advisory_xact_lock(FIGURES_LOCK)))
        stale = sa.or_(FigureRow.day == day, sa.and_(FigureRow.day < day, FigureRow.name.not_in(LASTING)))
        await self._session.execute(sa.delete(FigureRow).where(stale))
        for rolled in (_aged(day), _sales(day), _sales_by_month(day), _due_by_week(day), *_reminded(day)):
            await self._session.execute(sa.insert(FigureRow).from_select(COLUMNS, rolled))
        await self._session.execute(sa.delete(BalanceRow))
        await self._session.execute(sa.insert(BalanceRow).from_select(_BALANCE_COLUMNS, _balances(day)))

    def add(self, rows: Iterable[FigureRow]) -> None:
        self._session.add_all(rows)

    async def cases(self, kind: CaseKind, since: date) -> Sequence[tuple[CaseRow, CustomerRow]]:
        """Cases of a kind that run, and those that ended, of which the day was not before `since`."""
        is_running = CaseRow.state.in_(RUNNING)
        found = await self._session.execute(
            sa.select(CaseRow, CustomerRow)
            .join(CustomerRow, CustomerRow.id == CaseRow.customer_id)
            .where(CaseRow.kind == kind, sa.or_(is_running, CaseRow.day >= since))
            .order_by(CaseRow.id)
        )
        return [(case, customer) for case, customer in found]

    async def open_invoices(self, customer_ids: Collection[str]) -> Sequence[InvoiceRow]:
        found = await self._session.scalars(
            sa.select(InvoiceRow).where(
                IS_OWED, IS_INVOICE, among(self._session, InvoiceRow.customer_id, list(customer_ids))
            )
        )
        return found.all()

    async def newest_day(self) -> date | None:
        return await self._session.scalar(sa.select(sa.func.max(FigureRow.day)))

    async def choices(self, day: date) -> Choices:
        async def values(column: sa.ColumnElement[str]) -> tuple[str, ...]:
            found = await self._session.scalars(
                sa.select(column).where(FigureRow.day == day, column != "").distinct().order_by(column)
            )
            return tuple(found)

        currencies = await self._session.scalars(
            sa.select(FigureRow.currency)
            .where(FigureRow.day == day)
            .group_by(FigureRow.currency)
            .order_by(sa.func.sum(FigureRow.count).desc(), FigureRow.currency)
        )
        return Choices(
            tuple(currencies),
            await values(FIGURES.c.company),
            await values(FIGURES.c.segment),
            await values(FIGURES.c.owner_email),
        )

    async def sums(self, day: date, part: Slice) -> Mapping[tuple[FigureName, str], tuple[Decimal, int]]:
        """Value and count of each figure and detail of a day."""
        found = await self._session.execute(
            sa.select(FigureRow.name, FigureRow.detail, sa.func.sum(FigureRow.value), sa.func.sum(FigureRow.count))
            .where(FigureRow.day == day, *_within(FigureRow, part))
            .group_by(FigureRow.name, FigureRow.detail)
        )
        return {(name, detail): (value, int(count)) for name, detail, value, count in found}

    async def history(self, part: Slice, since: date, until: date) -> dict[date, dict[FigureName, Decimal]]:
        """The lasting figures of each day there is, oldest first; `until` itself is left out."""
        found = await self._session.execute(
            sa.select(FigureRow.day, FigureRow.name, sa.func.sum(FigureRow.value))
            .where(FigureRow.day >= since, FigureRow.day < until, *_within(FigureRow, part))
            .where(FigureRow.name.in_(LASTING))
            .group_by(FigureRow.day, FigureRow.name)
            .order_by(FigureRow.day)
        )
        days: dict[date, dict[FigureName, Decimal]] = {}
        for day, name, value in found:
            days.setdefault(day, {})[name] = value
        return days

    async def pending(self, owner: str) -> int:
        """Reviews that wait, of customers with this owner."""
        found = await self._session.scalar(
            sa.select(sa.func.count())
            .select_from(ReviewRow)
            .join(CustomerRow, CustomerRow.id == ReviewRow.customer_id)
            .where(ReviewRow.state == ReviewState.PENDING, CustomerRow.owner_email == owner)
        )
        return found or 0

    async def decisions(self, user_id: UUID, since: datetime) -> Sequence[datetime]:
        """When this user decided, since a moment."""
        found = await self._session.scalars(
            sa.select(ReviewRow.decided_at).where(ReviewRow.decided_by == user_id, ReviewRow.decided_at >= since)
        )
        return [at for at in found if at is not None]

    async def imported_at(self) -> datetime | None:
        """When the newest invoice file was taken: the ledger is as old as that."""
        return await self._session.scalar(sa.select(sa.func.max(ImportRow.at)).where(ImportRow.kind == "invoices"))

    async def rows(self, day: date, part: Slice) -> Sequence[FigureRow]:
        """The rows themselves, for the export."""
        found = await self._session.scalars(
            sa.select(FigureRow)
            .where(FigureRow.day == day, *_within(FigureRow, part))
            .order_by(*(FIGURES.c[name] for name in COLUMNS[:7]))
        )
        return found.all()


def _within(table: type[FigureRow] | type[BalanceRow], part: Slice) -> list[sa.ColumnElement[bool]]:
    wanted = (
        (table.currency, part.currency),
        (table.company, part.company),
        (table.segment, part.segment),
        (table.owner_email, part.owner),
    )
    return [column == value for column, value in wanted if value]


def figures_within(part: Slice) -> list[sa.ColumnElement[bool]]:
    """Which figures belong to this part of the ledger."""
    return _within(FigureRow, part)


def within(part: Slice) -> list[sa.ColumnElement[bool]]:
    """Which balances belong to this part of the ledger."""
    return _within(BalanceRow, part)


def _rolled(
    day: date,
    name: sa.ColumnElement[str] | FigureName,
    detail: sa.ColumnElement[str] | str,
    value: InstrumentedAttribute[Decimal],
    *which: sa.ColumnElement[bool],
) -> sa.Select[Any]:
    """One row for each company, segment, owner, currency, name and detail. The inner SELECT names the expressions
    once, since PostgreSQL does not see that two with the same parameters are one."""
    inner = (
        sa.select(
            (sa.literal(name.value) if isinstance(name, FigureName) else name).label("name"),
            InvoiceRow.currency,
            COMPANY.label("company"),
            CustomerRow.segment,
            CustomerRow.owner_email,
            (sa.literal(detail) if isinstance(detail, str) else detail).label("detail"),
            value.label("value"),
        )
        .join(CustomerRow, CustomerRow.id == InvoiceRow.customer_id)
        .where(*which)
        .subquery()
    )
    groups = [inner.c[column] for column in COLUMNS[1:7]]
    return sa.select(sa.literal(day), *groups, sa.func.sum(inner.c.value), sa.func.count()).group_by(*groups)


def _aged(day: date) -> sa.Select[Any]:
    limits = zip(AGES, (day - timedelta(days=limit) for limit in AGE_LIMITS), strict=False)
    ages = [(InvoiceRow.due_date >= since, age.value) for age, since in limits]
    name = sa.case((sa.not_(IS_INVOICE), FigureName.CREDITS.value), *ages, else_=AGES[-1].value)
    return _rolled(day, name, "", InvoiceRow.open_amount, IS_OWED)


def _sales(day: date) -> sa.Select[Any]:
    since = day - timedelta(days=PERIOD_DAYS)
    return _rolled(day, FigureName.SALES, "", InvoiceRow.amount, *_sold(since + timedelta(days=1), day))


def _sales_by_month(day: date) -> sa.Select[Any]:
    starts = month_starts(day)
    month = sa.case(*((InvoiceRow.issue_date >= start, start.isoformat()) for start in starts))
    return _rolled(day, FigureName.SALES_MONTH, month, InvoiceRow.amount, *_sold(starts[-1], day))


def _sold(since: date, until: date) -> tuple[sa.ColumnElement[bool], ...]:
    is_valid = InvoiceRow.status != InvoiceStatus.CANCELLED
    return (is_valid, InvoiceRow.issue_date >= since, InvoiceRow.issue_date <= until)


def _due_by_week(day: date) -> sa.Select[Any]:
    starts = week_starts(day)
    end = starts[-1] + timedelta(weeks=1)
    week = sa.case(*((InvoiceRow.due_date >= start, start.isoformat()) for start in reversed(starts)))
    which = (IS_OWED, IS_INVOICE, InvoiceRow.due_date >= day, InvoiceRow.due_date < end)
    return _rolled(day, FigureName.DUE_WEEK, week, InvoiceRow.open_amount, *which)


def _reminded(day: date) -> tuple[sa.Select[Any], sa.Select[Any]]:
    """What reminders of the period asked for, of those that are old enough to be judged, by stage; and of that what
    was paid in time."""
    since, until = day - timedelta(days=PERIOD_DAYS), day - PAID_WITHIN
    sent = (ReminderRow.sent_on > since, ReminderRow.sent_on <= until)

    groups: list[sa.ColumnElement[Any] | InstrumentedAttribute[Any]] = [
        ReminderRow.currency,
        ReminderRow.company,
        CustomerRow.segment,
        CustomerRow.owner_email,
        ReminderRow.stage,
    ]

    def rolled(name: FigureName, *which: sa.ColumnElement[bool]) -> sa.Select[Any]:
        sums = (sa.func.sum(ReminderRow.amount), sa.func.count())
        return (
            sa.select(sa.literal(day), sa.literal(name.value), *groups, *sums)
            .join(CustomerRow, CustomerRow.id == ReminderRow.customer_id)
            .where(*which)
            .group_by(*groups)
        )

    paid = ReminderRow.paid_after <= PAID_WITHIN.days
    return rolled(FigureName.REMINDED, *sent), rolled(FigureName.REMINDED_PAID, *sent, paid)


_BALANCE_COLUMNS = (
    "customer_id",
    "company",
    "currency",
    "segment",
    "owner_email",
    "outstanding",
    "overdue",
    "oldest_due",
    "items",
)


def _balances(day: date) -> sa.Select[Any]:
    is_late = sa.and_(IS_INVOICE, InvoiceRow.due_date < day)
    inner = (
        sa.select(
            InvoiceRow.customer_id,
            COMPANY.label("company"),
            InvoiceRow.currency,
            CustomerRow.segment,
            CustomerRow.owner_email,
            InvoiceRow.open_amount,
            sa.case((is_late, InvoiceRow.open_amount), else_=0).label("late"),
            sa.case((is_late, InvoiceRow.due_date)).label("late_since"),
        )
        .join(CustomerRow, CustomerRow.id == InvoiceRow.customer_id)
        .where(IS_OWED)
        .subquery()
    )
    groups = [inner.c[column] for column in _BALANCE_COLUMNS[:5]]
    sums = (sa.func.sum(inner.c.open_amount), sa.func.sum(inner.c.late), sa.func.min(inner.c.late_since))
    return sa.select(*groups, *sums, sa.func.count()).group_by(*groups)

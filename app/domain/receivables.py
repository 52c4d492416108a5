"""The measures of accounts receivable: pure formulas, each with its source. Amounts are of one currency.

Sources: Credit Research Foundation, "Standard Measures for Receivables" (DSO, best possible DSO, average days
delinquent, collection effectiveness index); the exhaustion or count-back method of DSO as in the trade's textbooks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

PERIOD_DAYS = 90
"""Sales, promises and collections are looked at over so many days."""

SALES_MONTHS = 13
"""Months of sales that counting back may use up, the running one included."""

CASH_WEEKS = 8
NOTHING = Decimal(0)


class FigureName(StrEnum):
    """What is rolled up. The first six add up to what is outstanding; the four `late_*` to what is overdue."""

    NOT_DUE = "not_due"
    LATE_1_30 = "late_1_30"
    LATE_31_60 = "late_31_60"
    LATE_61_90 = "late_61_90"
    LATE_OVER_90 = "late_over_90"
    CREDITS = "credits"
    SALES = "sales"
    SALES_MONTH = "sales_month"
    DUE_WEEK = "due_week"
    PROMISE_DUE = "promise_due"
    PROMISE_ENDED = "promise_ended"
    DISPUTED = "disputed"
    DISPUTE_AGE = "dispute_age"
    CASH_EXPECTED = "cash_expected"
    CASH_SPREAD = "cash_spread"
    CASH_BY_DUE = "cash_by_due"
    REMINDED = "reminded"
    REMINDED_PAID = "reminded_paid"


AGES = (
    FigureName.NOT_DUE,
    FigureName.LATE_1_30,
    FigureName.LATE_31_60,
    FigureName.LATE_61_90,
    FigureName.LATE_OVER_90,
)
POSITION = (*AGES, FigureName.CREDITS)
LASTING = frozenset({*POSITION, FigureName.SALES})
"""Kept for every day, so that trends can be drawn."""

AGE_LIMITS = (0, 30, 60, 90)


@dataclass(frozen=True, slots=True)
class Week:
    """Cash expected in the week that begins on `start` (a Monday), and the range that holds it. `due`: what falls due
    in it."""

    start: date
    low: Decimal
    expected: Decimal
    high: Decimal
    due: Decimal


@dataclass(frozen=True, slots=True)
class MonthSales:
    """Sales of a month, credit notes netted; `days` are its days up to the day of the figures."""

    start: date
    days: int
    amount: Decimal


def age_of(days_late: int) -> FigureName:
    """Not due up to the due date itself; then 1 to 30, 31 to 60, 61 to 90 and more than 90 days late."""
    return AGES[sum(days_late > limit for limit in AGE_LIMITS)]


def dso_simple(outstanding: Decimal, sales: Decimal, days: int = PERIOD_DAYS) -> Decimal | None:
    """Days sales outstanding: receivables / credit sales of the period * days of the period (CRF).

    None where nothing was sold.
    """
    return outstanding / sales * days if sales > 0 else None


def dso_count_back(outstanding: Decimal, months: Sequence[MonthSales]) -> Decimal | None:
    """Days sales outstanding by exhaustion: take off the newest month's sales, counting its days, then the month
    before, and of the last month the part that is needed. None where more is outstanding than these months sold.
    """
    left, days = max(outstanding, NOTHING), NOTHING
    for month in months:
        sold = max(month.amount, NOTHING)
        if left <= sold:
            return days + (left / sold * month.days if sold else NOTHING)
        left -= sold
        days += month.days
    return None


def best_possible_dso(not_due: Decimal, sales: Decimal, days: int = PERIOD_DAYS) -> Decimal | None:
    """What DSO would be if nobody paid late: receivables not yet due / credit sales * days (CRF)."""
    return dso_simple(not_due, sales, days)


def average_days_delinquent(dso: Decimal | None, best: Decimal | None) -> Decimal | None:
    """DSO less best possible DSO (CRF)."""
    return dso - best if dso is not None and best is not None else None


def collection_effectiveness(begin: Decimal, sales: Decimal, end: Decimal, end_not_due: Decimal) -> Decimal | None:
    """The collection effectiveness index (CRF): of what could be collected in the period, the part that was, from 0
    to 1: (begin + sales - end) / (begin + sales - end not due). None where nothing could be collected.
    """
    collectable = begin + sales - end_not_due
    return (begin + sales - end) / collectable if collectable > 0 else None


def kept_rate(kept: int, partly_kept: int, broken: int) -> Decimal | None:
    """Promises kept in full, of all that ended kept, partly kept or broken; withdrawn ones don't count."""
    ended = kept + partly_kept + broken
    return Decimal(kept) / ended if ended else None


def month_starts(day: date, count: int = SALES_MONTHS) -> tuple[date, ...]:
    """The first days of the month of `day` and of those before it, newest first."""
    starts = [day.replace(day=1)]
    while len(starts) < count:
        starts.append((starts[-1] - timedelta(days=1)).replace(day=1))
    return tuple(starts)


def month_days(start: date, day: date) -> int:
    """Days of the month that begins on `start`, none of them after `day`."""
    following = (start + timedelta(days=31)).replace(day=1)
    return (min(following, day + timedelta(days=1)) - start).days


def week_starts(day: date, count: int = CASH_WEEKS) -> tuple[date, ...]:
    """The Mondays of the week of `day` and of those after it."""
    monday = day - timedelta(days=day.weekday())
    return tuple(monday + timedelta(weeks=n) for n in range(count))

"""Calendar arithmetic: which day is the coming Friday, the end of the month, the 31st. Conventions: evals/labels.md."""

from calendar import monthrange
from datetime import date, timedelta

PAST_WINDOW = timedelta(days=120)
"""A day without a year lies at most this far back, else ahead."""

FRIDAY = 4


def day_or_none(year: int, month: int, day: int) -> date | None:
    """None where no month is of that number, or no day of it."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def nearest_year(month: int, day: int, today: date) -> date | None:
    """A day and month without a year: the first such day that is not further back than the window."""
    options = [day_or_none(year, month, day) for year in (today.year - 1, today.year, today.year + 1, today.year + 4)]
    return next((option for option in options if option is not None and option >= today - PAST_WINDOW), None)


def year_of_named(month: int, today: date) -> int:
    """The year in which a month that is named without a year is meant: that of the nearest, if it ends no further back
    than the window, else of the next one."""
    years = (today.year - 1, today.year, today.year + 1)
    return next(year for year in years if end_of_month(year, month) >= today - PAST_WINDOW)


def next_with_day(number: int, today: date) -> date | None:
    """The next day of that number in a month, today included."""
    for months in range(3):
        first = add_months(today.replace(day=1), months)
        day = day_or_none(first.year, first.month, number)
        if day is not None and day >= today:
            return day
    return None


def coming_weekday(weekday: int, today: date) -> date:
    """The next day of that name, never today itself."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def weekday_of_next_week(weekday: int, today: date) -> date:
    return today + timedelta(days=7 - today.weekday() + weekday)


def weekday_in_month(year: int, month: int, weekday: int, place: int | None) -> date:
    """The first such weekday of a month where `place` is 0, the second where it is 1; the last where it is None."""
    if place is None:
        day = end_of_month(year, month)
        return day - timedelta(days=(day.weekday() - weekday) % 7)
    day = date(year, month, 1)
    return day + timedelta(days=(weekday - day.weekday()) % 7 + 7 * place)


def end_of_month(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def add_months(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def last_workday(day: date) -> date:
    """The given day, or the Friday before it; holidays do not count (evals/labels.md)."""
    return day - timedelta(days=max(0, day.weekday() - FRIDAY))

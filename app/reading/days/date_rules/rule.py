"""A rule: one way in which a language names a day, and which day that is."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from app.reading.days.calendar_days import day_or_none, nearest_year

Resolved = tuple[date | None, tuple[date, ...], str]
"""The day, what the words may mean, and their kind: as a FoundDate has them."""

Resolve = Callable[[re.Match[str], date], Resolved | None]
"""Says what a match means on the day that the mail was received; None when it names no day at all."""


@dataclass(frozen=True, slots=True)
class Rule:
    pattern: re.Pattern[str]
    resolve: Resolve
    rank: int


def one_day(day: date | None, kind: str) -> Resolved | None:
    return None if day is None else (day, (day,), kind)


def dated(day: int, month: int, year: int | None, today: date) -> Resolved | None:
    return one_day(nearest_year(month, day, today) if year is None else day_or_none(year, month, day), "absolute")

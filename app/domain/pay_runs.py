"""Pay runs: many companies pay on fixed days of the month only, such as the 10th and the 25th, or the last one.

A company has runs when nearly all of its payments lie on at most two days of the month (or on the working days after,
where a bank moves a weekend's payment). Runs are counted: number n+1 is the run after number n.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

LEAST = 6
"""So many payments are needed to speak of a habit."""

SHARE = 0.85
TOLERANCE = 2
LAST = 31
_SATURDAY = 5
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class PayRuns:
    """Days of the month, ascending; a day that a month does not have is its last one."""

    days: tuple[int, ...]

    def day_of(self, number: int) -> date:
        """The day of a run; a run on a weekend is on the Monday after."""
        month, place = divmod(number, len(self.days))
        return _weekday(_day_in(month, self.days[place]))

    def first_from(self, day: date) -> int:
        """The number of the first run on that day or later."""
        number = (_month_of(day) - 1) * len(self.days)
        while self.day_of(number) < day:
            number += 1
        return number

    def nearest(self, day: date) -> int:
        """The number of the run that a payment on that day belongs to."""
        after = self.first_from(day)
        return min((after, after - 1), key=lambda number: abs((self.day_of(number) - day).days))


def pay_runs_of(payments: Sequence[date]) -> PayRuns | None:
    """The runs that explain these payments, the fewer the better; None without a habit."""
    if len(payments) < LEAST:
        return None
    explained_by = [{_day_of_month(day - timedelta(days=moved)) for moved in range(TOLERANCE + 1)} for day in payments]
    candidates = sorted({_day_of_month(day) for day in payments})
    for count in (1, 2):
        for days in combinations(candidates, count):
            if sum(not reasons.isdisjoint(days) for reasons in explained_by) >= SHARE * len(payments):
                return PayRuns(days)
    return None


def _day_of_month(day: date) -> int:
    return LAST if (day + timedelta(days=1)).day == 1 else day.day


def _month_of(day: date) -> int:
    return day.year * _MONTHS + day.month - 1


def _day_in(month: int, day: int) -> date:
    first = date(month // _MONTHS, month % _MONTHS + 1, 1)
    following = date((month + 1) // _MONTHS, (month + 1) % _MONTHS + 1, 1)
    return min(first + timedelta(days=day - 1), following - timedelta(days=1))


def _weekday(day: date) -> date:
    return day + timedelta(days=7 - day.weekday()) if day.weekday() >= _SATURDAY else day

"""The hours in which a team works, and how much of them lies between two moments: what "answer within four hours" means
for a mail of Friday evening.

Days begin and end by the clock on the team's wall, so the day on which that clock is changed is shorter or longer; the
arithmetic is in UTC.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEK = frozenset(range(7))
MIDNIGHT = time()
LONGEST_CLOSURE = 60
"""Days. Whoever is closed for longer counts as open all the time: an answer is due some day."""


def no_holiday(_day: date) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """From `begin` to `end` (midnight: to the end of the day) on each of `days` (0 is Monday) that is no holiday. As it
    stands, round the clock."""

    begin: time = MIDNIGHT
    end: time = MIDNIGHT
    days: frozenset[int] = WEEK
    zone: str = "UTC"
    is_holiday: Callable[[date], bool] = no_holiday

    @property
    def is_always(self) -> bool:
        return self.begin == self.end and self.days == WEEK and self.is_holiday is no_holiday

    def after(self, moment: datetime, span: timedelta) -> datetime:
        """The first moment by which so much working time has passed."""
        if self.is_always:
            return moment + span
        left, closed = span, 0
        for opens, closes in self._from(moment):
            opens = max(opens, moment)  # noqa: PLW2901
            closed = closed + 1 if closes <= opens else 0
            if closed > LONGEST_CLOSURE:
                return moment + span
            if left <= closes - opens:
                return opens + left
            left -= max(closes - opens, timedelta())
        raise AssertionError("days do not end")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much working time lies between the two; nothing where the second is not later."""
        if end <= start:
            return timedelta()
        if self.is_always:
            return end - start
        passed = timedelta()
        for opens, closes in self._from(start):
            if opens >= end:
                return passed
            passed += max(min(closes, end) - max(opens, start), timedelta())
        raise AssertionError("days do not end")

    def _from(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Opening and close of each day from that of the moment on, in UTC; a free day closes as it opens."""
        zone = ZoneInfo(self.zone)
        day = moment.astimezone(zone).date()
        while True:
            opens = datetime.combine(day, self.begin, zone).astimezone(UTC)
            last = day + timedelta(days=1) if self.end == MIDNIGHT else day
            closes = datetime.combine(last, self.end, zone).astimezone(UTC)
            is_free = day.weekday() not in self.days or self.is_holiday(day)
            yield opens, opens if is_free else closes
            day += timedelta(days=1)


ALWAYS = WorkingHours()

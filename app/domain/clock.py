"""Time is an argument: whoever needs the current moment is given a Clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
"""Returns the current moment, aware, in UTC."""

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
"""Beyond them lies what programs write for "never" (0001-01-01, 9999-12-31), from which no day can be reckoned."""


def written_day(text: str) -> date:
    """A day of the trade, written as 2026-03-31. Raises ValueError for what is none."""
    day = date.fromisoformat(text)
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(text)
    return day


def system_clock() -> datetime:
    """The machine's clock. The only place that reads it."""
    return datetime.now(UTC)  # noqa: TID251


@dataclass(frozen=True, slots=True)
class DayBegin:
    """When a day's work begins: a time of day in a zone, which must exist."""

    at: time = time()
    zone: str = "UTC"

    def day(self, now: datetime) -> date:
        """The day there."""
        return now.astimezone(ZoneInfo(self.zone)).date()

    def next_after(self, now: datetime) -> datetime:
        zone = ZoneInfo(self.zone)
        begin = datetime.combine(self.day(now), self.at, zone)
        return begin if begin > now else datetime.combine(self.day(now) + timedelta(days=1), self.at, zone)

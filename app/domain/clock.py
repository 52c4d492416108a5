"""Time is an argument: whoever needs the current moment is given a Clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]
"""Returns the current moment, aware, in UTC."""


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

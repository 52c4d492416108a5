"""When a reminder may leave that was approved late, or held up on its way: never outside the customer's hours."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.domain.workflow import Hours
from app.reminders.moments import next_workday


def next_opening(moment: datetime, zone: ZoneInfo, hours: Hours, *, country: str, language: str) -> datetime | None:
    """The moment itself where it lies in the hours of a business day, else the next beginning of one; None when no
    business day is near."""
    local = moment.astimezone(zone)
    day = next_workday(local.date(), country, language)
    if day == local.date() and local.time() >= hours.end:
        day = next_workday(day + timedelta(days=1), country, language)
    if day is None:
        return None
    return max(local, datetime.combine(day, hours.begin, zone))

"""When a customer may be written to: business days of their country, hours of their zone, the hour they answer at."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from app.domain.reminder import Addressee, CustomerSituation
from app.domain.sentence import Sentence
from app.domain.workflow import Hours
from app.reading.days.workdays import country_of, is_workday

ENOUGH_REPLIES = 5
DAYS_LOOKED_AHEAD = 10
"""Beyond that a plan is no plan for this day any more."""


@lru_cache(maxsize=512)
def zone_named(name: str) -> ZoneInfo:
    """The zone, or UTC where the ledger names one that does not exist."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


@lru_cache(maxsize=8192)
def next_workday(day: date, country: str, language: str) -> date | None:
    """The day itself or the next business day, within reach."""
    home = country_of(country, language)
    days = (day + timedelta(days=ahead) for ahead in range(DAYS_LOOKED_AHEAD))
    return next((day for day in days if is_workday(day, home)), None)


def best_hour(replies: Sequence[datetime], zone: ZoneInfo) -> int | None:
    """The local hour at which most of their mails came; None below five mails."""
    if len(replies) < ENOUGH_REPLIES:
        return None
    hours = Counter(moment.astimezone(zone).hour for moment in replies)
    return min(hours, key=lambda hour: (-hours[hour], hour))


def moment_for(
    situation: CustomerSituation,
    contact: Addressee | None,
    as_of: date,
    hours: Hours,
    usual_hour: int,
    *,
    asked: int | None = None,
) -> tuple[datetime | None, Sentence]:
    """When to write to a contact, from this day on, and why then. None where no business day is near. `asked`: the hour
    that a test of hours wants, whatever was learnt."""
    day = next_workday(as_of, situation.country, situation.language)
    if day is None:
        return None, Sentence()
    zone = zone_named(situation.timezone)
    hour, told = _hour_for(contact, zone, usual_hour, asked)
    moment = datetime.combine(day, hours.nearest(hour), zone)
    return moment, Sentence("at {clock} their time ({told})", clock=f"{moment:%H:%M}", told=told)


def _hour_for(contact: Addressee | None, zone: ZoneInfo, usual: int, asked: int | None) -> tuple[int, Sentence]:
    if asked is not None:
        return asked, Sentence("the hour of a test")
    replies = contact.replies if contact is not None else ()
    learnt = best_hour(replies, zone)
    if learnt is None:
        return usual, Sentence("the hour of the workflow")
    return learnt, Sentence("most of their {number} mails came at that hour", number=len(replies))

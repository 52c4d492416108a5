"""When a reminder may leave that was approved late, or held up on its way: never outside the customer's hours."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.db.uow import Uow
from app.domain.errors import Invalid
from app.domain.workflow import Hours
from app.reminders.moments import next_workday, zone_named


async def opening_for(uow: Uow, customer_id: str, moment: datetime, hours: Hours) -> datetime:
    """The first moment from this one on at which the customer may be written to. Raises Invalid for want of one."""
    customer = await uow.ledger.customer(customer_id)
    zone = zone_named(customer.timezone if customer else "")
    country, language = (customer.country, customer.language) if customer else ("", "")
    opening = next_opening(moment, zone, hours, country=country, language=language)
    if opening is None:
        raise Invalid("there is no business day near on which the customer may be written to")
    return opening


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

"""Reads `[[queue.working_hours]]` of a policy file: when the teams work. A table holds for the mailboxes that it names,
one without names for all others; where there is none, every hour counts."""

from collections.abc import Callable, Mapping
from datetime import time
from functools import partial
from typing import Any, NoReturn
from zoneinfo import available_timezones

from app.domain.working_hours import ALWAYS, MIDNIGHT, WorkingHours, no_holiday
from app.reading.days.workdays import has_holidays, is_holiday

KEYS = ("mailboxes", "days", "begin", "end", "timezone", "country")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
USUAL = list(DAYS[:5])

Refuse = Callable[[str], NoReturn]


def working_hours(tables: object, refuse: Refuse) -> tuple[WorkingHours, Mapping[str, WorkingHours]]:
    """Those of all mailboxes, and those of the named ones. Calls `refuse` with what is wrong."""
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        refuse("working_hours must be written as [[queue.working_hours]]")
    for_all: WorkingHours | None = None
    of: dict[str, WorkingHours] = {}
    for number, table in enumerate(tables, 1):
        hours, names = _one(table, lambda what, at=number: refuse(f"working_hours {at}: {what}"))  # type: ignore[misc]
        twice = [name for name in names if name in of] or (["all mailboxes"] if not names and for_all else [])
        if twice:
            refuse(f"working_hours {number}: {twice[0]}: there are working hours of it already")
        of |= dict.fromkeys(names, hours)
        for_all = for_all if names else hours
    return for_all or ALWAYS, of


def _one(table: Mapping[str, Any], refuse: Refuse) -> tuple[WorkingHours, list[str]]:
    unknown = sorted(set(table) - set(KEYS))
    if unknown:
        refuse(f"{unknown[0]} is not known here; known are {', '.join(KEYS)}")
    begin, end, zone = table.get("begin", MIDNIGHT), table.get("end", MIDNIGHT), table.get("timezone")
    if not isinstance(begin, time) or not isinstance(end, time) or not (begin < end or end == MIDNIGHT):
        refuse("begin and end must be times of one day such as 08:30:00 and 17:00:00, without quotes")
    if zone not in available_timezones():
        refuse('timezone must be a name such as "Europe/Berlin"')
    country = table.get("country", "")
    if country and not (isinstance(country, str) and has_holidays(country)):
        refuse('country must be two letters such as "DE", whose public holidays are free')
    days = _words(table, "days", USUAL, refuse)
    odd = [day for day in days if day not in DAYS]
    if odd or not days:
        refuse(f"days must be some of {', '.join(DAYS)}")
    hours = WorkingHours(
        begin=begin,
        end=end,
        days=frozenset(DAYS.index(day) for day in days),
        zone=zone,
        is_holiday=partial(is_holiday, country=country) if country else no_holiday,
    )
    return hours, _words(table, "mailboxes", [], refuse)


def _words(table: Mapping[str, Any], key: str, default: list[str], refuse: Refuse) -> list[str]:
    value = table.get(key, default)
    if not isinstance(value, list) or not all(isinstance(word, str) for word in value):
        refuse(f'{key} must be a list of words such as ["…"]')
    return value

"""Business days: Mondays to Fridays, or what is worked on where Friday is the day of rest, without the public holidays
of the customer's country."""

from datetime import date, timedelta
from functools import lru_cache

import holidays

_WEEKEND = frozenset({5, 6})
_FRIDAY = 4
_HOME = {"en": "GB", "fr": "FR", "de": "DE", "es": "ES", "nl": "NL", "it": "IT", "pt": "PT"}
_REGION = {"GB": "ENG"}
"""Where a country keeps no holiday as a whole, that of its largest part."""


@lru_cache(maxsize=256)
def country_of(country: str, language: str) -> str:
    """The country whose holidays count: the customer's, else that of the language."""
    known = country.upper()
    return known if known in holidays.list_supported_countries() else _HOME.get(language, "")


def is_workday(day: date, country: str) -> bool:
    return day.weekday() not in _weekend(country) and not is_holiday(day, country)


def has_holidays(country: str) -> bool:
    """Whether the holidays of this country (two letters) are known."""
    return country in holidays.list_supported_countries()


def is_holiday(day: date, country: str) -> bool:
    """Whether it is a public holiday there; in no country it is not."""
    return bool(country) and day in _holidays(country)


def add_workdays(day: date, count: int, country: str = "") -> date:
    """The day so many business days later."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_workday(day, country)
    return day


@lru_cache(maxsize=64)
def _weekend(country: str) -> frozenset[int]:
    """Where only Sunday is free by law, offices rest on Saturday too."""
    free = frozenset(_holidays(country).weekend) if country else _WEEKEND
    return free if _FRIDAY in free else _WEEKEND


@lru_cache(maxsize=64)
def _holidays(country: str) -> holidays.HolidayBase:
    return holidays.country_holidays(country, subdiv=_REGION.get(country))

from datetime import date

import pytest

from app.reading.days.dates import find_dates
from app.reading.days.workdays import add_workdays, country_of, is_workday

TUESDAY_BEFORE_EASTER = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("country", "expected"), [("GB", "2026-04-09"), ("DE", "2026-04-09"), ("FR", "2026-04-08"), ("US", "2026-04-07")]
)
def test_public_holidays_of_the_customers_country_are_no_business_days(country: str, expected: str) -> None:
    assert add_workdays(TUESDAY_BEFORE_EASTER, 5, country).isoformat() == expected


def test_an_unknown_country_is_that_of_the_language() -> None:
    assert [country_of("", "de"), country_of("at", "de"), country_of("ZZ", "fr"), country_of("", "xx")] == [
        "DE",
        "AT",
        "FR",
        "",
    ]


def test_business_days_in_a_text_follow_the_customers_country() -> None:
    for country, expected in (("US", "2026-04-07"), ("", "2026-04-09")):
        found = find_dates("we pay within five working days", TUESDAY_BEFORE_EASTER, "en", country)
        assert [str(hit.day) for hit in found] == [expected]


@pytest.mark.parametrize(
    ("country", "days"),
    [
        ("DE", "Mon Tue Wed Thu Fri"),
        ("SA", "Mon Tue Wed Thu Sun"),
        ("IL", "Mon Tue Wed Thu Sun"),
        ("VE", "Mon Tue Wed Thu Fri"),
    ],
)
def test_the_weekend_is_the_customers_countrys(country: str, days: str) -> None:
    week = [date(2026, 6, day) for day in range(8, 15)]
    assert " ".join(f"{day:%a}" for day in week if is_workday(day, country)) == days

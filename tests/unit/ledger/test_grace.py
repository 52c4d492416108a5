"""Grace counts business days of the customer's country, by how the customer pays."""

from datetime import date

import pytest

from app.ledger.grace import deadline

MADE = date(2026, 5, 1)


@pytest.mark.parametrize(
    ("day", "method", "country", "expected"),
    [
        pytest.param(date(2026, 5, 20), "", "DE", date(2026, 5, 22), id="two days for a transfer"),
        pytest.param(date(2026, 5, 29), "bank transfer", "GB", date(2026, 6, 2), id="over the weekend"),
        pytest.param(date(2026, 5, 23), "cash", "FR", date(2026, 5, 26), id="Saturday, then Whit Monday"),
        pytest.param(date(2026, 12, 24), "card", "GB", date(2026, 12, 29), id="Christmas, Boxing Day on Monday"),
        pytest.param(date(2026, 5, 31), "cheque", "US", date(2026, 6, 8), id="end of month on a Sunday"),
        pytest.param(date(2026, 5, 20), "Check", "US", date(2026, 5, 28), id="Memorial Day"),
        pytest.param(date(2026, 5, 20), "barter", "", date(2026, 5, 22), id="unknown method and country"),
    ],
)
def test_deadline(day: date, method: str, country: str, expected: date) -> None:
    assert deadline(day, made_on=MADE, method=method, country=country) == expected


def test_a_promise_without_a_day_lapses_after_two_weeks() -> None:
    assert deadline(None, made_on=MADE, country="DE") == date(2026, 5, 15)


def test_without_a_country_the_language_tells_the_holidays() -> None:
    assert deadline(date(2026, 7, 13), made_on=MADE, method="card", language="fr") == date(2026, 7, 15)

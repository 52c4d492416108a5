"""What is looked at each day is all that may be due."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.policies.retention import load_retention

SHIPPED = load_retention()
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  # given one


@given(now=MOMENTS, last=MOMENTS, country=st.sampled_from([None, "", "DE", "FR", "XX"]), beyond=st.integers(0, 800))
def test_nothing_out_of_reach_is_due(now: datetime, last: datetime, country: str | None, beyond: int) -> None:
    retention = replace(SHIPPED, letters_beyond_statute_days=beyond)
    strangers, customers = retention.reach(now)
    if last >= (strangers if country is None else customers):
        assert retention.due(last, country) > now.date()


@pytest.mark.parametrize(("country", "years"), [(None, 0), ("DE", 6)])
def test_the_reach_ends_where_something_is_due(country: str | None, years: int) -> None:
    """Letters of the country with the shortest statute."""
    now = datetime(2033, 1, 1, 12, tzinfo=UTC)
    last = (
        now - timedelta(days=SHIPPED.strangers_days)
        if country is None
        else datetime(now.year - years - 1, 12, 31, tzinfo=UTC)
    )
    assert retention_reach(now, country) > last
    assert SHIPPED.due(last, country) == now.date()


def retention_reach(now: datetime, country: str | None) -> datetime:
    strangers, customers = SHIPPED.reach(now)
    return strangers if country is None else customers

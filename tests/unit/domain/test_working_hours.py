"""How much of a team's working time lies between two moments, and when so much of it is over."""

from datetime import UTC, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.working_hours import ALWAYS, MIDNIGHT, WEEK, WorkingHours
from app.reading.days.workdays import is_holiday

ZONES = ("UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu")
TIMES = st.times(timezones=st.none()).map(lambda moment: moment.replace(second=0, microsecond=0, fold=0))
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  # by `timezones`
SHORTEST_MINUTES = 60
SPANS = st.timedeltas(timedelta(), timedelta(days=20))


@st.composite
def teams(draw: st.DrawFn) -> WorkingHours:
    begin, end = sorted((draw(TIMES), draw(TIMES)))
    days = draw(st.frozensets(st.integers(0, 6), min_size=1))
    country = draw(st.sampled_from(["", "DE", "GB", "ES", "FR"]))
    free = {"is_holiday": partial(is_holiday, country=country)} if country else {}
    if (end.hour * 60 + end.minute) - (begin.hour * 60 + begin.minute) < SHORTEST_MINUTES:
        end = MIDNIGHT
    return WorkingHours(begin, end, days, draw(st.sampled_from(ZONES)), **free)


OFFICE = WorkingHours(time(8, 30), time(17), frozenset(range(5)), "Europe/Berlin", partial(is_holiday, country="DE"))


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)


@pytest.mark.parametrize(
    ("received", "hours", "due"),
    [
        ("2026-05-29 16:00", 4, "2026-06-01 11:30"),  # a Friday, one hour of it left
        ("2026-05-29 23:00", 4, "2026-06-01 12:30"),  # in the night
        ("2026-05-22 16:30", 1, "2026-05-26 09:00"),  # Whit Monday is free
        ("2026-12-24 16:00", 8.5, "2026-12-28 16:00"),  # two days of Christmas and a Sunday
        ("2026-03-27 16:00", 2, "2026-03-30 09:30"),  # the clock is put forward in between
    ],
)
def test_nights_weekends_and_holidays_do_not_count(received: str, hours: float, due: str) -> None:
    assert OFFICE.after(berlin(received), timedelta(hours=hours)) == berlin(due)
    assert OFFICE.between(berlin(received), berlin(due)) == timedelta(hours=hours)


def test_a_team_round_the_clock_works_through_the_change_of_clocks() -> None:
    round_the_clock = WorkingHours(days=WEEK, zone="Europe/Berlin", is_holiday=partial(is_holiday, country=""))
    assert not round_the_clock.is_always
    assert round_the_clock.between(berlin("2026-03-28 12:00"), berlin("2026-03-29 12:00")) == timedelta(hours=23)
    assert round_the_clock.after(berlin("2026-10-24 12:00"), timedelta(hours=25)) == berlin("2026-10-25 12:00")


@given(MOMENTS, SPANS)
def test_where_every_hour_counts_it_is_plain_time(moment: datetime, span: timedelta) -> None:
    assert ALWAYS.after(moment, span) == moment + span
    assert ALWAYS.between(moment, moment + span) == span
    assert ALWAYS.between(moment + span, moment) == timedelta()


@given(teams(), MOMENTS, SPANS)
def test_what_is_due_after_a_span_lies_that_span_ahead(team: WorkingHours, moment: datetime, span: timedelta) -> None:
    due = team.after(moment, span)
    assert due >= moment + span, "working time never runs faster than the clock"
    assert team.between(moment, due) == span


@given(teams(), MOMENTS, SPANS, SPANS)
def test_spans_add_up_and_never_exceed_the_time_between(
    team: WorkingHours, moment: datetime, first: timedelta, second: timedelta
) -> None:
    middle, last = moment + first, moment + first + second
    whole = team.between(moment, last)
    assert whole == team.between(moment, middle) + team.between(middle, last)
    assert timedelta() <= whole <= last - moment


@given(teams(), MOMENTS, MOMENTS, SPANS)
def test_who_came_earlier_is_due_no_later(team: WorkingHours, one: datetime, other: datetime, span: timedelta) -> None:
    earlier, later = sorted((one, other))
    assert team.after(earlier, span) <= team.after(later, span)

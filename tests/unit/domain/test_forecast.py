from datetime import date, timedelta
from decimal import Decimal

import pytest

from app.domain.cash import cash_by_week
from app.domain.conduct import Conduct, PaidInvoice
from app.domain.forecast import Basis, Forecast, forecast_of, interval, thinned
from app.domain.pay_runs import LAST, PayRuns, pay_runs_of
from tests.unit.domain.accounts import TODAY, conduct, item, position

ONE_DAY = timedelta(days=1)


def _days(*offsets: int) -> tuple[date, ...]:
    return tuple(TODAY + timedelta(days=offset) for offset in offsets)


def test_an_invoice_is_expected_after_the_median_delay() -> None:
    due = TODAY + timedelta(days=5)
    (expected,) = forecast_of(position(item(-5)), conduct(3, 10, 8, 7, 9)).expectations
    assert (expected.expected, expected.basis) == (due + timedelta(days=8), Basis.OWN)


def test_delays_that_have_passed_are_no_longer_possible() -> None:
    (expected,) = forecast_of(position(item(9)), conduct(1, 2, 3, 10, 20, 30, 40)).expectations
    assert expected.days == _days(1, 11, 21, 31)
    assert expected.expected == TODAY + timedelta(days=21)
    assert expected.earliest >= TODAY


def test_with_few_of_its_own_the_segment_speaks_and_with_none_nobody_does() -> None:
    segment = (1, 2, 5, 9, 12)
    (expected,) = forecast_of(position(item(0)), conduct(5), segment).expectations
    assert (expected.basis, expected.sample) == (Basis.SEGMENT, 6)
    nobody = forecast_of(position(item(100)), conduct(5), segment)
    assert (nobody.expectations, [i.number for i in nobody.unknown]) == ((), ["INV-100"])


def test_credit_notes_are_not_expected() -> None:
    assert forecast_of(position(item(3, "-50")), conduct(5, 5, 5, 5)) == Forecast("C-1", ())


@pytest.mark.parametrize(
    ("offsets", "earliest", "latest"),
    [
        (tuple(range(1, 10)), 1, 9),
        (tuple(range(1, 20)), 2, 18),
        ((10, 20, 30), 4, 36),
        ((10,), 3, 17),
    ],
)
def test_few_days_give_a_wider_interval(offsets: tuple[int, ...], earliest: int, latest: int) -> None:
    """9 days: first and last hold 8 of 10. 19: the second and the last but one hold 16 of 20. 3: both hold 2 of 4,
    so they move out by 1.6."""
    assert interval(_days(*offsets), TODAY) == _days(earliest, latest)


def test_between_two_places_a_bound_lies_between_two_days() -> None:
    """12 days: a tenth is 1.3 places, so each bound moves three tenths of the way from the first day to the second."""
    assert interval(_days(0, *range(20, 30), 60), TODAY) == _days(6, 51)


def test_a_pay_run_is_found_through_weekends() -> None:
    runs = PayRuns((10, 25))
    payments = [runs.day_of(24_000 * 2 + number) for number in range(12)]
    assert any(day.day not in {10, 25} for day in payments)
    assert pay_runs_of(payments) == runs


def test_the_last_of_the_month_is_one_day() -> None:
    assert pay_runs_of([date(2026, month, 1) - ONE_DAY for month in (2, 3, 4, 5, 7, 8, 10)]) == PayRuns((LAST,))


def test_scattered_payments_are_no_pay_run() -> None:
    assert pay_runs_of([date(2026, 1, 5) + timedelta(days=11 * n) for n in range(12)]) is None


def test_a_company_with_a_pay_run_is_expected_on_one() -> None:
    runs = PayRuns((LAST,))
    dues = [date(2025, 9, 12) + timedelta(days=23 * n) for n in range(9)]
    known = Conduct(
        "C-1",
        TODAY,
        paid=tuple(PaidInvoice(f"OLD-{due}", due, runs.day_of(runs.first_from(due))) for due in dues),
    )
    (expected,) = forecast_of(position(item(-20)), known).expectations
    assert (expected.basis, expected.expected) == (Basis.PAY_RUNS, date(2026, 6, 30))


def test_a_segment_is_thinned_to_its_quantiles() -> None:
    assert thinned({3: 2, 1: 1}, points=4) == (1, 3, 3)
    assert thinned({0: 500, 10: 250, 30: 250}, points=4) == (0, 0, 10, 30)


def test_a_week_gets_the_share_of_the_days_in_it_and_persons_stand_apart() -> None:
    """2026-05-20 is a Wednesday: days 0 and 1 lie in its week, days 5 and 6 in the next."""
    forecast = forecast_of(position(item(0, "1000.00")), conduct(0, 1, 5, 6))
    this, following = cash_by_week([forecast], [position(item(-1, "70.00"))], "EUR", TODAY, 2)
    assert [str(w.expected) for w in (this, following)] == ["500.00 EUR", "500.00 EUR"]
    assert (this.start, this.low.amount, this.high.amount) == (date(2026, 5, 18), Decimal(0), Decimal("1140.80"))
    assert (str(this.by_due_date), str(following.by_due_date)) == ("70.00 EUR", "0.00 EUR")

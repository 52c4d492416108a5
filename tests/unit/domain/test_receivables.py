"""The measures of receivables against numbers worked out by hand from the Credit Research Foundation's formulas."""

from datetime import date
from decimal import Decimal

import pytest

from app.domain.receivables import (
    FigureName,
    MonthSales,
    age_of,
    average_days_delinquent,
    best_possible_dso,
    collection_effectiveness,
    dso_count_back,
    dso_simple,
    kept_rate,
    month_days,
    month_starts,
    week_starts,
)

MAY = MonthSales(date(2026, 5, 1), 21, Decimal(210))
APRIL = MonthSales(date(2026, 4, 1), 30, Decimal(300))
MARCH = MonthSales(date(2026, 3, 1), 31, Decimal(620))


def test_simple_dso_is_receivables_over_sales_times_days() -> None:
    """1,200 owed of 2,400 sold in 90 days: 45 days; 800 of it not due: at best 30, so 15 days delinquent."""
    dso, best = dso_simple(Decimal(1200), Decimal(2400)), best_possible_dso(Decimal(800), Decimal(2400))
    assert [dso, best, average_days_delinquent(dso, best)] == [Decimal(45), Decimal(30), Decimal(15)]


def test_without_sales_there_is_no_dso() -> None:
    assert dso_simple(Decimal(5), Decimal(0)) is None
    assert average_days_delinquent(None, Decimal(1)) is None


@pytest.mark.parametrize(
    ("outstanding", "days"),
    [("0", "0"), ("105", "10.5"), ("210", "21"), ("360", "36"), ("665", "58.75"), ("1130", "82"), ("1131", None)],
)
def test_counting_back_uses_up_the_newest_months_first(outstanding: str, days: str | None) -> None:
    """665 = May's 210 (21 days) + April's 300 (30 days) + 155 of March's 620 (a quarter of 31 days)."""
    found = dso_count_back(Decimal(outstanding), [MAY, APRIL, MARCH])
    assert found == (None if days is None else Decimal(days))


def test_a_month_of_credit_notes_only_adds_its_days() -> None:
    months = [MonthSales(MAY.start, 21, Decimal(-50)), APRIL]
    assert dso_count_back(Decimal(150), months) == 21 + 15


def test_collection_effectiveness_is_what_was_collected_of_what_could_be() -> None:
    """Began with 1,000, sold 2,000, ended with 900 of which 600 not due: 2,100 of 2,400 collected."""
    assert collection_effectiveness(Decimal(1000), Decimal(2000), Decimal(900), Decimal(600)) == Decimal("0.875")
    assert collection_effectiveness(Decimal(0), Decimal(0), Decimal(0), Decimal(0)) is None


def test_kept_rate_leaves_out_what_has_not_ended() -> None:
    assert kept_rate(6, 1, 1) == Decimal("0.75")
    assert kept_rate(0, 0, 0) is None


@pytest.mark.parametrize(
    ("days", "age"),
    [
        (-5, "not_due"),
        (0, "not_due"),
        (1, "late_1_30"),
        (30, "late_1_30"),
        (31, "late_31_60"),
        (60, "late_31_60"),
        (61, "late_61_90"),
        (90, "late_61_90"),
        (91, "late_over_90"),
    ],
)
def test_the_due_date_itself_is_not_late(days: int, age: str) -> None:
    assert age_of(days) is FigureName(age)


def test_calendar() -> None:
    assert month_starts(date(2026, 1, 31), 3) == (date(2026, 1, 1), date(2025, 12, 1), date(2025, 11, 1))
    assert month_days(date(2026, 2, 1), date(2026, 5, 21)) == 28
    assert month_days(date(2026, 5, 1), date(2026, 5, 21)) == 21
    assert week_starts(date(2026, 5, 21), 2) == (date(2026, 5, 18), date(2026, 5, 25))


def test_nothing_outstanding_is_no_day_of_sales_though_credit_notes_outweigh_a_month() -> None:
    months = [MonthSales(date(2026, 5, 1), 20, Decimal(-5)), MonthSales(date(2026, 4, 1), 30, Decimal(100))]
    assert dso_count_back(Decimal(0), months) == 0
    assert dso_count_back(Decimal(50), months) == 20 + 15

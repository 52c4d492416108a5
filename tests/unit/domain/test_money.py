from datetime import date
from decimal import Decimal

import pytest

from app.domain.extension import equal_steps
from app.domain.money import Money, digits, unit_of


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        ("1250", "EUR", "1250.00"),
        ("1250.5000", "EUR", "1250.50"),
        ("50000.00", "JPY", "50000"),
        ("50000.50", "JPY", "50000.50"),
        ("12.125", "KWD", "12.125"),
        ("12.5", "KWD", "12.500"),
        ("-350.00", "GBP", "-350.00"),
        ("0", "CLP", "0"),
    ],
)
def test_an_amount_has_the_decimals_of_its_currency(amount: str, currency: str, written: str) -> None:
    assert digits(Decimal(amount), currency) == written
    assert str(Money(Decimal(amount), currency)) == f"{written} {currency}"


def test_digits_lose_nothing_that_an_amount_has() -> None:
    assert digits(Decimal("10.1250"), "EUR") == "10.125"
    assert digits(Decimal("12.125"), "") == "12.125"


def test_instalments_in_yen_are_whole_yen() -> None:
    steps = equal_steps(Money(Decimal("100000.0000"), "JPY"), date(2026, 5, 21), 3)
    assert [step.amount.amount for step in steps] == [Decimal(33333), Decimal(33333), Decimal(33334)]


def test_what_is_reckoned_is_rounded_to_the_smallest_unit() -> None:
    assert [str(unit_of(currency)) for currency in ("EUR", "JPY", "KWD")] == ["0.01", "1", "0.001"]

"""Amounts as people type and paste them."""

from decimal import Decimal

import pytest

from app.domain.errors import Invalid
from app.domain.typed import amount_of


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1250", "1250"),
        ("1250,5", "1250.5"),
        ("1.250,00", "1250.00"),
        ("1,250.00", "1250.00"),
        ("12.345.678,90", "12345678.90"),
        ("1\N{NARROW NO-BREAK SPACE}250,00", "1250.00"),
        ("1'250.00", "1250.00"),
        ("1,250,000", "1250000"),
    ],
)
def test_an_amount_is_read_as_any_country_writes_it(text: str, amount: str) -> None:
    assert amount_of(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["1.250", "1,250", "12.34,56", "1.250.00", "-5", "1e9", "0.123,45"])
def test_what_could_be_two_amounts_or_none_is_asked_about(text: str) -> None:
    with pytest.raises(Invalid):
        amount_of(text)

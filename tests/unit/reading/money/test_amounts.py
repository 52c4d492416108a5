from decimal import Decimal

import pytest

from app.reading.money.amounts import find_amounts, parse_number


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("1.250,00 €", "1250.00", "EUR"),
        ("1\u202f250,00\u00a0€", "1250.00", "EUR"),
        ("CHF 1'250.50", "1250.50", "CHF"),
        ("€830,-", "830", "EUR"),
        ("£1,200", "1200", "GBP"),
        ("5k€", "5000", "EUR"),
        ("EUR 3.000", "3000", "EUR"),
        ("12,5 Mio. €", "12500000", "EUR"),
        ("20 Tausend Euro", "20000", "EUR"),
        ("5mila euro", "5000", "EUR"),
        ("10 mil euros", "10000", "EUR"),
        ("Fr. 920.40", "920.40", "CHF"),
        ("1'000.- Franken", "1000", "CHF"),
        ("1200 euros", "1200", "EUR"),
        ("$3,118.00", "3118.00", "USD"),
        ("-100,00 €", "-100.00", "EUR"),
    ],
)
def test_notations(text: str, value: str, currency: str) -> None:
    (found,) = find_amounts(f"Total {text}.", "en")
    assert (found.value, found.currency) == (Decimal(value), currency)
    assert not found.is_bare


@pytest.mark.parametrize(
    "text",
    [
        "invoice 4471",
        "INV-20460",
        "check #10442",
        "am 14.03.2026",
        "14/03",
        "50 %",
        "the 14th",
        "2026/0331",
        "in 30 days",
        "batch 7731",
        "in 2026",
    ],
)
def test_what_is_not_money(text: str) -> None:
    assert find_amounts(text, "en") == ()


def test_a_bare_number_says_that_it_is_bare() -> None:
    found = find_amounts("1200 going over today, rest (1,850) later", "en")
    assert [(amount.value, amount.is_bare) for amount in found] == [(Decimal(1200), True), (Decimal(1850), True)]


def test_three_digits_after_a_mark_are_thousands() -> None:
    assert parse_number("3.000") == Decimal(3000)
    assert parse_number("3.00") == Decimal("3.00")


def test_a_letter_on_the_next_line_is_no_scale() -> None:
    (amount,) = find_amounts("Total 1200\nk. regards", "en")
    assert amount.value == 1200


@pytest.mark.parametrize("blank", ["\u00a0", "\t", "\u202f"])
def test_any_blank_may_part_a_number_from_its_scale(blank: str) -> None:
    (amount,) = find_amounts(f"We pay 12{blank}k EUR", "en")
    assert amount.value == 12_000

from decimal import Decimal

import pytest

from app.reading.money.amounts import find_amounts
from tests.hangs import no_hang


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("a hundred and twenty pounds", "120", "GBP"),
        ("two thousand five hundred euros", "2500", "EUR"),
        ("deux mille trois cents euros", "2300", "EUR"),
        ("quatre-vingts euros", "80", "EUR"),
        ("zweihundertfünfzig Euro", "250", "EUR"),
        ("viertausend Franken", "4000", "CHF"),
        ("mil quinientos euros", "1500", "EUR"),
        ("drieduizend euro", "3000", "EUR"),
        ("trecento euro", "300", "EUR"),
        ("duzentos e cinquenta euros", "250", "EUR"),
    ],
)
def test_sums_in_words(text: str, value: str, currency: str) -> None:
    (found,) = find_amounts(f"Total {text}.", "en")
    assert (found.value, found.currency) == (Decimal(value), currency)


@pytest.mark.parametrize("text", ["Two pounds of apples.", "Twenty boxes came.", "One of the three invoices."])
def test_counts_are_no_sums(text: str) -> None:
    assert find_amounts(text, "en") == ()


def test_a_heap_of_numbers_does_not_hang() -> None:
    with no_hang():
        assert find_amounts("quatre-vingt " * 900, "fr") == ()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("you'll get the other eight hundred on Friday", "800"),
        ("we betalen morgen vijftienhonderd en de rest later", "1500"),
        ("on vous vire deux mille cinq cents demain", "2500"),
    ],
)
def test_hundreds_that_count_nothing_are_sums(text: str, value: str) -> None:
    (found,) = find_amounts(text, "en")
    assert (found.value, found.currency, found.is_bare) == (Decimal(value), None, True)


@pytest.mark.parametrize("text", ["Two hundred boxes came.", "One hundred per cent, we agree.", "Mille grazie, ciao."])
def test_hundreds_of_things_are_no_sums(text: str) -> None:
    assert find_amounts(text, "en") == ()

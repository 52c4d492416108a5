"""A sentence that is stored is said in the reader's language, not in that of the day on which it was written."""

from datetime import date
from decimal import Decimal

import pytest

from app.domain.money import Money
from app.domain.sentence import Sentence, kept, kept_sentence
from app.web.languages import catalogue, translated

NOTE = Sentence(
    "{why}. {invoices}: {amount}",
    why=Sentence("No step is due yet, next on {day}", day=date(2026, 5, 29)),
    invoices="INV-1",
    amount=Money(Decimal("10.50"), "EUR"),
)


def test_what_is_kept_comes_back_with_its_pattern_and_values() -> None:
    found = kept_sentence(kept(NOTE))
    assert found == NOTE == "No step is due yet, next on 2026-05-29. INV-1: 10.50 EUR"
    assert isinstance(found, Sentence)
    assert (found.pattern, found.values) == (NOTE.pattern, NOTE.values)


def test_what_is_kept_can_be_said_in_other_languages() -> None:
    said = translated(kept_sentence(kept(NOTE)), catalogue("fr"), str)
    assert "No step" not in said
    assert said.endswith("INV-1\N{NO-BREAK SPACE}: 10.50 EUR")


@pytest.mark.parametrize(
    "old", ["", "Ring them. INV-1: 10.50 EUR", "12", '{"a": 1}', '{"say": 1}', "[]", '{"day": "2026-05-29"}']
)
def test_older_text_stays_what_it_is(old: str) -> None:
    assert kept_sentence(old) == old


def test_other_values_cannot_be_kept() -> None:
    with pytest.raises(TypeError, match="object"):
        kept(Sentence("{it}", it=object()))

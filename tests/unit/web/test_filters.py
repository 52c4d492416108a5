"""Values as the reader's language writes them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from app.web.frame import Page
from app.web.rendering import templates


def said(template: str, language: str = "en", **values: object) -> str:
    page = Page(csrf="", now=datetime(2026, 5, 21, 9, tzinfo=UTC), language=language)
    return templates().environment(language).from_string(template).render(page=page, **values)


@pytest.mark.parametrize(
    ("language", "day", "short", "with_weekday"),
    [
        ("fr", date(2026, 5, 1), "1er mai", "ven. 1er mai"),
        ("fr", date(2027, 5, 1), "1er mai 2027", "1er mai 2027"),
        ("fr", date(2026, 5, 11), "11 mai", "lun. 11 mai"),
        ("fr", date(2026, 5, 21), "21 mai", "jeu. 21 mai"),
        ("de", date(2026, 5, 1), "1. Mai", "Fr., 1. Mai"),
    ],
)
def test_the_first_of_a_month_is_an_ordinal_in_french(language: str, day: date, short: str, with_weekday: str) -> None:
    assert said("{{ day|day }}", language, day=day) == short
    assert said("{{ day|weekday }}", language, day=day) == with_weekday


@pytest.mark.parametrize(
    ("amount", "under_a_heading", "in_a_form"),
    [
        ((Decimal("1250.0000"), "EUR"), "1,250.00", "1250.00"),
        ((Decimal("50000.0000"), "JPY"), "50,000", "50000"),
        ((Decimal("12.1250"), "KWD"), "12.125", "12.125"),
        ((Decimal("1250.5"), ""), "1,250.50", "1250.50"),
    ],
)
def test_sums_have_the_decimals_of_their_currency(
    amount: tuple[Decimal, str], under_a_heading: str, in_a_form: str
) -> None:
    assert said("{{ amount[0]|number(amount[1]) }}", amount=amount) == under_a_heading
    assert said("{{ amount|typed }}", amount=amount) == in_a_form


@pytest.mark.parametrize(
    ("currency", "language", "written"),
    [
        ("CHF", "en", "CHF\N{NO-BREAK SPACE}18,950.00"),
        ("GBP", "en", "£18,950.00"),
        ("USD", "en", "US$18,950.00"),
        ("CHF", "de", "18.950,00\N{NO-BREAK SPACE}CHF"),
    ],
)
def test_letters_of_a_currency_stand_apart_from_its_sum(currency: str, language: str, written: str) -> None:
    assert said("{{ sum|money }}", language, sum=(Decimal(18950), currency)) == written


def test_a_day_of_the_log_is_written_like_any_other() -> None:
    assert said("{{ '2026-05-01'|dated }}", "fr") == "1er mai"
    assert said("{{ '2026-05-28T09:00:00+00:00'|dated }}") == "Thu 28 May, 09:00"
    assert said("{{ 'until further notice'|dated }}") == "until further notice"

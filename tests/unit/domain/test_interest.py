"""Statutory interest, against examples that others have published (named with each)."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Invalid
from app.domain.interest import FixedSum, InterestRule, InvoiceClaim, LateInvoice, Rate, claim_of
from app.policies.interest_tables import load_interest_rules

RULES = load_interest_rules()
END = date(2025, 3, 31)


def flat(percent: str) -> InterestRule:
    """One rate over 2024 and 2025, and 40 for the costs."""
    halves = [date(year, month, 1) for year in (2024, 2025) for month in (1, 7)]
    rates = tuple(Rate(half, Decimal(percent), "test", is_confirmed=True) for half in halves)
    return InterestRule("XX", "a law", "EUR", Decimal(0), rates, (FixedSum(Decimal("0.01"), Decimal(40)),))


def claimed(invoice: LateInvoice, rule: InterestRule, until: date) -> InvoiceClaim:
    return claim_of(invoice, rule, until, is_person=False, accepts_unconfirmed=True)


@pytest.mark.parametrize(
    ("principal", "percent", "days", "published"),
    [
        ("15000", "15", 30, "184.93"),  # agenceipro.com, "Zoom sur les pénalités de retard"
        ("1000", "5.12", 25, "3.51"),  # anleiter.de, "Wie berechnet man Verzugszinsen"
        ("10000", "11.75", 1, "3.22"),  # usewolfx.com, glossary, "Late payment interest"
    ],
)
def test_published_examples_of_interest_by_the_day(principal: str, percent: str, days: int, published: str) -> None:
    due = date(2024, 9, 1)
    claim = claimed(LateInvoice("R-1", Decimal(principal), due), flat(percent), due + timedelta(days=days))
    assert claim.interest == Decimal(published)


@pytest.mark.parametrize(
    ("country", "due", "published"),
    [
        ("FR", date(2024, 7, 15), "14.25"),  # bpifrance-creation.fr, "Taux des pénalités de retard"
        ("DE", date(2023, 2, 1), "10.62"),  # steadynews.de, "Verzugszinsen", rates of the first half of 2023
        ("GB", date(2024, 2, 1), "13.25"),  # payontime.co.uk, table of reference rates
    ],
)
def test_the_tables_give_the_rates_that_others_publish(country: str, due: date, published: str) -> None:
    claim = claimed(LateInvoice("R-1", Decimal(1000), due), RULES[country], due + timedelta(days=10))
    assert {stretch.percent for stretch in claim.stretches} == {Decimal(published)}


def test_a_new_half_year_changes_the_rate_in_germany_but_not_in_the_united_kingdom() -> None:
    invoice = LateInvoice("R-1", Decimal(1000), date(2024, 6, 20))
    german = claimed(invoice, RULES["DE"], date(2024, 7, 10)).stretches
    assert [(s.first, s.last, s.percent) for s in german] == [
        (date(2024, 6, 21), date(2024, 6, 30), Decimal("12.62")),
        (date(2024, 7, 1), date(2024, 7, 10), Decimal("12.37")),
    ]
    assert [s.percent for s in claimed(invoice, RULES["GB"], END).stretches] == [Decimal("13.25")]


@pytest.mark.parametrize(
    ("principal", "fixed"), [("999.99", "40"), ("1000", "70"), ("9999.99", "70"), ("10000", "100")]
)
def test_british_compensation_follows_the_size_of_the_debt(principal: str, fixed: str) -> None:
    claim = claimed(LateInvoice("R-1", Decimal(principal), date(2025, 1, 1)), RULES["GB"], END)
    assert claim.fixed_sum == Decimal(fixed)


def test_a_part_payment_lowers_the_base_from_the_day_after_it() -> None:
    invoice = LateInvoice("R-1", Decimal(3650), date(2024, 9, 1), ((date(2024, 9, 11), Decimal(1825)),))
    claim = claimed(invoice, flat("10"), date(2024, 9, 21))
    assert [(s.base, s.interest) for s in claim.stretches] == [
        (Decimal(3650), Decimal(10)),
        (Decimal(1825), Decimal(5)),
    ]


def test_the_claim_survives_payment_of_the_principal_and_grows_no_more() -> None:
    invoice = LateInvoice("R-1", Decimal(3650), date(2024, 9, 1), ((date(2024, 9, 11), Decimal(3650)),))
    claim = claimed(invoice, flat("10"), END)
    assert (claim.interest, claim.fixed_sum) == (Decimal("10.00"), Decimal(40))


def test_what_was_paid_in_time_or_is_not_yet_late_owes_nothing() -> None:
    due = date(2024, 9, 1)
    in_time = LateInvoice("R-1", Decimal(100), due, ((due, Decimal(100)),))
    assert claimed(in_time, flat("10"), END) == InvoiceClaim("R-1", (), Decimal(0))
    assert claimed(LateInvoice("R-2", Decimal(100), END), flat("10"), END) == InvoiceClaim("R-2", (), Decimal(0))


def test_never_of_a_natural_person_nor_at_a_rate_that_is_unknown_or_unconfirmed() -> None:
    invoice = LateInvoice("R-1", Decimal(100), date(2024, 9, 1))
    with pytest.raises(Invalid, match="natural person"):
        claim_of(invoice, flat("10"), END, is_person=True)
    with pytest.raises(Invalid, match="unconfirmed"):
        claim_of(invoice, RULES["DE"], END, is_person=False)
    with pytest.raises(Invalid, match="half-year from 2026-01-01"):
        claimed(invoice, flat("10"), date(2026, 2, 1))


def test_only_a_row_with_a_central_bank_s_page_is_confirmed() -> None:
    confirmed = {(rule.country, rate.since) for rule in RULES.values() for rate in rule.rates if rate.is_confirmed}
    assert confirmed == {("EU", date(2024, 1, 1)), ("FR", date(2024, 1, 1))}
    sources = {rate.source for rule in RULES.values() for rate in rule.rates if rate.is_confirmed}
    assert all(source.startswith("https://www.bde.es/") for source in sources)


amounts = st.integers(1, 10_000_000).map(lambda value: Decimal(value) / 100)


@given(amounts, st.integers(1, 400), st.integers(1, 399))
def test_stretches_cover_each_day_once_and_paying_sooner_never_costs_more(
    principal: Decimal, days: int, paid_after: int
) -> None:
    invoice = LateInvoice("R-1", principal, date(2024, 1, 10))
    until = invoice.due + timedelta(days=days)
    claim = claimed(invoice, flat("11.37"), until)
    assert sum((s.last - s.first).days + 1 for s in claim.stretches) == days
    halved = replace(invoice, payments=((invoice.due + timedelta(days=paid_after), principal / 2),))
    assert claimed(halved, flat("11.37"), until).interest <= claim.interest

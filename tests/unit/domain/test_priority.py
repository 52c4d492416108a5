from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.conduct import BrokenPromise, Conduct, OpenItem, Stop
from app.domain.ids import new_id
from app.domain.money import Money
from app.domain.priority import Priority, priority_of
from app.domain.signals import signals_of
from app.policies.standing import load_standing
from tests.unit.domain.accounts import TODAY, conduct, item, position

POLICY = load_standing()
BROKEN = conduct(broken_promises=(BrokenPromise(new_id(), TODAY),))

CENT = Decimal("0.01")
amounts = st.decimals("0.01", "99999.99", places=2)
ages = st.integers(-40, 400)
debts = st.builds(lambda days, amount: item(days, str(amount)), ages, amounts)
credits = st.builds(lambda days, amount: item(days, str(-amount)), ages, amounts)


def at_risk(*items: OpenItem, known: Conduct = BROKEN) -> tuple[Priority, ...]:
    return priority_of(position(*items), known, signals_of(known, POLICY.signals), POLICY.priority)


def _total(priorities: tuple[Priority, ...]) -> Decimal:
    return sum((priority.total.amount for priority in priorities), Decimal(0))


def test_value_at_risk_is_amount_by_age_by_signals() -> None:
    (priority,) = at_risk(item(10, "1000.00"), item(100, "200.00"))
    assert [(part.name, str(part.value)) for part in priority.parts] == [
        ("91+", "80.00 EUR"),
        ("1+", "10.00 EUR"),
        ("broken_promises", "36.00 EUR"),
    ]
    assert str(priority.total) == "126.00 EUR"


def test_credit_notes_pay_the_oldest_first_and_payments_seen_are_left_out() -> None:
    (priority,) = at_risk(item(10, "1000"), item(100, "200"), item(5, "-250"), item(200, "9", "EUR", Stop.PAYMENT_SEEN))
    assert [(part.name, part.of.amount) for part in priority.parts[:1]] == [("1+", Decimal(950))]


def test_currencies_are_never_added() -> None:
    assert [str(p.total) for p in at_risk(item(10, "100"), item(10, "100", "USD"))] == ["1.40 EUR", "1.40 USD"]


def test_what_is_at_risk_is_rounded_to_what_there_is_of_a_currency() -> None:
    (yen,) = at_risk(item(10, "12345", "JPY"))
    assert str(yen.parts[0].value) == "123 JPY"


def test_nothing_overdue_is_nothing_at_risk() -> None:
    assert at_risk(item(0), item(-5)) == ()


def test_conduct_of_another_customer_is_refused() -> None:
    with pytest.raises(ValueError, match="two customers"):
        at_risk(item(10), known=replace(BROKEN, customer_id="C-2"))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(debts | credits, max_size=8))
def test_parts_add_up_exactly_and_never_exceed_what_is_overdue(items: list[OpenItem]) -> None:
    for priority in at_risk(*items):
        assert sum((part.value.amount for part in priority.parts), Decimal(0)) == priority.total.amount
        overdue = sum((i.open.amount for i in position(*items).overdue), Decimal(0))
        assert Decimal(0) <= priority.total.amount <= overdue + CENT * len(priority.parts)
    assert at_risk(*items) == at_risk(*reversed(items))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(debts | credits, max_size=8), debts)
def test_more_overdue_never_lowers_it(items: list[OpenItem], more: OpenItem) -> None:
    """To the cent that each part is rounded to: with a credit note, a debt may move from one age to another."""
    slack = CENT * len(POLICY.priority.ages) if any(i.is_credit for i in items) else Decimal(0)
    assert _total(at_risk(*items, more)) >= _total(at_risk(*items)) - slack


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.lists(debts, max_size=8))
def test_a_raised_signal_never_lowers_it(items: list[OpenItem]) -> None:
    assert _total(at_risk(*items)) >= _total(at_risk(*items, known=conduct()))


def test_a_sum_is_money_of_its_own_currency() -> None:
    (priority,) = at_risk(item(40, "10.00", "CHF"))
    assert priority.total == Money(Decimal("0.56"), "CHF")

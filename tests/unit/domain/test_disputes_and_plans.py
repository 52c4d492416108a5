"""How much a dispute pauses, and how a plan is followed."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from app.domain.account import Invoice, InvoiceKind, InvoiceStatus, Payment
from app.domain.dispute import Dispute, payable
from app.domain.errors import Invalid
from app.domain.extension import Step, StepState, Terms, check_terms, judge_plan
from app.domain.money import Money
from app.domain.promise import Promise
from app.domain.review import CaseState

TODAY = date(2026, 5, 21)
FIRST, SECOND = date(2026, 6, 1), date(2026, 7, 1)


def eur(amount: str, currency: str = "EUR") -> Money:
    return Money(Decimal(amount), currency)


def invoice(left: str = "100", number: str = "INV-1") -> Invoice:
    kind = InvoiceKind.CREDIT_NOTE if left.startswith("-") else InvoiceKind.INVOICE
    status = InvoiceStatus.PAID if left == "0" else InvoiceStatus.OPEN
    return Invoice(number, kind, eur("100"), eur(left), date(2026, 5, 1), status=status)


NAMED = frozenset({"INV-1"})


@pytest.mark.parametrize(
    ("disputes", "left"),
    [
        ([], "100"),
        ([Dispute(NAMED, eur("30"))], "70"),
        ([Dispute(NAMED, eur("30")), Dispute(NAMED, eur("20"))], "50"),
        ([Dispute(NAMED, eur("130"))], "0"),
        ([Dispute(NAMED)], "0"),
        ([Dispute()], "0"),
        ([Dispute(frozenset({"INV-2"}))], "100"),
        ([Dispute(NAMED, eur("30", "USD"))], "0"),
    ],
)
def test_only_what_is_disputed_is_paused(disputes: list[Dispute], left: str) -> None:
    assert payable(invoice(), disputes) == eur(left)


def test_a_credit_note_stays_what_it_is() -> None:
    assert payable(invoice("-50"), [Dispute()]) == eur("-50")


@pytest.mark.parametrize(
    ("terms", "complaint"),
    [
        (Terms(), "either a later day or instalments"),
        (Terms(FIRST, (Step(FIRST, eur("100")),)), "either a later day or instalments"),
        (Terms(TODAY - timedelta(days=1)), "has passed"),
        (Terms(steps=(Step(FIRST, eur("60")), Step(SECOND, eur("60")))), "come to 120.00 EUR, but 100.00 EUR is open"),
        (Terms(steps=(Step(SECOND, eur("50")), Step(FIRST, eur("50")))), "each later than the one before"),
        (Terms(steps=(Step(FIRST, eur("50", "USD")), Step(SECOND, eur("50")))), "above zero in EUR"),
        (Terms(steps=(Step(FIRST, eur("110")), Step(SECOND, eur("-10")))), "above zero in EUR"),
    ],
)
def test_terms_that_do_not_fit_say_what_to_mend(terms: Terms, complaint: str) -> None:
    with pytest.raises(Invalid, match=complaint):
        check_terms(terms, eur("100"), TODAY)


def test_a_plan_in_several_currencies_is_refused() -> None:
    with pytest.raises(Invalid, match="one currency"):
        check_terms(Terms(steps=(Step(FIRST, eur("100")),)), None, TODAY)


def follow(today: date, left: str = "100", *payments: Payment) -> tuple[CaseState | None, list[StepState]]:
    granted = Promise(TODAY, SECOND, NAMED, None, eur("100"))
    steps = [Step(FIRST, eur("40")), Step(SECOND, eur("60"))]
    verdict = judge_plan(granted, steps, [invoice(left)], payments, today, lambda day: day + timedelta(days=2))
    return verdict.state, [step.state for step in verdict.steps]


def paid(amount: str, day: date) -> Payment:
    return Payment(day, eur(amount), "", "INV-1")


def test_an_instalment_may_be_short_by_fees() -> None:
    granted = Promise(TODAY, SECOND, NAMED, None, eur("100"))
    steps = [Step(FIRST, eur("40")), Step(SECOND, eur("60"))]
    payments = [paid("39.70", FIRST), paid("59.50", SECOND)]
    judged = judge_plan(granted, steps, [invoice("0.80")], payments, SECOND, lambda day: day, {"EUR": Decimal("1.00")})
    assert (judged.state, [step.state for step in judged.steps]) == (CaseState.KEPT, [StepState.PAID, StepState.PAID])


def test_a_plan_is_followed_instalment_by_instalment() -> None:
    due, ok, missed = StepState.DUE, StepState.PAID, StepState.MISSED
    assert follow(TODAY) == (None, [due, due])
    assert follow(FIRST + timedelta(days=3), "100", paid("40", FIRST)) == (None, [ok, due])
    assert follow(FIRST + timedelta(days=3), "60") == (None, [ok, due])
    assert follow(FIRST + timedelta(days=3)) == (CaseState.BROKEN, [missed, due])
    assert follow(FIRST + timedelta(days=3), "100", paid("39", FIRST)) == (CaseState.BROKEN, [missed, due])
    assert follow(SECOND, "0", paid("40", FIRST), paid("60", SECOND)) == (CaseState.KEPT, [ok, ok])
    assert follow(SECOND + timedelta(days=3), "60", paid("40", FIRST)) == (CaseState.BROKEN, [ok, missed])
    assert follow(FIRST, "0", paid("100", FIRST)) == (CaseState.KEPT, [ok, ok])

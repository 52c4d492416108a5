"""Judging promises: what the ledger has to show for "kept", and what nobody may be blamed for."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from app.domain.account import Invoice, InvoiceKind, InvoiceStatus, Payment
from app.domain.money import Money
from app.domain.promise import Promise, Verdict, completes, covered, judge_promise, moves, named, owed_on, reliability
from app.domain.review import CASE_NEXT, RUNNING, CaseKind, CaseState, case_may_become

MADE, DAY, DEADLINE = date(2026, 5, 21), date(2026, 5, 29), date(2026, 6, 2)
AFTER = DEADLINE + timedelta(days=1)


def eur(amount: str, currency: str = "EUR") -> Money:
    return Money(Decimal(amount), currency)


def invoice(
    number: str = "INV-1",
    left: str = "100",
    *,
    due: date = date(2026, 5, 1),
    status: InvoiceStatus = InvoiceStatus.OPEN,
    currency: str = "EUR",
) -> Invoice:
    closed = Decimal(left) == 0 and status is InvoiceStatus.OPEN
    return Invoice(
        number,
        InvoiceKind.INVOICE,
        eur("100", currency),
        eur(left, currency),
        due,
        date(2026, 4, 1),
        InvoiceStatus.PAID if closed else status,
    )


def paid(amount: str, day: date = DAY, number: str = "INV-1", currency: str = "EUR") -> Payment:
    return Payment(day, eur(amount, currency), "", number)


def promise(
    *numbers: str, amount: Money | None = None, owed: Money | None = None, day: date | None = DAY, made: date = MADE
) -> Promise:
    return Promise(made, day, frozenset(numbers), amount, owed)


def state(
    made: Promise, invoices: list[Invoice], payments: list[Payment], today: date = AFTER, deadline: date = DEADLINE
) -> CaseState | None:
    return judge_promise(made, invoices, payments, today, deadline).state


@pytest.mark.parametrize(
    ("made", "invoices", "payments", "expected"),
    [
        pytest.param(promise("INV-1"), [invoice()], [], CaseState.BROKEN, id="nothing came"),
        pytest.param(promise("INV-1"), [invoice(left="0")], [], CaseState.KEPT, id="the invoice was closed"),
        pytest.param(promise("INV-1", owed=eur("100")), [invoice()], [paid("100")], CaseState.KEPT, id="payment seen"),
        pytest.param(promise("INV-1"), [invoice()], [paid("40")], CaseState.PARTLY_KEPT, id="some of it"),
        pytest.param(
            promise("INV-1", owed=eur("100")), [invoice(left="60")], [], CaseState.PARTLY_KEPT, id="open fell"
        ),
        pytest.param(
            promise("INV-1", amount=eur("40"), owed=eur("100")), [invoice(left="60")], [], CaseState.KEPT, id="the sum"
        ),
        pytest.param(
            promise("INV-1", amount=eur("40"), owed=eur("60")),
            [invoice(left="60")],
            [],
            CaseState.BROKEN,
            id="what was paid before does not count",
        ),
        pytest.param(
            promise("INV-1"), [invoice()], [paid("100", MADE - timedelta(days=1))], CaseState.BROKEN, id="paid before"
        ),
        pytest.param(promise("INV-1"), [invoice()], [paid("100", DEADLINE)], CaseState.PARTLY_KEPT, id="sum not known"),
        pytest.param(
            promise("INV-1", owed=eur("100")),
            [invoice(left="0")],
            [paid("100", AFTER)],
            CaseState.BROKEN,
            id="too late",
        ),
        pytest.param(
            promise("INV-1", owed=eur("100")), [invoice()], [paid("100", number="")], CaseState.KEPT, id="no number"
        ),
        pytest.param(
            promise("INV-1", owed=eur("100")),
            [invoice(left="0")],
            [paid("50", AFTER, number="")],
            CaseState.KEPT,
            id="closed; a small late payment is for something else",
        ),
        pytest.param(
            promise("INV-1", owed=eur("100")),
            [invoice(left="0")],
            [paid("40"), paid("60", AFTER, number="")],
            CaseState.PARTLY_KEPT,
            id="closed by a late payment without a number",
        ),
        pytest.param(
            promise("INV-1", owed=eur("100")),
            [invoice()],
            [paid("100", number="INV-2")],
            CaseState.BROKEN,
            id="another invoice was paid",
        ),
        pytest.param(
            promise("INV-1", "INV-2", owed=eur("200")),
            [invoice(left="0"), invoice("INV-2")],
            [],
            CaseState.PARTLY_KEPT,
            id="one of two",
        ),
        pytest.param(
            promise("INV-1", "INV-2"), [invoice(left="0"), invoice("INV-2", "0")], [], CaseState.KEPT, id="both of two"
        ),
        pytest.param(
            promise("INV-1", amount=eur("100"), owed=eur("100")),
            [invoice()],
            [paid("100", currency="USD")],
            CaseState.BROKEN,
            id="other currency",
        ),
        pytest.param(
            promise("INV-1", amount=eur("90", "USD")),
            [invoice(left="0")],
            [],
            CaseState.KEPT,
            id="promised in another currency, but closed",
        ),
        pytest.param(
            promise("INV-1", owed=eur("100")),
            [invoice()],
            [paid("100"), paid("-100", DEADLINE)],
            CaseState.BROKEN,
            id="charged back",
        ),
        pytest.param(
            promise("INV-1"),
            [invoice(left="0", status=InvoiceStatus.CANCELLED)],
            [],
            CaseState.WITHDRAWN,
            id="cancelled: nothing left to pay",
        ),
        pytest.param(promise("INV-1", day=None), [invoice()], [], CaseState.WITHDRAWN, id="no day was promised"),
        pytest.param(promise("inv-1".upper()), [invoice("inv-1", "0")], [], CaseState.KEPT, id="case of the number"),
    ],
)
def test_how_a_promise_ends(
    made: Promise, invoices: list[Invoice], payments: list[Payment], expected: CaseState
) -> None:
    assert state(made, invoices, payments) is expected


def test_a_promise_runs_until_its_deadline_and_is_kept_at_once() -> None:
    assert state(promise("INV-1"), [invoice()], [], today=DEADLINE) is None
    assert state(promise("INV-1", owed=eur("100")), [invoice(left="60")], [], today=DEADLINE) is None
    assert state(promise("INV-1"), [invoice(left="0")], [], today=MADE) is CaseState.KEPT


def test_a_promise_without_invoices_is_about_what_was_overdue_when_it_was_made() -> None:
    old, later = invoice("OLD"), invoice("LATER", due=date(2026, 6, 15))
    assert covered(promise(), [old, later]) == (old,)
    assert covered(promise(), [later]) == (later,)
    assert state(promise(), [invoice("OLD", "0"), later], []) is CaseState.KEPT


def test_what_was_owed_is_in_one_currency() -> None:
    two = [invoice(), invoice("INV-2", currency="USD")]
    assert owed_on(promise("INV-1"), two) == eur("100")
    assert owed_on(promise(), two) is None
    assert owed_on(promise(amount=eur("50", "USD")), two) == eur("100", "USD")


@pytest.mark.parametrize(
    ("numbers", "later_day", "expected"),
    [
        (("INV-1",), DAY + timedelta(days=7), True),
        (("INV-1", "INV-2"), DAY + timedelta(days=7), True),
        ((), DAY + timedelta(days=7), True),
        (("INV-2",), DAY + timedelta(days=7), False),
        (("INV-1",), DAY, False),
        (("INV-1",), DAY - timedelta(days=1), False),
        (("INV-1",), None, False),
    ],
)
def test_a_later_day_for_the_same_invoice_moves_the_promise(
    numbers: tuple[str, ...], later_day: date | None, expected: bool
) -> None:
    assert moves(promise("INV-1"), promise(*numbers, day=later_day)) is expected


def test_parts_of_what_is_owed_are_promises_and_the_same_sum_later_is_a_move() -> None:
    first = promise("INV-1", amount=eur("40"), owed=eur("100"))
    same = replace(first, day=DAY + timedelta(days=7))
    assert completes(first, same)
    assert completes(first, replace(same, amount=eur("60"), made_on=MADE + timedelta(days=2)))
    assert not completes(first, replace(same, made_on=MADE + timedelta(days=2)))
    assert not completes(first, replace(same, amount=eur("61")))
    assert not completes(first, replace(same, amount=None))


def test_the_second_part_is_kept_by_what_comes_beyond_the_first() -> None:
    second = replace(promise("INV-1", amount=eur("50"), owed=eur("100")), before=Decimal(50))
    assert judge_promise(second, [invoice(left="50")], [paid("50")], AFTER, DEADLINE) == Verdict(CaseState.BROKEN)
    assert state(second, [invoice(left="20")], []) is CaseState.PARTLY_KEPT
    assert state(second, [invoice(left="50")], [paid("50")], today=DEADLINE) is None
    assert state(second, [invoice(left="0")], []) is CaseState.KEPT


def test_a_promise_without_invoices_is_compared_by_what_was_overdue_then() -> None:
    ledger = [invoice("OLD"), invoice("LATER", due=date(2026, 6, 15)), invoice("PAID", "0")]
    assert named(promise(), ledger).invoices == {"OLD"}
    assert not moves(named(promise(), ledger), promise("LATER", day=DAY + timedelta(days=7)))
    assert moves(named(promise(), ledger), promise("OLD", day=DAY + timedelta(days=7)))


def test_reliability_is_a_share_with_its_counts_and_never_of_a_person() -> None:
    ended = [CaseState.KEPT, CaseState.KEPT, CaseState.BROKEN, CaseState.PARTLY_KEPT, CaseState.WITHDRAWN]
    of_company = reliability(ended, is_natural_person=False)
    assert of_company is not None
    assert (of_company.kept, of_company.partly_kept, of_company.broken, of_company.share) == (2, 1, 1, 0.5)
    assert reliability(ended, is_natural_person=True) is None
    unknown = reliability([], is_natural_person=False)
    assert unknown is not None
    assert unknown.share is None


def test_a_payment_that_was_taken_back_kept_nothing() -> None:
    made = promise("INV-1", owed=eur("100"))
    returned = paid("-100", AFTER)
    assert state(made, [invoice()], [paid("100"), returned]) is CaseState.BROKEN
    assert state(made, [invoice(left="40")], [paid("100"), paid("60"), returned]) is CaseState.PARTLY_KEPT
    assert state(made, [invoice(left="0")], [paid("100"), paid("-100", number="INV-2")]) is CaseState.KEPT


def test_what_was_cancelled_since_was_paid_by_nobody() -> None:
    made, void = promise("INV-1", "INV-2", owed=eur("200")), invoice(left="0", status=InvoiceStatus.CANCELLED)
    assert state(made, [void, invoice("INV-2")], []) is CaseState.BROKEN
    assert state(made, [void, invoice("INV-2", "40")], []) is CaseState.PARTLY_KEPT
    assert state(made, [void, invoice("INV-2", "0")], []) is CaseState.KEPT


def test_paying_the_invoice_in_its_own_currency_is_not_nothing() -> None:
    made = promise("INV-1", amount=eur("110", "USD"))
    assert state(made, [invoice(left="30")], [paid("70")]) is CaseState.PARTLY_KEPT
    assert state(made, [invoice(left="30")], [paid("70", AFTER)]) is CaseState.BROKEN


def test_every_move_of_a_case_leads_somewhere_known() -> None:
    for kind in CaseKind:
        for state_, following in CASE_NEXT[kind].items():
            assert state_ not in following
            reached = {CaseState.PROPOSED, *(to for nexts in CASE_NEXT[kind].values() for to in nexts)}
            assert state_ in reached
        assert CASE_NEXT[kind].keys() >= RUNNING
    assert not case_may_become(CaseKind.EXTENSION, CaseState.CONFIRMED, CaseState.PROPOSED)
    assert not case_may_become(CaseKind.EXTENSION, CaseState.KEPT, CaseState.BROKEN)
    assert not case_may_become(CaseKind.DISPUTE, CaseState.RESOLVED, CaseState.CONFIRMED)


@pytest.mark.parametrize(
    ("promised", "came", "currency", "expected"),
    [
        ("1000.00", "999.00", "EUR", CaseState.KEPT),
        ("1000.00", "998.99", "EUR", CaseState.PARTLY_KEPT),
        ("20.00", "19.80", "EUR", CaseState.KEPT),
        ("20.00", "19.79", "EUR", CaseState.PARTLY_KEPT),
        ("1000.00", "999.99", "SEK", CaseState.PARTLY_KEPT),
        ("0.50", "0.00", "EUR", CaseState.BROKEN),
    ],
)
def test_fees_and_rounding_do_not_break_a_promise(promised: str, came: str, currency: str, expected: CaseState) -> None:
    made = promise("INV-1", amount=eur(promised, currency), owed=eur(promised, currency))
    payments = [paid(came, currency=currency)] if Decimal(came) else []
    verdict = judge_promise(
        made, [invoice(left=promised, currency=currency)], payments, AFTER, DEADLINE, {"EUR": Decimal("1.00")}
    )
    assert verdict.state is expected

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from app.domain.reminder import NextAction, PlanLine, Stage, Why
from app.domain.review import CaseKind, CaseState
from evals.simulation import What, Year, simulate
from evals.simulation_page import page
from evals.simulation_rules import Bounds, Contact, Rule, check
from evals.simulation_world import import_of

SEED = 21


@pytest.fixture(scope="module")
def year() -> Year:
    return simulate(15, SEED, days=60)


def test_sixty_days_break_no_rule_and_every_rule_was_looked_at(year: Year) -> None:
    assert year.breaches == []
    assert year.checked == dict.fromkeys(Rule, len(year.said))
    assert len(year.said) > 20


def test_everything_that_the_page_shows_occurs(year: Year) -> None:
    assert {event.what for event in year.events} >= set(What) - {What.PERSON}
    ends = {(case.kind, case.state) for debtor in year.debtors.values() for case in debtor.cases}
    assert {(CaseKind.PROMISE, CaseState.KEPT), (CaseKind.PROMISE, CaseState.BROKEN)} <= ends
    assert (CaseKind.DISPUTE, CaseState.RESOLVED) in ends
    reasons = {reason for _week, reason in year.outcomes}
    assert {
        Why.DUE,
        Why.HOLD,
        Why.PROMISE_RUNNING,
        Why.DISPUTE,
        Why.PAYMENT_SEEN,
        Why.STALE_DATA,
        Why.TALK_FIRST,
    } <= reasons


def test_every_customer_has_an_outcome_every_day_and_the_same_seed_gives_the_same(year: Year) -> None:
    assert year.outcomes.total() == 15 * 60
    again = simulate(15, SEED, days=60)
    assert (again.said, again.events) == (year.said, year.events)


def test_the_checks_find_what_a_careless_planner_would_do(year: Year) -> None:
    """On a Sunday night, to a stranger, a formal notice about an invoice that is not due, by the machine itself."""
    debtor = next(iter(year.debtors.values()))
    sunday = datetime(2025, 6, 1, 22, tzinfo=UTC)
    held = replace(
        debtor,
        hold=(sunday.date(), sunday.date()),
        contacted=[sunday - timedelta(hours=1)] * 2,
        replies=[sunday],
        talk_since=sunday - timedelta(days=1),
    )
    coming = next(bill.number for bill in held.bills if bill.invoice.due_date > date(2025, 7, 1))
    line = PlanLine(
        held.customer.id,
        "EUR",
        NextAction.REMIND,
        Why.DUE,
        "",
        invoices=(coming,),
        stage=Stage.FORMAL,
        contact_email="nobody@elsewhere.example",
    )
    bounds = Bounds(2, timedelta(hours=48), timedelta(days=5), timedelta(days=7), 8, 18)
    contact = Contact(held, line, sunday, import_of(sunday.date(), is_stale=True), bounds)
    assert {breach.rule for breach in check(contact, Counter())} >= {
        Rule.DUE,
        Rule.AMOUNT,
        Rule.HOLD,
        Rule.QUIET,
        Rule.TALK,
        Rule.STALE,
        Rule.CAP,
        Rule.GAP,
        Rule.HOURS,
        Rule.STAGE,
        Rule.CONTACT,
        Rule.PERSON,
    }


def test_the_page_stands_alone(year: Year) -> None:
    html = page(year)
    assert "<script" not in html
    assert "http" not in html
    assert html.count("<svg") >= 6
    assert "invented" in html

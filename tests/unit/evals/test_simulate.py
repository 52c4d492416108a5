import pytest

from app.domain.reminder import Why
from app.domain.review import CaseKind, CaseState
from evals.simulation import What, Year, simulate
from evals.simulation_rules import Rule

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
    assert {Why.DUE, Why.HOLD, Why.PROMISE_RUNNING, Why.DISPUTE, Why.PAYMENT_SEEN, Why.STALE_DATA} <= reasons


def test_every_customer_has_an_outcome_every_day_and_the_same_seed_gives_the_same(year: Year) -> None:
    assert year.outcomes.total() == 15 * 60
    again = simulate(15, SEED, days=60)
    assert (again.said, again.events) == (year.said, year.events)

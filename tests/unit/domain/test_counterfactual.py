"""What would have changed the way of a mail, asked of the shipped policy."""

import pytest

from app.domain.counterfactual import Change, otherwise
from app.domain.intents import Intent, Reason, Route
from app.domain.policy import Situation, decide
from app.policies.loading import load_policy

POLICY = load_policy()


def situation(*intents: Intent, reasons: frozenset[Reason] = frozenset(), confidence: float = 0.97) -> Situation:
    return Situation(frozenset(intents), reasons, confidence, is_known_contact=True, names_invoice=True)


def test_a_dispute_goes_to_a_person_because_it_is_one() -> None:
    (only,) = otherwise(POLICY, situation(Intent.DISPUTE, Intent.QUERY, reasons=frozenset({Reason.DISPUTE})))
    assert only.changes == (Change("intent", "dispute"),)
    assert only.route is Route.AUTO


def test_where_two_things_stand_in_the_way_both_are_named() -> None:
    both = frozenset({Reason.DISPUTE, Reason.UNVERIFIED_SENDER})
    (only,) = otherwise(POLICY, situation(Intent.DISPUTE, Intent.QUERY, reasons=both))
    assert set(only.changes) == {Change("intent", "dispute"), Change("sender", "known_contact")}


def test_doubt_names_the_figure_to_be_reached() -> None:
    found = otherwise(POLICY, situation(Intent.UNRELATED, confidence=0.9))
    assert any(change.kind == "confidence" and change.word == "0.95" for each in found for change in each.changes)


@pytest.mark.parametrize("intent", [Intent.PAYMENT_PROMISE, Intent.HARDSHIP, Intent.LEGAL_OR_COMPLAINT])
def test_every_answer_is_the_policys_own(intent: Intent) -> None:
    here = situation(intent, reasons=frozenset({Reason.STRATEGIC_ACCOUNT}))
    assert decide(POLICY, here).route is not Route.NONE
    for each in otherwise(POLICY, here):
        assert each.route is not Route.REVIEW
        assert any(rule.name == each.rule for rule in POLICY.rules)

import inspect
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.domain.conduct import BrokenPromise, Conduct, CustomerFacts, KnownContact, NotScored, OpenItem, Stop
from app.domain.forecast import forecast_of
from app.domain.ids import new_id
from app.domain.intents import Tone
from app.domain.next_action import ActionKind, NextAction, agreed, next_action
from app.domain.priority import priority_of
from app.domain.reminder import Channel, PlanLine, Stage, Why
from app.domain.reminder import NextAction as Outcome
from app.domain.signals import signals_of
from app.domain.standing import standing_of
from app.policies.standing import load_actions, load_standing
from tests.unit.domain.accounts import TODAY, conduct, item, position

POLICY, ACTIONS = load_standing(), load_actions()
BROKEN = (BrokenPromise(new_id(), TODAY),)


def action(*items: OpenItem, known: Conduct | None = None, stops: tuple[Stop, ...] = ()) -> NextAction:
    signals = signals_of(known or conduct(), POLICY.signals)
    return next_action(position(*items, stops=stops), signals, ACTIONS)


@pytest.mark.parametrize(
    ("days", "kind", "stage"),
    [
        (0, ActionKind.WAIT, None),
        (2, ActionKind.WAIT, None),
        (3, ActionKind.REMIND, Stage.FIRST),
        (14, ActionKind.REMIND, Stage.SECOND),
        (30, ActionKind.REMIND, Stage.THIRD),
        (60, ActionKind.CALL, None),
        (120, ActionKind.CALL, None),
    ],
)
def test_age_decides_where_nothing_else_does(days: int, kind: ActionKind, stage: Stage | None) -> None:
    found = action(item(days))
    assert (found.kind, found.stage) == (kind, stage)


def test_an_old_and_large_debt_is_for_a_person_to_hand_to_legal() -> None:
    found = action(item(130, "700.00"))
    assert (found.kind, found.is_for_a_person) == (ActionKind.HAND_TO_LEGAL, True)
    assert found.facts == ("700.00 EUR overdue on 1 invoice", "the oldest for 130 days")


@pytest.mark.parametrize("stop", [stop for stop in Stop if stop is not Stop.HARDSHIP])
def test_whatever_stops_everything_means_waiting(stop: Stop) -> None:
    assert action(item(50), stops=(stop,)).kind is ActionKind.WAIT


def test_hardship_is_for_a_person_and_never_a_reminder() -> None:
    assert action(item(50), stops=(Stop.HARDSHIP,)).kind is ActionKind.PROPOSE_PLAN


def test_a_dispute_pauses_its_own_invoice_alone() -> None:
    disputed = item(50, "900.00", "EUR", Stop.DISPUTE)
    assert action(disputed).rule == "everything-is-stopped"
    found = action(disputed, item(4, "30.00"))
    assert (found.stage, found.facts[0]) == (Stage.FIRST, "30.00 EUR overdue on 1 invoice")


def test_a_broken_promise_asks_for_a_call_with_what_to_talk_about() -> None:
    found = action(item(5), known=conduct(broken_promises=BROKEN))
    assert found.kind is ActionKind.CALL
    assert "1 promise broken in the last 365 days" in found.facts


def test_a_lost_contact_comes_before_a_call() -> None:
    lost = conduct(broken_promises=BROKEN, contacts=(KnownContact(new_id(), False),))
    assert action(item(5), known=lost).kind is ActionKind.SWITCH_CONTACT


def test_promises_that_break_while_payments_slow_down_suggest_a_plan() -> None:
    known = conduct(1, 1, 1, 30, 30, 30, 30, 30, 30, broken_promises=BROKEN)
    assert action(item(61), known=known).kind is ActionKind.PROPOSE_PLAN


def test_a_natural_person_is_not_scored_and_only_amount_age_and_stops_decide() -> None:
    owes = position(item(5, "80.00"))
    standing = standing_of(CustomerFacts(owes, NotScored.NATURAL_PERSON), (1, 2, 3), POLICY, ACTIONS)
    assert {standing.signals, standing.priority, standing.forecast} == {NotScored.NATURAL_PERSON}
    assert (standing.next_action.kind, standing.next_action.stage) == (ActionKind.REMIND, Stage.FIRST)


@pytest.mark.parametrize("scoring", [signals_of, priority_of, forecast_of])
def test_whatever_scores_takes_the_conduct_that_a_natural_person_does_not_have(scoring: Callable[..., object]) -> None:
    assert inspect.get_annotations(scoring)["conduct"] is Conduct


def test_the_same_facts_give_the_same_standing() -> None:
    facts = CustomerFacts(position(item(20), item(-3)), conduct(3, 5, 8, 2, broken_promises=BROKEN))
    assert standing_of(facts, (1, 2), POLICY, ACTIONS) == standing_of(facts, (1, 2), POLICY, ACTIONS)


def line(**of: Any) -> PlanLine:
    usual = {
        "customer_id": "C-1",
        "currency": "EUR",
        "action": Outcome.WAIT,
        "reason": Why.NOT_DUE,
        "why": "No step is due",
    }
    return PlanLine(**usual | of)


SENT = line(action=Outcome.REMIND, reason=Why.DUE, why="due", stage=Stage.FIRST, tone=Tone.WARM, channel=Channel.EMAIL)


@pytest.mark.parametrize(
    ("days", "lines", "kind", "stage"),
    [
        (35, (SENT,), ActionKind.REMIND, Stage.FIRST),
        (35, (line(), SENT), ActionKind.REMIND, Stage.FIRST),
        (1, (SENT,), ActionKind.REMIND, Stage.FIRST),
        (35, (line(),), ActionKind.WAIT, None),
        (70, (line(),), ActionKind.CALL, None),
        (70, (line(reason=Why.STALE_DATA),), ActionKind.WAIT, None),
        (70, (line(reason=Why.CONTACT_CAP),), ActionKind.WAIT, None),
        (35, (replace(SENT, action=Outcome.TASK, channel=Channel.CALL),), ActionKind.CALL, Stage.FIRST),
        (35, (replace(SENT, action=Outcome.TASK, channel=Channel.LETTER),), ActionKind.REMIND, Stage.FIRST),
        (35, (replace(SENT, action=Outcome.TASK, reason=Why.NO_CONTACT),), ActionKind.SWITCH_CONTACT, Stage.FIRST),
    ],
)
def test_the_plan_has_the_last_word_on_what_is_sent(
    days: int, lines: tuple[PlanLine, ...], kind: ActionKind, stage: Stage | None
) -> None:
    found = agreed(action(item(days)), lines)
    assert (found.kind, found.stage) == (kind, stage)

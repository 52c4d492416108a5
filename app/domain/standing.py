"""A customer's standing: signals, priority, forecast and next best action together, from facts and policy alone."""

from dataclasses import dataclass

from app.domain.conduct import CustomerFacts, NotScored
from app.domain.forecast import Delays, Forecast, forecast_of
from app.domain.next_action import ActionPolicy, NextAction, next_action
from app.domain.priority import Priority, PriorityWeights, priority_of
from app.domain.signals import Signal, SignalLimits, signals_of


@dataclass(frozen=True, slots=True)
class StandingPolicy:
    """What counts as a signal, and what each weighs. `version` names it wherever a figure is shown."""

    version: str
    signals: SignalLimits
    priority: PriorityWeights


@dataclass(frozen=True, slots=True)
class CustomerStanding:
    """For a natural person the first three say only why there are none."""

    customer_id: str
    policy_version: str
    signals: tuple[Signal, ...] | NotScored
    priority: tuple[Priority, ...] | NotScored
    forecast: Forecast | NotScored
    next_action: NextAction


def standing_of(
    facts: CustomerFacts, segment: Delays, policy: StandingPolicy, actions: ActionPolicy
) -> CustomerStanding:
    """Pure: the same facts, segment's delays and policies give the same standing."""
    position, conduct = facts.position, facts.conduct
    if isinstance(conduct, NotScored):
        action = next_action(position, conduct, actions)
        return CustomerStanding(position.customer_id, policy.version, conduct, conduct, conduct, action)
    signals = signals_of(conduct, policy.signals)
    return CustomerStanding(
        customer_id=position.customer_id,
        policy_version=policy.version,
        signals=signals,
        priority=priority_of(position, conduct, signals, policy.priority),
        forecast=forecast_of(position, conduct, segment),
        next_action=next_action(position, signals, actions),
    )

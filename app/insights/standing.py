"""A customer's standing as its page shows it: what to do next, what is at risk, which signs speak."""

from collections.abc import Awaitable, Callable

from app.domain.conduct import NotScored
from app.domain.forecast import Expectation
from app.domain.money import Money
from app.domain.priority import Priority
from app.domain.standing import CustomerStanding
from app.insights.view import Amount, Risk, RiskPart, Standing

StandingOf = Callable[[str], Awaitable[CustomerStanding]]
"""The standing of a customer as of today; whoever wires the pages says who knows it. Raises NotFound."""


def standing_view(standing: CustomerStanding) -> Standing:
    signals = () if isinstance(standing.signals, NotScored) else standing.signals
    risks = () if isinstance(standing.priority, NotScored) else standing.priority
    return Standing(
        action=standing.next_action,
        policy_version=standing.policy_version,
        risks=tuple(map(_risk, risks)),
        raised=tuple(signal for signal in signals if signal.is_raised),
        quiet=tuple(signal for signal in signals if not signal.is_raised),
    )


def expected_days(standing: CustomerStanding) -> dict[tuple[str, str], Expectation]:
    """By company and invoice number; natural persons are not forecast."""
    if isinstance(standing.forecast, NotScored):
        return {}
    return {(expectation.company, expectation.number): expectation for expectation in standing.forecast.expectations}


def _risk(priority: Priority) -> Risk:
    parts = tuple(RiskPart(part.name, _amount(part.of), part.weight, _amount(part.value)) for part in priority.parts)
    return Risk(_amount(priority.total), parts)


def _amount(money: Money) -> Amount:
    return Amount(money.amount, money.currency)

"""Priority: the value at risk at one customer, in money, with its parts shown.

    part of an age group = what is overdue there, credit notes netted from the oldest, times the weight of the age
    part of a signal     = the sum of those parts, times the weight of the signal
    value at risk        = the sum of all parts, to the cent

An age's weight is the share of such debt that one expects to lose. Weights are policy, not learned.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from app.domain.conduct import Conduct, OpenItem, Position
from app.domain.money import Money, unit_of
from app.domain.signals import Signal, SignalName, raised


@dataclass(frozen=True, slots=True)
class AgeWeight:
    """From so many days overdue on. Weights rise with age."""

    days: int
    weight: Decimal


@dataclass(frozen=True, slots=True)
class PriorityWeights:
    """`ages` from the youngest to the oldest, the first at 1 day. `risks`: what a raised signal adds."""

    ages: tuple[AgeWeight, ...]
    risks: Mapping[SignalName, Decimal]


@dataclass(frozen=True, slots=True)
class PriorityPart:
    """`name`: an age group such as "31+" or a signal's name; `of` times `weight` is `value`, rounded to cents."""

    name: str
    of: Money
    weight: Decimal
    value: Money


@dataclass(frozen=True, slots=True)
class Priority:
    """The value at risk in one currency; `total` is exactly the sum of the parts."""

    total: Money
    parts: tuple[PriorityPart, ...]


def priority_of(
    position: Position, conduct: Conduct, signals: Iterable[Signal], weights: PriorityWeights
) -> tuple[Priority, ...]:
    """One for each currency in which something is overdue, ordered by currency. Raises ValueError for two customers."""
    if conduct.customer_id != position.customer_id:
        raise ValueError("the position and the conduct belong to two customers")
    names = [signal.name for signal in raised(signals)]
    currencies = sorted({item.open.currency for item in position.overdue})
    return tuple(_priority(position, currency, names, weights) for currency in currencies)


def _priority(position: Position, currency: str, names: list[SignalName], weights: PriorityWeights) -> Priority:
    parts = [
        _part(f"{age.days}+", amount, age.weight, currency)
        for age, amount in _by_age(position, currency, weights.ages)
        if amount
    ]
    base = sum((part.value.amount for part in parts), Decimal(0))
    parts += [_part(name.value, base, weights.risks[name], currency) for name in names if weights.risks.get(name)]
    return Priority(Money(sum((part.value.amount for part in parts), Decimal(0)), currency), tuple(parts))


def _by_age(position: Position, currency: str, ages: tuple[AgeWeight, ...]) -> list[tuple[AgeWeight, Decimal]]:
    """What is overdue by age. Credit notes pay the oldest first."""
    credit = -sum((i.open.amount for i in position.items if i.is_credit and i.open.currency == currency), Decimal(0))
    left: list[tuple[AgeWeight, Decimal]] = []
    for item in (item for item in position.overdue if item.open.currency == currency):
        netted = min(credit, item.open.amount)
        credit -= netted
        left.append((_age(item, position, ages), item.open.amount - netted))
    return [
        (age, sum((amount for _, amount in group), Decimal(0)))
        for age, group in groupby(left, key=lambda entry: entry[0])
    ]


def _age(item: OpenItem, position: Position, ages: tuple[AgeWeight, ...]) -> AgeWeight:
    days = item.days_overdue(position.as_of)
    return next(age for age in reversed(ages) if age.days <= days)


def _part(name: str, of: Decimal, weight: Decimal, currency: str) -> PriorityPart:
    return PriorityPart(name, Money(of, currency), weight, Money((of * weight).quantize(unit_of(currency)), currency))

"""What another policy would have done with past mails: the pure `decide`, asked twice."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from app.domain.intents import Intent, Route
from app.domain.policy import Policy, Situation, decision_of, may_send_alone


class Where(StrEnum):
    """Where a mail goes: a person decides, an answer leaves alone, or there is none."""

    PERSON = "person"
    ALONE = "alone"
    NOWHERE = "nowhere"


class Made(StrEnum):
    """What people made of the draft: how right it would have been to let it leave."""

    SAME = "same"
    EDITED = "edited"
    REFUSED = "refused"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Past:
    """A mail of the past. Without a situation (read before those were kept) its route stands as it was."""

    message_id: UUID
    customer: str
    situation: Situation | None
    route: Route
    intents: tuple[Intent, ...]
    segment: str
    is_natural_person: bool
    can_leave: bool
    made: Made
    at_stake: tuple[Decimal, str] | None = None


@dataclass(frozen=True, slots=True)
class Moved:
    past: Past
    before: Where
    after: Where
    rule_before: str
    rule_after: str

    @property
    def is_risky(self) -> bool:
        """A person did something else with it than would now happen."""
        return self.after is not Where.PERSON and self.past.made in {Made.EDITED, Made.REFUSED}


@dataclass(frozen=True, slots=True)
class WhatIf:
    """`moved` are the mails that would have gone elsewhere, those first that a person treated otherwise."""

    looked_at: int
    not_replayable: int
    before: dict[Where, int]
    after: dict[Where, int]
    moved: tuple[Moved, ...]
    at_stake: tuple[tuple[Decimal, str], ...]

    @property
    def alone(self) -> int:
        return sum(one.after is Where.ALONE for one in self.moved)


def replay(pasts: Sequence[Past], old: Policy, new: Policy) -> WhatIf:
    moved, before, after = [], Counter[Where](), Counter[Where]()
    for past in pasts:
        (was, rule_was), (is_, rule_is) = _where(old, past), _where(new, past)
        before[was] += 1
        after[is_] += 1
        if was is not is_:
            moved.append(Moved(past, was, is_, rule_was, rule_is))
    return WhatIf(
        looked_at=len(pasts),
        not_replayable=sum(past.situation is None for past in pasts),
        before={where: before[where] for where in Where},
        after={where: after[where] for where in Where},
        moved=tuple(sorted(moved, key=lambda one: not one.is_risky)),
        at_stake=_sums(one.past.at_stake for one in moved if one.past.at_stake),
    )


def _where(policy: Policy, past: Past) -> tuple[Where, str]:
    route, rule = past.route, ""
    if past.situation is not None:
        decision = decision_of(policy, past.situation)
        route, rule = decision.route, decision.rule
    if route is Route.NONE:
        return Where.NOWHERE, rule
    may = may_send_alone(policy, past.intents, past.segment, is_natural_person=past.is_natural_person)
    leaves = route is Route.AUTO and past.can_leave and may
    return (Where.ALONE if leaves else Where.PERSON), rule


def _sums(amounts: Iterable[tuple[Decimal, str]]) -> tuple[tuple[Decimal, str], ...]:
    total: Counter[str] = Counter()
    sums: dict[str, Decimal] = {}
    for value, currency in amounts:
        total[currency] += 1
        sums[currency] = sums.get(currency, Decimal(0)) + value
    return tuple((sums[currency], currency) for currency, _count in total.most_common())

"""Four eyes: above a sum, an action takes two people. Which and what sum is data of the policy, `[[second_person]]`.

    one person acts ─▶ noted, nothing done ─▶ another does the very same ─▶ done

Neither may have made the other's account, nor hold one that a colleague made, or set the password of, less than a day
ago; nor may one colleague have set both their passwords, or issued the token that one of them comes with (`SignedIn`):
one person with two accounts is one. Who are two is said here alone (`check_two`), also for `app/review/second.py`,
whose question differs: there changed bank details ask for a second person whatever the sum and the policy, and the two
do different things: one calls, the other closes. An answer may be under both, and then needs both.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from app.domain.errors import SecondPersonNeeded
from app.domain.money import Money

YOUNGEST = timedelta(days=1)
GOOD_FOR = timedelta(days=7)
"""So long the first person's word is good."""


class Guarded(StrEnum):
    """What may need a second person."""

    ANSWER = "answer"
    GRANT_TERMS = "grant_terms"
    RESOLVE_DISPUTE = "resolve_dispute"
    REMIND = "remind"


@dataclass(frozen=True, slots=True)
class SecondPersonRule:
    """Above this sum `action` takes two people; `senior`: one of them a manager."""

    action: Guarded
    currency: str
    above: Decimal
    senior: bool = True


@dataclass(frozen=True, slots=True)
class Colleague:
    """Of two people, what tells whether they are two."""

    id: UUID
    is_senior: bool
    created_at: datetime
    created_by: UUID | None = None
    password_set_by: UUID | None = None
    password_set_at: datetime | None = None


def rule_for(rules: Iterable[SecondPersonRule], action: Guarded, amount: Money | None) -> SecondPersonRule | None:
    """The rule that this sum breaks. Where the action has limits but none in this currency, any sum takes two, and so
    does one that cannot be told, as it is in several currencies."""
    own = [rule for rule in rules if rule.action is action]
    fitting = [rule for rule in own if amount is not None and rule.currency == amount.currency]
    if amount is None or not fitting:
        return next(iter(own), None)
    return next((rule for rule in fitting if amount.amount > rule.above), None)


def check_two(first: Colleague, second: Colleague, now: datetime, *, senior: bool) -> None:
    """Raises SecondPersonNeeded where they are not two, or no manager is among them that must be."""
    if second.id in {first.id, first.created_by} or first.id == second.created_by:
        raise SecondPersonNeeded("one of you made the other's account: somebody else has to be the second person")
    if any(one.created_by and one.created_at > now - YOUNGEST for one in (first, second)):
        raise SecondPersonNeeded("an account of less than a day does not count as a second person")
    if any(one.password_set_at and one.password_set_at > now - YOUNGEST for one in (first, second)):
        raise SecondPersonNeeded(
            "whose password somebody else set less than a day ago does not count as a second person"
        )
    if first.password_set_by and first.password_set_by == second.password_set_by:
        raise SecondPersonNeeded("the same person set both your passwords: first each of you chooses a new one")
    if senior and not (first.is_senior or second.is_senior):
        raise SecondPersonNeeded("one of the two people must be a manager: hand the case up")

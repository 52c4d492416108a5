"""In which order mails are looked at: priority = money at stake x risk x (a day / time to answer) x 2 ^ days waited.

All mails age alike, so who is before whom never changes while they wait. That is why the logarithm of the priority,
less what waiting adds, can be stored once as `rank`, indexed and paged by, and is right at every later moment:

    rank = log2(money x risk x haste) - waits since, in days since 1970

A mail waits since its arrival; where the team's working hours count (app/domain/working_hours.py), since so long before
its answer is due as the time to answer is: a mail of Friday night waits since Monday morning.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from app.domain.intents import Reason
from app.domain.working_hours import ALWAYS, WorkingHours

DAY = timedelta(days=1)
MOST_DAYS = 365.0
"""Beyond a year nobody reads the figure any more."""

LEAST_MONEY = Decimal(100)
"""What a mail counts as whose customer or amount is not known, or owes nothing: it is worked too."""

RISKS: Mapping[Reason, float] = {
    Reason.FRAUD_RISK: 16,
    Reason.INJECTION: 12,
    Reason.CHANGED_SINCE_APPROVAL: 8,
    Reason.LEGAL: 8,
    Reason.PRIVACY_REQUEST: 6,
    Reason.COMPLAINT: 4,
    Reason.HARDSHIP: 4,
    Reason.DISPUTE: 3,
    Reason.NEGOTIATION: 2,
    Reason.STRATEGIC_ACCOUNT: 2,
    Reason.UNVERIFIED_SENDER: 1.5,
}
HOURS: Mapping[Reason, float] = {
    Reason.FRAUD_RISK: 4,
    Reason.INJECTION: 4,
    Reason.LEGAL: 4,
    Reason.CHANGED_SINCE_APPROVAL: 4,
    Reason.COMPLAINT: 8,
}


@dataclass(frozen=True, slots=True)
class UrgencyWeights:
    """Policy: what a reason multiplies by, and within how many hours of its arrival a mail wants an answer. They are
    working hours: of the mailbox's team, or those of all others."""

    risks: Mapping[Reason, float] = field(default_factory=lambda: RISKS)
    hours: Mapping[Reason, float] = field(default_factory=lambda: HOURS)
    hours_otherwise: float = 24.0
    working: WorkingHours = ALWAYS
    working_of: Mapping[str, WorkingHours] = field(default_factory=dict)

    def working_hours(self, mailbox: str) -> WorkingHours:
        return self.working_of.get(mailbox, self.working)


AS_SHIPPED = UrgencyWeights()


@dataclass(frozen=True, slots=True)
class Urgency:
    """The factors of a priority; `reason` is the one whose risk counts, None where none does."""

    money: Decimal
    risk: float
    reason: Reason | None
    within: timedelta
    received_at: datetime
    due_at: datetime

    @property
    def waits_since(self) -> datetime:
        return self.due_at - self.within

    @property
    def haste(self) -> float:
        return DAY / self.within

    @property
    def rank(self) -> float:
        return (
            math.log2(float(self.money) * self.risk * self.haste) - self.waits_since.timestamp() / DAY.total_seconds()
        )

    def waited(self, now: datetime) -> float:
        """By how much waiting has multiplied the priority."""
        return math.exp2(min(max((now - self.waits_since) / DAY, 0.0), MOST_DAYS))


def urgency(
    reasons: Iterable[str], money: Decimal | None, received_at: datetime, weights: UrgencyWeights, *, mailbox: str
) -> Urgency:
    """The riskiest reason and the shortest time to answer count; words that are no reasons are passed over. `mailbox`:
    the name of the one that it came to."""
    known = [reason for reason in Reason if reason.value in set(reasons)]
    riskiest = max(known, key=lambda reason: weights.risks.get(reason, 1.0), default=None)
    risk = weights.risks.get(riskiest, 1.0) if riskiest else 1.0
    hours = min(
        [weights.hours.get(reason, weights.hours_otherwise) for reason in known], default=weights.hours_otherwise
    )
    return Urgency(
        money=max(money or LEAST_MONEY, LEAST_MONEY),
        risk=risk,
        reason=riskiest if risk > 1.0 else None,
        within=timedelta(hours=hours),
        received_at=received_at,
        due_at=weights.working_hours(mailbox).after(received_at, timedelta(hours=hours)),
    )

"""What came of a reminder, and whether a step has earned that it is sent without a person."""

import math
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from app.domain.reminder import Stage

FOLLOWED = timedelta(days=31)
"""For so long after it was sent a reminder is followed; what comes later is not its doing."""

TOLD_LATE = timedelta(days=14)
"""For so long after that we look on: what happened while it was followed may be imported days later."""

DAYS = (7, 14, 30)
"""After so many days it is asked whether a reminder was paid."""


class Answer(StrEnum):
    """What the customer did beside paying, while the reminder was followed. Members in the order in which they win."""

    DISPUTE = "dispute"
    PROMISE = "promise"
    MAIL = "mail"
    SILENCE = "silence"


def wilson(part: int, whole: int, deviations: float = 1.96) -> tuple[float, float]:
    """The interval (95 %) of a share of independent cases (Wilson 1927). Raises ValueError for a share of nothing."""
    if not whole:
        raise ValueError("a share of nothing")
    square = deviations**2
    share, scale = part / whole, 1 + square / whole
    middle = (share + square / (2 * whole)) / scale
    reach = deviations * math.sqrt(share * (1 - share) / whole + square / (4 * whole**2)) / scale
    return max(0.0, middle - reach), min(1.0, middle + reach)


@dataclass(frozen=True, slots=True)
class Automatic:
    """Which steps may be sent without a person, and what they must earn first.

    `after` approvals in a row without a rejection, at most the share `edited` of them with changes; taken back by one
    rejection, or when disputes follow more than the share `disputed` of what was sent automatically (the lower end of
    the interval, and never by a single dispute, so that one unlucky week alone is no alarm).
    """

    workflows: frozenset[str]
    stages: frozenset[Stage]
    after: int
    edited: float
    disputed: float


class Trust(StrEnum):
    EARNING = "earning"
    EARNED = "earned"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class Record:
    """A step's approvals since its last rejection, of them with changes; and its automatic mails of the last year and
    since that rejection, of them answered by a dispute. Mails without an answer count from the day they leave: a
    dispute is known at once and silence after two weeks, so without them the first dispute would be all of them."""

    approved: int
    edited: int
    automatic: int = 0
    disputed: int = 0


def trust_in(record: Record, wanted: Automatic) -> Trust:
    """Whether a step sends by itself, is earning that, or lost it."""
    if record.disputed > 1 and wilson(record.disputed, record.automatic)[0] > wanted.disputed:
        return Trust.TAKEN_BACK
    if record.approved < wanted.after or record.edited > wanted.edited * record.approved:
        return Trust.EARNING
    return Trust.EARNED

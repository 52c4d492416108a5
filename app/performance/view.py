"""What the pages of quality and work see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from app.performance.measures import Catches, Share, Spread, Tenth


class Amount(NamedTuple):
    value: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Week:
    monday: date
    decided: int
    unedited: Share
    first_touch: Spread
    routes: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One decision that overruled the agent."""

    message_id: UUID
    at: datetime
    customer: str
    intents: tuple[str, ...]
    rule: str
    action: str
    confidence: float
    amount: Amount | None


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest of `total`."""

    rows: Sequence[Disagreement]
    total: int


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    decided: int
    unedited: Share
    overruled: Share
    first_touch: Spread
    handling: Spread
    catches: Catches


@dataclass(frozen=True, slots=True)
class Planting:
    """Test items: one of so many drafts, or 0 while they are off; who set it last, and what became of them."""

    one_in: int
    since: datetime | None
    who: str
    total: Catches
    by_fault: Sequence[Catches]
    weeks: Sequence[tuple[date, Catches]]


@dataclass(frozen=True, slots=True)
class Ours:
    """`late`: answered, or still waiting, after what the queue asks for."""

    decided: int
    unedited: Share
    overruled: Share
    edit_distance: float | None
    first_touch: Spread
    answer: Spread
    handling: Spread
    late: Share


@dataclass(frozen=True, slots=True)
class Saved:
    """Minutes: by hand before, as measured now, and the difference over all decisions. None without a baseline."""

    baseline: float | None
    measured: float | None
    mails: int
    minutes: float | None


@dataclass(frozen=True, slots=True)
class Work:
    """`by_person` is None while those figures are off; `team` is how many may decide. `is_cut`: there were more
    decisions than are read, so that the oldest are left out. `least`: in the currency of each mail."""

    weeks_back: int
    figures: Ours
    weeks: Sequence[Week]
    by_intent: Sequence[Share]
    by_rule: Sequence[Share]
    by_customer: Sequence[Share]
    calibration: Sequence[Tenth]
    drift: float | None
    disagreements: Newest
    alone: Newest
    least: Decimal
    is_cut: bool
    waiting: Sequence[tuple[Amount | None, int, datetime]]
    misses: int
    alone_sent: int
    saved: Saved
    spent_per_mail: float | None
    by_person: Sequence[Person] | None
    team: int
    may_show_people: bool
    planting: Planting
    counts_working_hours: bool


@dataclass(frozen=True, slots=True)
class Own:
    """What everybody sees of themselves, and nobody else does."""

    weeks_back: int
    figures: Ours
    weeks: Sequence[Week]
    catches: Catches
    counts_working_hours: bool

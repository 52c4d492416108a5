"""What the pages of reminders see: frozen records; their words are closed codes, but for the planner's own reason."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

from app.domain.interest import CompanyClaims
from app.reminders.timeline import Timeline

Sum: TypeAlias = tuple[Decimal, str]
"""An amount and its currency, as the `money` filter takes it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the plan with the customer's name. `send_at` is in the customer's zone."""

    customer_id: str
    name: str
    company: str
    action: str
    reason: str
    why: str
    amount: Sum
    invoices: tuple[str, ...]
    credit_notes: tuple[str, ...]
    days_overdue: int
    stage: str
    tone: str
    channel: str
    language: str
    contact: str
    send_at: datetime | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many lines have a reason; `phrase` says it as a sentence."""

    reason: str
    phrase: str
    lines: int


@dataclass(frozen=True, slots=True)
class Group:
    """What the plan does with some customers: its reasons, the most frequent first, and the lines that are shown.
    `sums`: what the shown lines come to, by currency."""

    action: str
    lines: int
    counts: tuple[Count, ...]
    sums: tuple[Sum, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """What the reader chose; it stands in the address."""

    as_of: date
    action: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """`customers` were looked at, from `first` to `last`; all counts are of them. `next` begins the page after, empty
    at the end. `after` is where this page began."""

    shown: Shown
    today: date
    groups: tuple[Group, ...]
    customers: int
    first: str
    last: str
    after: str
    next: str
    is_stale: bool

    @property
    def is_whole(self) -> bool:
        """Whether these are all customers."""
        return not self.after and not self.next


@dataclass(frozen=True, slots=True)
class Outlook:
    """One customer: the drawing, what the plan says of today, and what may be claimed for what was late."""

    customer_id: str
    name: str
    timeline: Timeline
    rows: tuple[Row, ...]
    claims: tuple[CompanyClaims, ...]

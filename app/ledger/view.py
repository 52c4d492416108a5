"""What the ledger's pages see: frozen records without a sentence in them; their words are closed codes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

Sum: TypeAlias = tuple[Decimal, str]
"""An amount and its currency, as the `money` filter takes it."""


@dataclass(frozen=True, slots=True)
class Tab:
    """One way to look at a list: `count` cases, where that is known."""

    show: str
    count: int | None = None


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case in a list. `deadline`: the promised day with its grace; `age`: days since it was opened."""

    case_id: str
    kind: str
    state: str
    customer_id: str
    customer: str
    invoices: tuple[str, ...]
    amount: Sum | None
    day: date | None
    deadline: date | None
    detail: str
    owner: str
    due: date | None
    opened_at: datetime
    age: int
    is_late: bool = False
    paid_steps: int = 0
    steps: int = 0
    earlier_id: str = ""


@dataclass(frozen=True, slots=True)
class CaseList:
    """`tabs` with the one that is shown; `reasons` and `owners` to choose from, and what is chosen."""

    kind: str
    show: str
    tabs: tuple[Tab, ...]
    rows: tuple[CaseLine, ...]
    is_cut: bool = False
    reason: str = ""
    owner: str = ""
    owners: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HoldLine:
    """`reason` is a person's words, for those who decide."""

    hold_id: str
    customer_id: str
    customer: str
    until: date
    set_by: str
    set_at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class TaskLine:
    task_id: str
    kind: str
    state: str
    customer_id: str
    customer: str
    case_id: str
    owner: str
    due: date
    is_late: bool
    note: str = ""
    is_of_plan: bool = False


@dataclass(frozen=True, slots=True)
class TaskList:
    show: str
    tabs: tuple[Tab, ...]
    rows: tuple[TaskLine, ...]
    owner: str = ""
    owners: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """One moment of a case. `word`: opened, noted, decided, step, payment, day, deadline, or the state in which it
    ended; `at` where the moment is known, and not only the day."""

    day: date
    word: str
    at: datetime | None = None
    who: str = ""
    amount: Sum | None = None
    detail: str = ""
    is_ahead: bool = False


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """An invoice of a case: what is open, and what may be asked for now."""

    number: str
    due: date
    open: Sum
    payable: Sum
    status: str


@dataclass(frozen=True, slots=True)
class StepLine:
    seq: int
    day: date
    amount: Sum
    state: str


@dataclass(frozen=True, slots=True)
class Kept:
    """How a company's promises ended."""

    kept: int
    total: int
    share: float


@dataclass(frozen=True, slots=True)
class CaseDetail:
    """One case with its life, and the moves that are left to it (`may`: states of `app.domain.review`)."""

    line: CaseLine
    may: frozenset[str]
    events: tuple[LifeEvent, ...]
    invoices: tuple[InvoiceLine, ...] = ()
    steps: tuple[StepLine, ...] = ()
    suggested: tuple[StepLine, ...] = ()
    owed: Sum | None = None
    outcome: Sum | None = None
    resolution: str = ""
    note: str = ""
    quote: str = ""
    language: str = ""
    review_id: str = ""
    kept: Kept | None = None
    owners: Mapping[str, str] = field(default_factory=dict)
    tasks: tuple[TaskLine, ...] = ()


@dataclass(frozen=True, slots=True)
class SaidIn:
    """The mail that a new case came in: its review, its customer, the invoices that it is about."""

    review_id: str
    customer_id: str
    invoices: tuple[str, ...] = ()

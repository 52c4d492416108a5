"""What the ledger's pages see: frozen records without a sentence in them; their words are closed codes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias
from urllib.parse import urlencode

Sum: TypeAlias = tuple[Decimal, str]
"""An amount and its currency, as the `money` filter takes it."""


@dataclass(frozen=True, slots=True)
class Tab:
    """One way to look at a list. `is_more`: there are more than the `count` that were counted."""

    show: str
    count: int
    is_more: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address of a list asks for."""

    path: str
    show: str = ""
    reason: str = ""
    owner: str = ""
    after: str = ""

    def place(self, **other: str) -> str:
        """The address of the first page, or of what is asked for beside it; what is empty is left out."""
        asked = {"show": self.show, "reason": self.reason, "owner": self.owner, **other}
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"{self.path}?{query}" if query else self.path


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
    """One page, sorted as `sort` says; `owners` to choose from. `following`: where the next page begins, if any."""

    asked: Asked
    sort: str
    tabs: tuple[Tab, ...]
    rows: tuple[CaseLine, ...]
    following: str = ""
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
class HoldList:
    asked: Asked
    tab: Tab
    rows: tuple[HoldLine, ...]
    following: str = ""


@dataclass(frozen=True, slots=True)
class TaskLine:
    """`contact` is whom it is about, and `mail` where the mail is read that tells of them."""

    task_id: str
    kind: str
    state: str
    customer_id: str
    customer: str
    case_id: str
    review_id: str
    owner: str
    due: date
    is_late: bool
    note: str = ""
    has_text: bool = False
    contact: str = field(repr=False, default="")
    mail: str = ""


@dataclass(frozen=True, slots=True)
class TaskList:
    asked: Asked
    tabs: tuple[Tab, ...]
    rows: tuple[TaskLine, ...]
    following: str = ""
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
class FirstSaid:
    """What the first of two people would decide, and who: an outcome with its sum, or terms. `by` is their id."""

    by: str
    name: str
    resolution: str = ""
    amount: Decimal | None = None
    until: date | None = None
    steps: tuple[StepLine, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseDetail:
    """One case with its life, and the moves that are left to it (`may`: states of `app.domain.review`). `awaited` where
    a second person has to decide the same."""

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
    awaited: FirstSaid | None = None


@dataclass(frozen=True, slots=True)
class SaidIn:
    """The mail that a new case came in: its review, its customer, the invoices that it is about."""

    review_id: str
    customer_id: str
    invoices: tuple[str, ...] = ()

"""What the ledger panel beside a case sees."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID


class Amount(NamedTuple):
    value: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """`kind` is invoice or credit_note; `concerned` when the mail is about it."""

    number: str
    open: Amount
    due: date | None = None
    days_late: int = 0
    kind: str = "invoice"
    status: str = "open"
    concerned: bool = False


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A ledger case; `kind` and `state` are words of `app.domain.review`. `earlier_id`: the promise that this request
    moves."""

    kind: str
    state: str
    invoices: tuple[str, ...] = ()
    amount: Amount | None = None
    day: date | None = None
    reason: str = ""
    case_id: str = ""
    earlier_id: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    until: date | None
    set_by: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ContactRow:
    name: str
    email: str
    role: str
    language: str = ""
    active: bool = True
    wrote_this: bool = False
    reachability: str = "ok"
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Payment:
    amount: Amount
    day: date


@dataclass(frozen=True, slots=True)
class Ageing:
    """Not due, 1 to 30, 31 to 60, 61 to 90 and more than 90 days late, in one currency."""

    currency: str
    parts: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class LedgerView:
    """`kept` of `promised` promises that have ended; nothing is counted of natural persons. `more_…`: left out."""

    customer_id: str
    name: str
    open: tuple[Amount, ...]
    overdue: tuple[Amount, ...]
    last_payment: Payment | None = None
    ageing: tuple[Ageing, ...] = ()
    invoices: tuple[InvoiceRow, ...] = ()
    cases: tuple[CaseRow, ...] = ()
    holds: tuple[Hold, ...] = ()
    contacts: tuple[ContactRow, ...] = ()
    kept: int = 0
    promised: int = 0
    last_heard: datetime | None = None
    last_written: datetime | None = None
    more_invoices: int = 0
    more_cases: int = 0

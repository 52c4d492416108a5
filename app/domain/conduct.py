"""What is known of a customer, in two records, because the law wants two.

    Position   what is open, how old it is, what stops us: the plain list, for everybody
    Conduct    how a company has paid, promised and answered: what scores and forecasts are made of

Whatever scores or forecasts takes a Conduct, and for a natural person there is none, only the reason why (GDPR art. 22;
Regulation (EU) 2024/1689, Annex III 5(b)). So no caller can score a person by mistake.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from app.domain.intents import Intent
from app.domain.money import Money, total


class NotScored(StrEnum):
    """Why somebody is neither scored nor forecast."""

    NATURAL_PERSON = "natural_person"


class Stop(StrEnum):
    """What stands between a debt and a reminder."""

    HOLD = "hold"
    HARDSHIP = "hardship"
    UNANSWERED_MAIL = "unanswered_mail"
    PAYMENT_SEEN = "payment_seen"
    DISPUTE = "dispute"
    EXTENSION = "extension"
    PROMISE = "promise"


@dataclass(frozen=True, slots=True)
class OpenItem:
    """An open invoice, or a credit note (then `open` is negative). `stops`: what concerns this invoice alone.
    `company`: which of ours it is owed to."""

    number: str
    open: Money
    due_date: date
    stops: frozenset[Stop] = frozenset()
    company: str = ""

    @property
    def is_credit(self) -> bool:
        return self.open.amount < 0

    def days_overdue(self, as_of: date) -> int:
        """0 on the due date and before."""
        return max(0, (as_of - self.due_date).days)


@dataclass(frozen=True, slots=True)
class Position:
    """`stops`: what concerns everything that this customer owes."""

    customer_id: str
    as_of: date
    items: tuple[OpenItem, ...] = ()
    stops: frozenset[Stop] = frozenset()

    @property
    def overdue(self) -> tuple[OpenItem, ...]:
        """Invoices past their due date for which no payment was seen, the oldest first."""
        late = (i for i in self.items if not i.is_credit and i.due_date < self.as_of)
        return tuple(sorted((i for i in late if Stop.PAYMENT_SEEN not in i.stops), key=lambda i: i.due_date))

    @property
    def outstanding(self) -> tuple[Money, ...]:
        """What is open, one sum a currency, credit notes netted."""
        return total(item.open for item in self.items)


@dataclass(frozen=True, slots=True)
class PaidInvoice:
    """`paid_on`: the day on which the last of it came in."""

    number: str
    due_date: date
    paid_on: date

    @property
    def delay(self) -> int:
        """Days beyond terms; below 0 when paid early."""
        return (self.paid_on - self.due_date).days


@dataclass(frozen=True, slots=True)
class BrokenPromise:
    case_id: UUID
    broken_on: date


@dataclass(frozen=True, slots=True)
class Exchange:
    """A mail of ours, and when a person answered it."""

    mail_id: UUID
    sent_on: date
    answered_on: date | None = None


@dataclass(frozen=True, slots=True)
class CustomerMail:
    """A mail that a person wrote, with what it wanted."""

    message_id: UUID
    received_on: date
    intents: frozenset[Intent]


@dataclass(frozen=True, slots=True)
class KnownContact:
    contact_id: UUID
    is_reachable: bool


@dataclass(frozen=True, slots=True)
class Conduct:
    """How a company has behaved. Lists are in the order of time."""

    customer_id: str
    as_of: date
    segment: str = "standard"
    credit_limit: Money | None = None
    outstanding: tuple[Money, ...] = ()
    paid: tuple[PaidInvoice, ...] = ()
    broken_promises: tuple[BrokenPromise, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    mails: tuple[CustomerMail, ...] = ()
    contacts: tuple[KnownContact, ...] = ()


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    """One customer. The name, the owner, the segment and our company are for the reader; no rule looks at them."""

    position: Position
    conduct: Conduct | NotScored
    name: str = field(repr=False, default="")
    owner_email: str = field(repr=False, default="")
    segment: str = "standard"
    company: str = ""


def median(numbers: Iterable[int]) -> int:
    """The middle one; of two middle ones the upper. Raises ValueError when there is none."""
    ordered = sorted(numbers)
    if not ordered:
        raise ValueError("nothing has no median")
    return ordered[len(ordered) // 2]

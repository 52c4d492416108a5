"""Reminders: their stages, why one goes out or does not, and the line of the plan that says so."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from app.domain.account import ContactRole
from app.domain.contact import Reachability
from app.domain.intents import Tone
from app.domain.money import Money, digits


class Stage(StrEnum):
    """In the order in which they are sent; `courtesy` comes before the due date."""

    COURTESY = "courtesy"
    FIRST = "first"
    SECOND = "second"
    THIRD = "third"
    FORMAL = "formal"


RANK = {stage: rank for rank, stage in enumerate(Stage)}


class Channel(StrEnum):
    """E-mail is sent; the others become tasks with a drafted text."""

    EMAIL = "email"
    CALL = "call"
    LETTER = "letter"
    SMS = "sms"


class NextAction(StrEnum):
    REMIND = "remind"
    TASK = "task"
    WAIT = "wait"


class Why(StrEnum):
    """The reason of a plan's line. Members stand in the order in which they win when several hold."""

    DUE = "due"
    PAID = "paid"
    STALE_DATA = "stale_data"
    HOLD = "hold"
    HARDSHIP = "hardship"
    DISPUTE = "dispute"
    PLAN_RUNNING = "plan_running"
    EXTENSION = "extension"
    PROMISE_RUNNING = "promise_running"
    PAYMENT_SEEN = "payment_seen"
    NOT_DUE = "not_due"
    NETTED = "netted"
    BELOW_MINIMUM = "below_minimum"
    UNANSWERED_MAIL = "unanswered_mail"
    TALK_FIRST = "talk_first"
    ENGAGED = "engaged"
    PUT_ASIDE = "put_aside"
    STEPS_DONE = "steps_done"
    FORMAL_NEEDS_PERSON = "formal_needs_person"
    STRATEGIC_ACCOUNT = "strategic_account"
    NO_CONTACT = "no_contact"
    QUIET_HOURS = "quiet_hours"
    CONTACT_CAP = "contact_cap"


class OpenItem(NamedTuple):
    """An open invoice or credit note (negative). A tuple, since a plan may read a million of them."""

    number: str
    company: str
    is_credit_note: bool
    open: Decimal
    currency: str
    due_date: date
    is_disputed: bool
    payment_seen: bool


@dataclass(frozen=True, slots=True)
class Addressee:
    """A contact as the plan sees it. `replies`: moments at which they themselves wrote; never of natural persons."""

    id: UUID
    email: str = field(repr=False)
    role: ContactRole
    language: str = ""
    active: bool = True
    reachability: Reachability = Reachability.OK
    replies: tuple[datetime, ...] = ()

    @property
    def may_be_written_to(self) -> bool:
        return self.active and self.reachability is Reachability.OK and bool(self.email)


@dataclass(frozen=True, slots=True)
class RunningCase:
    """A case that stops reminders. Without invoices it concerns all of them; `disputed` is the amount that a person
    confirmed as disputed (None: the whole invoice)."""

    why: Why
    invoices: tuple[str, ...] = ()
    disputed: Money | None = None


@dataclass(frozen=True, slots=True)
class SentReminder:
    """A step of a company's workflow that was taken: a mail of ours, or a person's call, letter or message."""

    stage: Stage
    channel: Channel
    sent_at: datetime
    currency: str
    company: str = ""


@dataclass(frozen=True, slots=True)
class PutAside:
    """A reminder that a person skipped or rejected on a day (UTC)."""

    company: str
    currency: str
    stage: Stage
    on: date


@dataclass(frozen=True, slots=True)
class CustomerSituation:
    """One customer with everything that the plan may depend on.

    `stale`: our companies whose ledger is too old. `contacted`: moments at which we wrote, from any mailbox, or called.
    `replies`: moments at which a person there wrote. `talk_since`: when the newest task was opened in which a person is
    to talk with them, or to decide about them, and has not yet. `average_delay` (days beyond the due date) is None
    where nothing was paid yet, and always for natural persons, as are the counts of promises.
    """

    customer_id: str
    language: str = ""
    country: str = ""
    currency: str = ""
    timezone: str = "UTC"
    segment: str = "standard"
    is_strategic: bool = False
    is_natural_person: bool = False
    payment_seen: bool = False
    has_unanswered_mail: bool = False
    stale: frozenset[str] = frozenset()
    hold_until: date | None = None
    items: tuple[OpenItem, ...] = ()
    contacts: tuple[Addressee, ...] = ()
    cases: tuple[RunningCase, ...] = ()
    sent: tuple[SentReminder, ...] = ()
    put_aside: tuple[PutAside, ...] = ()
    contacted: tuple[datetime, ...] = ()
    replies: tuple[datetime, ...] = ()
    talk_since: datetime | None = None
    average_delay: float | None = None
    kept_promises: int = 0
    broken_promises: int = 0


@dataclass(frozen=True, slots=True)
class PlanLine:
    """What happens with one customer in one currency (and company), and why, in a word and in a sentence.

    `amount` is what the listed invoices and credit notes come to, `oldest_due` when the oldest invoice was due.
    `send_at` is in the customer's zone. `experiment` is the test that this reminder is part of, and its arm, as
    "name:arm".
    """

    customer_id: str
    currency: str
    action: NextAction
    reason: Why
    why: str
    company: str = ""
    invoices: tuple[str, ...] = ()
    credit_notes: tuple[str, ...] = ()
    amount: Decimal = Decimal(0)
    days_overdue: int = 0
    oldest_due: date | None = None
    workflow: str = ""
    stage: Stage | None = None
    tone: Tone | None = None
    channel: Channel | None = None
    language: str = ""
    contact_id: UUID | None = None
    contact_email: str = field(repr=False, default="")
    send_at: datetime | None = None
    experiment: str = ""
    wording: str = ""

    @property
    def contacts_by(self) -> Channel | None:
        """How the customer hears from us, by mail or by a person; None where nobody contacts them."""
        return self.channel if self.send_at is not None else None

    def as_dict(self) -> dict[str, Any]:
        """As `duebox reminders plan --json` prints it; money is text, what does not apply is null."""
        return {
            "customer_id": self.customer_id,
            "currency": self.currency,
            "company": self.company,
            "action": self.action.value,
            "reason": self.reason.value,
            "why": self.why,
            "invoices": list(self.invoices),
            "credit_notes": list(self.credit_notes),
            "amount": digits(self.amount, self.currency),
            "days_overdue": self.days_overdue,
            "workflow": self.workflow or None,
            "stage": self.stage,
            "tone": self.tone,
            "channel": self.channel,
            "language": self.language or None,
            "contact_email": self.contact_email or None,
            "send_on": self.send_at.date().isoformat() if self.send_at else None,
            "send_at": self.send_at.isoformat() if self.send_at else None,
            "experiment": self.experiment or None,
        }

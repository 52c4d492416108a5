"""What the lists of the review UI see: frozen records without a sentence in them.

Words are the closed codes of app/domain; templates name them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from app.domain.intents import Intent, Reason
from app.domain.review import OPEN, OutboxState
from app.reading.differences import Piece
from app.review.item_view import CaseView, MailView, Why
from app.review.ledger_view import Amount
from app.review.together import Company
from app.web.back import place

Row = TypeVar("Row")

URGENCY = {
    reason.value: rank
    for rank, reason in enumerate(
        (
            Reason.FRAUD_RISK,
            Reason.INJECTION,
            Reason.CHANGED_SINCE_APPROVAL,
            Reason.LEGAL,
            Reason.PRIVACY_REQUEST,
            Reason.COMPLAINT,
            Reason.HARDSHIP,
            Reason.DISPUTE,
            Reason.NEGOTIATION,
            Reason.STRATEGIC_ACCOUNT,
            Reason.UNVERIFIED_SENDER,
        )
    )
}

HARMLESS = frozenset({Reason.APPROVAL_REQUIRED.value})
GRAVE = frozenset(
    intent.value
    for intent in (
        Intent.DISPUTE,
        Intent.LEGAL_OR_COMPLAINT,
        Intent.BANK_DETAIL_CHANGE,
        Intent.HARDSHIP,
        Intent.EXTENSION_REQUEST,
    )
)


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One waiting mail, reasons and intents most important first; `customer` is empty when nobody could be linked.
    `is_for_one`: its answer carries files or waits for a second person, so it is read before it is approved."""

    review_id: str
    state: str
    customer: str
    sender: str
    subject: str
    language: str
    received_at: datetime
    reasons: tuple[str, ...]
    intents: tuple[str, ...] = ()
    amount: Amount | None = None
    rule: str = ""
    email: str = ""
    version: int = 1
    due_at: datetime | None = None
    why: Why | None = None
    assignee: str = ""
    holder: str = ""
    snoozed_until: datetime | None = None
    is_for_one: bool = False

    @property
    def may_go_with_others(self) -> bool:
        """Whether it may be decided together with other mails."""
        return is_harmless(self.reasons, self.intents)


@dataclass(frozen=True, slots=True)
class Arriving:
    """A mail that is stored and being read; it has no case yet."""

    sender: str
    subject: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Tab:
    """A view of the queue; `count` is None where it is not counted. `view_id`: one that somebody saved."""

    name: str
    query: str
    count: int | None = None
    view_id: str = ""
    is_shared: bool = False
    is_mine: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """Mail being read right now; `sample` in the demo."""

    done: int
    total: int
    sample: bool = False


@dataclass(frozen=True, slots=True)
class Leaving:
    """A decision of the reader's, while it can still be undone; `send_at` is empty where nothing is sent. `is_noted`:
    it was the first of two people's words, and nothing is done yet."""

    review_id: str
    version: int
    customer: str
    send_at: datetime | None
    is_noted: bool = False


@dataclass(frozen=True, slots=True)
class QueueView:
    """The list and the case beside it.

    `chosen`: the address names the case, so a narrow screen shows it in place of the list. `selected` is
    the review id of the marked row; `/queue/status` fills it from `?review=` and leaves `case` out.
    """

    rows: tuple[QueueRow, ...]
    selected: str = ""
    case: CaseView | None = None
    chosen: bool = False
    progress: Progress | None = None
    leaving: tuple[Leaving, ...] = ()
    query: str = ""
    not_understood: str = ""
    tabs: tuple[Tab, ...] = ()
    following: str = ""
    after: str = ""
    is_counted_in_full: bool = True
    arriving: tuple[Arriving, ...] = ()
    company: Company | None = None
    done: int = 0
    left: int = 0
    second: int = 0

    @property
    def is_first_page(self) -> bool:
        return not self.after

    def place(self, **more: str) -> str:
        """The address of this list, with a case of it, or further down."""
        return place(self.query, **more)

    @property
    def status_place(self) -> str:
        """Where the list alone is asked for again."""
        return place(self.query, review=self.selected, after=self.after).replace("/queue", "/queue/status", 1)

    def other(self, query: str) -> str:
        """The address of another view."""
        return place(query)


@dataclass(frozen=True, slots=True)
class Listed(Generic[Row]):
    """One page of a list, and the id after which the next begins; empty on the last."""

    rows: tuple[Row, ...]
    following: str = ""


@dataclass(frozen=True, slots=True)
class NoAnswerRow:
    message_id: str
    sender: str
    subject: str
    excerpt: str
    language: str
    received_at: datetime
    intent: str
    rule: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Preview:
    """The opened mail of the no-answer list; `contact_role` is empty for an unknown writer."""

    row: NoAnswerRow
    mail: MailView
    customer: str = ""
    contact_role: str = ""
    open: tuple[Amount, ...] = ()


@dataclass(frozen=True, slots=True)
class SentRow:
    """One mail of the outbox; `at` is when it left, or when it will, or when it was last tried."""

    outbox_id: str
    href: str
    state: str
    to: str
    subject: str
    body: str
    language: str
    at: datetime
    customer: str = ""
    attempts: int = 0
    last_error: str = ""
    review_id: str = ""
    version: int = 0

    @property
    def can_undo(self) -> bool:
        return bool(self.review_id) and self.state == OutboxState.WAITING


@dataclass(frozen=True, slots=True)
class QuarantineRow:
    message_id: str
    mailbox: str
    reason: str
    attempts: int
    received_at: datetime
    sender: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A lost race: somebody else decided first. `state` is the review's now; a text that did not exist is empty."""

    review_id: str
    state: str
    decided_by: str
    decided_at: datetime
    version: int
    your_version: int
    customer: str = ""
    send_at: datetime | None = None
    language: str = "en"
    theirs: tuple[Piece, ...] = ()
    yours: tuple[Piece, ...] = ()
    has_newer_mail: bool = False
    subject: str = field(repr=False, default="")
    body: str = field(repr=False, default="")

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


def is_harmless(reasons: Iterable[str], intents: Iterable[str]) -> bool:
    """Whether nothing in a mail asks for a person's whole attention: no dispute, no law, no bank details, no doubt."""
    return HARMLESS.issuperset(reasons) and GRAVE.isdisjoint(intents)


def most_urgent_first(reasons: Iterable[str]) -> tuple[str, ...]:
    """What a reader must know first, first."""
    return tuple(sorted(reasons, key=lambda reason: URGENCY.get(reason, len(URGENCY))))

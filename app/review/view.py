"""What the lists of the review UI see: frozen records without a sentence in them.

Words are the closed codes of design.md; templates name them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from app.domain.intents import Reason
from app.review.item_view import CaseView, MailView
from app.review.ledger_view import Amount
from app.review.marking import Piece

IGNORE_REASONS = ("no_answer_needed", "handled_otherwise", "duplicate", "not_for_us", "spam", "fraud")
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


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One waiting mail, reasons and intents most important first; `customer` is empty when nobody could be linked."""

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


@dataclass(frozen=True, slots=True)
class Progress:
    """Mail being read right now; `sample` in the demo."""

    done: int
    total: int
    sample: bool = False


@dataclass(frozen=True, slots=True)
class Leaving:
    """The reader's last decision, while it can still be undone; `send_at` is empty where nothing is sent."""

    review_id: str
    version: int
    customer: str
    send_at: datetime | None


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
    leaving: Leaving | None = None


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


def most_urgent_first(reasons: Iterable[str]) -> tuple[str, ...]:
    """What a reader must know first, first."""
    return tuple(sorted(reasons, key=lambda reason: URGENCY.get(reason, len(URGENCY))))

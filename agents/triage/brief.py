"""What the author of a draft is told: typed facts, chosen by code. Nothing else may be said."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from app.domain.directions import TermsOutcome
from app.domain.enclosures import NOTHING, DocumentKind, Enclosed, Owed
from app.domain.intents import DisputeReason, ExtensionKind, Intent, Reason, Tone


class Topic(StrEnum):
    """A situation that an answer speaks to; each is a folder of `prompts/replies`. Listed in the order of a letter."""

    HARDSHIP_RECEIVED = "hardship_received"
    LEGAL_RECEIVED = "legal_received"
    DISPUTE_RECEIVED = "dispute_received"
    EXTENSION_RECEIVED = "extension_received"
    PROMISE_NOTED = "promise_noted"
    PROMISE_IN_PART = "promise_in_part"
    PROMISE_WITHOUT_DATE = "promise_without_date"
    PAYMENT_NOTED = "payment_noted"
    DOCUMENTS_ON_THE_WAY = "documents_on_the_way"
    CONTACT_NOTED = "contact_noted"
    QUERY_ANSWERED = "query_answered"
    QUERY_RECEIVED = "query_received"
    MESSAGE_RECEIVED = "message_received"
    THIN_MESSAGE = "thin_message"


TOPIC_OF: dict[Intent, Topic] = {
    Intent.HARDSHIP: Topic.HARDSHIP_RECEIVED,
    Intent.LEGAL_OR_COMPLAINT: Topic.LEGAL_RECEIVED,
    Intent.DISPUTE: Topic.DISPUTE_RECEIVED,
    Intent.EXTENSION_REQUEST: Topic.EXTENSION_RECEIVED,
    Intent.PAYMENT_PROMISE: Topic.PROMISE_NOTED,
    Intent.PAYMENT_CONFIRMATION: Topic.PAYMENT_NOTED,
    Intent.DOCUMENT_REQUEST: Topic.DOCUMENTS_ON_THE_WAY,
    Intent.CONTACT_UPDATE: Topic.CONTACT_NOTED,
    Intent.QUERY: Topic.QUERY_RECEIVED,
}


TEAMS = {
    "en": "Accounts receivable",
    "fr": "Service comptabilité clients",
    "de": "Debitorenbuchhaltung",
    "es": "Departamento de cobros",
    "nl": "Debiteurenadministratie",
    "it": "Contabilità clienti",
    "pt": "Contabilidade de clientes",
}
"""Who signs where a mailbox does not say."""


class PaymentSeen(StrEnum):
    """Whether the ledger shows the payment that the writer speaks of; UNSAID when the writer may not be told."""

    FOUND = "found"
    NOT_FOUND = "not_found"
    UNSAID = "unsaid"


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment that the mail speaks of: which invoices, when, how much, as far as it says so."""

    invoices: tuple[str, ...] = ()
    day: date | None = None
    amount: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class TopicFacts:
    """What one paragraph may mention. Empty fields are not mentioned. `amount` of open items is their sum.

    `are_invoices`: the ledger calls all of `invoices` invoices. `payments`: several on different days, or the open
    items asked about, each with its due date, or instalments that a person granted; `day` is the payment's, or that
    which an extension would last until. `copied`: the invoices of which a copy goes along, or the statement of account
    (`has_statement`); `is_owed`: a colleague sends the document, for the invoices `owed`.
    """

    topic: Topic
    invoices: tuple[str, ...] = ()
    day: date | None = None
    amount: Decimal | None = None
    currency: str = ""
    are_invoices: bool = False
    payments: tuple[Payment, ...] = ()
    reason: DisputeReason | None = None
    kind: ExtensionKind | None = None
    document: DocumentKind | None = None
    legal: Reason | None = None
    outcome: TermsOutcome | None = None
    copied: tuple[str, ...] = ()
    has_statement: bool = False
    is_owed: bool = False
    owed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftBrief:
    """`may_use_ledger` is False for a writer whom nobody has verified: the draft says only what the writer said.

    `addressee` is a placeholder for a person's name, of which only the first is used where the writer uses first names
    (`is_familiar`), and with the title where the writer has told one (`is_titled`); empty for companies and
    departments. `has_reference`: the writer has said how to find a payment.
    `is_strategic`: an account that is written to personally. `voices`: whose own templates are preferred, first first.
    `clause` is the paragraph that says what a person decided on the terms asked for: code writes it, and no model.
    `enclosed` goes along with the answer, `owed` is left to a colleague.
    """

    language: str
    tone: Tone
    topics: tuple[TopicFacts, ...]
    team: str
    max_words: int
    addressee: str = ""
    is_familiar: bool = False
    is_titled: bool = False
    country: str = ""
    payment: PaymentSeen = PaymentSeen.UNSAID
    has_reference: bool = False
    is_strategic: bool = False
    voices: tuple[str, ...] = ()
    may_use_ledger: bool = False
    note: str = field(repr=False, default="")
    problems: tuple[str, ...] = ()
    clause: str = ""
    enclosed: Enclosed = NOTHING
    owed: Owed | None = None

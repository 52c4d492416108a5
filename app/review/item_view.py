"""What the page of one review sees: frozen records without a sentence in them.

Words are the closed codes of app/domain; templates name them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from app.domain.counterfactual import Otherwise
from app.reading.differences import Edit
from app.review.fact_view import FactView, RefusedFact
from app.review.gist import Line
from app.review.ledger_view import Amount, LedgerView
from app.review.marking import Paragraph, Segment, Source
from app.review.second import Second

GUARDED = frozenset({"fraud_risk", "injection"})
RISKY = frozenset(
    (
        *("dispute", "negotiation", "strategic_account", "legal", "complaint"),
        *("privacy_request", "hardship", "unverified_sender"),
    )
)
OPEN_STATES = frozenset({"pending", "awaiting_second"})


@dataclass(frozen=True, slots=True)
class Why:
    """Why a mail stands where it stands: the factors of its priority. `reason` is the one whose risk counts.
    `in_working_hours`: nights, weekends or holidays do not count towards its hours."""

    money: Decimal
    risk: float
    reason: str
    hours: float
    haste: float
    waited: float
    in_working_hours: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A customer the mail may come from; `why` is one of contact, thread, invoice_number, domain, name."""

    customer_id: str
    name: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Sign:
    """One row of the fraud comparison.

    `sign` is one of look_alike_domain, punycode_domain, reply_to_elsewhere, display_name_is_address, several_senders,
    contact_look_alike, contact_name_elsewhere, bank_details, authentication.
    """

    sign: str
    seen: str
    on_file: str = ""


@dataclass(frozen=True, slots=True)
class Banner:
    """A warning above the mail.

    `kind`: no_more_mail, fraud_risk, injection, hidden_text, unverified_sender, unknown_customer,
    unreadable_attachment, redaction_failed, model_unavailable, draft_refused, changed_since_approval,
    defects, repeated_id. `details`: file names, refused values, closed words of parsing, ids of other reviews, or what
    changed (paid, newer_mail, dispute_opened, hold_set, contact_changed, answered_elsewhere, expired).
    `excerpt`: the hidden text. `contacts`: the ids of the writer's contacts that are written to.
    """

    kind: str
    details: tuple[str, ...] = ()
    excerpt: str = ""
    contacts: tuple[str, ...] = ()
    signs: tuple[Sign, ...] = ()
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    size: int
    readable: bool = True
    excerpt: tuple[Paragraph, ...] = ()


@dataclass(frozen=True, slots=True)
class EarlierMail:
    """A mail of the conversation before this one; `kind` is one of received, sent, reminder."""

    kind: str
    at: datetime
    sender: str
    subject: str
    body: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Redacted:
    """A run of what the model saw; `hides` what a placeholder stands for, once a person asked for it."""

    text: str
    is_placeholder: bool = False
    hides: str = ""


@dataclass(frozen=True, slots=True)
class MailView:
    """The mail as plain text: `body` is the writer's own, `quoted` the history below, `redacted` what the model saw.

    `redacted` is empty when no model was asked; `authentication` is one of pass, fail, none or empty (not known).
    """

    message_id: str
    subject: tuple[Segment, ...]
    sender_name: str
    sender_email: str
    received_at: datetime
    language: str
    body: tuple[Paragraph, ...]
    quoted: tuple[Paragraph, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    redacted: tuple[Redacted, ...] = ()
    has_html: bool = False
    authentication: str = ""


@dataclass(frozen=True, slots=True)
class DraftView:
    """`traced` is the body with its facts marked, by numbers that count the `sources` from 1; `facts` counts the
    marks. Both are empty where nothing was traced: an edited answer, an empty form. `copies` are the contacts who get
    one, by name and address; `left_out` are addresses of the mail with a word of `LeftOut` each."""

    to_name: str
    to_email: str
    subject: str
    body: str
    language: str
    tone: str = ""
    traced: tuple[Paragraph, ...] = ()
    sources: tuple[Source, ...] = ()
    facts: int = 0
    copies: tuple[tuple[str, str], ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class FileView:
    """A file of an answer; `number` is the invoice's. Of a statement of account (`kind`), which is made when it is
    needed, nobody knows the size yet; a file on its way has no `id`."""

    id: str
    name: str = ""
    size: int = 0
    number: str = ""
    kind: str = "copy"


@dataclass(frozen=True, slots=True)
class FilesView:
    """`others` are copies on file that could go along too. `withheld`: why none may; `owed`: what a colleague is to
    send once the answer is approved."""

    enclosed: tuple[FileView, ...] = ()
    others: tuple[FileView, ...] = ()
    can_be_stated: bool = False
    withheld: str = ""
    owed: str = ""


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody whom a review may be given to; a senior may also be handed one up."""

    user_id: str
    name: str
    is_senior: bool = False


@dataclass(frozen=True, slots=True)
class ChangedText:
    """What a person made of the draft, word by word; `is_sent` when those words are the ones that left, None while
    nothing has left."""

    by: str
    subject: tuple[Edit, ...]
    body: tuple[Edit, ...]
    is_sent: bool | None = None


@dataclass(frozen=True, slots=True)
class Awaited:
    """An answer that waits for a second person's approval; `names` have given theirs, `is_mine` if the reader has.
    `wants_senior`: one of the two must be a manager, and none was. `subject` and `body` are the text they wrote, empty
    where they left the draft as it is, and `changed` what that made of the draft. `removed` are the cases that they do
    not confirm."""

    names: tuple[str, ...]
    is_mine: bool = False
    wants_senior: bool = False
    subject: str = field(repr=False, default="")
    body: str = field(repr=False, default="")
    changed: ChangedText | None = None
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """An instalment, offered or granted."""

    day: date
    amount: Amount


@dataclass(frozen=True, slots=True)
class TermsView:
    """A request for other terms before a person, and what was decided on it; `outcome` is empty while nothing was.

    `owed` is what is open on its invoices, `suggested` equal instalments of it. `may_decide` is False where the sender
    is not verified. `awaited`: what the first of two people would grant.
    """

    case_id: str
    kind: str = ""
    until: date | None = None
    invoices: tuple[str, ...] = ()
    owed: Amount | None = None
    suggested: tuple[Step, ...] = ()
    may_decide: bool = True
    outcome: str = ""
    decided_kind: str = ""
    decided_until: date | None = None
    decided_amount: Amount | None = None
    decided_steps: tuple[Step, ...] = ()
    awaited: "AwaitedTerms | None" = None


@dataclass(frozen=True, slots=True)
class AwaitedTerms:
    """Terms that a second person has to grant too; `by` is the id of the first."""

    by: str
    name: str
    kind: str
    until: date | None = None
    amount: Amount | None = None
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What the form of a correction begins with: the intents with their invoices, and the facts, as they were read."""

    invoices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    promise_day: date | None = None
    promise_amount: Amount | None = None
    extension_kind: str = ""
    until: date | None = None
    dispute_reason: str = ""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A contact that this mail proposes; nobody writes there before a person confirms it."""

    proposal_id: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """`kind` is the audit kind, e.g. review.item.approved; `who` is empty for Duebox itself.

    `refs` are the entry's own closed words, ids and counts; `note` is what a person wrote.
    """

    at: datetime
    kind: str
    who: str = ""
    refs: Mapping[str, object] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """`send_at` is set while the answer still waits to leave; `mail` is the outbox state of the answer, if any."""

    by: str
    at: datetime
    send_at: datetime | None = None
    reason: str = ""
    note: str = ""
    mail: str = ""
    can_undo: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What became of a test item, to whoever decided on it: `verdict` is one of caught, missed; `fault` one of amount,
    date, invoice, name, concession, extension. `was` is empty where a sentence had been added. `is_kept`: the editor
    begins with what they wrote."""

    verdict: str
    fault: str
    was: str
    shown: str
    is_kept: bool


@dataclass(frozen=True, slots=True)
class CaseView:
    """`blank` is the empty answer that a person may write where there is no draft; `newer` the review that the mail
    has now, where it was read again; `second` what a case of changed bank details still needs; `awaited` the answer
    that a second person has to approve; `complaint` why what was written could not be sent."""

    review_id: str
    version: int
    state: str
    mail: MailView
    reasons: tuple[str, ...]
    rule: str
    policy_version: str
    customer: str = ""
    segment: str = ""
    banners: tuple[Banner, ...] = ()
    earlier: tuple[EarlierMail, ...] = ()
    summary: tuple[Line, ...] = ()
    facts: tuple[FactView, ...] = ()
    draft: DraftView | None = None
    blank: DraftView | None = None
    ledger: LedgerView | None = None
    timeline: tuple[TimelineEntry, ...] = ()
    decision: Decision | None = None
    newer: str = ""
    undo_seconds: int = 30
    editing: bool = False
    position: int = 0
    total: int = 0
    otherwise: tuple[Otherwise, ...] = ()
    changed: ChangedText | None = None
    is_draft_behind: bool = False
    terms: TermsView | None = None
    reading: Reading = Reading()
    newcomers: tuple[Newcomer, ...] = ()
    notes: tuple[TimelineEntry, ...] = ()
    colleagues: tuple[Colleague, ...] = ()
    assignee: str = ""
    snoozed_until: datetime | None = None
    second: Second | None = None
    awaited: Awaited | None = None
    test: Told | None = None
    complaint: str = ""
    files: FilesView = FilesView()
    refused: RefusedFact | None = None
    why: Why | None = None
    amount: Amount | None = None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def is_guarded(self) -> bool:
        """Danger is never one key away: single keys are off."""
        return not GUARDED.isdisjoint(self.reasons)

    @property
    def is_risky(self) -> bool:
        """A key alone approves nothing here: it asks first."""
        return not RISKY.isdisjoint(self.reasons)

"""What the pages see: frozen records without a sentence in them.

Words are the closed codes of design.md; templates name them.
"""

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple, TypeAlias
from uuid import UUID

from app.domain.intents import Reason
from app.domain.proposal import Trace
from app.web.rendering import Counts, CurrentUser, MailboxStatus, Page, Status

__all__ = ["Counts", "CurrentUser", "MailboxStatus", "Page", "Status"]

IGNORE_REASONS = ("no_answer_needed", "handled_otherwise", "duplicate", "not_for_us", "spam", "fraud")
GUARDED = frozenset({"fraud_risk", "injection"})
OPEN_STATES = frozenset({"pending", "awaiting_second"})
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
LETTERS = "abcdefghijklmnopqrstuvwxyz"
BLANK_LINES = re.compile(r"\n[ \t]*\n\s*")
SIGN_BEFORE = re.compile(r"[€£$][ \xa0\u202f]?\Z")
SIGN_AFTER = re.compile(r"[ \xa0\u202f]?[€£$](?!\w)")
WORDS = re.compile(r"\S+\s*|\s+")


class Amount(NamedTuple):
    value: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Span:
    """Evidence number `number` covers `text[start:end]`, in code points."""

    number: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text under the same evidence `marks`; the passages in `starts` begin here, those in `ends` stop here."""

    text: str
    marks: tuple[int, ...] = ()
    starts: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()


Paragraph: TypeAlias = tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a compared text; `changed` when the other text does not have it."""

    text: str
    changed: bool = False


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
    contact_look_alike, authentication.
    """

    sign: str
    seen: str
    on_file: str = ""


@dataclass(frozen=True, slots=True)
class Banner:
    """A warning above the mail.

    `kind`: fraud_risk, injection, hidden_text, unverified_sender, unknown_customer, unreadable_attachment,
    redaction_failed, model_unavailable, draft_refused, changed_since_approval. `details`: file names, refused values,
    or what changed (paid, newer_mail, dispute_opened, hold_set, contact_changed, answered_elsewhere, expired).
    `excerpt`: the hidden text.
    """

    kind: str
    details: tuple[str, ...] = ()
    excerpt: str = ""
    signs: tuple[Sign, ...] = ()
    candidates: tuple[Candidate, ...] = ()


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
    redacted: str = ""
    has_html: bool = False
    authentication: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """A value of a fact; `kind` says which field holds it.

    amount -> `amount`; date, until, return_date -> `day`; invoice, document, contact, text -> `text`;
    dispute_reason, extension_kind -> `text` as a closed word. `evidence` is the number of its passage.
    """

    kind: str
    text: str = ""
    amount: Amount | None = None
    day: date | None = None
    evidence: int | None = None


@dataclass(frozen=True, slots=True)
class FactView:
    """One intent with its values; `case_state` is empty or one of proposed, confirmed, removed."""

    number: int
    intent: str
    confidence: float
    chips: tuple[Chip, ...] = ()
    evidence: int | None = None
    case_state: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """Where facts of a draft come from; `source` is one of ledger, mail, configuration."""

    letter: str
    source: str
    reference: str


@dataclass(frozen=True, slots=True)
class DraftView:
    """`traced` is the body with its facts marked, by numbers that count the `sources` from 1; `facts` counts the
    marks. Both are empty where nothing was traced: an edited answer, an empty form."""

    to_name: str
    to_email: str
    subject: str
    body: str
    language: str
    tone: str = ""
    traced: tuple[Paragraph, ...] = ()
    sources: tuple[Source, ...] = ()
    facts: int = 0


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
    parts: tuple[Decimal, Decimal, Decimal, Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class LedgerView:
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
class CaseView:
    """`blank` is the empty answer that a person may write where there is no draft; `newer` the review that the mail
    has now, where it was read again."""

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
    summary: tuple[str, ...] = ()
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

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def is_guarded(self) -> bool:
        """Danger is never one key away: single keys are off."""
        return not GUARDED.isdisjoint(self.reasons)


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


def sources_of(traces: Sequence[Trace]) -> tuple[Source, ...]:
    """Each source once, lettered in the order in which the draft uses them."""
    used = dict.fromkeys((trace.source, trace.reference) for trace in traces)
    return tuple(Source(_letter(n), source, reference) for n, (source, reference) in enumerate(used))


def traced(body: str, traces: Sequence[Trace]) -> tuple[Paragraph, ...]:
    """The draft's text with its facts marked by the number of their source; a currency sign belongs to its amount."""
    used = list(dict.fromkeys((trace.source, trace.reference) for trace in traces))
    spans = []
    for trace in traces:
        before, after = SIGN_BEFORE.search(body, 0, trace.start), SIGN_AFTER.match(body, trace.end)
        number = used.index((trace.source, trace.reference)) + 1
        spans.append(Span(number, before.start() if before else trace.start, after.end() if after else trace.end))
    return mail_text(body, spans)


def _letter(number: int) -> str:
    return LETTERS[number] if number < len(LETTERS) else str(number + 1)


def segments(text: str, spans: Iterable[Span], start: int = 0, end: int | None = None) -> tuple[Segment, ...]:
    """Split `text[start:end]` where a passage begins or stops; passages may overlap, what lies outside is ignored."""
    stop = len(text) if end is None else min(end, len(text))
    inside = [s for s in spans if max(s.start, start, 0) < min(s.end, stop)]
    cuts = sorted({start, stop, *(max(s.start, start) for s in inside), *(min(s.end, stop) for s in inside)})
    anchored: set[int] = set()
    found = []
    for left, right in pairwise(cuts):
        covering = [s for s in inside if s.start < right and s.end > left]
        starts = {s.number for s in covering if max(s.start, 0) == left} - anchored
        anchored |= starts
        found.append(
            Segment(
                text[left:right],
                marks=tuple(sorted({s.number for s in covering})),
                starts=tuple(sorted(starts)),
                ends=tuple(sorted({s.number for s in covering if min(s.end, len(text)) == right})),
            )
        )
    return tuple(found)


def paragraphs(parts: Iterable[Segment]) -> tuple[Paragraph, ...]:
    """Group segments into paragraphs at blank lines; a passage may run over several."""
    blocks: list[list[Segment]] = [[]]
    for part in parts:
        pieces = BLANK_LINES.split(part.text)
        for index, piece in enumerate(pieces):
            if index:
                blocks.append([])
            starts = part.starts if index == 0 else ()
            ends = part.ends if index == len(pieces) - 1 else ()
            if piece or starts or ends:
                blocks[-1].append(replace(part, text=piece, starts=starts, ends=ends))
    return tuple(tuple(block) for block in blocks if any(part.text.strip() for part in block))


def mail_text(text: str, spans: Iterable[Span] = (), start: int = 0, end: int | None = None) -> tuple[Paragraph, ...]:
    """The visible text, or a window of it, as marked paragraphs."""
    return paragraphs(segments(text, spans, start, end))


def compare(theirs: str, yours: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both texts word by word, each with what the other does not have."""
    old, new = WORDS.findall(theirs), WORDS.findall(yours)
    left: list[Piece] = []
    right: list[Piece] = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        left += _piece(old[a:b], changed=tag != "equal")
        right += _piece(new[c:d], changed=tag != "equal")
    return tuple(left), tuple(right)


def _piece(tokens: Sequence[str], *, changed: bool) -> list[Piece]:
    return [Piece("".join(tokens), changed)] if tokens else []

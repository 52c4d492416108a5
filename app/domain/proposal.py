"""What the agent suggests for one message: intents, facts, route, reasons and a draft, each with its evidence."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from app.domain.enclosures import NOTHING, Enclosed, Owed
from app.domain.intents import DisputeReason, ExtensionKind, Intent, Reason, Route, Tone
from app.domain.policy import Situation
from app.domain.text import PiiSpan, restore

BODY = "body"
SUBJECT = "subject"
EMBEDDED = "embedded"
"""The name of the model that ships with Duebox."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A span of the customer's own words. `source` is "subject", "body" or "attachment:N"; offsets count code points
    of the decoded, unredacted visible text."""

    source: str
    start: int
    end: int
    text: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True)
class IntentFinding:
    intent: Intent
    confidence: float
    invoices: tuple[str, ...] = ()
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class PromiseFact:
    """`day_at` and `amount_at` are where these words stand; None where the mail does not say them, as a sum that was
    reckoned from what is open."""

    day: date | None = None
    amount: Decimal | None = None
    currency: str | None = None
    invoices: tuple[str, ...] = ()
    evidence: Evidence | None = None
    day_at: Evidence | None = None
    amount_at: Evidence | None = None


@dataclass(frozen=True, slots=True)
class ExtensionFact:
    kind: ExtensionKind | None = None
    until: date | None = None
    invoices: tuple[str, ...] = ()
    evidence: Evidence | None = None
    until_at: Evidence | None = None


@dataclass(frozen=True, slots=True)
class DisputeFact:
    reason: DisputeReason
    invoices: tuple[str, ...] = ()
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class ContactFact:
    name: str = field(repr=False, default="")
    email: str = field(repr=False, default="")
    evidence: Evidence | None = None
    name_at: Evidence | None = None
    email_at: Evidence | None = None


@dataclass(frozen=True, slots=True)
class PaymentFact:
    """A line of a remittance list: what the customer says it has paid of an invoice (negative: deducted)."""

    invoice: str
    amount: Decimal
    currency: str | None = None
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """A place where the mail names an invoice."""

    invoice: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Facts:
    """Typed facts of the mail; None where the mail does not say. `payments`: what an attached list itemises."""

    promise: PromiseFact | None = None
    extension: ExtensionFact | None = None
    dispute: DisputeFact | None = None
    contact: ContactFact | None = None
    return_date: date | None = None
    payments: tuple[PaymentFact, ...] = ()
    return_at: Evidence | None = None
    mentions: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True)
class Trace:
    """Where a fact of a draft comes from: `source` is "ledger", "mail", "configuration" or, for terms that a
    person granted, "decision"; offsets count in the draft body."""

    start: int
    end: int
    source: str
    reference: str

    def restored(self, body: str, vault: Mapping[str, str]) -> "Trace":
        """Where the trace lies once the body's placeholders are put back: moved by what those before it grew."""
        before = body[: self.start]
        grown = len(restore(before, vault)[0]) - len(before)
        return replace(self, start=self.start + grown, end=self.end + grown)


@dataclass(frozen=True, slots=True)
class Draft:
    """`enclosed` goes along with it, and it says so; `owed` is what it says that a colleague sends."""

    subject: str = field(repr=False)
    body: str = field(repr=False)
    tone: Tone
    language: str
    traces: tuple[Trace, ...] = ()
    enclosed: Enclosed = NOTHING
    owed: Owed | None = None


@dataclass(frozen=True, slots=True)
class ModelCall:
    """One question to a model, for audit and cost. `prompt` is id@version; `fallback` says that the embedded model
    stood in: then requests and tokens are those that the endpoint took before."""

    prompt: str
    prompt_hash: str
    model: str
    input_tokens: int = 0
    output_tokens: int = 0
    is_fallback: bool = False
    input: str = field(repr=False, default="")
    output: str = field(repr=False, default="")
    requests: int = 1

    @property
    def closed(self) -> dict[str, str | int]:
        """What of it may stand in a column: closed words and numbers."""
        return {
            "prompt": self.prompt,
            "hash": self.prompt_hash,
            "model": self.model,
            "in": self.input_tokens,
            "out": self.output_tokens,
        }


@dataclass(frozen=True, slots=True)
class Redraft(Draft):
    """A draft that somebody asked for, and the calls that wrote it."""

    calls: tuple[ModelCall, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """`summary`: at most three lines for the reviewer, from facts only. `situation`: what the policy decided on; None
    where nothing was thought."""

    language: str
    reply_text: str = field(repr=False)
    intents: tuple[IntentFinding, ...]
    facts: Facts
    invoices: tuple[str, ...]
    route: Route
    rule: str
    reasons: tuple[Reason, ...]
    policy_version: str
    draft: Draft | None = None
    pii: tuple[PiiSpan, ...] = ()
    redacted: str = ""
    calls: tuple[ModelCall, ...] = ()
    summary: tuple[str, ...] = ()
    situation: Situation | None = None

    @property
    def is_worded_by_us(self) -> bool:
        """Whether the draft was composed from our own templates, and not written by a model outside."""
        return all(call.model == EMBEDDED for call in self.calls if call.prompt.startswith("draft_reply@"))

    @property
    def primary(self) -> Intent | None:
        return self.intents[0].intent if self.intents else None

    @property
    def confidence(self) -> float:
        """The least certain of the findings; 0 when there is none."""
        return min((finding.confidence for finding in self.intents), default=0.0)

"""What people have said about a mail. It binds the agent: no model can overrule it."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.domain.enclosures import Enclosed
from app.domain.errors import Invalid
from app.domain.extension import Step, Terms, check_terms
from app.domain.intents import ExtensionKind, Intent, Reason, Tone
from app.domain.money import Money, digits
from app.domain.proposal import Facts, IntentFinding


class GuidanceKind(StrEnum):
    """What people may say about a mail while its review waits: how to read it, which terms, draft and files."""

    CORRECTION = "correction"
    TERMS = "terms"
    DRAFT = "draft"
    ENCLOSURES = "enclosures"


class TermsOutcome(StrEnum):
    """A person's answer to a request for other terms. COUNTERED: others are offered, and nothing is granted yet."""

    ACCEPTED = "accepted"
    COUNTERED = "countered"
    DECLINED = "declined"


NO_FACTS = Facts()
NO_TERMS_FOR = frozenset(
    {Reason.FRAUD_RISK.value, Reason.INJECTION.value, Reason.UNVERIFIED_SENDER.value, Reason.UNKNOWN_CUSTOMER.value}
)
"""Reasons of a review whose writer may not be the customer: nobody tells them terms."""


@dataclass(frozen=True, slots=True)
class DecidedTerms:
    """Exactly these terms may stand in a draft. `amount` is what settles the debt, where less than all of it does."""

    outcome: TermsOutcome
    kind: ExtensionKind | None = None
    until: date | None = None
    steps: tuple[Step, ...] = ()
    amount: Money | None = None
    invoices: tuple[str, ...] = ()


def as_said(terms: DecidedTerms) -> dict[str, Any]:
    """Terms as a person said them, in plain words, days and sums: two who say the same say this."""
    return {
        "kind": terms.kind.value if terms.kind else "",
        "until": terms.until.isoformat() if terms.until else "",
        "steps": [[step.day.isoformat(), *_said(step.amount)] for step in terms.steps],
        "amount": _said(terms.amount) if terms.amount else [],
    }


def from_said(said: Mapping[str, Any]) -> DecidedTerms:
    """The terms that somebody would grant."""
    return DecidedTerms(
        TermsOutcome.ACCEPTED,
        ExtensionKind(said["kind"]) if said["kind"] else None,
        date.fromisoformat(said["until"]) if said["until"] else None,
        tuple(Step(date.fromisoformat(day), Money(Decimal(value), of)) for day, value, of in said["steps"]),
        Money(Decimal(said["amount"][0]), said["amount"][1]) if said["amount"] else None,
    )


def _said(money: Money) -> list[str]:
    return [digits(money.amount, money.currency), money.currency]


class FactField(StrEnum):
    """A value that a person may put right where it stands. INVOICE: one that an intent concerns."""

    PROMISE_DAY = "promise_day"
    PROMISE_SUM = "promise_sum"
    EXTENSION_KIND = "extension_kind"
    UNTIL = "until"
    DISPUTE_REASON = "dispute_reason"
    CONTACT_NAME = "contact_name"
    CONTACT_EMAIL = "contact_email"
    RETURN_DATE = "return_date"
    INVOICE = "invoice"


@dataclass(frozen=True, slots=True)
class Amended:
    """A value that a person put right, as text; empty where the mail says none. `intent`: whose invoice it is."""

    field: FactField
    before: str = dataclass_field(repr=False)
    after: str = dataclass_field(repr=False)
    intent: Intent | None = None
    by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """How a person reads a mail: whose it is (None: as it was linked), its intents with their invoices, and the facts
    of those intents. Evidence stays what the readers find. `amended`: the single values that were put right on the
    page, the oldest first; the mail was not read again for them."""

    findings: tuple[IntentFinding, ...]
    facts: Facts = NO_FACTS
    customer_id: str | None = None
    amended: tuple[Amended, ...] = ()

    @property
    def intents(self) -> tuple[Intent, ...]:
        return tuple(finding.intent for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Directions:
    """All that a run of the agent must follow. Empty parts leave it to the agent. `enclosed`: exactly what goes along
    with the answer."""

    correction: Correction | None = None
    tone: Tone | None = None
    language: str = ""
    terms: DecidedTerms | None = None
    enclosed: Enclosed | None = None


NO_DIRECTIONS = Directions()


def check_decided(terms: DecidedTerms, owed: Money | None, today: date) -> None:
    """Raises Invalid, saying what is wrong and how to mend it. `owed` is what is open, None in several currencies."""
    has_terms = terms.kind or terms.until or terms.steps or terms.amount
    if terms.outcome is TermsOutcome.DECLINED:
        if has_terms:
            raise Invalid("a request that is declined gets no terms: leave them out, or make a counter-offer")
        return
    if terms.kind is None:
        raise Invalid("say which terms: a later day, instalments, or a smaller sum")
    if terms.kind is not ExtensionKind.PARTIAL_SETTLEMENT:
        check_terms(Terms(terms.until, terms.steps), owed, today)
        return
    if terms.until is None or terms.until < today:
        raise Invalid("a settlement needs the day by which it is paid, from {today} on", today=today)
    if owed is None:
        raise Invalid("a settlement needs open invoices in one currency: name the invoices")
    if terms.amount is None or terms.amount.currency != owed.currency:
        raise Invalid("a settlement needs its sum in {currency}", currency=owed.currency)
    if not Decimal(0) < terms.amount.amount < owed.amount:
        raise Invalid("a settlement is more than nothing and less than the {owed} that is open", owed=owed)

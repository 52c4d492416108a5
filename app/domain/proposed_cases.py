"""The ledger cases that a proposal's facts stand for: opened as proposed, decided with the review."""

from app.domain.intents import Intent
from app.domain.money import LARGEST
from app.domain.proposal import PromiseFact, Proposal
from app.domain.review import CaseKind

CURRENCY_LETTERS = 3
STOPPING_CASES = frozenset({CaseKind.DISPUTE, CaseKind.EXTENSION, CaseKind.HARDSHIP})
"""Proposed cases that stop reminders at once, and so void what was approved before."""


def cases_of(proposal: Proposal) -> list[dict[str, object]]:
    """The ledger cases that a proposal's facts stand for."""
    facts = proposal.facts
    named = {finding.intent: list(finding.invoices) for finding in proposal.intents}
    cases: list[dict[str, object]] = []
    if Intent.PAYMENT_PROMISE in named:
        promise = facts.promise
        cases.append(
            {
                "kind": CaseKind.PROMISE,
                "invoices": named[Intent.PAYMENT_PROMISE],
                "day": promise.day if promise else None,
                **_sum(promise),
            }
        )
    if Intent.DISPUTE in named:
        detail = facts.dispute.reason.value if facts.dispute else ""
        cases.append({"kind": CaseKind.DISPUTE, "invoices": named[Intent.DISPUTE], "detail": detail})
    if Intent.EXTENSION_REQUEST in named:
        extension = facts.extension
        cases.append(
            {
                "kind": CaseKind.EXTENSION,
                "invoices": named[Intent.EXTENSION_REQUEST],
                "day": extension.until if extension else None,
                "detail": extension.kind.value if extension and extension.kind else "",
            }
        )
    if Intent.HARDSHIP in named:
        cases.append({"kind": CaseKind.HARDSHIP, "invoices": named[Intent.HARDSHIP]})
    return cases


def _sum(promise: PromiseFact | None) -> dict[str, object]:
    """The promised amount, if the ledger can hold it: whatever a mail says must not stop its triage."""
    if promise is None or promise.amount is None or abs(promise.amount) >= LARGEST:
        return {}
    currency = promise.currency if promise.currency and len(promise.currency) == CURRENCY_LETTERS else None
    return {"amount": promise.amount, "currency": currency}

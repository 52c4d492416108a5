"""A proposal as a prediction line: the one JSON shape that the API, `duebox triage` and the evals share.

Keys that do not apply are left out. `approval_required` is a matter of the instance's autonomy, never of a prediction.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from app.domain.intents import Reason
from app.domain.proposal import Evidence, Facts, IntentFinding, Proposal


def prediction(proposal: Proposal) -> dict[str, Any]:
    """The fields of a prediction line, without its id."""
    line: dict[str, Any] = {
        "language": proposal.language,
        "reply_text": proposal.reply_text,
        "intents": [_finding(finding) for finding in proposal.intents],
        "route": proposal.route.value,
        "rule": proposal.rule,
        "review_reasons": [reason.value for reason in proposal.reasons if reason is not Reason.APPROVAL_REQUIRED],
        "invoices": list(proposal.invoices),
        **_facts(proposal.facts),
        "pii": [{"type": p.type, "start": p.start, "end": p.end, "text": p.text} for p in proposal.pii],
        "draft": None,
    }
    if proposal.draft is not None:
        draft = proposal.draft
        line["draft"] = {
            "subject": draft.subject,
            "body": draft.body,
            "tone": draft.tone.value,
            "language": draft.language,
        }
    return line


def _finding(finding: IntentFinding) -> dict[str, Any]:
    line: dict[str, Any] = {
        "intent": finding.intent.value,
        "confidence": round(finding.confidence, 4),
        "invoices": list(finding.invoices),
    }
    if finding.evidence is not None:
        line["evidence"] = _evidence(finding.evidence)
    return line


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {"source": evidence.source, "start": evidence.start, "end": evidence.end, "text": evidence.text}


def _facts(facts: Facts) -> dict[str, Any]:
    line: dict[str, Any] = {}
    if facts.promise is not None:
        promise = facts.promise
        line["promise"] = _present({"date": promise.day, "amount": promise.amount, "currency": promise.currency})
    if facts.extension is not None:
        line["extension"] = _present({"kind": facts.extension.kind, "until": facts.extension.until})
    if facts.dispute is not None:
        line["dispute"] = {"reason": facts.dispute.reason.value}
    if facts.contact is not None:
        line["contact"] = _present({"name": facts.contact.name or None, "email": facts.contact.email or None})
    if facts.return_date is not None:
        line["return_date"] = facts.return_date.isoformat()
    if facts.payments:
        line["payments"] = [
            _present({"invoice": paid.invoice, "amount": paid.amount, "currency": paid.currency})
            for paid in facts.payments
        ]
    return {key: value for key, value in line.items() if value}


def _present(fields: Mapping[str, date | Decimal | str | None]) -> dict[str, str]:
    return {key: _text(value) for key, value in fields.items() if value is not None}


def _text(value: date | Decimal | str) -> str:
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return value.isoformat() if isinstance(value, date) else str(value)

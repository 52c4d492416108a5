"""A person's reading of a mail in place of the model's: the intents and facts that they named, with our evidence."""

from collections.abc import Iterable
from dataclasses import replace

from agents.triage.outputs import Flag
from app.domain.directions import Correction, FactField
from app.domain.proposal import DisputeFact, ExtensionFact, Facts, IntentFinding, PromiseFact

DOUBTS = frozenset({Flag.LOW_INFORMATION, Flag.PERHAPS_MORE})
"""What a person has said what a mail means takes away."""


def directed_findings(found: Iterable[IntentFinding], said: Correction | None) -> tuple[IntentFinding, ...]:
    """The intents that a person named, beyond doubt; evidence is kept where the readers had found the same."""
    if said is None:
        return tuple(found)
    known = {finding.intent: finding.evidence for finding in found}
    return tuple(
        IntentFinding(finding.intent, 1.0, finding.invoices, known.get(finding.intent)) for finding in said.findings
    )


def directed_flags(flags: frozenset[Flag], said: Correction | None) -> frozenset[Flag]:
    return flags if said is None else flags - DOUBTS


def directed_facts(facts: Facts, said: Correction | None) -> Facts:
    """With the values that a person stated; where they stated none, as the mail was read. A contact is put in where
    the placeholders are (`app/mind/restoring.py`): no model sees a name that a person wrote."""
    if said is None:
        return facts
    promise, extension, dispute = said.facts.promise, said.facts.extension, said.facts.dispute
    says_back = any(one.field is FactField.RETURN_DATE for one in said.amended)
    return replace(
        facts,
        promise=replace(
            facts.promise or PromiseFact(), day=promise.day, amount=promise.amount, currency=promise.currency
        )
        if promise
        else facts.promise,
        extension=replace(facts.extension or ExtensionFact(), kind=extension.kind, until=extension.until)
        if extension
        else facts.extension,
        dispute=replace(facts.dispute or DisputeFact(dispute.reason), reason=dispute.reason)
        if dispute
        else facts.dispute,
        return_date=said.facts.return_date if says_back else facts.return_date,
    )

"""What comes back from a model: evidence gets the words that it points to, placeholders what they stand for."""

from collections.abc import Mapping
from dataclasses import replace

from app.domain.amending import with_named_contact
from app.domain.case import Case
from app.domain.intents import Reason, Route
from app.domain.proposal import BODY, SUBJECT, Draft, Evidence, IntentFinding, Proposal
from app.domain.text import restore


def restored(proposal: Proposal, case: Case, vault: Mapping[str, str]) -> Proposal:
    """The proposal in the customer's own words: evidence filled in, placeholders put back."""
    quote = _Quotes(case)
    said = proposal.facts
    promise, extension, dispute, contact = said.promise, said.extension, said.dispute, said.contact
    facts = replace(
        said,
        promise=promise
        and replace(
            promise,
            evidence=quote(promise.evidence),
            day_at=quote(promise.day_at),
            amount_at=quote(promise.amount_at),
        ),
        extension=extension
        and replace(extension, evidence=quote(extension.evidence), until_at=quote(extension.until_at)),
        dispute=dispute and replace(dispute, evidence=quote(dispute.evidence)),
        contact=contact
        and replace(
            contact,
            name=restore(contact.name, vault)[0],
            email=restore(contact.email, vault)[0],
            evidence=quote(contact.evidence),
            name_at=quote(contact.name_at),
            email_at=quote(contact.email_at),
        ),
        payments=tuple(replace(paid, evidence=quote(paid.evidence)) for paid in said.payments),
        return_at=quote(said.return_at),
        mentions=tuple(
            replace(one, evidence=words) for one in said.mentions if (words := quote(one.evidence)) is not None
        ),
    )
    intents: tuple[IntentFinding, ...] = tuple(replace(f, evidence=quote(f.evidence)) for f in proposal.intents)
    proposal = replace(proposal, intents=intents, facts=with_named_contact(facts, case.directions.correction))
    if proposal.draft is None:
        return proposal
    draft = _restored_draft(proposal.draft, vault)
    if draft is None:
        reasons = {*proposal.reasons, Reason.DRAFT_REFUSED}
        ordered = tuple(reason for reason in Reason if reason in reasons)
        rule = proposal.rule if proposal.route is Route.REVIEW else "draft-refused"
        return replace(proposal, draft=None, route=Route.REVIEW, rule=rule, reasons=ordered)
    return replace(proposal, draft=draft)


class _Quotes:
    """Fills evidence with the words of the source that it points to."""

    def __init__(self, case: Case) -> None:
        mail = case.read.mail
        self._texts = {BODY: mail.text, SUBJECT: mail.head.subject}
        self._texts |= {f"attachment:{n}": part.text or "" for n, part in enumerate(mail.attachments)}

    def __call__(self, evidence: Evidence | None) -> Evidence | None:
        if evidence is None:
            return None
        return replace(evidence, text=self._texts[evidence.source][evidence.start : evidence.end])


def _restored_draft(draft: Draft, vault: Mapping[str, str]) -> Draft | None:
    """None when a placeholder stands for nothing that we know."""
    body, unknown = restore(draft.body, vault)
    subject, unknown_too = restore(draft.subject, vault)
    if unknown or unknown_too:
        return None
    traces = tuple(trace.restored(draft.body, vault) for trace in draft.traces)
    return replace(draft, subject=subject, body=body, traces=traces)

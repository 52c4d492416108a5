"""The deterministic reader of facts, as the agent uses it: what the words say by grammar alone, without any model."""

from collections.abc import Sequence

from agents.triage.evidence import text_at
from agents.triage.outputs import (
    ExtractedFacts,
    FoundContact,
    FoundDispute,
    FoundExtension,
    FoundPromise,
    LegalKind,
    Quoted,
)
from app.domain.account import Account
from app.domain.case import Letter
from app.reading.facts import reader as reading
from app.reading.facts.commitments import FactSpan
from app.reading.model.classifier import Scored

READ = 20_000
"""Facts are looked for in so many code points; nobody writes a promise beyond them."""


def resolve(
    letter: Letter, account: Account, scored: Sequence[Scored], heard: reading.Heard = reading.SILENCE
) -> reading.ExtractedFacts:
    """Facts and invoices of the intents given, with what a classifier hears in clauses; offsets count in the letter."""
    return reading.extract_facts(
        letter.body.value[:READ], letter.subject.value, letter.language, letter.today, account, scored, heard
    )


def as_answer(found: reading.ExtractedFacts, letter: Letter) -> ExtractedFacts:
    """What the reader found, in the words that a model answers with."""

    def quoted(span: FactSpan | None) -> Quoted:
        text = text_at(letter, span.source) if span else None
        if span is None or text is None:
            return Quoted()
        return Quoted(source=span.source, quote=text.value[span.start : span.end], start=span.start, end=span.end)

    promise, extension, dispute, contact = found.promise, found.extension, found.dispute, found.contact
    return ExtractedFacts(
        promise=promise
        and FoundPromise(
            day=promise.day, amount=promise.amount, currency=promise.currency, **quoted(promise.span).model_dump()
        ),
        extension=extension
        and FoundExtension(kind=extension.kind, until=extension.until, **quoted(extension.span).model_dump()),
        dispute=dispute and FoundDispute(reason=dispute.reason, **quoted(dispute.span).model_dump()),
        contact=contact and FoundContact(name=contact.name, email=contact.email, **quoted(contact.span).model_dump()),
        return_date=found.return_date,
        legal=tuple(LegalKind(kind) for kind in found.legal_kinds),
    )

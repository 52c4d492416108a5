"""Why is an invoice disputed? As a classifier heard it, else by the trade words of the lexicon (evals/labels.md)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.domain.intents import DisputeReason
from app.domain.proposal import SUBJECT
from app.reading.facts.commitments import FactSpan, span_of
from app.reading.facts.speech import DISPUTE_SIGNS
from app.reading.facts.statements import Statement
from app.reading.model.kinds import HeardPassage, heard_reasons
from app.reading.spans import fold
from app.reading.trade.idioms import words_for

_REASONS: Mapping[DisputeReason, tuple[str, float]] = {
    DisputeReason.MISSING_PO: ("missing_po", 2.0),
    DisputeReason.NOT_RECEIVED: ("not_received", 1.6),
    DisputeReason.DUPLICATE: ("duplicate", 1.6),
    DisputeReason.TAX: ("tax", 1.4),
    DisputeReason.UNRECOGNISED: ("unrecognised", 1.5),
    DisputeReason.QUALITY: ("quality", 1.3),
    DisputeReason.QUANTITY: ("quantity", 1.1),
    DisputeReason.PRICE: ("price", 1.2),
    DisputeReason.TERMS: ("terms", 1.2),
    DisputeReason.OTHER: ("other_dispute", 1.0),
}

WORDS = 0.6
"""What a plain word of the trade is worth beside what was heard; 0.6 was best on training mails kept back."""

_OF_A_BILL = re.compile(
    r"invoic|bill|charg|factur|rechnung|berechn|cobr|factuur|fattur|fatur|paid|pay|bezahl|zahl|pag|betaal|doppel|duplic"
)
"""Words beside which "twice" and "the same" mean that something was billed twice."""


@dataclass(frozen=True, slots=True)
class DisputeFound:
    reason: DisputeReason
    invoices: tuple[str, ...]
    span: FactSpan | None


def find_dispute(
    statements: Sequence[Statement],
    evidence: FactSpan,
    invoices: tuple[str, ...],
    language: str,
    kinds: Sequence[HeardPassage],
) -> DisputeFound:
    statements = _first_complaint(statements, invoices)
    loud = heard_reasons([k for k in kinds if any(s.touches(k.source, k.span.start, k.span.end) for s in statements)])
    scores, first = _by_words(statements, evidence, invoices, language)
    if not loud and not scores:
        return DisputeFound(DisputeReason.OTHER, invoices, evidence)
    reason = max(loud or scores, key=lambda r: (loud[r].log_share if loud else 0.0) + WORDS * scores.get(r, 0.0))
    if reason in first:
        return DisputeFound(reason, invoices, span_of(first[reason]))
    passage = loud[reason].passage
    return DisputeFound(reason, invoices, FactSpan(passage.source, passage.span.start, passage.span.end))


def _by_words(
    statements: Sequence[Statement], evidence: FactSpan, invoices: tuple[str, ...], language: str
) -> tuple[Mapping[DisputeReason, float], Mapping[DisputeReason, Statement]]:
    """How much the words of the trade speak for each reason, and the first statement that has one."""
    scores: dict[DisputeReason, float] = {}
    first: dict[DisputeReason, Statement] = {}
    for position, statement in enumerate(statements):
        folded = fold(statement.text)
        weight = (
            (1.5 if statement.touches(evidence.source, evidence.start, evidence.end) else 1.0)
            * (0.5 if statement.source == SUBJECT else 1.0)
            * (1.5 if set(invoices) & set(statement.topic) else 1.0)
            / (1 + 0.1 * position)
        )
        for reason, (concept, importance) in _REASONS.items():
            hits = len(words_for(concept, language, folded))
            if hits and reason is DisputeReason.DUPLICATE and not _OF_A_BILL.search(folded) and not statement.invoices:
                continue
            if hits:
                scores[reason] = scores.get(reason, 0.0) + weight * importance * min(hits, 2)
                first.setdefault(reason, statement)
    return scores, first


def _first_complaint(statements: Sequence[Statement], invoices: tuple[str, ...]) -> Sequence[Statement]:
    """Where several invoices are objected to, each for its own reason, those about the first."""
    objecting = [s for s in statements if set(s.topic) & set(invoices) and s.says & DISPUTE_SIGNS]
    topics = {s.topic for s in objecting}
    return [s for s in statements if s.topic == objecting[0].topic] if len(topics) > 1 else statements

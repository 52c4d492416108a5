"""The values of a mail's facts in the order in which a page shows them, each with the places where the mail says it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from app.domain import amending
from app.domain.amending import INTENT_OF
from app.domain.directions import FactField
from app.domain.proposal import (
    ContactFact,
    Evidence,
    ExtensionFact,
    Facts,
    IntentFinding,
    PromiseFact,
    Proposal,
)

ASKED_FOR = frozenset({FactField.PROMISE_DAY, FactField.PROMISE_SUM, FactField.UNTIL})
"""Values that a person may add where the mail does not say them."""


@dataclass(frozen=True, slots=True)
class Value:
    """One value of the intent `of`, counted from 1. `number` counts on from the intents' passages; None where the mail
    does not say the value by itself."""

    of: int
    field: FactField
    value: amending.Value
    at: tuple[Evidence, ...] = ()
    number: int | None = None


def values_of(proposal: Proposal) -> tuple[Value, ...]:
    number, values = len(proposal.intents), list[Value]()
    for of, finding in enumerate(proposal.intents, start=1):
        for value in _of_finding(of, finding, proposal.facts):
            number += bool(value.at)
            values.append(replace(value, number=number) if value.at else value)
    return tuple(values)


def _of_finding(of: int, finding: IntentFinding, facts: Facts) -> Iterator[Value]:
    for field, intent in INTENT_OF.items():
        if intent is finding.intent:
            value, at = amending.value_of(facts, field), _place_of(facts, field)
            if value is not None or field in ASKED_FOR:
                yield Value(of, field, value, (at,) if at and value is not None else ())
    for number in finding.invoices:
        yield Value(of, FactField.INVOICE, number, _mentions(number, finding, facts))


def _place_of(facts: Facts, field: FactField) -> Evidence | None:
    promise, extension = facts.promise or PromiseFact(), facts.extension or ExtensionFact()
    contact = facts.contact or ContactFact()
    places = {
        FactField.PROMISE_DAY: promise.day_at,
        FactField.PROMISE_SUM: promise.amount_at,
        FactField.EXTENSION_KIND: extension.evidence,
        FactField.UNTIL: extension.until_at,
        FactField.DISPUTE_REASON: facts.dispute.evidence if facts.dispute else None,
        FactField.CONTACT_NAME: contact.name_at,
        FactField.CONTACT_EMAIL: contact.email_at,
        FactField.RETURN_DATE: facts.return_at,
    }
    return places[field]


def _mentions(number: str, finding: IntentFinding, facts: Facts) -> tuple[Evidence, ...]:
    """Where the passage of the intent names the invoice; else wherever the mail does."""
    places = tuple(mention.evidence for mention in facts.mentions if mention.invoice == number)
    passage = finding.evidence
    inside = tuple(
        at
        for at in places
        if passage is not None and at.source == passage.source and at.start < passage.end and passage.start < at.end
    )
    return inside or places

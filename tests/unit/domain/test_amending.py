"""One value put right: the rest of the reading stays, what is no value is refused, and what changed is kept."""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from app.domain.amending import Amendment, Value, amend, amended_proposal, text_of, value_of, with_named_contact
from app.domain.directions import Correction, FactField
from app.domain.errors import Invalid
from app.domain.intents import DisputeReason, ExtensionKind, Intent, Route
from app.domain.money import Money
from app.domain.people import SignedIn
from app.domain.proposal import (
    ContactFact,
    DisputeFact,
    Evidence,
    ExtensionFact,
    Facts,
    IntentFinding,
    PromiseFact,
    Proposal,
)
from app.domain.review import Role

INES = SignedIn(UUID(int=7), "Ines Halvard", "ines@seller.example", Role.COLLECTOR)
CAME = date(2026, 5, 21)
PLACE = Evidence("body", 3, 9)
FACTS = Facts(
    promise=PromiseFact(date(2026, 5, 29), Decimal("640.00"), "GBP", day_at=PLACE),
    extension=ExtensionFact(ExtensionKind.DUE_DATE, date(2026, 6, 30)),
    dispute=DisputeFact(DisputeReason.PRICE),
    contact=ContactFact("Mia Orr", "mia@customer.example"),
    return_date=date(2026, 6, 1),
)
INTENTS = (
    Intent.DISPUTE,
    Intent.EXTENSION_REQUEST,
    Intent.PAYMENT_PROMISE,
    Intent.CONTACT_UPDATE,
    Intent.AUTOMATIC_REPLY,
)
READING = Correction(tuple(IntentFinding(intent, 0.9, ("INV-1", "INV-2")) for intent in INTENTS), FACTS)


def corrected(field: FactField, value: Value) -> Correction:
    return amend(READING, Amendment(field, value), by=INES, written=CAME)


@pytest.mark.parametrize(
    ("field", "value", "before", "after"),
    [
        (FactField.PROMISE_DAY, date(2026, 6, 5), "2026-05-29", "2026-06-05"),
        (FactField.PROMISE_DAY, None, "2026-05-29", ""),
        (FactField.PROMISE_SUM, Money(Decimal(600), "GBP"), "640.00 GBP", "600.00 GBP"),
        (FactField.PROMISE_SUM, None, "640.00 GBP", ""),
        (FactField.EXTENSION_KIND, "instalments", "due_date", "instalments"),
        (FactField.UNTIL, date(2026, 7, 1), "2026-06-30", "2026-07-01"),
        (FactField.DISPUTE_REASON, "quality", "price", "quality"),
        (FactField.CONTACT_NAME, "Mia Orre", "Mia Orr", "Mia Orre"),
        (FactField.CONTACT_EMAIL, "m.orr@customer.example", "mia@customer.example", "m.orr@customer.example"),
        (FactField.RETURN_DATE, date(2026, 6, 2), "2026-06-01", "2026-06-02"),
    ],
)
def test_a_value_is_put_in_place_of_another(field: FactField, value: Value, before: str, after: str) -> None:
    reading = corrected(field, value)
    assert text_of(value_of(reading.facts, field)) == after
    (entry,) = reading.amended
    assert (entry.field, entry.before, entry.after, entry.by) == (field, before, after, INES.id)
    others = [one for one in FactField if one not in {field, FactField.INVOICE}]
    assert [value_of(reading.facts, one) for one in others] == [value_of(FACTS, one) for one in others]


def test_the_evidence_of_a_corrected_value_stays() -> None:
    promise = corrected(FactField.PROMISE_DAY, date(2026, 6, 5)).facts.promise
    assert promise is not None
    assert promise.day_at == PLACE


def test_the_same_value_is_no_correction() -> None:
    assert corrected(FactField.PROMISE_DAY, date(2026, 5, 29)) is READING


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        (FactField.PROMISE_DAY, date(2026, 5, 20), "before the mail came"),
        (FactField.PROMISE_SUM, Money(Decimal(0), "GBP"), "more than nothing"),
        (FactField.PROMISE_SUM, Money(Decimal(10) ** 13, "GBP"), "more than nothing"),
        (FactField.DISPUTE_REASON, None, "what the dispute is about"),
        (FactField.DISPUTE_REASON, "nonsense", "what the dispute is about"),
        (FactField.EXTENSION_KIND, "nonsense", "say which terms"),
        (FactField.CONTACT_EMAIL, "mia at customer.example", "not an e-mail address"),
        (FactField.CONTACT_EMAIL, "<mia@customer.example>", "not an e-mail address"),
        (FactField.CONTACT_NAME, "M" * 256, "longer than 255"),
    ],
)
def test_what_is_no_value_is_refused(field: FactField, value: Value, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        corrected(field, value)


def test_a_value_of_what_the_mail_does_not_want_is_refused() -> None:
    reading = Correction((IntentFinding(Intent.QUERY, 0.9),))
    with pytest.raises(Invalid, match="correct what it wants first"):
        amend(reading, Amendment(FactField.PROMISE_DAY, date(2026, 6, 5)), by=INES, written=CAME)


@pytest.mark.parametrize(
    ("was", "value", "numbers"),
    [
        ("INV-1", "INV-3", ("INV-3", "INV-2")),
        ("INV-1", "INV-2", ("INV-2",)),
        ("INV-1", None, ("INV-2",)),
        ("", "INV-3", ("INV-1", "INV-2", "INV-3")),
    ],
)
def test_an_invoice_is_changed_for_its_intent_alone(was: str, value: str | None, numbers: tuple[str, ...]) -> None:
    said = Amendment(FactField.INVOICE, value, Intent.DISPUTE, was)
    reading = amend(READING, said, by=INES, written=CAME)
    found = {finding.intent: finding.invoices for finding in reading.findings}
    assert (found[Intent.DISPUTE], found[Intent.PAYMENT_PROMISE]) == (numbers, ("INV-1", "INV-2"))


def test_an_invoice_that_the_mail_does_not_name_is_not_taken_into_the_log() -> None:
    said = Amendment(FactField.INVOICE, "INV-3", Intent.DISPUTE, "Mia Orr of 7 Quay Street")
    with pytest.raises(Invalid, match="not named any more"):
        amend(READING, said, by=INES, written=CAME)


def test_a_proposal_is_read_with_its_corrections_and_keeps_what_no_intent_named() -> None:
    proposal = Proposal("en", "", READING.findings, FACTS, ("INV-1", "INV-2", "INV-9"), Route.REVIEW, "r", (), "1")
    assert amended_proposal(proposal, None) is amended_proposal(proposal, READING) is proposal
    reading = READING
    for intent in INTENTS:
        said = Amendment(FactField.INVOICE, "INV-3", intent, "INV-1")
        reading = amend(reading, said, by=INES, written=CAME)
    assert amended_proposal(proposal, reading).invoices == ("INV-3", "INV-2", "INV-9")


def test_a_contact_that_a_person_named_is_put_in_place_of_the_one_that_was_read() -> None:
    said = corrected(FactField.CONTACT_NAME, "Mia Orre")
    read = Facts(contact=ContactFact("⟨PERSON_2⟩", "", evidence=PLACE))
    named = with_named_contact(read, said).contact
    assert named is not None
    assert (named.name, named.email, named.evidence) == ("Mia Orre", "mia@customer.example", PLACE)
    assert with_named_contact(read, corrected(FactField.PROMISE_DAY, None)) is read

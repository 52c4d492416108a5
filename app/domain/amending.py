"""One value of a mail's facts, put right by a person: the reading of the mail stays, with that value in its place."""

from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from datetime import date
from decimal import Decimal
from typing import TypeAlias

from app.domain.directions import Amended, Correction, FactField
from app.domain.errors import Invalid
from app.domain.intents import DisputeReason, ExtensionKind, Intent
from app.domain.money import Money, digits
from app.domain.people import SignedIn
from app.domain.proposal import ContactFact, DisputeFact, ExtensionFact, Facts, PromiseFact, Proposal

Value: TypeAlias = date | Money | str | None

INTENT_OF = {
    FactField.PROMISE_DAY: Intent.PAYMENT_PROMISE,
    FactField.PROMISE_SUM: Intent.PAYMENT_PROMISE,
    FactField.EXTENSION_KIND: Intent.EXTENSION_REQUEST,
    FactField.UNTIL: Intent.EXTENSION_REQUEST,
    FactField.DISPUTE_REASON: Intent.DISPUTE,
    FactField.CONTACT_NAME: Intent.CONTACT_UPDATE,
    FactField.CONTACT_EMAIL: Intent.CONTACT_UPDATE,
    FactField.RETURN_DATE: Intent.AUTOMATIC_REPLY,
}
DAYS = frozenset({FactField.PROMISE_DAY, FactField.UNTIL, FactField.RETURN_DATE})
PERSONAL = frozenset({FactField.CONTACT_NAME, FactField.CONTACT_EMAIL})
"""Of these the audit log says only that they were put right."""

LARGEST = Decimal(10) ** 12
LONGEST_NAME, LONGEST_EMAIL = 255, 320


@dataclass(frozen=True, slots=True)
class Amendment:
    """What a person says that a field holds; None: that the mail does not say it. Of an invoice, `intent` is whose it
    is and `was` the number in whose place it comes (empty: beside the others)."""

    field: FactField
    value: Value = dataclass_field(repr=False)
    intent: Intent | None = None
    was: str = ""


def reading_of(proposal: Proposal) -> Correction:
    """A proposal as a reading that can be put right."""
    return Correction(proposal.intents, proposal.facts)


def amended_proposal(proposal: Proposal, said: Correction | None) -> Proposal:
    """A proposal with what people put right in it; its draft is as it was written."""
    if said is None or not said.amended:
        return proposal
    named = dict.fromkeys(number for finding in said.findings for number in finding.invoices)
    before = {number for finding in proposal.intents for number in finding.invoices}
    beside = [number for number in proposal.invoices if number not in before]
    invoices = tuple(dict.fromkeys((*named, *beside)))
    return replace(proposal, intents=said.findings, facts=said.facts, invoices=invoices)


def intent_of(said: Amendment) -> Intent | None:
    """Whose value it is."""
    return INTENT_OF.get(said.field, said.intent)


def amend(reading: Correction, said: Amendment, *, by: SignedIn, written: date) -> Correction:
    """The reading with one value in place of another; the same reading where nothing changes. `written` is when the
    mail came. Raises Invalid."""
    intent = intent_of(said)
    if intent not in reading.intents:
        raise Invalid("the mail does not want this: correct what it wants first")
    _check(said, written)
    if said.field is FactField.INVOICE:
        held = {number for finding in reading.findings if finding.intent is intent for number in finding.invoices}
        if said.was and said.was not in held:  # it goes to the audit log, where no word may stand that was typed here
            raise Invalid("the invoice that you correct is not named any more: load the page again")
        before, changed = said.was, _with_invoice(reading, said)
    else:
        before = text_of(value_of(reading.facts, said.field))
        changed = replace(reading, facts=_with_value(reading.facts, said))
    after = text_of(said.value)
    if before == after:
        return reading
    entry = Amended(said.field, before, after, said.intent, by.id)
    return replace(changed, amended=(*reading.amended, entry))


def value_of(facts: Facts, which: FactField) -> Value:
    """What a field holds; None where the mail does not say it."""
    promise, extension = facts.promise or PromiseFact(), facts.extension or ExtensionFact()
    contact = facts.contact or ContactFact()
    values: dict[FactField, Value] = {
        FactField.PROMISE_DAY: promise.day,
        FactField.PROMISE_SUM: Money(promise.amount, promise.currency)
        if promise.amount is not None and promise.currency
        else None,
        FactField.EXTENSION_KIND: extension.kind,
        FactField.UNTIL: extension.until,
        FactField.DISPUTE_REASON: facts.dispute.reason if facts.dispute else None,
        FactField.CONTACT_NAME: contact.name or None,
        FactField.CONTACT_EMAIL: contact.email or None,
        FactField.RETURN_DATE: facts.return_date,
    }
    return values[which]


def text_of(value: Value) -> str:
    """A value as it is kept: `2026-06-30`, `1250.00 EUR`, a closed word, a name."""
    if isinstance(value, Money):
        return f"{digits(value.amount, value.currency)} {value.currency}"
    return value.isoformat() if isinstance(value, date) else str(value or "")


def with_named_contact(facts: Facts, said: Correction | None) -> Facts:
    """With the contact that a person named, where they named one."""
    if said is None or not any(one.field in PERSONAL for one in said.amended):
        return facts
    named = said.facts.contact
    if named is None:
        return replace(facts, contact=None)
    return replace(facts, contact=replace(facts.contact or ContactFact(), name=named.name, email=named.email))


def _check(said: Amendment, written: date) -> None:
    value = said.value
    if isinstance(value, date) and value < written:
        raise Invalid("{day} is before the mail came, on {written}", day=value, written=written)
    if isinstance(value, Money) and not 0 < value.amount < LARGEST:
        raise Invalid("a promised sum is more than nothing")
    if said.field is FactField.DISPUTE_REASON and value not in set(DisputeReason):
        raise Invalid("say what the dispute is about")
    if said.field is FactField.EXTENSION_KIND and value is not None and value not in set(ExtensionKind):
        raise Invalid("say which terms: a later day, instalments, or a smaller sum")
    if said.field is FactField.CONTACT_EMAIL and value is not None and not _is_address(str(value)):
        raise Invalid("{email!r} is not an e-mail address", email=str(value))
    if said.field is FactField.CONTACT_NAME and len(str(value or "")) > LONGEST_NAME:
        raise Invalid("the name is longer than {most} characters", most=LONGEST_NAME)


def _is_address(text: str) -> bool:
    local, at, domain = text.rpartition("@")
    return bool(local and at and "." in domain) and len(text) <= LONGEST_EMAIL and not set(" \t\r\n<>,;") & set(text)


def _with_value(facts: Facts, said: Amendment) -> Facts:
    value, which = said.value, said.field
    promise, extension = facts.promise or PromiseFact(), facts.extension or ExtensionFact()
    contact = facts.contact or ContactFact()
    match which:
        case FactField.PROMISE_DAY if not isinstance(value, Money | str):
            changed = replace(facts, promise=replace(promise, day=value))
        case FactField.PROMISE_SUM if value is None or isinstance(value, Money):
            amount, currency = (value.amount, value.currency) if value else (None, None)
            changed = replace(facts, promise=replace(promise, amount=amount, currency=currency))
        case FactField.EXTENSION_KIND if value is None or isinstance(value, str):
            changed = replace(facts, extension=replace(extension, kind=ExtensionKind(value) if value else None))
        case FactField.UNTIL if not isinstance(value, Money | str):
            changed = replace(facts, extension=replace(extension, until=value))
        case FactField.DISPUTE_REASON:
            reason = DisputeReason(str(value))
            changed = replace(facts, dispute=replace(facts.dispute or DisputeFact(reason), reason=reason))
        case FactField.CONTACT_NAME:
            changed = replace(facts, contact=_kept(replace(contact, name=str(value or ""))))
        case FactField.CONTACT_EMAIL:
            changed = replace(facts, contact=_kept(replace(contact, email=str(value or ""))))
        case FactField.RETURN_DATE if not isinstance(value, Money | str):
            changed = replace(facts, return_date=value)
        case _:
            raise ValueError(which)
    return changed


def _kept(contact: ContactFact) -> ContactFact | None:
    return contact if contact.name or contact.email else None


def _with_invoice(reading: Correction, said: Amendment) -> Correction:
    """One number in place of another, none in its place, or one more; each once."""
    number = str(said.value or "")

    def changed(numbers: tuple[str, ...]) -> tuple[str, ...]:
        swapped = [number if one == said.was else one for one in numbers] if said.was else [*numbers, number]
        return tuple(dict.fromkeys(one for one in swapped if one))

    findings = tuple(
        replace(finding, invoices=changed(finding.invoices)) if finding.intent is said.intent else finding
        for finding in reading.findings
    )
    return replace(reading, findings=findings)

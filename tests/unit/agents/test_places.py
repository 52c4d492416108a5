"""Where a value stands: as the readers found it, or looked up where a model said it; never where it does not stand."""

from datetime import date
from decimal import Decimal

from agents.triage.outputs import ExtractedFacts, FoundContact, FoundPromise
from app.domain.intents import Intent
from app.domain.proposal import Evidence, Proposal
from tests.unit.agents.scripted import ScriptedModel, account, invoice, letter, propose, says

TEXT = "We will pay INV-1, which is 1250.00 GBP, on 3 April 2026. On 7 April 2026 comes the rest: 80.00 GBP."


def words(at: Evidence | None, text: str = TEXT) -> str:
    return text[at.start : at.end] if at else ""


async def thought(promise: FoundPromise, text: str = TEXT) -> Proposal:
    model = ScriptedModel(says(Intent.PAYMENT_PROMISE, quote=text[:20]), ExtractedFacts(promise=promise))
    return await propose(model, letter(text), ledger=account(invoice()))


async def test_what_a_model_says_as_the_readers_do_stands_where_they_found_it() -> None:
    said = FoundPromise(day=date(2026, 4, 3), amount=Decimal("1250.00"), currency="GBP", quote=TEXT[:40])
    promise = (await thought(said)).facts.promise
    assert promise is not None
    assert (words(promise.day_at), words(promise.amount_at).strip()) == ("on 3 April 2026"[3:], "1250.00 GBP")


async def test_another_value_is_looked_up_first_in_the_words_that_were_quoted() -> None:
    quote = "On 7 April 2026 comes the rest: 80.00 GBP."
    promise = (await thought(FoundPromise(day=date(2026, 4, 7), amount=Decimal("80.00"), quote=quote))).facts.promise
    assert promise is not None
    assert (words(promise.day_at), words(promise.amount_at).strip()) == ("7 April 2026", "80.00 GBP")


async def test_a_value_that_is_owed_but_not_said_has_no_place() -> None:
    text = "We will pay INV-1 on 3 April 2026, in full."
    said = FoundPromise(day=date(2026, 4, 3), amount=Decimal("1250.00"), currency="GBP", quote="a quote of nothing")
    promise = (await thought(said, text)).facts.promise
    assert promise is not None
    assert (promise.amount, promise.amount_at, promise.evidence) == (Decimal("1250.00"), None, None)
    assert words(promise.day_at, text) == "3 April 2026"


async def test_invoices_and_contacts_have_places_too() -> None:
    text = "Please write to Mia Orr at mia@customer.example about INV-1 from now on."
    contact = FoundContact(name="Mia Orr", email="mia@customer.example", quote=text)
    model = ScriptedModel(says(Intent.CONTACT_UPDATE, quote=text), ExtractedFacts(contact=contact))
    facts = (await propose(model, letter(text), ledger=account(invoice()))).facts
    assert facts.contact is not None
    assert (words(facts.contact.name_at, text), words(facts.contact.email_at, text)) == (contact.name, contact.email)
    assert [(one.invoice, words(one.evidence, text)) for one in facts.mentions] == [("INV-1", "INV-1")]

from datetime import date
from decimal import Decimal

import pytest

from app.domain.account import Account
from app.domain.intents import DisputeReason, ExtensionKind, Intent
from app.reading.facts.reader import ExtractedFacts, extract_facts
from app.reading.model.classifier import Scored
from app.reading.spans import sentences
from tests.unit.reading.ledger import account

WEDNESDAY = date(2026, 3, 11)
ONE = account(("R-4471", "900.00"))
THREE = account(("R-4471", "900.00"), ("R-4480", "250.00"), ("R-4490", "75.00"))

PROMISE, CONFIRMATION, DISPUTE = Intent.PAYMENT_PROMISE, Intent.PAYMENT_CONFIRMATION, Intent.DISPUTE
EXTENSION = Intent.EXTENSION_REQUEST


def facts(text: str, *intents: Intent, on: Account = ONE, language: str = "en", subject: str = "") -> ExtractedFacts:
    whole = sentences(text)
    scored = [Scored(intent, 0.9, "body", whole[0].start, whole[-1].end) for intent in intents]
    return extract_facts(text, subject, language, WEDNESDAY, on, scored)


def test_intents_are_tied_to_invoices_clause_by_clause() -> None:
    found = facts(
        "R-4471 paid yesterday, R-4480 wrong quantity, R-4490 goes out next Friday",
        PROMISE,
        CONFIRMATION,
        DISPUTE,
        on=THREE,
    )
    assert found.invoices_of(CONFIRMATION) == ("R-4471",)
    assert found.invoices_of(DISPUTE) == ("R-4480",)
    assert found.invoices_of(PROMISE) == ("R-4490",)
    assert found.promise is not None
    assert (found.promise.day, found.promise.amount) == (date(2026, 3, 20), Decimal("75.00"))


def test_a_promise_takes_the_stated_amount() -> None:
    found = facts("We will transfer 400,00 € on Friday.", PROMISE)
    assert found.promise is not None
    assert (found.promise.amount, found.promise.currency) == (Decimal("400.00"), "EUR")


def test_a_promise_without_amount_is_of_what_is_open() -> None:
    found = facts("It will be paid on Friday.", PROMISE)
    assert found.promise is not None
    assert found.promise.amount == Decimal("900.00")


def test_the_rest_is_computed() -> None:
    found = facts("500 EUR was paid today. The rest will follow on Friday.", PROMISE, CONFIRMATION)
    assert found.promise is not None
    assert (found.promise.day, found.promise.amount) == (date(2026, 3, 13), Decimal("400.00"))


@pytest.mark.parametrize(
    "text", ["We hope to pay on Friday.", "I can't promise Friday.", "If the lid turns up, we pay on Friday."]
)
def test_hedges_conditions_and_refusals_give_no_promise_date(text: str) -> None:
    found = facts(text, PROMISE)
    assert found.promise is not None
    assert found.promise.day is None


def test_of_several_dates_the_first_is_promised() -> None:
    found = facts("Das Geld geht am Donnerstag raus, also spätestens Montag bei Ihnen.", PROMISE, language="de")
    assert found.promise is not None
    assert found.promise.day == date(2026, 3, 12)


def test_instalments_end_with_the_last_one() -> None:
    found = facts("Could we pay in three instalments: 1 April, 1 May and 1 June?", EXTENSION)
    assert found.extension is not None
    assert (found.extension.kind, found.extension.until) == (ExtensionKind.INSTALMENTS, date(2026, 6, 1))


def test_a_later_date_is_an_extension_of_the_due_date() -> None:
    found = facts("Pouvez-vous nous accorder un délai jusqu'au 30 avril ?", EXTENSION, language="fr")
    assert found.extension is not None
    assert (found.extension.kind, found.extension.until) == (ExtensionKind.DUE_DATE, date(2026, 4, 30))


def test_a_discount_is_a_partial_settlement() -> None:
    found = facts("We settle today if you grant us a 5 % discount.", EXTENSION)
    assert found.extension is not None
    assert found.extension.kind is ExtensionKind.PARTIAL_SETTLEMENT


def test_stalling_has_no_kind() -> None:
    found = facts("Once the season picks up we will see.", EXTENSION)
    assert found.extension is not None
    assert (found.extension.kind, found.extension.until) == (None, None)


@pytest.mark.parametrize(
    ("language", "text", "reason"),
    [
        ("en", "The price on it is not the one we agreed.", DisputeReason.PRICE),
        ("fr", "Il manque quatre cartons à la livraison.", DisputeReason.QUANTITY),
        ("de", "Die Ware kam beschädigt an.", DisputeReason.QUALITY),
        ("es", "No hemos recibido la mercancía.", DisputeReason.NOT_RECEIVED),
        ("nl", "Deze factuur is dubbel.", DisputeReason.DUPLICATE),
        ("it", "Manca il numero d'ordine.", DisputeReason.MISSING_PO),
        ("pt", "O IVA está errado.", DisputeReason.TAX),
        ("en", "We have never ordered anything from you.", DisputeReason.UNRECOGNISED),
    ],
)
def test_why_an_invoice_is_disputed(language: str, text: str, reason: DisputeReason) -> None:
    found = facts(text, DISPUTE, language=language)
    assert found.dispute is not None
    assert found.dispute.reason is reason


def test_an_unknown_number_counts_only_for_an_unrecognised_invoice() -> None:
    assert facts("We have never ordered R-9999.", DISPUTE).invoices == ("R-9999",)
    assert facts("R-9999 will be paid on Friday.", PROMISE).invoices == ("R-4471",)


def test_the_only_invoice_is_meant_by_it_but_not_by_a_lawyer() -> None:
    assert facts("It will be paid on Friday.", PROMISE).invoices == ("R-4471",)
    assert facts("Address all letters to our solicitor.", Intent.LEGAL_OR_COMPLAINT).invoices == ()


def test_machines_and_thanks_concern_no_invoice() -> None:
    assert facts("Out of office. Re R-4471", Intent.AUTOMATIC_REPLY).invoices == ()
    assert facts("R-4471 received, thanks", Intent.ACKNOWLEDGEMENT).invoices == ()


def test_the_new_contact_is_named_by_its_placeholders() -> None:
    text = "⟨PERSON_1⟩ has left. Please contact ⟨PERSON_2⟩ from now on: ⟨EMAIL_ADDRESS_1⟩."
    found = facts(text, Intent.CONTACT_UPDATE)
    assert found.contact is not None
    assert (found.contact.name, found.contact.email) == ("⟨PERSON_2⟩", "⟨EMAIL_ADDRESS_1⟩")


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [
        ("en", "I am back on Monday 16 March.", date(2026, 3, 16)),
        ("de", "Ich bin bis einschließlich 13.03.2026 im Urlaub.", date(2026, 3, 16)),
        ("fr", "Absent jusqu'au 20 mars.", date(2026, 3, 20)),
        ("it", "Fuori ufficio fino al 20 marzo, rientro il 23 marzo.", date(2026, 3, 23)),
    ],
)
def test_first_day_back(language: str, text: str, day: date) -> None:
    assert facts(text, Intent.AUTOMATIC_REPLY, language=language).return_date == day


def test_offsets_of_facts_count_in_the_text() -> None:
    text = "Hello,\n\nWe will pay on Friday.\n"
    found = facts(text, PROMISE)
    assert found.promise is not None
    assert found.promise.span is not None
    assert text[found.promise.span.start : found.promise.span.end] == "We will pay on Friday."


def test_what_is_left_after_what_was_paid_is_promised_even_in_one_sentence() -> None:
    found = facts("We paid 500.00 EUR on Monday, the rest follows on Friday.", PROMISE, CONFIRMATION)
    assert found.promise is not None
    assert (found.promise.day, found.promise.amount) == (date(2026, 3, 13), Decimal("400.00"))


def test_half_of_a_month_is_no_half_of_the_sum() -> None:
    found = facts("De betaling staat klaar voor half april.", PROMISE, language="nl")
    assert found.promise is not None
    assert (found.promise.day, found.promise.amount) == (date(2026, 4, 15), Decimal("900.00"))


def test_a_date_is_taken_from_what_is_said_of_the_promised_invoice() -> None:
    text = "R-4471: could we have until 30 April?\nR-4480: Friday."
    found = facts(text, PROMISE, EXTENSION, on=THREE)
    assert found.promise is not None
    assert found.promise.day == date(2026, 3, 13)
    assert found.extension is not None
    assert found.extension.until == date(2026, 4, 30)


def test_the_reason_is_that_of_the_first_invoice_objected_to() -> None:
    text = "R-4471 is a duplicate of R-4480.\n\nR-4490 was rejected, there is no purchase order number on it."
    found = facts(text, DISPUTE, PROMISE, on=THREE)
    assert found.dispute is not None
    assert found.dispute.reason is DisputeReason.DUPLICATE


def test_an_absence_until_a_day_ends_on_it() -> None:
    found = facts("Out until the 20th, limited access.", Intent.AUTOMATIC_REPLY)
    assert found.return_date == date(2026, 3, 20)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("es", "No estaré entre el 18 y el 22 de mayo, ambos inclusive.", date(2026, 5, 25)),
        ("fr", "L'usine sera à l'arrêt du 1er au 23 août. Nous reprendrons à partir du lundi 24.", date(2026, 8, 24)),
        ("es", "Oficinas cerradas por Semana Santa. Volvemos el 6 de abril.", date(2026, 4, 6)),
        ("fr", "Nous ne rouvrirons que le 2 juillet.", date(2026, 7, 2)),
    ],
)
def test_the_first_day_back_however_it_is_told(language: str, text: str, expected: date) -> None:
    assert facts(text, Intent.AUTOMATIC_REPLY, language=language).return_date == expected


def test_an_answer_by_machine_concerns_no_invoice_whatever_else_it_says() -> None:
    text = "I have retired. Please write to our new bookkeeper about R-4471."
    assert facts(text, Intent.AUTOMATIC_REPLY, Intent.CONTACT_UPDATE).invoices == ()

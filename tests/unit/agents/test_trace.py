from datetime import date

import pytest

from agents.triage.lexicon import offences
from agents.triage.trace import from_ledger, from_mail, trace
from app.domain.proposal import Facts, PromiseFact
from tests.unit.agents.scripted import account, invoice, letter

LEDGER = account(invoice("INV-1", "1250.00", due=date(2026, 3, 1)))
MAIL = letter(
    "Cheque 10442 over 3,118.00 went out; the rest on 3 April. See https://evil.example/pay ⟨IBAN_CODE_1⟩ "
    "⟨BANK_ACCOUNT_1⟩"
)
FACTS = Facts(promise=PromiseFact(day=date(2026, 4, 3)))


def problems(body: str, language: str = "en") -> tuple[str, ...]:
    known = [*from_ledger(LEDGER, language, {"INV-1"}), *from_mail(MAIL, FACTS, language)]
    return trace(body, known, MAIL, language).problems


@pytest.mark.parametrize(
    "body",
    [
        "INV-1 over £1,250.00 was due on 1 March 2026.",
        "INV-1 over 1250.00 GBP, GBP 1,250 or £1250 was due on 01/03/2026.",
        "INV-1 (1.250,00 GBP)",
        "Your cheque 10442 over 3,118.00 has been noted for Friday, 3 April 2026.",
        "Dear ⟨PERSON_1⟩, thank you.",
        "It may take a while.",
        "May I thank you?",
    ],
)
def test_facts_of_ledger_and_mail_are_traced(body: str) -> None:
    assert problems(body) == ()


@pytest.mark.parametrize(
    "body",
    [
        "INV-2 is open.",
        "You owe £1,251.00.",
        "You owe £11,250.00.",
        "You owe 1,250.00 USD.",
        "Pay by 2 March 2026.",
        "Pay by Tuesday.",
        "Pay by December.",
        "Pay by TUESDAY.",
        "Pay in May.",
        "Pay within 7 days.",
        "Pay at https://evil.example/pay now.",
        "Pay at evil.example/pay now.",
        "Write to boss@evil.example.",
        "Pay to ⟨IBAN_CODE_1⟩.",
        "Pay to ⟨BANK_ACCOUNT_1⟩.",
        "Pay to DE89 3704 0044 0532 0130 00.",
        "Dear ⟨PERSON_9⟩, thank you.",
        "Dear ⟨PERSON_1, thank you.",
    ],
)
def test_anything_else_is_a_problem(body: str) -> None:
    assert problems(body) != ()


@pytest.mark.parametrize(
    ("language", "body"),
    [
        ("de", "Der Betrag von 1.250,00 GBP war am 1. März 2026 fällig."),
        ("fr", "Le montant de 1\u202f250,00 GBP était dû le 1 mars 2026."),
        ("es", "El importe de 1.250,00 GBP vencía el 1 de marzo de 2026."),
        ("nl", "Het bedrag van 1.250,00 GBP verviel op 1 maart 2026."),
        ("it", "L'importo di 1.250,00 GBP scadeva il 1 marzo 2026."),
        ("pt", "O montante de 1.250,00 GBP vencia a 1 de março de 2026."),
    ],
)
def test_every_language_writes_facts_its_own_way(language: str, body: str) -> None:
    assert problems(body, language) == ()


def test_a_trace_says_where_a_fact_stands_and_comes_from() -> None:
    body = "INV-1 is over £1,250.00."
    traced = trace(body, from_ledger(LEDGER, "en", {"INV-1"}), MAIL, "en").traces
    assert [(body[t.start : t.end], t.source, t.reference) for t in traced] == [
        ("INV-1", "ledger", "INV-1"),
        ("1,250.00", "ledger", "INV-1"),
    ]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("We accept your instalment plan.", "concession"),
        ("Wir räumen Ihnen mehr Zeit ein.", "concession"),
        ("Nous vous accordons une remise de dix.", "concession"),
        ("Aceptamos su propuesta.", "concession"),
        ("U mag later betalen.", "concession"),
        ("Accettiamo la proposta.", "concession"),
        ("Aceitamos a proposta.", "concession"),
        ("Otherwise our solicitors will write.", "legal_threat"),
        ("Sonst folgt ein Mahnbescheid.", "legal_threat"),
        ("You are right, this was our mistake.", "admission"),
        ("Sie haben recht.", "admission"),
        ("Vous avez raison.", "admission"),
    ],
)
def test_grants_threats_and_admissions_are_found(body: str, kind: str) -> None:
    assert kind in {offence.kind for offence in offences(body)}


@pytest.mark.parametrize(
    ("body", "mail", "kinds"),
    [
        ("We take note that your lawyer has been told.", "Our lawyer has been told.", set()),
        ("We take note that your lawyer has been told.", "We will not pay.", {"legal_threat"}),
        ("Our lawyer will be in touch.", "Our lawyer has been told.", {"legal_threat"}),
        ("Wir haben gelesen, dass Ihr Anwalt informiert ist.", "Unser Anwalt ist informiert.", set()),
        ("Prendiamo atto che il Suo avvocato è informato.", "Il nostro avvocato è informato.", set()),
        ("We can't say yet whether a discount of 5 % is possible.", "", set()),
        ("Whether or not you agree, a discount of 5 % is possible.", "", {"concession"}),
        ("Not decided is how, but a discount of 5 % is possible.", "", {"concession"}),
    ],
)
def test_the_writers_lawyer_and_what_is_undecided_may_be_spoken_of(body: str, mail: str, kinds: set[str]) -> None:
    assert {offence.kind for offence in offences(body, mail)} == kinds


@pytest.mark.parametrize(
    "body",
    [
        "As long as INV-1 remains unpaid, nothing leaves our warehouse.",
        "Neue Ware verlässt unser Lager erst wieder, wenn INV-1 bezahlt ist.",
        "Tant que INV-1 est impayée, rien ne part.",
        "Los palés solo saldrán una vez pagada INV-1.",
        "Zolang INV-1 openstaat, sturen wij u niets meer.",
        "La merce parte solo dopo il saldo di INV-1.",
        "As paletes só saem depois de paga a INV-1.",
    ],
)
def test_goods_are_never_made_to_wait_for_money(body: str) -> None:
    assert "suspension" in {offence.kind for offence in offences(body)}


@pytest.mark.parametrize(
    "body", ["Mientras tanto, el importe sigue pendiente.", "En tant que client, INV-1 est ouverte."]
)
def test_words_that_only_look_like_a_condition_are_none(body: str) -> None:
    assert not list(offences(body))

"""A remote model's facts against the mail: what the resolver reads there wins over what the model says."""

import time
from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from agents.triage.evidence import evidence_of, locate
from agents.triage.outputs import ExtractedFacts, FoundExtension, FoundPromise, Quoted
from agents.triage.verify import verified_facts
from app.domain.intents import ExtensionKind, Intent
from app.domain.text import Span
from tests.unit.agents.scripted import account, letter

TODAY = date(2026, 3, 20)  # a Friday, as the letter has it
PROMISES = [
    ("en", "we pay on 3 April 2026", date(2026, 4, 3)),
    ("de", "wir zahlen am 3. April 2026", date(2026, 4, 3)),
    ("fr", "nous payons le 3 avril 2026", date(2026, 4, 3)),
    ("es", "pagamos el 3 de abril de 2026", date(2026, 4, 3)),
    ("it", "paghiamo il 3 aprile 2026", date(2026, 4, 3)),
    ("nl", "wij betalen op 3 april 2026", date(2026, 4, 3)),
    ("pt", "pagamos a 3 de abril de 2026", date(2026, 4, 3)),
    ("en", "we pay on Tuesday", date(2026, 3, 24)),
    ("de", "wir zahlen am Dienstag", date(2026, 3, 24)),
    ("fr", "nous payons mardi", date(2026, 3, 24)),
]


@pytest.mark.parametrize(("language", "said", "day"), PROMISES)
@pytest.mark.parametrize("claimed", [date(2026, 9, 9), date(2025, 4, 3), date(2026, 3, 4)])
def test_a_day_that_is_not_said_is_replaced_by_the_one_that_is(
    language: str, said: str, day: date, claimed: date
) -> None:
    theirs = ExtractedFacts(promise=FoundPromise(day=claimed, quote=said))
    mail = letter(f"{said}.", language=language)
    facts = verified_facts(theirs, ExtractedFacts(), mail, account(), (Intent.PAYMENT_PROMISE,))
    assert facts.promise is not None
    assert facts.promise.day == day


@pytest.mark.parametrize(("language", "said", "day"), PROMISES)
def test_a_day_that_is_said_is_kept(language: str, said: str, day: date) -> None:
    theirs = ExtractedFacts(promise=FoundPromise(day=day, quote=said))
    mail = letter(f"{said}.", language=language)
    facts = verified_facts(theirs, ExtractedFacts(), mail, account(), (Intent.PAYMENT_PROMISE,))
    assert facts.promise is not None
    assert facts.promise.day == day


def test_a_day_without_any_in_the_mail_is_dropped() -> None:
    theirs = ExtractedFacts(
        promise=FoundPromise(day=TODAY, quote="we pay soon"),
        extension=FoundExtension(kind=ExtensionKind.DUE_DATE, until=date(2026, 12, 24), quote="more time"),
    )
    intents = (Intent.PAYMENT_PROMISE, Intent.EXTENSION_REQUEST)
    facts = verified_facts(theirs, ExtractedFacts(), letter("we pay soon, more time please"), account(), intents)
    assert facts.promise is not None
    assert facts.promise.day is None
    assert facts.extension is not None
    assert facts.extension.until is None


def test_a_sum_is_kept_only_when_the_mail_or_the_ledger_has_it() -> None:
    def kept(amount: str) -> Decimal | None:
        theirs = ExtractedFacts(promise=FoundPromise(amount=Decimal(amount), quote="we pay 400.00 GBP"))
        mail = letter("we pay 400.00 GBP")
        facts = verified_facts(theirs, ExtractedFacts(), mail, account(), (Intent.PAYMENT_PROMISE,))
        assert facts.promise is not None
        return facts.promise.amount

    assert [kept("400.00"), kept("1250.00"), kept("4000000.00")] == [Decimal("400.00"), Decimal("1250.00"), None]


@pytest.mark.parametrize(
    ("said", "claimed", "kept"),
    [
        ("we pay 400.00 GBP", "GBP", "GBP"),
        ("we pay EUR 400.00", "EUR", "EUR"),
        ("we pay $400.00", "CAD", "CAD"),
        ("we pay 400.00", "GBP", "GBP"),
        ("we pay 400.00", "CHF", None),
        ("we pay 400.00", "\x00\x00A", None),
        ("we pay 400.00", "pounds", None),
    ],
)
def test_a_currency_is_the_mails_or_the_ledgers(said: str, claimed: str, kept: str | None) -> None:
    theirs = ExtractedFacts(promise=FoundPromise(amount=Decimal(400), currency=claimed, quote=said))
    facts = verified_facts(theirs, ExtractedFacts(), letter(said), account(), (Intent.PAYMENT_PROMISE,))
    assert facts.promise is not None
    assert facts.promise.currency == kept


@pytest.mark.parametrize(
    "source", ["attachment:" + "9" * 5_000, "attachment:007", "attachment:٣", "attachment:-1", "x"]
)
def test_a_source_is_a_place_that_a_mail_may_have(source: str) -> None:
    with pytest.raises(ValidationError):
        Quoted(source=source)
    assert locate(letter("we pay"), Quoted(source="attachment:999", quote="we pay")) is None


def test_a_quote_stands_where_it_is_said_to_or_where_it_is_found_and_never_outside() -> None:
    mail = letter("we pay we pay")
    assert locate(mail, Quoted(quote="we pay", start=7, end=13)) == Span(7, 13)
    assert locate(mail, Quoted(quote="we pay", start=-6, end=99)) == Span(0, 6)
    assert locate(mail, Quoted(quote="we pay", start=7, end=10**30)) == Span(7, 13)
    begun = time.process_time()
    assert locate(mail, Quoted(quote="we pay " * 50_000)) is None
    assert time.process_time() - begun < 1


def test_facts_of_an_intent_that_the_mail_does_not_have_are_dropped() -> None:
    theirs = ExtractedFacts(promise=FoundPromise(day=date(2026, 4, 3), quote="3 April"))
    facts = verified_facts(theirs, ExtractedFacts(), letter("on 3 April"), account(), (Intent.QUERY,))
    assert facts.promise is None


def test_evidence_begins_with_a_word_and_not_with_the_comma_before_it() -> None:
    mail = letter("For INV-20455, could we split it? Thanks.")
    found = evidence_of(mail, Quoted(quote=", could we split it?"))
    assert found is not None
    assert mail.body.value[found.start : found.end] == "could we split it?"

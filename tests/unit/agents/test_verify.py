"""A remote model's facts against the mail: what the resolver reads there wins over what the model says."""

from datetime import date
from decimal import Decimal

import pytest

from agents.triage.outputs import ExtractedFacts, FoundExtension, FoundPromise
from agents.triage.verify import verified_facts
from app.domain.intents import ExtensionKind, Intent
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


def test_facts_of_an_intent_that_the_mail_does_not_have_are_dropped() -> None:
    theirs = ExtractedFacts(promise=FoundPromise(day=date(2026, 4, 3), quote="3 April"))
    facts = verified_facts(theirs, ExtractedFacts(), letter("on 3 April"), account(), (Intent.QUERY,))
    assert facts.promise is None

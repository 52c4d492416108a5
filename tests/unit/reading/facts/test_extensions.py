from datetime import date

import pytest

from app.domain.intents import ExtensionKind, Intent
from app.reading.facts.extensions import ExtensionFound
from tests.unit.reading.ledger import account
from tests.unit.reading.told import facts_of

ONE = account(("R-4471", "900.00"))
LATER, PARTS, LESS = ExtensionKind.DUE_DATE, ExtensionKind.INSTALMENTS, ExtensionKind.PARTIAL_SETTLEMENT


def extension(text: str, carrier: str = "", language: str = "en") -> ExtensionFound:
    found = facts_of(text, {Intent.EXTENSION_REQUEST: carrier or text}, ONE, language).extension
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("language", "text", "until"),
    [
        ("en", "Could it come out in three rates, June, July and August, each on the 15th?", date(2026, 8, 15)),
        ("en", "May we pay in five bits, first Friday of the month, starting in April?", date(2026, 8, 7)),
        ("en", "We suggest three equal parts, at the end of May, June and July.", date(2026, 7, 31)),
        ("en", "Half on 2 April, the same on 5 May and the rest on 3 June, in three payments?", date(2026, 6, 3)),
        ("fr", "Douze mensualités de 200, la première le 10 avril, et je vous écris aujourd'hui.", date(2027, 3, 10)),
        ("nl", "Ik stel vier schijven van 225 euro voor, telkens op de 15e, te beginnen in april.", date(2026, 7, 15)),
        ("de", "Ich hätte gern vier Raten, jeweils zum Monatsersten, Juni bis September.", date(2026, 9, 1)),
        ("fr", "Accepteriez-vous quatre trimestres, le premier versement le 15 avril ?", date(2027, 1, 15)),
        ("es", "Proponemos seis cuotas mensuales desde el 30 de abril.", date(2026, 9, 30)),
        ("nl", "Wij stellen zes maandtermijnen voor, ingaande 30 april.", date(2026, 9, 30)),
        ("it", "Chiediamo di pagare a fine maggio e fine luglio.", date(2026, 7, 31)),
        ("pt", "Proponho pagar em cinco vezes, no fim de cada mês, de abril a agosto.", date(2026, 8, 31)),
        ("en", "Half now and half at the end of June would help, in two parts.", date(2026, 6, 30)),
        ("de", "Wie wäre es in zwei Raten, die eine Hälfte jetzt, die andere Ende Mai?", date(2026, 5, 31)),
        ("en", "Five lots of 180, every second Friday beginning on the 20th?", date(2026, 5, 15)),
        ("fr", "Accepteriez-vous six mensualités de 150 euros à partir du 15 mai ?", date(2026, 10, 15)),
        ("de", "Ginge es in Monatsraten à 300 Euro, beginnend am 15. April?", date(2026, 6, 15)),
        ("nl", "Mag het in tweeën? Half april de ene helft, half mei de andere.", date(2026, 5, 15)),
    ],
)
def test_the_last_instalment_is_counted_out(language: str, text: str, until: date) -> None:
    assert (extension(text, language=language).kind, extension(text, language=language).until) == (PARTS, until)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "We would like to pay in four lots of 225 EUR."),
        ("de", "Ich bitte um sechs Monatsraten ab August."),
    ],
)
def test_nothing_is_counted_out_without_a_day_or_a_rhythm(language: str, text: str) -> None:
    assert (extension(text, language=language).kind, extension(text, language=language).until) == (PARTS, None)


def test_the_day_of_another_sentence_is_not_asked_for() -> None:
    text = "From Monday on please write to Rosa. Would you be so kind as to wait until the grant is in?"
    found = extension(text, "Would you be so kind as to wait until the grant is in?")
    assert (found.kind, found.until) == (LATER, None)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "300 € dès demain ; pour les 600 restants, laissez-moi jusqu'à mi-avril."),
        ("de", "300 Euro morgen, die restlichen 600 würden wir gern erst Mitte April zahlen."),
        ("nl", "300 euro vrijdag, de rest graag pas 15 april."),
        ("it", "300 euro venerdì, per il resto vi chiederei il 15 aprile."),
    ],
)
def test_the_day_of_the_rest_is_what_is_asked_for(language: str, text: str) -> None:
    assert extension(text, language=language).until == date(2026, 4, 15)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "We offer 700 and call it quits."),
        ("de", "700 Euro, dann ist die Sache vom Tisch."),
        ("es", "Ofrecemos 700 € y damos el asunto por zanjado."),
        ("pt", "Oferecemos 700 euros e fica o assunto encerrado."),
    ],
)
def test_less_than_all_to_end_the_matter(language: str, text: str) -> None:
    assert extension(text, language=language).kind is LESS


def test_a_promise_in_the_paragraph_is_not_what_is_asked_for() -> None:
    text = "We will pay 300.00 EUR on Friday. For the rest we ask for three more weeks."
    found = extension(text, "For the rest we ask for three more weeks.")
    assert (found.kind, found.until) == (LATER, None)


def test_the_day_that_until_leads_to_comes_before_another() -> None:
    found = extension("Instead of 31 March, may we have until 30 April?")
    assert (found.kind, found.until) == (LATER, date(2026, 4, 30))


def test_a_hedged_day_is_still_what_is_asked_for() -> None:
    found = extension("Intentaremos llegar a mediados de abril.", language="es")
    assert (found.kind, found.until) == (LATER, date(2026, 4, 15))


def test_an_official_decision_is_no_settlement() -> None:
    found = extension("Zodra de beschikking er is, vragen wij uitstel tot 15 april.", language="nl")
    assert (found.kind, found.until) == (LATER, date(2026, 4, 15))


@pytest.mark.parametrize(
    ("text", "language", "until"),
    [
        ("Please bear with us up to 30 April.", "en", date(2026, 4, 30)),
        ("Potremmo spostare la scadenza al 30 aprile?", "it", date(2026, 4, 30)),
        (
            "I propose 300 on 7 April, 300 on 5 May and the last 300 on 9 June, after the March rush.",
            "en",
            date(2026, 6, 9),
        ),
        ("Trois fois 300, le 1er avril, le 1er mai et le 1er juin, je peux vous le proposer.", "fr", date(2026, 6, 1)),
    ],
)
def test_days_that_are_asked_for_in_other_words(text: str, language: str, until: date) -> None:
    found = facts_of(text, {Intent.EXTENSION_REQUEST: text[:12]}, account(("R-4471", "900.00")), language).extension
    assert found is not None
    assert found.until == until


def test_the_day_of_what_is_paid_at_once_is_no_day_of_the_plan() -> None:
    text = "Domani le bonifico 300 € e per i restanti 600 € propongo quattro rate mensili, la prima il 15 aprile."
    assert extension(text, language="it").until == date(2026, 7, 15)

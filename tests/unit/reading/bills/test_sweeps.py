from datetime import date

import pytest

from app.domain.intents import Intent
from app.reading.facts.reader import extract_facts
from app.reading.facts.statements import read_statements
from app.reading.model.classifier import Scored
from tests.unit.reading.ledger import account

WEDNESDAY = date(2026, 3, 11)
FOUR = account(("R-4471", "900.00"), ("R-4480", "250.00"), ("R-4490", "75.00"), ("R-4495", "120.00"))


def topics(text: str, language: str) -> list[set[str]]:
    """The endings of the invoices of each statement of the body that names or has some."""
    statements = read_statements(text, "", language, WEDNESDAY, FOUR)
    return [{number[-2:] for number in one.topic} for one in statements if one.source == "body" and one.topic]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Everything on your list bar R-4490 was paid on Monday."),
        ("en", "With the exception of 4490, all of them are in Friday's run."),
        ("fr", "Tout est payé depuis lundi sauf la R-4490."),
        ("fr", "À l'exception de la 4490, tout part vendredi."),
        ("de", "Außer der R-4490 geht alles am Freitag raus."),
        ("de", "Es ist alles bezahlt bis auf die R-4490."),
        ("es", "Todas pagadas menos la R-4490."),
        ("es", "A excepción de la R-4490, todo va el viernes."),
        ("nl", "Allemaal betaald, maandag, behalve R-4490."),
        ("nl", "Alles is voldaan, op de R-4490 na."),
        ("it", "Pagate tutte tranne la R-4490."),
        ("pt", "Está tudo pago menos a R-4490."),
        ("it", "A parte la R-4490, è stato bonificato tutto."),
        ("nl", "Afgezien van R-4490 is alles betaald."),
        ("fr", "Mis à part la R-4490, tout est payé."),
    ],
)
def test_all_but_one(language: str, text: str) -> None:
    assert topics(text, language)[0] == {"71", "80", "95"}


def test_all_but_two() -> None:
    assert topics("All paid except R-4480 and R-4490.", "en") == [{"71", "95"}]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "All invoices except R-4490 were paid on Monday. That one never arrived."),
        ("es", "Todas pagadas menos la R-4490: transferencia única. Esa no ha llegado nunca."),
        ("de", "Mit Ausnahme der R-4490 sind alle bezahlt. Bei der ist die Ware nie angekommen."),
    ],
)
def test_what_follows_is_of_the_exception_unless_it_is_of_paying(language: str, text: str) -> None:
    *paid, last = topics(text, language)
    assert last == {"90"}
    assert all(topic == {"71", "80", "95"} for topic in paid)


def test_an_exception_is_no_condition_and_belongs_to_the_mail() -> None:
    text = "Tout part vendredi par virement sauf la R-4490."
    found = extract_facts(text, "", "fr", WEDNESDAY, FOUR, [Scored(Intent.PAYMENT_PROMISE, 0.9, "body", 0, len(text))])
    assert found.promise is not None
    assert found.promise.day == date(2026, 3, 13)
    assert "R-4490" in found.invoices


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "R-4471 up to and including R-4490 were paid on Monday."),
        ("fr", "Jusqu'à la R-4490 incluse, tout a été payé lundi."),
        ("de", "Bis zur R-4490 ist alles bezahlt."),
        ("de", "Alles bis einschließlich R-4490 ist überwiesen."),
        ("es", "Hasta la R-4490 inclusive está todo pagado."),
        ("nl", "Tot en met R-4490 is alles betaald."),
        ("nl", "R-4471 tot en met R-4490 zijn betaald."),
        ("it", "Fino alla R-4490 compresa è tutto pagato."),
        ("pt", "Até à R-4490 inclusive está tudo pago."),
    ],
)
def test_all_up_to_one(language: str, text: str) -> None:
    assert topics(text, language) == [{"71", "80", "90"}]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "All the boxes but two arrived. R-4490 is paid."),
        ("de", "Bis R-4490 geklärt ist, bleibt die Mahnung liegen."),
        ("es", "Hasta que R-4490 se aclare no hay nada que hablar."),
        ("en", "R-4490 is paid, but R-4480 is wrong."),
    ],
)
def test_other_words_sweep_over_nothing(language: str, text: str) -> None:
    assert all(len(topic) == 1 for topic in topics(text, language))

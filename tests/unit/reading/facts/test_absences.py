"""The first day back, as automatic replies tell it."""

from datetime import date

import pytest

from app.reading.facts.absences import find_return_date
from app.reading.facts.statements import read_statements
from tests.unit.reading.ledger import account

RECEIVED = date(2026, 6, 1)
NOBODY = account()


def back(text: str, language: str) -> date | None:
    statements = read_statements(text, "", language, RECEIVED, NOBODY)
    found = find_return_date(statements, text, "DE")
    return found[0] if found else None


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "I am away from 1 to 12 June and do not read mail."),
        ("de", "Ich bin vom 1. bis 12. Juni im Urlaub."),
        ("fr", "Nos bureaux sont fermés du 1er au 12 juin."),
        ("es", "Estaré de vacaciones del 1 al 12 de junio."),
        ("it", "Sono in ferie dal 1 al 12 giugno."),
        ("nl", "Ik ben op vakantie van 1 tot en met 12 juni."),
        ("pt", "Estarei de férias de 1 a 12 de junho."),
    ],
)
def test_the_last_day_of_a_closed_range_is_a_day_of_absence(language: str, text: str) -> None:
    assert back(text, language) == date(2026, 6, 15)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "I am out of the office until 12 June."),
        ("de", "Ich bin bis 12. Juni nicht im Haus."),
        ("es", "Estoy de vacaciones hasta el 12 de junio."),
        ("pt", "Estou de férias até 12 de junho."),
    ],
)
def test_an_absence_with_an_open_start_ends_on_the_day_named(language: str, text: str) -> None:
    assert back(text, language) == date(2026, 6, 12)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "I am away from 8 June to 12 June, back on 16 June."),
        ("es", "Del 8 al 12 de junio estoy de viaje; vuelvo el 16 de junio."),
        ("nl", "Van 8 tot 12 juni ben ik weg, vanaf 16 juni ben ik er weer."),
    ],
)
def test_the_day_of_return_goes_before_the_range(language: str, text: str) -> None:
    assert back(text, language) == date(2026, 6, 16)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Our offices will be closed from 8 June and will reopen on 15 June."),
        ("fr", "Nos bureaux sont fermés à partir du 8 juin, réouverture le 15 juin."),
        ("de", "Unser Büro bleibt geschlossen. Am 15.6.2026 starten wir wieder."),
        ("pt", "Estou de férias e retorno às atividades no dia 15/06."),
        ("fr", "Absente ce jour, je traiterai votre demande dès le 15 juin."),
    ],
)
def test_the_day_that_an_absence_begins_is_not_the_day_of_return(language: str, text: str) -> None:
    assert back(text, language) == date(2026, 6, 15)


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [
        ("en", "We start the new year on its first Monday, which is when I read mail again.", date(2027, 1, 4)),
        ("fr", "L'équipe sera de nouveau là le lundi qui suit l'Assomption.", date(2026, 8, 17)),
        ("es", "Me reincorporo el lunes posterior a la Asunción.", date(2026, 8, 17)),
        ("de", "Ab dem Tag nach Fronleichnam bin ich wieder da.", date(2026, 6, 5)),
        ("it", "Rientro il giorno dopo Ferragosto.", date(2026, 8, 16)),
        ("pt", "Regresso na segunda-feira a seguir à Assunção.", date(2026, 8, 17)),
        ("nl", "Ik ben terug op de dinsdag na Hemelvaart.", date(2027, 5, 11)),
    ],
)
def test_the_day_of_return_may_be_told_by_a_feast(language: str, text: str, day: date) -> None:
    assert back(text, language) == day

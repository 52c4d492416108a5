"""Days that are told by another one: feasts, places in a month, weeks that were named before."""

from datetime import date

import pytest

from app.reading.days.dates import find_dates
from app.reading.days.feasts import FEASTS, easter

WEDNESDAY = date(2026, 3, 11)

TOLD = [
    ("en", "on the second Thursday in April", "2026-04-09"),
    ("de", "am zweiten Donnerstag im April", "2026-04-09"),
    ("fr", "le deuxième jeudi d'avril", "2026-04-09"),
    ("es", "el segundo jueves de abril", "2026-04-09"),
    ("nl", "op de tweede donderdag van april", "2026-04-09"),
    ("it", "il secondo giovedì di aprile", "2026-04-09"),
    ("pt", "na segunda quinta-feira de abril", "2026-04-09"),
    ("en", "the 3rd Friday of April", "2026-04-17"),
    ("de", "am dritten Freitag im April", "2026-04-17"),
    ("fr", "le troisième vendredi d'avril", "2026-04-17"),
    ("es", "el tercer viernes de abril", "2026-04-17"),
    ("nl", "de derde vrijdag in april", "2026-04-17"),
    ("it", "il terzo venerdì di aprile", "2026-04-17"),
    ("pt", "a terceira sexta-feira de abril", "2026-04-17"),
    ("en", "the second Tuesday of next month", "2026-04-14"),
    ("de", "am zweiten Dienstag des nächsten Monats", "2026-04-14"),
    ("fr", "le deuxième mardi du mois prochain", "2026-04-14"),
    ("es", "el segundo martes del mes que viene", "2026-04-14"),
    ("nl", "de tweede dinsdag van volgende maand", "2026-04-14"),
    ("it", "il secondo martedì del mese prossimo", "2026-04-14"),
    ("pt", "na segunda terça-feira do mês que vem", "2026-04-14"),
    ("en", "the first Monday of the new year", "2027-01-04"),
    ("de", "am ersten Montag im neuen Jahr", "2027-01-04"),
    ("fr", "le premier lundi de l'année prochaine", "2027-01-04"),
    ("es", "el primer lunes del nuevo año", "2027-01-04"),
    ("nl", "de eerste maandag van het nieuwe jaar", "2027-01-04"),
    ("it", "il primo lunedì del nuovo anno", "2027-01-04"),
    ("pt", "na primeira segunda-feira do novo ano", "2027-01-04"),
    ("en", "the Friday of the week after", "2026-03-20"),
    ("de", "am Freitag der Woche darauf", "2026-03-20"),
    ("fr", "le vendredi de la semaine suivante", "2026-03-20"),
    ("es", "el viernes de la semana siguiente", "2026-03-20"),
    ("nl", "de vrijdag van de week erna", "2026-03-20"),
    ("it", "il venerdì della settimana successiva", "2026-03-20"),
    ("pt", "na sexta-feira da semana seguinte", "2026-03-20"),
    ("en", "in week 14, on the Thursday", "2026-04-02"),
    ("de", "am Donnerstag der KW 14", "2026-04-02"),
    ("fr", "le jeudi de la semaine 14", "2026-04-02"),
    ("es", "el jueves de la semana 14", "2026-04-02"),
    ("nl", "op donderdag van week 14", "2026-04-02"),
    ("it", "giovedì della settimana 14", "2026-04-02"),
    ("pt", "quinta-feira da semana 14", "2026-04-02"),
    ("en", "by Easter Monday", "2026-04-06"),
    ("de", "bis Ostermontag", "2026-04-06"),
    ("fr", "d'ici le lundi de Pâques", "2026-04-06"),
    ("es", "hasta el Lunes de Pascua", "2026-04-06"),
    ("nl", "tot tweede paasdag", "2026-04-06"),
    ("it", "entro Pasquetta", "2026-04-06"),
    ("pt", "até à Páscoa", "2026-04-05"),
    ("en", "on the Tuesday after Easter", "2026-04-07"),
    ("de", "am Dienstag nach Ostern", "2026-04-07"),
    ("fr", "le mardi après Pâques", "2026-04-07"),
    ("es", "el martes después de Pascua", "2026-04-07"),
    ("nl", "de dinsdag na Pasen", "2026-04-07"),
    ("it", "il martedì dopo Pasqua", "2026-04-07"),
    ("pt", "na terça-feira depois da Páscoa", "2026-04-07"),
    ("en", "the day after Whit Monday", "2026-05-26"),
    ("de", "am Tag nach Pfingstmontag", "2026-05-26"),
    ("fr", "le lendemain du lundi de Pentecôte", "2026-05-26"),
    ("es", "el día después del Primero de Mayo", "2026-05-02"),
    ("nl", "de dag na tweede pinksterdag", "2026-05-26"),
    ("it", "il giorno dopo la Festa della Repubblica", "2026-06-03"),
    ("pt", "no dia seguinte ao Corpo de Deus", "2026-06-05"),
    ("en", "the Thursday before Easter", "2026-04-02"),
    ("de", "am Donnerstag vor Ostern", "2026-04-02"),
    ("fr", "le jeudi avant Pâques", "2026-04-02"),
    ("es", "el miércoles antes de Pascua", "2026-04-01"),
    ("nl", "de donderdag voor Pasen", "2026-04-02"),
    ("it", "il giovedì prima di Pasqua", "2026-04-02"),
    ("pt", "na quinta-feira antes da Páscoa", "2026-04-02"),
    ("en", "the Monday after 15 August", "2026-08-17"),
    ("de", "am Montag nach Mariä Himmelfahrt", "2026-08-17"),
    ("fr", "le lundi qui suit l'Assomption", "2026-08-17"),
    ("es", "el lunes posterior a la Asunción", "2026-08-17"),
    ("nl", "de dinsdag na Koningsdag", "2026-04-28"),
    ("it", "il lunedì dopo Ferragosto", "2026-08-17"),
    ("pt", "na segunda-feira a seguir à Assunção", "2026-08-17"),
    ("en", "in ten days, counted from today", "2026-03-21"),
    ("en", "ten days from today", "2026-03-21"),
    ("en", "within 10 days of today", "2026-03-21"),
    ("en", "within ten days of this mail", "2026-03-21"),
    ("de", "in zehn Tagen, von heute an gerechnet", "2026-03-21"),
    ("de", "binnen zehn Tagen ab heute", "2026-03-21"),
    ("fr", "dans dix jours à compter d'aujourd'hui", "2026-03-21"),
    ("fr", "sous dix jours à compter de ce jour", "2026-03-21"),
    ("es", "en diez días a contar desde hoy", "2026-03-21"),
    ("es", "a los diez días de hoy", "2026-03-21"),
    ("nl", "binnen tien dagen na heden", "2026-03-21"),
    ("nl", "tien dagen vanaf vandaag", "2026-03-21"),
    ("it", "entro dieci giorni da oggi", "2026-03-21"),
    ("it", "dieci giorni a partire da oggi", "2026-03-21"),
    ("pt", "em dez dias a contar de hoje", "2026-03-21"),
    ("pt", "dez dias a partir de hoje", "2026-03-21"),
    ("en", "not this Monday but the one after", "2026-03-23"),
    ("de", "nicht diesen Montag, sondern den danach", "2026-03-23"),
    ("fr", "pas ce lundi mais le suivant", "2026-03-23"),
    ("es", "no este lunes sino el siguiente", "2026-03-23"),
    ("nl", "niet deze maandag maar die daarna", "2026-03-23"),
    ("it", "non questo lunedì ma quello dopo", "2026-03-23"),
    ("pt", "não esta segunda-feira, mas a seguinte", "2026-03-23"),
    ("en", "two working days from now", "2026-03-13"),
    ("de", "in zwei Werktagen", "2026-03-13"),
    ("fr", "sous deux jours ouvrés", "2026-03-13"),
    ("es", "dentro de dos días hábiles", "2026-03-13"),
    ("nl", "binnen twee werkdagen", "2026-03-13"),
    ("it", "entro due giorni lavorativi", "2026-03-13"),
    ("pt", "dentro de dois dias úteis", "2026-03-13"),
    ("en", "the first working day of April", "2026-04-01"),
    ("de", "am ersten Werktag im April", "2026-04-01"),
    ("fr", "le premier jour ouvré d'avril", "2026-04-01"),
    ("es", "el primer día hábil de abril", "2026-04-01"),
    ("nl", "de eerste werkdag van april", "2026-04-01"),
    ("it", "il primo giorno lavorativo di aprile", "2026-04-01"),
    ("pt", "no primeiro dia útil de abril", "2026-04-01"),
    ("en", "a week today", "2026-03-18"),
    ("de", "heute in einer Woche", "2026-03-18"),
    ("fr", "dans une semaine jour pour jour", "2026-03-18"),
    ("es", "de aquí a una semana", "2026-03-18"),
    ("nl", "vandaag over een week", "2026-03-18"),
    ("it", "tra una settimana esatta", "2026-03-18"),
    ("pt", "daqui a uma semana", "2026-03-18"),
]


@pytest.mark.parametrize(("language", "words", "day"), TOLD)
def test_a_day_told_by_another_is_one_date(language: str, words: str, day: str) -> None:
    assert [str(hit.day) for hit in find_dates(words, WEDNESDAY, language)] == [day]


@pytest.mark.parametrize(
    ("year", "day"),
    [(1961, (4, 2)), (2008, (3, 23)), (2026, (4, 5)), (2027, (3, 28)), (2038, (4, 25)), (2049, (4, 18))],
)
def test_easter_is_where_the_almanac_has_it(year: int, day: tuple[int, int]) -> None:
    assert easter(year) == date(year, *day)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Happy Easter and thank you"),
        ("en", "until the Easter collection has been counted"),
        ("de", "Frohe Ostern!"),
        ("fr", "Joyeux Noël à tous"),
        ("es", "nos vemos después de Semana Santa"),
        ("it", "Buon Ferragosto"),
        ("nl", "Prettige kerst"),
        ("pt", "Feliz Natal"),
    ],
)
def test_a_feast_that_is_no_term_is_no_date(language: str, text: str) -> None:
    assert find_dates(text, WEDNESDAY, language) == ()


def test_a_weekday_of_the_week_is_that_of_the_week_named_before() -> None:
    found = find_dates("booked in week 14, we always pay on the Thursday of the week", WEDNESDAY, "en")
    assert found[-1].day == date(2026, 4, 2)


def test_the_week_after_is_counted_from_the_day_named_before() -> None:
    found = find_dates("Este viernes imposible. El viernes de la semana siguiente sí.", WEDNESDAY, "es")
    assert [str(hit.day) for hit in found] == ["2026-03-13", "2026-03-20"]


def test_a_month_just_over_is_meant_before_one_a_year_ahead() -> None:
    (found,) = find_dates("parti fin février", WEDNESDAY, "fr")
    assert found.day == date(2026, 2, 28)


def test_every_language_knows_its_feasts() -> None:
    assert all(feast.coming(WEDNESDAY) for feasts in FEASTS.values() for feast in feasts.values())

from datetime import date

import pytest

from app.reading.days.dates import find_dates
from tests.hangs import no_hang

WEDNESDAY = date(2026, 3, 11)

CONVENTIONS = [
    ("en", "the Friday of this week", "2026-03-13"),
    ("en", "the middle of the next month", "2026-04-15"),
    ("en", "the last Friday in May", "2026-05-29"),
    ("en", "the first Monday of the month", "2026-04-06"),
    ("fr", "le premier lundi de juin", "2026-06-01"),
    ("de", "am letzten Freitag im April", "2026-04-24"),
    ("es", "el primer lunes de cada mes", "2026-04-06"),
    ("nl", "de laatste vrijdag van april", "2026-04-24"),
    ("en", "until Michaelmas", "2026-09-29"),
    ("nl", "tot Koningsdag", "2026-04-27"),
    ("it", "entro Ferragosto", "2026-08-15"),
    ("fr", "dans la première quinzaine de septembre", "2026-09-15"),
    ("de", "in der ersten Maihälfte", "2026-05-15"),
    ("es", "la segunda quincena de abril", "2026-04-30"),
    ("it", "nella prima metà di giugno", "2026-06-15"),
    ("fr", "cet aprèm", "2026-03-11"),
    ("de", "gleich noch vor Feierabend", "2026-03-11"),
    ("en", "on Friday", "2026-03-13"),
    ("en", "next Friday", "2026-03-20"),
    ("en", "Friday week", "2026-03-20"),
    ("en", "a week on Friday", "2026-03-20"),
    ("en", "by the end of the week", "2026-03-13"),
    ("en", "at month end", "2026-03-31"),
    ("en", "the last working day of May", "2026-05-29"),
    ("en", "mid-April", "2026-04-15"),
    ("en", "on the 25th", "2026-03-25"),
    ("en", "on the 4th", "2026-04-04"),
    ("en", "March 14th", "2026-03-14"),
    ("en", "the 5th of next month", "2026-04-05"),
    ("en", "within three working days", "2026-03-16"),
    ("en", "in a fortnight", "2026-03-25"),
    ("en", "2026-03-14", "2026-03-14"),
    ("fr", "vendredi prochain", "2026-03-20"),
    ("fr", "vendredi en huit", "2026-03-20"),
    ("fr", "sous huitaine", "2026-03-19"),
    ("fr", "sous quinzaine", "2026-03-26"),
    ("fr", "à la mi-avril", "2026-04-15"),
    ("fr", "en début de mois", "2026-04-01"),
    ("fr", "le 1er avril", "2026-04-01"),
    ("fr", "fin mai", "2026-05-31"),
    ("de", "nächsten Freitag", "2026-03-20"),
    ("de", "kommenden Freitag", "2026-03-13"),
    ("de", "übernächsten Freitag", "2026-03-20"),
    ("de", "Ende KW 13", "2026-03-27"),
    ("de", "in 14 Tagen", "2026-03-25"),
    ("de", "am 14.03.", "2026-03-14"),
    ("de", "bis zum 15.", "2026-03-15"),
    ("de", "Mitte April", "2026-04-15"),
    ("de", "Anfang April", "2026-04-01"),
    ("de", "Freitag nächster Woche", "2026-03-20"),
    ("es", "el próximo viernes", "2026-03-20"),
    ("es", "el viernes que viene", "2026-03-13"),
    ("es", "a primeros de mes", "2026-04-01"),
    ("es", "a mediados de abril", "2026-04-15"),
    ("es", "a finales de mes", "2026-03-31"),
    ("es", "14 de marzo", "2026-03-14"),
    ("es", "pasado mañana", "2026-03-13"),
    ("nl", "volgende week vrijdag", "2026-03-20"),
    ("nl", "komende vrijdag", "2026-03-13"),
    ("nl", "eind van de maand", "2026-03-31"),
    ("nl", "medio april", "2026-04-15"),
    ("it", "venerdì prossimo", "2026-03-20"),
    ("it", "a fine mese", "2026-03-31"),
    ("it", "fra dieci giorni", "2026-03-21"),
    ("it", "metà aprile", "2026-04-15"),
    ("pt", "na próxima sexta-feira", "2026-03-20"),
    ("pt", "na sexta que vem", "2026-03-13"),
    ("pt", "no fim do mês", "2026-03-31"),
    ("pt", "daqui a 10 dias", "2026-03-21"),
]


@pytest.mark.parametrize(("language", "words", "day"), CONVENTIONS)
def test_conventions_of_the_labels(language: str, words: str, day: str) -> None:
    found = find_dates(f"xxx {words}, xxx", WEDNESDAY, language)
    assert [str(hit.day) for hit in found] == [day]


def test_offsets_point_at_the_words() -> None:
    text = "Überweisung folgt am 14. März."
    (found,) = find_dates(text, WEDNESDAY, "de")
    assert text[found.start : found.end] == "14. März"


def test_a_weekday_with_a_number_is_one_date() -> None:
    (found,) = find_dates("on Friday, the 20th", WEDNESDAY, "en")
    assert found.day == date(2026, 3, 20)


def test_a_day_without_month_takes_it_from_the_date_it_is_joined_to() -> None:
    found = find_dates("el 5 y el 20 de junio", WEDNESDAY, "es")
    assert [str(hit.day) for hit in found] == ["2026-06-05", "2026-06-20"]


def test_american_order_for_american_customers() -> None:
    assert find_dates("by 3/4/2026", WEDNESDAY, "en", "US")[0].day == date(2026, 3, 4)
    assert find_dates("by 3/4/2026", WEDNESDAY, "en", "GB")[0].day == date(2026, 4, 3)


def test_next_friday_names_what_else_it_may_mean() -> None:
    assert find_dates("next Friday", WEDNESDAY, "en")[0].candidates == (date(2026, 3, 20), date(2026, 3, 13))


def test_a_week_without_a_day_is_not_a_day() -> None:
    (found,) = find_dates("in week 13", WEDNESDAY, "en")
    assert found.day is None


def test_past_days_say_so() -> None:
    assert {hit.kind for hit in find_dates("yesterday and last Friday", WEDNESDAY, "en")} == {"past"}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "May I ask who may pay 50 % of INV-2026-0331?"),
        ("de", "Guten Morgen Herr Muster"),
        ("es", "Buenas, por la mañana no estoy"),
        ("it", "vi chiedo il 3% di sconto"),
        ("pt", "preciso da segunda via da fatura"),
        ("fr", "à 60 jours comme tout le monde"),
        ("nl", "zo doe ik dat do"),
    ],
)
def test_what_is_not_a_date(language: str, text: str) -> None:
    assert find_dates(text, WEDNESDAY, language) == ()


def test_time_grows_with_the_text_only_in_proportion() -> None:
    unit = "le 1 1/1 1.1. in den nächsten in 1 1 "
    find_dates(unit, WEDNESDAY, "de")
    with no_hang():
        find_dates(unit * 1500, WEDNESDAY, "de")


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "on the twelfth", "2026-03-12"),
        ("en", "the twenty-third of March", "2026-03-23"),
        ("de", "am zwanzigsten", "2026-03-20"),
        ("fr", "le vingt mars", "2026-03-20"),
        ("es", "el veinte de marzo", "2026-03-20"),
        ("nl", "op de twintigste", "2026-03-20"),
        ("it", "il venti marzo", "2026-03-20"),
        ("pt", "a vinte de março", "2026-03-20"),
        ("de", "heute in 14 Tagen", "2026-03-25"),
        ("fr", "d'aujourd'hui en quinze", "2026-03-26"),
        ("en", "a week today", "2026-03-18"),
        ("es", "el viernes 5", "2026-06-05"),
        ("es", "mañana jueves a primera hora", "2026-03-12"),
        ("nl", "in de betaalrun van de 15e", "2026-03-15"),
        ("es", "en el lote de pagos del 22", "2026-03-22"),
        ("pt", "sexta eu pago", "2026-03-13"),
        ("en", "on the first of the month", "2026-04-01"),
        ("en", "in week 17, on the Wednesday", "2026-04-22"),
        ("fr", "en semaine 17, le mercredi", "2026-04-22"),
        ("de", "Mittwoch der KW 17", "2026-04-22"),
        ("es", "en la semana 17, el miércoles", "2026-04-22"),
        ("nl", "in week 17, op woensdag", "2026-04-22"),
        ("it", "nella settimana 17, mercoledì", "2026-04-22"),
        ("pt", "na semana 17, quarta-feira", "2026-04-22"),
    ],
)
def test_days_in_other_words(language: str, text: str, expected: str) -> None:
    assert [str(hit.day) for hit in find_dates(text, WEDNESDAY, language)] == [expected]


@pytest.mark.parametrize(
    ("language", "text"), [("nl", "tussen 23 en 25 maart"), ("pt", "entre 23 e 25 de março"), ("en", "23 to 25 March")]
)
def test_a_number_shares_the_month_it_is_joined_to(language: str, text: str) -> None:
    assert [str(hit.day) for hit in find_dates(text, WEDNESDAY, language)] == ["2026-03-23", "2026-03-25"]


@pytest.mark.parametrize("text", ["in the second week", "in the first half", "on the first invoice"])
def test_an_ordinal_of_something_else_is_no_day(text: str) -> None:
    assert find_dates(text, WEDNESDAY, "en") == ()


def test_a_number_in_words_is_no_day_of_september() -> None:
    assert find_dates("la première en dix-sept ans", WEDNESDAY, "fr") == ()

import pytest

from app.reading.bills.invoices import foreign_numbers, match_invoices
from tests.unit.reading.ledger import account

TWO = account(("R-4471", "100.00"), ("R-4480", "250.00"))


def numbers(text: str) -> list[str]:
    return [number for match in match_invoices(text, TWO) for number in match.numbers]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("R-4471 is paid", ["R-4471"]),
        ("r 4471 is paid", ["R-4471"]),
        ("4471 is paid", ["R-4471"]),
        ("no. 04471", ["R-4471"]),
        ("R-4471/80", ["R-4471", "R-4480"]),
        ("R-4471 to R-4480", ["R-4471", "R-4480"]),
        ("both are paid", ["R-4471", "R-4480"]),
        ("alle offenen Rechnungen", ["R-4471", "R-4480"]),
        ("the January one", ["R-4471"]),
        ("invoice ...480", ["R-4480"]),
        ("R-4417 for 100.00 EUR", ["R-4471"]),
        ("die 71 und die 80", ["R-4471", "R-4480"]),
        ("la 71 ya salió, la 80 el jueves", ["R-4471", "R-4480"]),
        ("de la 4471 a la 4480", ["R-4471", "R-4480"]),
        ("all of the invoices", ["R-4471", "R-4480"]),
        ("in Friday's batch. 4480 is wrong", ["R-4480"]),
        ("les deux cartons", []),
        ("both the driver and his mate", []),
        ("le 71 mars", []),
        ("order 4471", []),
        ("€4,471.00", []),
        ("on 4.4.71", []),
        ("approved by both directors", []),
        ("les deux mandataires ont signé", []),
        ("please send all invoices and reminders to books@example.com", []),
        ("alle Rechnungen bitte an buch@example.com richten", []),
        ("todas las facturas, avisos y cartas", []),
    ],
)
def test_how_an_invoice_is_named(text: str, expected: list[str]) -> None:
    assert numbers(text) == expected


def test_a_slip_counts_only_when_one_invoice_fits() -> None:
    near = account(("R-4471", "100.00"), ("R-4472", "250.00"))
    assert match_invoices("R-4473", near) == ()
    assert match_invoices("R-4473 over 250.00 EUR", near)[0].numbers == ("R-4472",)


def test_offsets_point_at_the_words() -> None:
    text = "Wegen Rechnung 4480: erledigt"
    (match,) = match_invoices(text, TWO)
    assert text[match.start : match.end] == "4480"


def test_numbers_of_the_same_shape_that_nobody_knows() -> None:
    assert [match.numbers for match in foreign_numbers("we never got R-9999", TWO)] == [("R-9999",)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("La 3 est payée, la 4 part vendredi", ["3-2026", "4-2026"]),
        ("la 3 et la 4, réglées hier", ["3-2026", "4-2026"]),
        ("Factures 3-2026 à 12-2026", ["3-2026", "4-2026", "12-2026"]),
        ("Rechnung 12 ist bezahlt", ["12-2026"]),
        ("les 3 cartons, le 4 mars, 12 jours", []),
    ],
)
def test_a_year_at_the_end_of_a_number_counts_nothing(text: str, expected: list[str]) -> None:
    on = account(("3-2026", "10.00"), ("4-2026", "20.00"), ("12-2026", "30.00"))
    assert [number for match in match_invoices(text, on) for number in match.numbers] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("40/2026 é dia 27", ["40"]), ("no dia 31/3", []), ("em 7/2026", []), ("two, 31 boxes", []), ("am 31 März", [])],
)
def test_short_numbers_are_no_dates_and_count_nothing(text: str, expected: list[str]) -> None:
    on = account(("7", "10.00"), ("31", "20.00"), ("40", "30.00"))
    assert [number for match in match_invoices(text, on) for number in match.numbers] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kurz: 31, 32 und 34 kommen Montag. 35 ist da.", ["31", "32", "34", "35"]),
        ("tell him 661 is paid and 667 goes on Monday", ["661", "667"]),
        ("661 boxes arrived and 667 euros were paid", []),
        ("tell him 661 is paid", []),
        ("am 31. und am 32. Tag", []),
        ("finales de febrero, de marzo y de abril", []),
    ],
)
def test_bare_numbers_vouch_for_each_other(text: str, expected: list[str]) -> None:
    on = account(*((f"MP-{number}", "10.00") for number in (31, 32, 34, 35, 661, 667)))
    assert [n.removeprefix("MP-") for match in match_invoices(text, on) for n in match.numbers] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("71 went out yesterday, 80 goes on Monday", ["R-4471", "R-4480"]),
        ("80: gestern angewiesen. 71: wird Donnerstag bezahlt", ["R-4480", "R-4471"]),
        ("tout est réglé sauf la 471. Celle-là, jeudi", ["R-4471"]),
        ("facture finie avec 80 est payée", ["R-4480"]),
        ("71 boxes came, 80 were ordered", []),
        ("71 went out yesterday", []),
    ],
)
def test_the_last_digits_of_longer_numbers_vouch_for_each_other(text: str, expected: list[str]) -> None:
    assert numbers(text) == expected

import pytest

from app.reading.invoices import foreign_numbers, match_invoices
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

from dataclasses import replace

import pytest

from app.reading.bills.invoices import match_invoices
from app.reading.bills.references import find_references
from tests.unit.reading.ledger import account, invoice

FOUR = replace(
    account(("R-4471", "900.00")),
    invoices=(
        invoice("R-4471", "900.00", month=4),
        invoice("R-4472", "310.00", month=4),
        invoice("R-4480", "250.50", month=5),
        invoice("R-4490", "75.00", month=6),
    ),
)


def pointed_at(text: str) -> list[tuple[str, ...]]:
    return [match.numbers for match in find_references(text, match_invoices(text, FOUR), FOUR)]


@pytest.mark.parametrize(
    "text",
    [
        "The two from April went out yesterday.",
        "Both invoices from April went out yesterday.",
        "Your April invoices went out yesterday.",
        "Die beiden aus dem April sind gestern raus.",
        "Beide Aprilrechnungen sind gestern raus.",
        "Les deux factures d'avril sont parties hier.",
        "Las dos de abril salieron ayer.",
        "Le due fatture di aprile sono partite ieri.",
        "De twee facturen van april zijn gisteren betaald.",
        "As duas faturas de abril seguiram ontem.",
    ],
)
def test_several_of_a_month(text: str) -> None:
    assert pointed_at(text) == [("R-4471", "R-4472")]


@pytest.mark.parametrize(
    "text",
    [
        "The garden hoses from May leak.",
        "May's is wrong, the hoses leak.",
        "Die Gartenschläuche vom Mai sind undicht.",
        "Les tuyaux de mai fuient.",
        "Las mangueras de mayo pierden agua.",
        "I tubi di maggio perdono.",
        "De tuinslangen van mei lekken.",
        "As mangueiras de maio pingam.",
    ],
)
def test_what_was_bought_in_a_month(text: str) -> None:
    assert pointed_at(text) == [("R-4480",)]


@pytest.mark.parametrize(
    "text",
    [
        "The three from April went out yesterday.",
        "We pay at the end of May.",
        "Thank you for the letter of 12 May and the reminder from May.",
        "Wir zahlen in der ersten Woche vom Mai, das Schreiben vom Mai liegt hier.",
        "La relance de mai est arrivée, le 3 mai.",
        "R-4471 is paid, the hoses from May were fine.",
        "The ladders from August are here.",
    ],
)
def test_a_month_that_is_of_no_invoice(text: str) -> None:
    assert pointed_at(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "The ones due in May and June will be settled on Wednesday.",
        "Die Rechnungen von Mai und Juni kommen am Mittwoch.",
        "Las facturas de mayo y junio salen el miércoles.",
    ],
)
def test_those_of_two_months(text: str) -> None:
    assert pointed_at(text) == [("R-4480", "R-4490")]

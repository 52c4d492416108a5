from dataclasses import replace

import pytest

from app.reading.bills.invoices import match_invoices
from app.reading.bills.references import find_references
from tests.unit.reading.ledger import account, invoice

FOUR = account(("R-4471", "75.00"), ("R-4480", "250.00"), ("R-4490", "900.00"), ("R-4495", "120.00"))
SPRING = replace(
    FOUR,
    invoices=(
        invoice("R-4471", "900.00", month=3),
        invoice("R-4480", "310.00", month=4),
        invoice("R-4490", "250.50", month=4),
    ),
)


def pointed_at(text: str, on: object = FOUR) -> list[set[str]]:
    """The endings of the invoices that each word points at."""
    found = find_references(text, match_invoices(text, on), on)  # type: ignore[arg-type]
    return [{number[-2:] for number in match.numbers} for match in found]


@pytest.mark.parametrize(
    "text",
    [
        "The two older ones will be in our run on Friday.",
        "The older two I've approved.",
        "Les deux plus anciennes passent au virement du 20.",
        "Die beiden älteren bekommen Sie am Freitag.",
        "Las dos más antiguas te las pago pasado mañana.",
        "De twee oudste betaal ik overmorgen.",
        "Le due più vecchie te le pago dopodomani.",
        "As duas mais antigas pago depois de amanhã.",
    ],
)
def test_the_two_older_ones(text: str) -> None:
    assert pointed_at(text) == [{"71", "80"}]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The three smaller ones go out on Friday.", {"71", "80", "95"}),
        ("Die zwei größten zahle ich morgen.", {"80", "90"}),
        ("La più alta va via mercoledì.", {"90"}),
        ("Para a mais pequena precisava de tempo.", {"71"}),
        ("La grossa… dove sono gli altri armadi?", {"90"}),
        ("De laagste komende woensdag.", {"71"}),
    ],
)
def test_by_size(text: str, expected: set[str]) -> None:
    assert pointed_at(text)[:1] == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "The two older boxes were wet.",
        "The big Friday run is closed.",
        "die beiden großen Kisten",
        "La chica le dijo que hoy mismo las metía.",
        "Die Jüngste: im Mai kommt sie zur Schule.",
    ],
)
def test_other_things_that_are_old_or_big(text: str) -> None:
    assert pointed_at(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "March you've had since the 4th. Of April the larger goes out on Thursday, for the smaller one we ask time.",
        "Der März ist bezahlt. Vom April geht die größere Donnerstag raus, bei der kleineren müsste ich passen.",
        "Mars est réglé. D'avril, la plus élevée part jeudi, pour la plus faible il faudrait un délai.",
        "Marzo lo tenéis cobrado. De abril, la mayor va el jueves; para la menor necesitaría aguantar.",
        "Maart heb je binnen. Van april gaat de hoogste donderdag weg; voor de laagste vraag ik geduld.",
        "Marzo risulta addebitato. Di aprile la più alta va via giovedì; per la più bassa avrei bisogno di tempo.",
        "Março já saiu da conta. De abril, a maior vai na quinta; para a mais pequena precisava de tempo.",
    ],
)
def test_of_the_month_that_opens_the_sentence(text: str) -> None:
    assert pointed_at(text, SPRING) == [{"71"}, {"80"}, {"90"}]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I have R-4471, R-4480 and R-4490 here. R-4471 and R-4480 are paid. The last one is wrong.", {"90"}),
        ("R-4471 ist offen. Half in February, half in March, the other later.", None),
    ],
)
def test_the_last_and_the_other_half(text: str, expected: set[str] | None) -> None:
    three = replace(FOUR, invoices=FOUR.invoices[:3])
    assert pointed_at(text, three) == ([expected] if expected else [])

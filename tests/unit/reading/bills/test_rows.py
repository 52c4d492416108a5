"""Invoices by their place in the list, by how their numbers end, and by how many they are."""

from dataclasses import replace

import pytest

from app.domain.account import Account
from app.reading.authorship.quotes import unmarked_forwards
from app.reading.authorship.replies import split_reply
from app.reading.bills.invoices import match_invoices
from app.reading.bills.references import find_references
from tests.unit.reading.ledger import account

THREE = account(("R-4471", "900.00"), ("R-4480", "250.00"), ("R-4490", "75.00"))
SIX = account(*((f"R-10{number}", f"{number}00.00") for number in range(11, 17)))
A, B, C = ("R-4471",), ("R-4480",), ("R-4490",)


def pointed_at(text: str, on: Account = THREE) -> list[tuple[str, ...]]:
    matches = match_invoices(text, on)
    found = [*matches, *find_references(text, matches, on)]
    return [match.numbers for match in sorted(found, key=lambda match: match.start)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The first is paid, the third goes on Friday.", [A, C]),
        ("Of the three we have here the second is wrong.", [B]),
        ("Von den dreien ist die mittlere bezahlt, die erste kommt Freitag.", [B, A]),
        ("Le premier c'est bon, le deuxième non.", [A, B]),
        ("Las dos primeras ya se pagaron; la última sale el viernes.", [(*A, *B), C]),
        ("Le ultime due partono lunedì.", [(*B, *C)]),
        ("De eerste is betaald, de derde klopt niet.", [A, C]),
        ("Celle du milieu part lundi.", [B]),
        ("Nr. 1: bezahlt\nNr. 3: Ware fehlt", [A, C]),
        ("On your list number two is paid. Number three we never got.", [B, C]),
        ("The first, second and third are paid.", [A, B, C]),
        ("Da sua lista, a número um está paga e a número três nunca chegou.", [A, C]),
    ],
)
def test_a_place_in_the_list_points(text: str, expected: list[tuple[str, ...]]) -> None:
    assert pointed_at(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "This is the first time we hear of it, and the second lorry never came.",
        "The first of us to read it was my wife.",
        "We pay the last days of the month.",
        "The first is fine, the seventh is not.",
        "1. We thank you.\n2. We shall look into it.\n3. Nothing is agreed.\n4. Greetings.",
        "Wir treffen uns am ersten und am dritten.",
        "There are two reasons. The first is that the goods were wet, the second is the price.",
        "Es gibt zwei Gründe: der erste ist der Preis, der zweite ist die Qualität.",
        "Chegaram duas caixas: a primeira foi aberta, a segunda foi devolvida.",
        "Position 1: 3 Stück fehlen\nPosition 2: falsche Farbe",
        "Number one priority is payroll. Number two is you.",
        "Our payment freeze ends in 71 days.",
        "Das Geschäftsjahr endet am 31.3., die Frist endet in 90 Tagen.",
        "We paid by the card ending 71.",
        "We paid three invoices last year. Three invoices for one delivery!",
    ],
)
def test_what_is_counted_otherwise_does_not(text: str) -> None:
    assert pointed_at(text) == []


def test_a_list_in_the_subject_is_the_list() -> None:
    text = "The first is paid, the second goes on Friday."
    found = find_references(text, (), THREE, ("R-4471", "R-4490"))
    assert [match.numbers for match in found] == [A, C]
    assert find_references("There are two problems with it. The first is new.", (), THREE, ("R-4490",)) == ()


def test_what_a_letter_of_ours_would_not_list_makes_places_unsure() -> None:
    half_paid = replace(THREE, invoices=(replace(THREE.invoices[0], payment_seen=True), *THREE.invoices[1:]))
    assert pointed_at("The first is paid, the second goes on Friday.", half_paid) == []


def test_a_long_list_is_told_apart() -> None:
    text = "I've no quarrel with the first four on your list. The fifth is double, the sixth I'd like to see."
    assert pointed_at(text, SIX) == [("R-1011", "R-1012", "R-1013", "R-1014"), ("R-1015",), ("R-1016",)]


@pytest.mark.parametrize(
    "text",
    [
        "The ones ending 71 and 90 are paid.",
        "La que acaba en 71 y 90 …",
        "Die mit der Endung 71 und die 90 sind bezahlt.",
    ],
)
def test_the_end_of_a_number_points(text: str) -> None:
    assert {number for numbers in pointed_at(text) for number in numbers} == {"R-4471", "R-4490"}


@pytest.mark.parametrize(
    "text",
    [
        "Your three invoices stay unpaid.",
        "drei Ihrer Rechnungen kann ich nicht zahlen.",
        "vos 3 factures",
        "sus tres facturas",
    ],
)
def test_as_many_as_are_open_are_all(text: str) -> None:
    assert pointed_at(text) == [("R-4471", "R-4480", "R-4490")]
    assert pointed_at("two of your invoices are paid") == []
    assert pointed_at(f"{text} R-4480 is paid.") == [B]


APPLE = """That's our answer.

Begin forwarded message:

> From: Stores <stores@customer.example>
> Subject: lamps
> Date: 3 May 2026 at 10:12:01 BST
> To: Accounts
>
> R-4471 came one short.
>
>> Have you counted R-4480?
"""


def test_a_forwarded_mail_counts_where_the_mailer_marks_all_of_it() -> None:
    text = unmarked_forwards(APPLE)
    new = "\n".join(span.of(text) for span in split_reply(text, subject="Fwd: lamps").new)
    assert "R-4471 came one short." in new
    assert "R-4480" not in new
    assert "stores@" not in new
    assert unmarked_forwards(text) == text


def test_our_own_mail_passed_back_stays_a_quote() -> None:
    text = unmarked_forwards(APPLE.replace("stores@customer", "ar@seller"))
    new = split_reply(text, subject="Fwd: lamps", own=("ar@seller.example",)).new
    assert [span.of(text) for span in new] == ["That's our answer."]


def test_other_marked_lines_are_left_as_they_are() -> None:
    for text in ("Am 3.5. schrieb Ines:\n> R-4471 ist offen.\nBezahlt.", "see:\n\n> a quote\n", "- \n> x"):
        assert unmarked_forwards(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The first is paid. The second, R-4480, is short. As for the third, we need time.", [A, B, C]),
        ("De eerste is betaald. De tweede, R-4480, klopt niet. Wat de derde betreft: uitstel?", [A, B, C]),
        ("La première facture (R-4471) est payée. La troisième, nous attendons.", [A, C]),
        ("A primeira já foi paga. A segunda, R-4480, não.", [A, B]),
    ],
)
def test_a_place_told_with_its_number_shows_that_the_others_are_places_too(text: str, expected: object) -> None:
    assert pointed_at(text) == expected


def test_places_that_are_told_otherwise_than_in_our_list_point_at_no_row() -> None:
    assert ("R-4490",) not in pointed_at("The second, R-4471, is paid. The third is not yet due.")[1:]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1) paid on the 14th\n2) paid on 5 May\n3) two drills came, three were billed", [A, B, C]),
        ("1. Two boxes were missing.\n2. The driver was late.", []),
        ("1. Two boxes were missing.\n3. The driver was late.\n4. Nobody called.", []),
    ],
)
def test_a_list_of_as_many_items_as_there_are_invoices_answers_ours(text: str, expected: object) -> None:
    assert pointed_at(text) == expected


def test_all_but_the_last_two() -> None:
    assert pointed_at("Von Ihren Rechnungen sind alle bezahlt bis auf die beiden letzten.")[-1] == (*B, *C)


def test_het_prima_is_no_first_of_a_list() -> None:
    three = account(("R-4471", "900.00"), ("R-4480", "250.00"), ("R-4490", "75.00"))
    text = "De eerste is betaald. De tweede klopt niet, al doet dat ding het prima."
    assert [match.numbers for match in find_references(text, (), three)] == [("R-4471",), ("R-4480",)]

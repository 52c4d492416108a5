from dataclasses import replace
from decimal import Decimal

import pytest

from app.domain.account import Account
from app.domain.money import Money
from app.reading.bills.invoices import match_invoices
from app.reading.bills.references import find_references
from tests.unit.reading.ledger import account

THREE = account(("R-4471", "900.00"), ("R-4480", "250.00"), ("R-4490", "75.00"))
TWO = account(("R-4471", "900.00"), ("R-4480", "250.00"))


def pointed_at(text: str, on: Account = THREE, listed: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    return [match.numbers for match in find_references(text, match_invoices(text, on), on, listed)]


@pytest.mark.parametrize(
    "text",
    [
        "R-4471 is paid, the other two go out on Friday",
        "R-4471 is paid, everything else is approved",
        "R-4471 ist bezahlt, die anderen beiden kommen am Freitag",
        "R-4471 est payée, les deux autres partent vendredi",
        "R-4471 está pagada, las otras dos salen el viernes",
        "R-4471 è pagata, le altre due partono venerdì",
        "R-4471 is betaald, de andere twee gaan vrijdag",
        "R-4471 está paga, as outras duas seguem sexta",
        "I have R-4471, R-4480 and R-4490 here. R-4471 is paid, the others go out on Friday",
        "R-4471 is paid, the other two I've no quarrel with",
        "R-4471 is betaald, de beide andere staan klaar",
    ],
)
def test_the_others_are_what_is_not_named(text: str) -> None:
    assert pointed_at(text) == [("R-4480", "R-4490")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("R-4471 and R-4480: the former is paid, the latter is wrong", [("R-4471",), ("R-4480",)]),
        ("the big one is paid, the small one goes out on Friday", [("R-4471",), ("R-4490",)]),
        ("die große ist bezahlt", [("R-4471",)]),
        ("la grosse par contre vous pouvez la garder", [("R-4471",)]),
        ("quella grossa la paghiamo venerdì", [("R-4471",)]),
        ("de kleine rekening is voor een raam met een kras", [("R-4490",)]),
        ("the €250.00 one is wrong", [("R-4480",)]),
        ("die über 75,00 € ist falsch", [("R-4490",)]),
        ("all three are approved", [("R-4471", "R-4480", "R-4490")]),
        ("the first reminder came on the second day, the other day", []),
        ("the second one, R-4480, is wrong", []),
        ("the other two are paid", []),
        ("both the carpets and the curtains came late", []),
    ],
)
def test_places_sizes_and_amounts(text: str, expected: list[tuple[str, ...]]) -> None:
    assert pointed_at(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "All but the last went out on Monday. The last is a copy of the first lot.",
        "Bis auf die letzte sind alle bezahlt. Die letzte ist noch nicht fällig.",
        "Tout sauf la dernière est payé. La dernière, je la paie mi-octobre.",
        "Todas menos la última ya se las depositamos. La última va el 15.",
        "Tutte tranne l'ultima sono pagate, l'ultima non è ancora scaduta.",
        "Todas menos a última já foram pagas. A última vai sexta.",
        "Alles op uw lijst is voldaan, op de laatste na. De laatste gaat vrijdag.",
    ],
)
def test_all_but_the_last(text: str) -> None:
    assert pointed_at(text)[:2] == [("R-4471", "R-4480"), ("R-4490",)]


@pytest.mark.parametrize("text", ["That is the last time, all but the last straw", "Die letzte Woche war ruhig."])
def test_the_last_of_something_else_is_none(text: str) -> None:
    assert not [numbers for numbers in pointed_at(text) if numbers == ("R-4490",)]


@pytest.mark.parametrize(
    "text",
    ["Beide auf einmal, morgen früh.", "tomorrow I make transfer for all two", "They are both on the file of Friday"],
)
def test_both_in_other_words(text: str) -> None:
    assert [match.numbers for match in match_invoices(text, TWO)] == [("R-4471", "R-4480")]


def test_an_order_comes_from_the_subject_where_the_text_names_none() -> None:
    assert pointed_at("La primera ya está pagada, la otra no", TWO, ("R-4480", "R-4471"))[0] == ("R-4480",)


def test_the_two_of_three_that_are_named_are_both() -> None:
    assert pointed_at("R-4471, then R-4490. Both are paid.") == [("R-4471", "R-4490")]


@pytest.mark.parametrize(
    "text",
    [
        "R-4471 is paid. The driver put the pallet at the other end of the yard",
        "R-4471 is paid, the other boxes are still here",
        "R-4471 is on hold; everything else on the invoice is right",
        "R-4471: we asked them one after the other, nobody knows",
        "R-4471 est payée avec les autres achats du mois",
        "R-4471 ist bezahlt, für die anderen 600 Euro bitten wir um Geduld",
        "R-4471 está pagada; la otra manera es una rifa",
        "R-4471 è pagata, tutto il resto della fattura è giusto",
    ],
)
def test_other_things_are_no_other_invoices(text: str) -> None:
    assert pointed_at(text, TWO) == []


@pytest.mark.parametrize(
    "text",
    [
        "The first third is in the bank, the other two follow in May.",
        "Zwei Unterschriften braucht es, und die zweite haben wir seit gestern.",
        "Primero la R-4471. La segunda: me falta el remito.",
        "Je serai la première à m'incliner.",
        "We have two customer numbers with you, which of both? Both.",
    ],
)
def test_what_was_counted_before_may_be_no_invoices(text: str) -> None:
    assert pointed_at(text, TWO, ("R-4471",)) == []


def test_the_other_is_of_those_that_were_listed() -> None:
    assert pointed_at("R-4480 is settled, we would like to defer the other until May", THREE, ("R-4471", "R-4480")) == [
        ("R-4471",)
    ]


SUMS = account(("A-1", "7312.40"), ("A-2", "1655.00"), ("A-3", "498.00"), ("A-4", "2034.50"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("les vannes, 1 655 : elles étaient parties dès le 18 mai", [("A-2",)]),
        ("les 498, je n'ai pas la pièce", [("A-3",)]),
        ("the pump, €7,312, is not ours", [("A-1",)]),
        ("la grosse chaudière, les 7 000, passe vendredi", [("A-1",)]),
        ("one transfer of 3,689.50 EUR went on Monday", [("A-2", "A-4")]),
        ("we sent 11,499.90 EUR in one go", [("A-1", "A-2", "A-3", "A-4")]),
        ("we ordered 7000 of them", []),
        ("we can spare 600 EUR", []),
    ],
)
def test_a_sum_points_at_what_is_open(text: str, expected: list[tuple[str, ...]]) -> None:
    assert [match.numbers for match in find_references(text, (), SUMS) if match.start > 0] == expected


def test_a_sum_of_two_currencies_points_at_nothing() -> None:
    first, second = TWO.invoices
    mixed = replace(TWO, invoices=(first, replace(second, open=Money(Decimal(250), "USD"))))
    assert not find_references("we sent 1,150.00 in one go", (), mixed)
    assert find_references("we sent 1,150.00 in one go", (), TWO)


@pytest.mark.parametrize(
    ("said", "currency", "points"),
    [
        ("$250", "EUR", False),
        ("250 USD", "EUR", False),
        ("250 dollars", "GBP", False),
        ("\u00a3250", "EUR", False),
        ("R$ 250", "USD", False),
        ("250", "EUR", True),
        ("$250", "USD", True),
        ("$250", "CAD", True),
        ("250 dollars", "AUD", True),
        ("$250", "MXN", True),
        ("250 dollars", "MXN", False),
        ("US$ 250", "CAD", False),
        ("250 USD", "AUD", False),
    ],
)
def test_a_sum_points_only_at_invoices_in_a_currency_that_its_mark_may_mean(
    said: str, currency: str, points: bool
) -> None:
    on = account(("R-4471", "900.00"), ("R-4480", "250.00"), currency=currency)
    assert pointed_at(f"we sent {said} on Monday", on) == ([("R-4480",)] if points else [])


def test_a_sum_in_another_currency_tells_no_two_slips_apart() -> None:
    on = account(("R-4471", "900.00"), ("R-4477", "250.00"))
    assert [m.numbers for m in match_invoices("invoice R-4475 over 250.00 EUR", on)] == [("R-4477",)]
    assert not match_invoices("invoice R-4475 over 250.00 USD", on)


@pytest.mark.parametrize(
    "text",
    [
        "Both in Wednesday's run pal",
        "Chq for the two went Monday",
        "Both your bills stand",
        "je vous demande, pour ces deux-là, un délai",
        "le due partono venerdì",
    ],
)
def test_two_of_two_are_both(text: str) -> None:
    assert [match.numbers for match in match_invoices(text, TWO)] == [("R-4471", "R-4480")]


@pytest.mark.parametrize("text", ["The two of us went there", "between the two houses", "both drivers came late"])
def test_two_of_something_else_are_none(text: str) -> None:
    assert not match_invoices(text, TWO)


FOUR = account(("R-4471", "900.00"), ("R-4480", "286.44"), ("R-4490", "75.00"), ("R-4498", "96300.00"))


@pytest.mark.parametrize(
    "text",
    [
        "the two small ones go out on Friday",
        "die beiden kleinen gehen am Freitag raus",
        "les deux petites partent vendredi",
        "las dos pequeñas salen el viernes",
        "le due piccole partono venerdì",
        "de twee kleine gaan vrijdag",
        "as duas pequenas seguem sexta",
    ],
)
def test_so_many_of_the_smallest(text: str) -> None:
    assert pointed_at(text, FOUR) == [("R-4480", "R-4490")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the nappies, 286-something, go out on Friday", [("R-4480",)]),
        ("die Windeln, 286 und ein paar, gehen am Freitag raus", [("R-4480",)]),
        ("les couches, 286 euros et des poussières, partent vendredi", [("R-4480",)]),
        ("la de 96.000 y pico sale el viernes", [("R-4498",)]),
        ("la più cara parte venerdì", [("R-4498",)]),
        ("la más barata sale el viernes", [("R-4490",)]),
        ("the two small boys went home", []),
        ("it took 300-something days", []),
    ],
)
def test_sizes_and_sums_said_roughly(text: str, expected: list[tuple[str, ...]]) -> None:
    assert pointed_at(text, FOUR) == expected


@pytest.mark.parametrize(
    "text",
    [
        "R-4471 and R-4480: each letter of yours was crosser than the last, so here is my answer.",
        "R-4471 and R-4480 I know. One part in September, another on October 15, and the last on November 16.",
        "R-4471 und R-4480 kennen wir, es war Ihr Schreiben, das dritte, das uns überrascht hat.",
    ],
)
def test_the_last_letter_and_the_last_instalment_are_no_invoice(text: str) -> None:
    assert ("R-4490",) not in pointed_at(text)


@pytest.mark.parametrize(
    "text",
    [
        "R-4471 and R-4480 are paid. And the last one, the small sum, goes out on Friday.",
        "R-4471 und R-4480 sind bezahlt. Die dritte geht am Freitag raus.",
    ],
)
def test_the_last_that_opens_a_sentence_is_the_one_left(text: str) -> None:
    assert ("R-4490",) in pointed_at(text)


FIVE = account(*((f"R-10{number}", f"{number}00.00") for number in range(11, 16)))


@pytest.mark.parametrize(
    "text",
    [
        "R-1011 est contestée. Les quatre autres partent vendredi.",
        "R-1011 is wrong. The other four go out on Friday.",
        "R-1011 stimmt nicht. Die übrigen vier gehen Freitag raus.",
        "R-1011 no es correcta. Las otras cuatro salen el viernes.",
        "R-1011 è sbagliata. Le altre quattro partono venerdì.",
        "R-1011 klopt niet. De overige vier gaan vrijdag mee.",
    ],
)
def test_the_others_may_be_many(text: str) -> None:
    assert pointed_at(text, FIVE) == [("R-1012", "R-1013", "R-1014", "R-1015")]


@pytest.mark.parametrize(
    "text",
    [
        "R-4471 en R-4480 telkens op de laatste dag van de maand",
        "R-4471 und R-4480 sind bis auf den letzten Cent bezahlt",
    ],
)
def test_the_last_of_something_else_is_no_invoice(text: str) -> None:
    assert pointed_at(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "R-4471 is paid. R-4480 and R-4490 are of one delivery. The first is approved, the second is wrong",
        "R-4471 está pagada. La R-4480 y la R-4490 son lo mismo. El primero lo aceptamos, el segundo repite el otro",
        "R-4471 est payée. R-4480 et R-4490 : le premier est bon, le second est faux",
    ],
)
def test_the_first_and_second_of_two_that_were_named_together_last(text: str) -> None:
    assert pointed_at(text)[:2] == [("R-4480",), ("R-4490",)]


def test_the_other_of_two_that_were_named_together_last() -> None:
    assert pointed_at("R-4480 and R-4490: 4480 is paid, the other is wrong") == [("R-4490",)]


@pytest.mark.parametrize(
    "text",
    [
        "R-4471 and R-4480 are paid, the remaining one goes out on Friday",
        "R-4471 e R-4480 pagas, a restante será paga sexta",
        "R-4471 et R-4480 sont payées, celle qui reste partira vendredi",
    ],
)
def test_the_remaining_one_is_what_is_not_named(text: str) -> None:
    assert set(pointed_at(text)) == {("R-4490",)}


@pytest.mark.parametrize(
    "text",
    [
        "R-4471 ist bezahlt, für die anderen zwei bitten wir um Aufschub",
        "R-4471 is betaald, voor de andere twee vragen wij uitstel",
    ],
)
def test_who_asks_for_the_others_names_them(text: str) -> None:
    assert pointed_at(text) == [("R-4480", "R-4490")]

import pytest

from agents.addressing import Addressee, addressee_of, is_on_first_name_terms


@pytest.mark.parametrize(
    ("shown", "full", "first"),
    [
        ("Petra Vane", "Petra Vane", "Petra"),
        ("Holm, Lars", "Lars Holm", "Lars"),
        ("HOLM Lars", "Lars Holm", "Lars"),
        ("Lars HOLM", "Lars Holm", "Lars"),
        ("petra vane", "Petra Vane", "Petra"),
        ("VAN DER MEER, Bart", "Bart van der Meer", "Bart"),
        ("Vane, Petra (Halden Foods)", "Petra Vane", "Petra"),
        ("Petra Vane | Halden Foods", "Petra Vane", "Petra"),
        ("Rechtsanwältin Dr. Imke Vossberg", "Dr. Imke Vossberg", "Imke"),
        ("R. Stanmoor", "R. Stanmoor", ""),
        ("Brian O'NEIL", "Brian O'Neil", "Brian"),
        ("Hanno Jansen", "Hanno Jansen", "Hanno"),
    ],
)
def test_a_person_is_called_by_their_name_the_right_way_round(shown: str, full: str, first: str) -> None:
    assert addressee_of(shown, "Hanno Jansen Tischlerei") == Addressee(full, first)


@pytest.mark.parametrize(
    "shown",
    [
        "",
        "Halden Foods",
        "Pellworth Builders accounts",
        "Accounts Payable",
        "Comptabilité Sautier",
        "Kreditoren Rütihof",
        "Facturación Embalajes Torralba",
        "Mail Delivery System",
        "petra.vane@haldenfoods.example",
        "Petra",
        "Ring 020 7946 0000 now",
        "a b c d e f g",
    ],
)
def test_companies_departments_and_odd_senders_are_nobody(shown: str) -> None:
    assert addressee_of(shown, "Halden Foods Ltd") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hi Ines,\nwe pay.", True),
        ("Morning Ines,", True),
        ("Buenos días, Salla:", True),
        ("Salla, buenos días. De los 6.200 no le puedo dar fecha.", True),
        ("Thanks Ines, statement received.", True),
        ("We pay on Friday.\n\nPetra", True),
        ("Dear Ms Halvard,\nwe pay.\n\nPetra Vane", False),
        ("Dear supplier,", False),
        ("Hello Nordhaven,", False),
        ("Guten Morgen Frau Ostrand,", False),
        ("Bonjour Madame,", False),
        ("Hola, buenas tardes:", False),
        ("", False),
    ],
)
def test_first_name_terms_are_those_of_the_writer(text: str, expected: bool) -> None:
    assert is_on_first_name_terms(text, Addressee("Petra Vane", "Petra")) is expected

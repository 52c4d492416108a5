import pytest

from agents.addressing import Addressee, addressee_of, is_on_first_name_terms, who_signs, with_signed_title


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
    person = addressee_of(shown, "Hanno Jansen Tischlerei")
    assert person is not None
    assert (person.full, person.first) == (full, first)


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


@pytest.mark.parametrize(
    ("shown", "language", "titled"),
    [
        ("Frau Lena Holm", "de", "Frau Holm"),
        ("Herr Dr. Uwe Lind", "de", "Herr Dr. Lind"),
        ("Frau Mag. Eva Stein", "de", "Frau Mag. Stein"),
        ("Rechtsanwältin Dr. Imke Vossberg", "de", "Frau Dr. Vossberg"),
        ("Mrs J. Ashby", "en", "Mrs Ashby"),
        ("Mme Odile Aubry", "fr", "Madame Aubry"),
        ("M. Lacombe", "fr", "Monsieur Lacombe"),
        ("Maître Vidal", "fr", "Maître Vidal"),
        ("Sra. Juana Pérez García", "es", "Sra. Juana Pérez García"),
        ("Dhr. Bart van der Meer", "nl", "heer van der Meer"),
        ("Dott.ssa Chiara Moretti", "it", "Dott.ssa Moretti"),
        ("Sig.ra Anna Neri", "it", "Signora Neri"),
        ("Eng.º Rui Tavares", "pt", "Eng. Rui Tavares"),
        ("Lena Holm", "de", ""),
        ("M. Holm-Vane Petra", "en", ""),
        ("Maître Vidal", "de", ""),
    ],
)
def test_a_title_is_taken_from_the_writer_and_never_guessed(shown: str, language: str, titled: str) -> None:
    person = addressee_of(shown, "Halden Foods", language)
    assert person is not None
    assert person.titled(language) == titled


def test_an_office_before_a_title_is_no_name() -> None:
    assert addressee_of("Insolvenzverwaltung Dr. Rohde") == Addressee("Dr. Rohde")


def test_a_title_may_stand_in_the_signature_alone() -> None:
    person = Addressee("Odile Aubry", "Odile")
    assert with_signed_title(person, "Bonjour,\n\nnous payons.\n\nMme Odile Aubry").titled("fr") == "Madame Aubry"
    assert with_signed_title(person, "Bonjour Madame Petit,\n\nnous payons.\n\nOdile Aubry").titled("fr") == ""


@pytest.mark.parametrize(
    ("text", "company", "is_a_person"),
    [
        ("Hoi Sanne,\n\nbetaald.\n\nGroetjes Bas", "Bakker BV", True),
        ("Hello,\n\npaid.\n\nBas", "Bakker BV", True),
        ("Hoi Sanne,\n\nbetaald.\n\nBas", "Bas Bakker BV", True),
        ("Hello,\n\npaid.\n\nBas", "Bas BV", False),
        ("Hello,\n\npaid.\n\nThe accounts team", "Bakker BV", False),
    ],
)
def test_one_name_is_a_persons_who_signs_with_it(text: str, company: str, is_a_person: bool) -> None:
    assert (who_signs("Bas", text, company) is not None) is is_a_person
    assert who_signs("Accounts", text, company) is None

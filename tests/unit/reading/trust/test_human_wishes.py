"""Who asks for a person gets one, in seven languages; who writes of people gets the answer they asked for."""

import pytest

from app.reading.trust.human_wishes import asks_for_a_person


@pytest.mark.parametrize(
    "text",
    [
        "Which invoices are still open? And please let a human answer me this time.",
        "I would like to speak to a real person.",
        "Can I talk to a human being about this?",
        "Ich möchte bitte mit einem Menschen sprechen.",
        "Bitte lassen Sie das einen Mitarbeiter beantworten.",
        "Je souhaite parler à une vraie personne.",
        "Merci de faire traiter ma demande par un être humain, je veux parler à un conseiller.",
        "Quiero hablar con una persona, por favor.",
        "Vorrei parlare con una persona vera.",
        "Ik wil graag een medewerker spreken.",
        "Gostaria de falar com uma pessoa.",
    ],
)
def test_a_wish_for_a_person_is_heard(text: str) -> None:
    assert asks_for_a_person(text)


@pytest.mark.parametrize(
    "text",
    [
        "We will pay INV-1 on Friday.",
        "Please send the statement to the person in charge of payments.",
        "Bitte senden Sie uns die Rechnung noch einmal.",
        "Merci de nous renvoyer la facture.",
        "Por favor, envíen la factura a nuestro departamento.",
    ],
)
def test_other_mail_is_none(text: str) -> None:
    assert not asks_for_a_person(text)

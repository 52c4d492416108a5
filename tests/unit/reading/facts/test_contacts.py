"""Whom to write to from now on, in clear text and in redacted text."""

import time

import pytest

from app.reading.facts.commitments import FactSpan
from app.reading.facts.contacts import find_contact, find_successor
from app.reading.spans import sentences


def contact(text: str, about: str = "") -> tuple[str, str]:
    """Name and address found; `about` are words of the sentence that carries the intent (the whole text's first)."""
    at = text.index(about)
    sentence = next(span for span in sentences(text) if span.start <= at < span.end)
    found = find_contact(text, FactSpan("body", sentence.start, sentence.end))
    return (found.name, found.email) if found else ("", "")


@pytest.mark.parametrize(
    "text",
    [
        "I retire on Friday. From Monday on please write to my successor, Ms Ewa Lind (ewa.lind@ex.example).",
        "Ab Juli macht meine Schwiegertochter Ewa Lind die Bücher: ewa.lind@ex.example.",
        "À partir du 1er mai, votre interlocutrice sera Mlle Ewa Lind, ewa.lind@ex.example.",
        "Desde mañana llevará los pagos mi compañera Ewa Lind; su dirección es ewa.lind@ex.example.",
        "Vanaf maandag is mevrouw Ewa Lind uw vaste aanspreekpunt, ewa.lind@ex.example.",
        "D'ora in poi la mia sostituta è la dott.ssa Ewa Lind, ewa.lind@ex.example.",
        "A partir de agora, contas é com a D. Ewa Lind, ewa.lind@ex.example.",
    ],
)
def test_the_name_stands_beside_the_new_address_without_title_or_relation(text: str) -> None:
    assert contact(text) == ("Ewa Lind", "ewa.lind@ex.example")


@pytest.mark.parametrize(
    "text",
    [
        "Hi ⟨PERSON_3⟩, ⟨PERSON_1⟩ has left us for good. Invoices now go to ⟨PERSON_2⟩, ⟨EMAIL_ADDRESS_1⟩.",
        "Guten Tag, ⟨PERSON_1⟩ ist nicht mehr bei uns, zuständig ist jetzt ⟨PERSON_2⟩ (⟨EMAIL_ADDRESS_1⟩).",
        "⟨PERSON_1⟩ a quitté la société, écrivez désormais à ⟨PERSON_2⟩ : ⟨EMAIL_ADDRESS_1⟩.",
        "⟨PERSON_1⟩ ya no trabaja aquí; le sustituye ⟨PERSON_2⟩, ⟨EMAIL_ADDRESS_1⟩.",
    ],
)
def test_placeholders_are_read_as_names_are(text: str) -> None:
    assert contact(text) == ("⟨PERSON_2⟩", "⟨EMAIL_ADDRESS_1⟩")


@pytest.mark.parametrize(
    "text",
    [
        "Please use new@ex.example instead of old@ex.example.",
        "The mailbox old@ex.example will be closed. Please send everything to new@ex.example.",
        "Bitte schreiben Sie nicht mehr an old@ex.example, sondern an new@ex.example.",
        "Statt der alten Adresse bitte new@ex.example verwenden; old@ex.example wird abgeschaltet.",
        "Veuillez remplacer old@ex.example par new@ex.example.",
        "El buzón old@ex.example dejará de existir; escriban a new@ex.example.",
        "Gelieve new@ex.example te gebruiken in plaats van old@ex.example.",
        "Non usate più old@ex.example: scriveteci a new@ex.example.",
        "Não usem mais old@ex.example, escrevam para new@ex.example.",
    ],
)
def test_the_old_address_is_not_the_new_one(text: str) -> None:
    assert contact(text) == ("", "new@ex.example")


def test_an_address_that_is_kept_is_not_old_because_of_what_follows() -> None:
    text = "Richten Sie alles an neu@ex.example; die bisherige Adresse wird nicht mehr abgerufen."
    assert contact(text) == ("", "neu@ex.example")


@pytest.mark.parametrize(
    "text",
    [
        "During my absence please write to my colleague Ewa Lind, ewa.lind@ex.example.",
        "In dringenden Fällen hilft Ihnen Frau Ewa Lind (ewa.lind@ex.example).",
        "El síndico designado es Hugo Vidal, hugo.vidal@ex.example.",
    ],
)
def test_a_stand_in_or_an_administrator_is_no_new_contact(text: str) -> None:
    assert contact(text) == ("", "")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (
            "I've taken over from Liam Burke, please write to me.\nbooks@ex.example is my mailbox.\n\nEwa Lind",
            "Ewa Lind",
        ),
        (
            "My name is Ewa Lind and I've inherited your file from Liam Burke. Write to me: books@ex.example.",
            "Ewa Lind",
        ),
        (
            "Bitte nur noch an mich schreiben, nicht an ihn. Meine Adresse ist lind@ex.example.\n\nDanke\nEwa Lind",
            "Ewa Lind",
        ),
        (
            "Ruth ha dejado la empresa. Soy su sustituta: escríbanme a pagos@ex.example.\n\nGracias\nEwa Lind",
            "Ewa Lind",
        ),
        (
            "Je remplace définitivement M. Roche. Vous pouvez m'écrire à caisse@ex.example.\n\nMerci,\nEwa Lind",
            "Ewa Lind",
        ),
        ("I'm ⟨PERSON_1⟩'s replacement, use ⟨EMAIL_ADDRESS_1⟩ from now on.\n\nThanks\n⟨PERSON_2⟩", "⟨PERSON_2⟩"),
    ],
)
def test_who_takes_over_in_the_first_person_is_the_writer(text: str, name: str) -> None:
    assert contact(text)[0] == name


def test_a_writer_who_goes_is_not_the_new_contact() -> None:
    text = "From 1 July write to hub@ex.example and not any more to me.\n\nRegards\nRosalia Bon"
    assert contact(text) == ("", "hub@ex.example")


def test_a_first_name_counts_where_the_address_or_the_attention_shows_it() -> None:
    assert contact("From May on it all goes to Ander (ander@ex.example).") == ("Ander", "ander@ex.example")
    assert contact("Diríjanse desde ahora a pagos@ex.example, a la atención de Nora.") == ("Nora", "pagos@ex.example")


def test_a_firm_is_no_person() -> None:
    assert contact("Our ledgers are now with Brightwell Accountancy, ledger@brightwell.example.")[0] == ""
    assert contact("Richt u voortaan tot Delta Vastgoed Beheer in Goes (post@delta-vb.example).")[0] == ""


def test_the_address_for_reminders_goes_before_that_for_invoices() -> None:
    text = "Send invoices as PDF to in@ex.example. Please address reminders and queries in future to ask@ex.example."
    assert contact(text, "Please address") == ("", "ask@ex.example")


def test_who_takes_over_may_be_named_without_an_address() -> None:
    assert contact("My successor is Ewa Lind, she starts on Monday.") == ("Ewa Lind", "")
    assert contact("You have the wrong person, Mr Pereira moved out in August.") == ("", "")


def test_a_writer_who_gives_up_an_address_is_not_the_contact() -> None:
    text = "Merci de supprimer mon adresse et d'utiliser gestion@ex.example : je quitte la maison.\n\nEwa Lind"
    assert contact(text) == ("", "gestion@ex.example")


def test_a_department_is_no_person_though_its_mailbox_bears_its_name() -> None:
    text = "Ab sofort hat die Egli AG unsere Kreditoren: kreditoren@egli.example, Ansprechpartnerin Frau Ewa Lind."
    assert contact(text) == ("Ewa Lind", "kreditoren@egli.example")


def test_an_administrator_is_none_either_when_named_a_sentence_before() -> None:
    text = "The administrators are Marsh Reed LLP. All correspondence should go to them at creditors@marsh.example."
    assert contact(text) == ("", "")


def test_the_daughter_of_the_writer_does_not_have_the_name_of_the_writer() -> None:
    text = "Das Geschäft bleibt zu. Schreiben bitte an unsere Tochter, katja.lind@ex.example.\n\nDanke\nJosef Lind"
    assert contact(text) == ("", "katja.lind@ex.example")


def test_who_is_not_to_be_written_to_is_not_the_contact() -> None:
    text = "Please stop talking to me, our centre handles all of that now: centre.pay@ex.example.\n\nEwa Lind"
    assert contact(text) == ("", "centre.pay@ex.example")


def test_a_street_is_no_person() -> None:
    text = "Please note our new address: Molo Antico 12, Genoa. Mails reach us under office@ex.example."
    assert contact(text) == ("", "office@ex.example")


def test_a_predecessor_is_not_the_contact() -> None:
    text = "Mein Vorgänger Udo Prien gibt das Amt ab, tragen Sie mich als Kontakt ein: Ewa Lind, kasse@ex.example."
    assert contact(text) == ("Ewa Lind", "kasse@ex.example")


def test_a_list_of_thousands_of_addresses_is_read_in_good_time() -> None:
    """One sentence that holds them all is weighed once, not once for each."""
    begun = time.process_time()
    assert (
        contact("From now on write to clerk@ex.example only, not to " + "a@ex.example " * 4_000)[1]
        == "clerk@ex.example"
    )
    contact("\n".join(f"a{number}@ex.example" for number in range(6_000)))
    assert time.process_time() - begun < 2.0


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("Jo Vale has left the company. For invoices please contact ewa@ex.example.", "ewa@ex.example"),
        ("Non lavoro più presso Alfa. Per comunicazioni scrivere a ewa@ex.example.", "ewa@ex.example"),
        ("I am away until Monday. For invoices please contact ewa@ex.example.", None),
    ],
)
def test_whom_a_farewell_names_is_a_successor(text: str, email: str | None) -> None:
    found = find_successor(text)
    assert (found.email if found else None) == email

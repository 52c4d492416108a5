"""What a person adds to a machine's notice is heard; what the notice says of itself is not."""

import pytest

from app.domain.message import Address, Head, Identity, Machine, ParsedMail, Screening
from app.reading.screening import screen

US = Identity(("ar@seller.example",))
MARKED = (("Auto-Submitted", "auto-replied"),)


def screened(
    text: str, *, subject: str = "Re: Reminder R-4471", headers: tuple[tuple[str, str], ...] = ()
) -> Screening:
    head = Head(sender=Address("Pat Moss", "pat@moss.example"), subject=subject)
    return screen(ParsedMail(head, headers, (), (), text, None, ()), US)


def asides(text: str, subject: str = "Automatic reply: Reminder R-4471") -> list[str]:
    found = screened(text, subject=subject, headers=MARKED)
    assert (found.machine is None) == bool(found.asides)
    return [span.of(text) for span in found.asides]


@pytest.mark.parametrize(
    ("notice", "aside"),
    [
        ("I'm out of the office until 14 December.\n\n", "PS: your R-4471 is in the payment run of 10 December."),
        ("Ich bin bis 11.12. im Urlaub. Dringendes an dachs@moss.example.\n\n", "Die Rechnung haben wir überwiesen."),
        ("Je suis absente jusqu'au 11 décembre. ", "Concernant votre facture R-4471, elle est contestée."),
        ("Estaré de vacaciones hasta el lunes.\n\n", "La transferencia de su factura sale el viernes."),
        ("Ik ben afwezig tot maandag. ", "Uw factuur wordt vrijdag betaald."),
        ("Sono in ferie fino a lunedì. ", "Il bonifico della fattura 4471 parte venerdì."),
        ("Estou de férias até segunda. ", "A sua fatura foi paga ontem."),
        ("I am on leave. Urgent matters: bill@moss.example.\n\n", "We have a new bank account, see the letter."),
    ],
)
def test_what_a_person_adds_to_a_notice_is_heard(notice: str, aside: str) -> None:
    assert asides(f"{notice}{aside}\n\nKind regards\nPat") == [aside]


@pytest.mark.parametrize(
    "text",
    [
        "I am away until Monday. For payment queries please contact accounts@moss.example.",
        "I am away until Monday. Payments are made on the 10th and the 25th of each month.",
        "I am away until Monday. If it is about an invoice, it will be paid on time.",
        "Ich bin bis Montag im Urlaub. Eingehende Rechnungen werden ab dem 8. Juni bezahlt.",
        "Je suis absente. Pour toute question relative aux paiements : 01 23 45 67 89.",
        "Estoy de vacaciones. Los pagos se hacen los jueves.",
        "Ik ben met vakantie. Facturen worden gewoon betaald.",
        "Sono in ferie. I pagamenti ai fornitori riprenderanno martedì.",
    ],
)
def test_what_a_notice_says_of_payments_in_general_is_no_aside(text: str) -> None:
    assert asides(text) == []


def test_an_aside_ends_with_its_paragraph() -> None:
    told = "R-4471 is disputed. Two pallets were missing."
    assert asides(f"I am out of the office.\n\n{told}\n\nI am back on Monday.") == [told]


@pytest.mark.parametrize(
    "text",
    [
        "Back tomorrow, the transfer leaves on Friday.",
        "Hi, paid this morning. Sorry for the delay.",
        "Our company filed for insolvency on 20 November. The administrator is Dr Fuchs.",
        "Which purchase order does it belong to?",
        "Wir können leider noch nichts sagen, der Chef ist krank.",
    ],
)
def test_a_header_alone_makes_no_machine_of_what_can_be_read(text: str) -> None:
    assert screened(text, headers=MARKED).machine is None


@pytest.mark.parametrize("text", ["zukünftig\nkarl@moss.example", "Kiitos viestistä, palaan asiaan.", ""])
def test_what_cannot_be_read_is_a_machines_where_a_header_says_so(text: str) -> None:
    assert screened(text, headers=MARKED).machine is Machine.AUTO_REPLY
    assert screened(text).machine is None


def test_a_mark_is_kept_in_mind_where_no_sentence_plainly_speaks_of_our_matter() -> None:
    assert screened("Thank you, we will be in touch about this.", headers=MARKED).is_marked
    assert not screened("Thank you, we will be in touch about this.").is_marked
    assert not screened("The transfer leaves on Friday.", headers=MARKED).is_marked


@pytest.mark.parametrize(
    "text",
    [
        "I'm on annual leave until 10 December inclusive. I will not be checking my emails.",
        "I am out of the office today and will reply when I get back tomorrow.",
        "Out of office until 2026-12-13. Emails are not read.",
        "Absente ce jour, réponse demain.",
        "Por el momento no me encuentro en la oficina, regreso el lunes 7 de diciembre.",
        "Estou de férias e retorno às atividades no dia 14/12.",
        "Kiitos viestistäsi. En ole tavoitettavissa tällä viikolla.",
        "Trenutno sam na godišnjem odmoru do 11.12.2026.",
    ],
)
def test_a_notice_of_absence_alone_is_known_without_header_and_subject(text: str) -> None:
    assert screened(text).machine is Machine.AUTO_REPLY


@pytest.mark.parametrize(
    "text",
    [
        "I'm on holiday until Monday. Can this wait?",
        "I'm on holiday until Monday and our bank account has changed, see below.",
        "Bin krankgeschrieben. Könnt ihr die 1.100 auf 12 Monate strecken?",
        "Je suis en congés cette semaine, je vous règle la facture lundi.",
    ],
)
def test_a_person_who_is_away_and_says_something_stays_a_person(text: str) -> None:
    assert screened(text).machine is None


@pytest.mark.parametrize(
    "text",
    [
        "Tack för ditt meddelande! Ditt ärende har registrerats med nummer 48213.",
        "Tak for din henvendelse. Vi har modtaget din mail og svarer inden for 2 hverdage.",
        "Viestinne on vastaanotettu ja tikettinumero on 48213.",
        "Twoje zgłoszenie zostało zarejestrowane pod numerem 48213.",
        "Váš požadavek byl přijat a zaevidován pod číslem 48213.",
        "Your message to Ann is being held because your address is not on her list of approved senders.",
        "Pour que votre message soit remis à son destinataire, veuillez cliquer ici.",
    ],
)
def test_ticket_robots_of_other_languages_and_filters_that_ask_for_a_click_are_machines(text: str) -> None:
    assert screened(text).machine is Machine.TICKET_ROBOT


def test_what_a_help_desk_passes_on_is_heard_alone_and_a_clerks_own_mail_whole() -> None:
    comment = "We'll settle R-4471 with the run on 11 December."
    told = screened(
        f"Your ticket was answered:\n\n{comment}\n\nTo reply, answer this.", subject="Ticket 77120", headers=MARKED
    )
    assert told.machine is None
    assert len(told.asides) == 1
    own = screened(comment, headers=MARKED)
    assert (own.machine, own.asides, own.is_marked) == (None, (), False)


def test_a_read_receipt_says_shown_as_well_as_read() -> None:
    text = "Il messaggio è stato visualizzato il 01/12/2026."
    assert screened(text, subject="Letto: Sollecito").machine is Machine.READ_RECEIPT

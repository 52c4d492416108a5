"""Delivery status notifications: who is dead for good, and who is not."""

from email.message import EmailMessage
from pathlib import Path

import pytest

from app.domain.contact import Bounce, departed
from app.domain.message import Identity, Machine, ParsedMail
from app.reading.machinery.bounces import find_bounce
from app.reading.mail.parsing import parse_mail
from app.reading.people.departures import departures, is_own
from app.reading.screening import screen
from app.reading.spans import fold

CORPUS = Path(__file__).parents[3] / "corpus"


def notification(*blocks: str, original: str = "Message-ID: <1@seller.example>\n\nDear customer") -> bytes:
    """A multipart/report as a mail server sends it. Each block is one recipient's fields."""
    report = "\n\n".join(["Reporting-MTA: dns; mx.example", *blocks])
    parts = [
        ("text/plain", "It could not be delivered."),
        ("message/delivery-status", report),
        ("text/rfc822-headers", original),
    ]
    body = "".join(f"--b\nContent-Type: {kind}\n\n{text}\n" for kind, text in parts)
    head = EmailMessage()
    head["From"] = "MAILER-DAEMON@mx.example"
    head["To"] = "collections@seller.example"
    head["Subject"] = "Undelivered Mail Returned to Sender"
    head["Message-ID"] = "<bounce@mx.example>"
    lines = head.as_string().strip()
    kind = 'Content-Type: multipart/report; report-type=delivery-status; boundary="b"'
    return f"Return-Path: <>\n{lines}\nMIME-Version: 1.0\n{kind}\n\n{body}--b--\n".encode()


def block(email: str, status: str, action: str = "failed", **more: str) -> str:
    fields = {"Final-Recipient": f"rfc822; {email}", "Action": action, "Status": status, **more}
    return "\n".join(f"{name}: {value}" for name, value in fields.items())


def failed(*blocks: str) -> dict[str, str]:
    return {r.email: r.status for r in find_bounce(parse_mail(notification(*blocks))).failed}


@pytest.mark.parametrize("status", ["5.1.1", "5.1.10", "5.1.351", "5.2.1", "5.0.0", "5.4.4", "5.4.310"])
def test_an_address_that_is_dead_has_failed(status: str) -> None:
    assert failed(block("Gone@Customer.example", status)) == {"gone@customer.example": status}


@pytest.mark.parametrize(
    ("status", "action"),
    [
        ("4.1.1", "delayed"), ("4.4.1", "failed"), ("5.1.1", "delayed"), ("5.1.1", "relayed"), ("2.0.0", "delivered"),
        ("5.2.2", "failed"), ("5.7.1", "failed"), ("5.7.26", "failed"),
    ],
)  # fmt: skip
def test_a_delay_a_full_mailbox_and_a_refusal_are_no_dead_address(status: str, action: str) -> None:
    assert failed(block("slow@customer.example", status, action)) == {}


@pytest.mark.parametrize(
    ("status", "said", "is_dead"),
    [
        ("5.4.1", "Recipient address rejected: Access denied. [AMSEU.prod.protection.outlook.com]", True),
        ("5.4.1", "No answer from host", False),
        ("5.3.0", "553 5.3.0 <gone@customer.example>... User unknown", True),
        ("5.3.0", "554 5.3.0 mail system is out of order", False),
    ],
)
def test_what_the_server_says_decides_where_its_status_does_not(status: str, said: str, is_dead: bool) -> None:
    found = failed(block("gone@customer.example", status, **{"Diagnostic-Code": f"smtp; 550 {status} {said}"}))
    assert bool(found) is is_dead


def test_each_recipient_is_judged_alone() -> None:
    blocks = block("gone@customer.example", "5.1.1"), block("slow@customer.example", "4.2.2", "delayed")
    assert failed(*blocks) == {"gone@customer.example": "5.1.1"}


def test_a_vague_status_is_made_exact_by_the_servers_own_answer() -> None:
    refused = block("a@customer.example", "5.0.0", **{"Diagnostic-Code": "smtp; 550 5.7.1 blocked"})
    assert failed(refused) == {}


def test_whom_we_wrote_to_counts_where_the_mail_was_forwarded() -> None:
    forwarded = block("b@elsewhere.example", "5.1.1", **{"Original-Recipient": "rfc822; a@customer.example"})
    assert failed(forwarded) == {"a@customer.example": "5.1.1"}


def test_it_names_the_mail_that_it_is_about() -> None:
    assert find_bounce(parse_mail(notification(block("a@b.example", "5.1.1")))).originals == ("1@seller.example",)


def test_words_alone_name_nobody() -> None:
    mail = parse_mail(b"From: a@b.example\nSubject: Undeliverable\n\n5.1.1 gone@customer.example unknown\n")
    assert find_bounce(mail).failed == ()


RETURNED = (
    "\n--- Below this line is a copy of the message.\n\n"
    "Received: by x\nMessage-ID: <1@seller.example>\nTo: gone@customer.example\n"
)


def worded(notice: str, **headers: str) -> Bounce:
    fields = {"From": "MAILER-DAEMON@mx.example", "To": "collections@seller.example", "Subject": "failure notice"}
    head = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in (fields | headers).items())
    return find_bounce(parse_mail(f"{head}\n{notice}\n{RETURNED}".encode()))


@pytest.mark.parametrize(
    "notice",
    [
        "<gone@customer.example>:\n550 5.1.1 user unknown",
        "Sorry, I couldn't find any host named customer.example.\n<gone@customer.example>: no such domain",
        "The following address failed:\n\n  gone@customer.example\n    Unrouteable address",
        "gone@customer.example: Recipient address rejected: User unknown in virtual mailbox table",
        "This user doesn't have a customer.example account (gone@customer.example) [0]",
        "Der Empfänger gone@customer.example wurde nicht gefunden.",
        "L'adresse gone@customer.example n'existe pas.",
        "El buzón gone@customer.example no existe.",
        "L'indirizzo gone@customer.example è inesistente.",
        "Het adres gone@customer.example bestaat niet.",
        "Aflevering aan gone@customer.example is mislukt: het e-mailadres bestaat niet meer.",
        "O endereço gone@customer.example não foi encontrado.",
    ],
)
def test_words_name_the_dead_address_and_the_mail_that_came_back(notice: str) -> None:
    found = worded(notice)
    assert [recipient.email for recipient in found.failed] == ["gone@customer.example"]
    assert found.originals == ("1@seller.example",)
    assert found.is_worded


@pytest.mark.parametrize(
    "notice",
    [
        "Warning: message delayed 24 hours. gone@customer.example: host unknown. We will keep trying.",
        "gone@customer.example: 552 5.2.2 mailbox is full",
        "gone@customer.example: 550 5.7.1 user not found in our policy list",
        "gone@customer.example: 450 4.1.1 user unknown",
        "gone@customer.example: something went wrong",
        "Das Postfach gone@customer.example ist voll.",
    ],
)
def test_words_of_a_delay_a_full_mailbox_or_a_refusal_kill_nobody(notice: str) -> None:
    assert worded(notice).failed == ()


def test_of_several_addresses_in_words_each_is_judged_alone() -> None:
    found = worded("a@customer.example:\n 550 user unknown\n\nb@customer.example:\n accepted for delivery")
    assert [recipient.email for recipient in found.failed] == ["a@customer.example"]


@pytest.mark.parametrize(
    ("second", "dead"),
    [
        ("552 5.2.2 mailbox full", ["gone@customer.example"]),
        ("550 user unknown", ["b@customer.example", "gone@customer.example"]),
    ],
)
def test_a_full_mailbox_beside_a_dead_one_is_not_taken_for_both(second: str, dead: list[str]) -> None:
    first = "These addresses failed:\n\n  gone@customer.example\n    550 5.1.1 User unknown"
    found = worded(f"{first}\n\n  b@customer.example\n    {second}")
    assert sorted(recipient.email for recipient in found.failed) == dead


def test_a_delay_of_the_whole_mail_kills_none_of_several() -> None:
    assert worded("It is delayed.\n\na@customer.example: user unknown\n\nb@customer.example: user unknown").failed == ()


def certified(kind: str) -> ParsedMail:
    head = "From: posta-certificata@pec.example\nTo: collections@seller.example\nSubject: AVVISO: Reminder\n"
    told = "Il messaggio destinato a gone@customer.example: 5.1.1 - indirizzo non valido"
    return parse_mail(f"{head}X-Ricevuta: {kind}\nX-Riferimento-Message-ID: <1@seller.example>\n\n{told}\n".encode())


def test_certified_mail_of_italy_says_in_headers_what_came_of_ours() -> None:
    found = find_bounce(certified("errore-consegna"))
    assert ([r.email for r in found.failed], found.originals) == (["gone@customer.example"], ("1@seller.example",))
    us = Identity(("collections@seller.example",))
    assert screen(certified("errore-consegna"), us).machine is Machine.BOUNCE
    assert screen(certified("avvenuta-consegna"), us).machine is Machine.READ_RECEIPT


def test_a_mail_server_that_names_a_dead_address_bounces_whatever_its_subject() -> None:
    notice = "<gone@customer.example> ... unbekannter Benutzer"
    head = (
        "From: mailer-daemon@post.example\nTo: collections@seller.example\nSubject: mail failed, returning to sender\n"
    )
    mail = parse_mail(f"{head}\n{notice}\n{RETURNED}".encode())
    assert screen(mail, Identity(("collections@seller.example",))).machine is Machine.BOUNCE


def test_exim_and_gmail_name_the_recipient_in_a_header() -> None:
    found = worded("The address mentioned above does not exist.", X_Failed_Recipients="Gone@customer.example")
    assert [recipient.email for recipient in found.failed] == ["gone@customer.example"]


def test_a_notification_that_returns_a_cut_off_mail_is_read() -> None:
    """A multipart of which only the head came back sends the first parser astray."""
    cut = 'Message-ID: <1@seller.example>\nContent-Type: multipart/mixed; boundary="cut"\n\nA preamble.'
    raw = notification(block("gone@customer.example", "5.1.1"), original=cut)
    found = find_bounce(parse_mail(raw.replace(b"text/rfc822-headers", b"message/rfc822")))
    assert [recipient.email for recipient in found.failed] == ["gone@customer.example"]
    assert found.originals == ("1@seller.example",)


def test_the_sample_bounce_names_its_recipient() -> None:
    (found,) = find_bounce(parse_mail((CORPUS / "bounce.eml").read_bytes())).failed
    assert (found.email, found.status) == ("gone@customer.example", "5.1.1")


@pytest.mark.parametrize(
    "text",
    [
        "Petra Vane has left the company.",
        "Petra Vane no longer works here.",
        "Frau Vane ist aus dem Unternehmen ausgeschieden.",
        "Frau Vane ist nicht mehr bei uns.",
        "Frau Vane hat das Unternehmen zum 30.11.2026 verlassen.",
        "Mme Vane a quitté l'entreprise.",
        "Mme Vane ne travaille plus chez nous.",
        "La señora Vane ha dejado la empresa.",
        "Petra Vane ya no trabaja aquí.",
        "Petra Vane is uit dienst.",
        "Petra Vane ha lasciato l'azienda.",
        "A Petra Vane já não trabalha connosco.",
    ],
)
def test_a_departure_is_heard_in_seven_languages(text: str) -> None:
    contacts = [("petra vane", "petra@customer.example"), ("jo hart", "jo@customer.example")]
    assert departed(departures(text), contacts, "jo@customer.example", speaks_of_itself=False) == contacts[0][1]


@pytest.mark.parametrize(
    "text",
    [
        "The parcel has left the warehouse.",
        "I am leaving for a week.",
        "Please write to Jo from now on.",
        "Frau Vane ist bis Montag nicht im Büro.",
        "Mme Vane est absente.",
    ],
)
def test_an_absence_is_no_departure(text: str) -> None:
    assert departures(text) == []


def test_who_speaks_of_themselves_has_left_themselves() -> None:
    told = departures("I have left the company. Please write to jo@customer.example.")
    assert is_own(told[0])
    assert departed(told, [(fold("Petra Vane"), "p@c.example")], "p@c.example", speaks_of_itself=True) == "p@c.example"


def test_two_names_beside_one_departure_say_nothing() -> None:
    told = departures("Petra Vane has left the company and Jo Hart too.")
    assert departed(told, [("petra vane", "p@c.example"), ("jo hart", "j@c.example")], "x", speaks_of_itself=True) == ""

"""Whatever others have written, our headers say just that: none of it is read as a header, a body or an address."""

from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from unicodedata import category

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import Invalid
from app.domain.message import Address, is_mailable
from app.playground.service import Written, as_mail
from app.reading.mail.headers import read_head
from app.reading.outgoing.composing import Original, Outgoing, compose
from app.reading.outgoing.composing_reminders import OutgoingReminder, Table, compose_reminder
from app.reading.sight.invisible import strip_invisible

OURS, THEIRS = Address("Kestrel", "ar@seller.example"), Address("Petra Vane", "petra@customer.example")
NOW = datetime(2026, 3, 20, 9, tzinfo=UTC)
REPLY = Outgoing(
    message_id="1@seller.example",
    sender=OURS,
    recipient=THEIRS,
    subject="Re: INV-1",
    body="Thank you.",
    language="en",
    date=NOW,
    original=Original("m@customer.example", (), THEIRS, NOW, "We pay on Friday."),
)
REMINDER = OutgoingReminder(
    "2@seller.example", OURS, THEIRS, "INV-1", "Dear Petra", Table("INV-1", ("",), (("",),)), "en", NOW
)
PLAIN = compose_reminder(REMINDER)
ANOTHER_MAIL = (
    "x\r\nBcc: evil@e.example\r\nContent-Type: multipart/mixed; boundary=zz\r\n\r\n--zz\r\n\r\nPay GB33\r\n--zz--"
)
HOSTILE = (
    f"=?utf-8?b?{b64encode(ANOTHER_MAIL.encode()).decode()}?=",
    "=?utf-8?q?x=0D=0ABcc=3A_evil=40e.example?=",
    "=?utf-8?q?evil=40e=2Eexample=2C?= x",
    'x" <evil@e.example>, "y',
    "evil@e.example, x",
    "x (evil) \\",
    "a\r\nBcc: evil@e.example",
    "a\x0bb\x1cc\x85d\u2028e\ud800f\x00g",
    "=?utf-8?q?a?= =?utf-8?q?b?=",
    "é" * 600,
    "a" * 1200,
    '"' * 600,
    "Vergütung: Rechnung 7, fällig",
    "",
)
PIECES = ("=?utf-8?q?", "?=", "=0D=0A", "\r\n", ",", "<", '"', "\\", " ", "Bcc: ", "é")
words = st.one_of(st.text(), st.lists(st.sampled_from(PIECES)).map("".join))


def parsed(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def one_line(text: str) -> str:
    return " ".join("".join(" " if category(mark) in {"Cc", "Cs"} else mark for mark in text).split())


def seen(text: str) -> str:
    """One line without what nobody sees, as headers are read."""
    return " ".join(strip_invisible(one_line(text))[0].split())


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_are_words(words: str) -> None:
    check_headers(words, words, words)


@settings(max_examples=50, deadline=None)
@given(subject=words, name=words, team=words)
def test_headers_say_what_was_meant_and_nothing_else(subject: str, name: str, team: str) -> None:
    check_headers(subject, name, team)


def check_headers(subject: str, name: str, team: str) -> None:
    sender, recipient = replace(OURS, name=team), replace(THEIRS, name=name)
    reply = replace(REPLY, subject=subject, recipient=recipient, sender=sender, copies=(recipient,))
    reminder = replace(REMINDER, subject=subject, recipient=recipient, sender=sender)
    for written, plain in ((compose(reply), parsed(compose(REPLY))), (compose_reminder(reminder), parsed(PLAIN))):
        mail, head = parsed(written), read_head(written)
        assert set(mail.keys()) - {"Cc"} == set(plain.keys())
        assert len(mail.keys()) == len(set(mail.keys()))
        assert mail.get_content_type() == plain.get_content_type()
        assert str(mail["Subject"]) == one_line(subject)
        assert head.subject == seen(subject)
        assert [found.addr_spec for found in mail["To"].addresses] == [THEIRS.email]
        assert [found.addr_spec for found in mail["From"].addresses] == [OURS.email]
        assert head.to == (Address(seen(name)[:500], THEIRS.email),)
        assert head.sender == Address(seen(team)[:500], OURS.email)
        assert max(map(len, written.split(b"\r\n"))) < 998


@pytest.mark.parametrize("copies", [(), (THEIRS,), (THEIRS, replace(OURS, name=HOSTILE[0]))])
def test_copies_stand_one_by_one(copies: tuple[Address, ...]) -> None:
    mail = parsed(compose(replace(REPLY, copies=copies)))
    assert [found.addr_spec for field in mail.get_all("Cc", []) for found in field.addresses] == [
        copied.email for copied in copies
    ]


def test_an_address_that_spells_an_encoded_word_is_none_to_write_to() -> None:
    assert not is_mailable("=?utf-8?q?evil=40e=2Eexample=2C?=@customer.example")
    assert is_mailable("petra=ar?@customer.example")


@pytest.mark.parametrize("routed", ["petra%evil.example@customer.example", "evil.example!petra@customer.example"])
def test_an_address_that_names_a_way_by_another_host_is_none_to_write_to(routed: str) -> None:
    assert not is_mailable(routed)


@pytest.mark.parametrize(
    "written", [compose(replace(REPLY, language="fr")), compose_reminder(replace(REMINDER, language="fr"))]
)
def test_the_language_is_said_where_a_mail_program_looks_for_it(written: bytes) -> None:
    assert parsed(written).get_all("Content-Language") == ["fr"]


@pytest.mark.parametrize("words", [one for one in HOSTILE if "\n" not in one])
def test_what_is_typed_into_the_playground_is_words(words: str) -> None:
    written = as_mail(Written("Petra Vane <petra@customer.example>", words, "We pay on Friday."))
    mail, head = parsed(written), read_head(written)
    assert set(mail.keys()) == set(parsed(as_mail(Written("", "INV-1", "We pay."))).keys())
    assert head.subject == one_line(words)
    assert head.sender == THEIRS
    assert mail.get_content().strip() == "We pay on Friday."


@pytest.mark.parametrize("sender", ["petra", "a@b.example, c@d.example", "=?utf-8?q?evil=40e.example?=", "x <a@b@c>"])
def test_what_is_no_sender_is_said(sender: str) -> None:
    with pytest.raises(Invalid, match="not an e-mail address"):
        as_mail(Written(sender, "INV-1", "We pay."))


@pytest.mark.parametrize("name", ["Kestrel GB33 BUKB 2020 1555 5555 55", "Kestrel, sort code 20-20-15"])
def test_an_account_in_a_writers_name_is_not_said_in_our_words(name: str) -> None:
    original = replace(REPLY.original, sender=replace(THEIRS, name=name))
    assert f"{THEIRS.email} wrote:" in parsed(compose(replace(REPLY, original=original))).get_content()
    assert f"{THEIRS.name} wrote:" in parsed(compose(REPLY)).get_content()

from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from app.domain.message import Address
from app.reading.composing_reminders import Attached, OutgoingReminder, Table, compose_reminder

TABLE = Table("R-1  1,00\nTotal  1,00", ("Number", "a", "b", "c", "d", "Open"), (("R-1", "", "", "", "", "1,00"),) * 2)
REMINDER = OutgoingReminder(
    message_id="0190@seller.example",
    sender=Address("Kestrel", "ar@seller.example"),
    recipient=Address("Jonas Weber", "jonas@oakdale.example"),
    subject="Zahlungserinnerung",
    body="Guten Tag <b>Jonas</b>,\n\nR-1  1,00\nTotal  1,00\n\nViele Grüße\nKestrel",
    table=TABLE,
    language="de",
    date=datetime(2026, 10, 15, 9, tzinfo=UTC),
    attachments=(Attached("statement.pdf", "application/pdf", b"%PDF-1.7 \x00\xff"),),
)


def parsed(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def test_plain_words_a_table_in_html_and_the_attachment_come_out_as_they_went_in() -> None:
    message = parsed(compose_reminder(REMINDER))
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().replace("\r\n", "\n").strip() == REMINDER.body
    assert html.get_content().count("<tr>") == 3
    assert "&lt;b&gt;Jonas&lt;/b&gt;" in html.get_content()
    assert "Viele Grüße<br>\nKestrel" in html.get_content().replace("\r\n", "\n")
    [attached] = message.iter_attachments()
    assert attached.get_filename() == "statement.pdf"
    assert attached.get_content() == b"%PDF-1.7 \x00\xff"


def test_the_html_loads_nothing_from_anywhere() -> None:
    html = parsed(compose_reminder(REMINDER)).get_body(("html",))
    assert html is not None
    assert not any(word in html.get_content() for word in ("http", "src=", "<script", "<img", "url("))


def test_the_same_reminder_has_the_same_bytes() -> None:
    assert compose_reminder(REMINDER) == compose_reminder(REMINDER)

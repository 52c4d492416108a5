from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest

from app.domain.message import Address
from app.reading.outgoing.composing import Original, Outgoing, compose
from app.reading.outgoing.enclosing import Attached, type_of

NOW = datetime(2026, 5, 21, 9, tzinfo=UTC)
PDF = Attached("Rechnung Nº 5, Müller.pdf", "application/pdf", b"%PDF-1.7 \x00\xff")
XML = Attached("INV-1.xml", "application/xml", b"<?xml version='1.0'?><Invoice/>")


def reply(*attachments: Attached) -> bytes:
    return compose(
        Outgoing(
            message_id="1@seller.example",
            sender=Address("Seller", "collections@seller.example"),
            recipient=Address("Petra Vane", "petra@customer.example"),
            subject="Re: copies",
            body="The copies are attached.",
            language="en",
            date=NOW,
            original=Original("a@customer.example", (), Address("Petra", "petra@customer.example"), NOW, "Copies?"),
            attachments=attachments,
        )
    )


def test_files_are_parts_of_their_own_with_type_and_name() -> None:
    mail = message_from_bytes(reply(PDF, XML), policy=default)
    assert mail.get_content_type() == "multipart/mixed"
    assert mail["In-Reply-To"] == "<a@customer.example>"
    words, *files = mail.iter_parts()
    assert "The copies are attached." in words.get_content()
    assert [(f.get_content_type(), f.get_filename(), f.get_content_disposition()) for f in files] == [
        ("application/pdf", PDF.name, "attachment"),
        ("application/xml", XML.name, "attachment"),
    ]
    assert files[0].get_payload(decode=True) == PDF.content
    assert b"filename*=utf-8''Rechnung" in reply(PDF), "RFC 2231"


def test_the_same_files_give_the_same_bytes_and_no_files_a_plain_mail() -> None:
    assert reply(PDF, XML) == reply(PDF, XML)
    assert message_from_bytes(reply(), policy=default).get_content_type() == "text/plain"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7", ("application/pdf", ".pdf")),
        (b"\x89PNG\r\n\x1a\n", ("image/png", ".png")),
        (b"\xff\xd8\xff\xe0", ("image/jpeg", ".jpg")),
        (b"\xef\xbb\xbf<?xml version='1.0'?><Invoice/>", ("application/xml", ".xml")),
        (b"<ubl:Invoice xmlns:ubl='x'/>", ("application/xml", ".xml")),
        (b"<!doctype html><script>alert(1)</script>", ("application/octet-stream", ".bin")),
        (b"<html><script>alert(1)</script></html>", ("application/octet-stream", ".bin")),
        (b"MZ\x90\x00", ("application/octet-stream", ".bin")),
        (b"plain words", ("application/octet-stream", ".bin")),
    ],
)
def test_a_file_is_what_its_content_is(content: bytes, kind: tuple[str, str]) -> None:
    assert type_of(content) == kind

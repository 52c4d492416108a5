"""Attachments are read as far as that is cheap and safe; otherwise a person opens them."""

import io

import pytest
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from app.domain.message import Attachment
from app.reading.files.opening import GivenFile, read_file
from app.reading.files.text import BYTE_LIMIT, TEXT_LIMIT
from app.reading.mail.attachments import read_attachment as read_with


def read_attachment(name: str, content_type: str, content: bytes, *, is_shown_inline: bool = False) -> Attachment:
    return read_with(GivenFile(name, content_type, content), read_file, is_shown_inline=is_shown_inline)


def pdf(words: str = "", *, pages: int = 1, user_password: str | None = None) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        page = writer.add_blank_page(200, 200)
        if words:
            font = DictionaryObject(
                {
                    NameObject("/Type"): NameObject("/Font"),
                    NameObject("/Subtype"): NameObject("/Type1"),
                    NameObject("/BaseFont"): NameObject("/Helvetica"),
                }
            )
            fonts = DictionaryObject({NameObject("/F1"): font})
            page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
            stream = DecodedStreamObject()
            stream.set_data(f"BT /F1 12 Tf 20 100 Td ({words}) Tj ET".encode())
            page[NameObject("/Contents")] = writer._add_object(stream)  # noqa: SLF001 - pypdf has no other way
    if user_password is not None:
        writer.encrypt(user_password, "the owner's", algorithm="RC4-128")
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def test_plain_text_and_tables_are_read() -> None:
    assert read_attachment("a.txt", "text/plain", b"one\r\ntwo").text == "one\ntwo"
    assert read_attachment("a.csv", "application/octet-stream", b"a;b").text == "a;b"


def test_content_decides_whatever_name_and_type_say() -> None:
    assert read_attachment("logo.png", "image/png", pdf("Remittance INV-1")).text == "Remittance INV-1"
    assert read_attachment("noname", "application/octet-stream", b"INV-1 is paid").text == "INV-1 is paid"
    assert read_attachment("a.pdf", "application/pdf", b"just words").trouble == "broken"
    assert read_attachment("a.pdf", "application/pdf", b"MZ\x90\x00\x03").trouble == "unknown_kind"


def test_a_pdf_with_words_is_read() -> None:
    attachment = read_attachment("r.pdf", "application/pdf", pdf("Remittance INV-1"))
    assert attachment.text == "Remittance INV-1"
    assert attachment.is_readable


def test_only_the_first_ten_pages_are_read() -> None:
    text = read_attachment("r.pdf", "application/pdf", pdf("page", pages=15)).text
    assert text is not None
    assert text.count("page") == 10


def test_a_pdf_that_opens_without_a_password_is_read() -> None:
    assert read_attachment("r.pdf", "application/pdf", pdf("for all", user_password="")).text == "for all"


@pytest.mark.parametrize(
    ("content", "trouble"),
    [
        (pdf(), "scanned"),
        (pdf("secret", user_password="x"), "encrypted"),
        (b"%PDF-1.4 broken", "broken"),
        (b"", "broken"),
        (pdf("words")[:200], "broken"),
    ],
    ids=["scan", "encrypted", "broken", "empty", "cut"],
)
def test_a_pdf_without_words_needs_a_person(content: bytes, trouble: str) -> None:
    attachment = read_attachment("r.pdf", "application/pdf", content)
    assert attachment.text is None
    assert not attachment.is_readable
    assert attachment.trouble == trouble


@pytest.mark.parametrize("name", ["a.xlsx", "a.zip", "winmail.dat", "a.msg"])
def test_what_we_cannot_open_needs_a_person(name: str) -> None:
    assert not read_attachment(name, "application/octet-stream", b"PK\x03\x04").is_readable


def test_what_outlook_alone_understands_needs_a_person() -> None:
    assert read_attachment("winmail.dat", "application/ms-tnef", b"\x78\x9f\x3e\x22\x00\x01").trouble == "unknown_kind"


@pytest.mark.parametrize(
    ("content_type", "content"),
    [("image/png", b"\x89PNG\r\n\x1a\n"), ("application/pgp-signature", b"\x88\x01"), ("text/vcard", b"BEGIN:VCARD")],
)
def test_a_logo_needs_nobody(content_type: str, content: bytes) -> None:
    attachment = read_attachment("x", content_type, content)
    assert attachment.is_readable
    assert attachment.text is None


def test_a_photographed_letter_needs_a_person() -> None:
    photo = b"\xff\xd8\xff\xe0" + bytes(100_000)
    assert read_attachment("cheque.jpg", "image/jpeg", photo).trouble == "scanned"
    assert read_attachment("fax.tif", "image/tiff", b"II*\x00").trouble == "scanned"
    assert read_attachment("logo.jpg", "image/jpeg", photo, is_shown_inline=True).is_readable


def test_limits_hold() -> None:
    assert read_attachment("a.txt", "text/plain", b"x" * (BYTE_LIMIT + 1)).trouble == "too_large"
    text = read_attachment("a.txt", "text/plain", b"x" * (TEXT_LIMIT + 1)).text
    assert text is not None
    assert len(text) == TEXT_LIMIT

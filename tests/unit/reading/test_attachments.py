"""Attachments are read as far as that is cheap and safe; otherwise a person opens them."""

import io

import pytest
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from app.reading.attachments import BYTE_LIMIT, TEXT_LIMIT, read_attachment


def pdf(words: str = "", *, pages: int = 1, password: str = "") -> bytes:
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
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def test_plain_text_and_tables_are_read() -> None:
    assert read_attachment("a.txt", "text/plain", b"one\r\ntwo").text == "one\ntwo"
    assert read_attachment("a.csv", "application/octet-stream", b"a;b").text == "a;b"


def test_a_pdf_with_words_is_read() -> None:
    attachment = read_attachment("r.pdf", "application/pdf", pdf("Remittance INV-1"))
    assert attachment.text == "Remittance INV-1"
    assert attachment.is_readable


def test_only_the_first_ten_pages_are_read() -> None:
    text = read_attachment("r.pdf", "application/pdf", pdf("page", pages=15)).text
    assert text is not None
    assert text.count("page") == 10


@pytest.mark.parametrize(
    "content",
    [pdf(), pdf("secret", password="x"), b"%PDF-1.4 broken", b"", pdf("words")[:200]],
    ids=["scan", "encrypted", "broken", "empty", "cut"],
)
def test_a_pdf_without_words_needs_a_person(content: bytes) -> None:
    attachment = read_attachment("r.pdf", "application/pdf", content)
    assert attachment.text is None
    assert not attachment.is_readable


@pytest.mark.parametrize("name", ["a.xlsx", "a.zip", "winmail.dat", "a.msg"])
def test_what_we_cannot_open_needs_a_person(name: str) -> None:
    assert not read_attachment(name, "application/octet-stream", b"PK\x03\x04").is_readable


@pytest.mark.parametrize("content_type", ["image/png", "application/pgp-signature", "text/calendar"])
def test_a_logo_needs_nobody(content_type: str) -> None:
    attachment = read_attachment("x", content_type, b"...")
    assert attachment.is_readable
    assert attachment.text is None


def test_limits_hold() -> None:
    assert not read_attachment("a.txt", "text/plain", b"x" * (BYTE_LIMIT + 1)).is_readable
    text = read_attachment("a.txt", "text/plain", b"x" * (TEXT_LIMIT + 1)).text
    assert text is not None
    assert len(text) == TEXT_LIMIT

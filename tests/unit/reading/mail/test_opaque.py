"""Mail that is wrapped in its own S/MIME signature is read as any other."""

import base64

import pytest

from app.reading.mail.opaque import signed_content
from app.reading.mail.parsing import parse_mail

MAIL = b"Content-Type: text/plain; charset=utf-8\r\n\r\nWe pay R-4471 on Friday.\r\n"
SIGNED, ENVELOPED, DATA = (bytes.fromhex(f"06092a864886f70d0107{kind}") for kind in ("02", "03", "01"))


def der(tag: int, *values: bytes) -> bytes:
    content = b"".join(values)
    size = len(content).to_bytes(2)
    return bytes([tag, 0x82]) + size + content


def ber(tag: int, *values: bytes) -> bytes:
    """With its length left open."""
    return bytes([tag, 0x80]) + b"".join(values) + b"\0\0"


def whole() -> bytes:
    inner = der(0x30, DATA, der(0xA0, der(0x04, MAIL)))
    return der(0x30, SIGNED, der(0xA0, der(0x30, b"\x02\x01\x01", der(0x31), inner, der(0x31))))


def in_parts() -> bytes:
    content = ber(0x24, der(0x04, MAIL[:20]), der(0x04, MAIL[20:]))
    inner = ber(0x30, DATA, ber(0xA0, content))
    return ber(0x30, SIGNED, ber(0xA0, ber(0x30, b"\x02\x01\x01", der(0x31), inner, der(0x31))))


@pytest.mark.parametrize("data", [whole(), in_parts()])
def test_the_signed_mail_is_found_in_both_encodings(data: bytes) -> None:
    assert signed_content(data) == MAIL


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x30",
        whole()[:60],
        whole().replace(SIGNED, ENVELOPED),
        b"no CMS",
        b"\x30\x80" * 50,
        b"\x30\x84\xff\xff\xff\xff",
    ],
)
def test_what_is_no_signed_mail_has_no_content(data: bytes) -> None:
    assert signed_content(data) is None


@pytest.mark.parametrize("kind", ["application/pkcs7-mime", "application/x-pkcs7-mime"])
def test_its_words_are_the_mails_own(kind: str) -> None:
    head = f"From: ann@customer.example\r\nSubject: R-4471\r\nContent-Type: {kind}; name=smime.p7m\r\n"
    raw = head.encode() + b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(whole())
    mail = parse_mail(raw)
    assert mail.text == "We pay R-4471 on Friday."
    assert mail.attachments == ()


def test_a_signature_in_a_signature_is_opened_once() -> None:
    nested = b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(
        whole()
    )
    outer = der(
        0x30, SIGNED, der(0xA0, der(0x30, b"\x02\x01\x01", der(0x31), der(0x30, DATA, der(0xA0, der(0x04, nested)))))
    )
    head = b"From: a@b.example\r\nContent-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    mail = parse_mail(head + base64.encodebytes(outer))
    assert mail.text == ""
    assert [part.content_type for part in mail.attachments] == ["application/pkcs7-mime"]
